"""Which files are meant: the patterns of `.gitignore`, wherever a user may say so."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True)
class Globs:
    """Patterns as in a `.gitignore` file that lies in `folder`.

    Attributes:
        patterns: `name` matches at any depth, `folder/name` from `folder` on, `name/` folders only, `!name` takes back.
        folder: absolute, or empty for the working directory.

    Raises:
        ValueError: a pattern is none.
    """

    patterns: tuple[str, ...] = ()
    folder: str = ""

    def __post_init__(self) -> None:
        if self.patterns:
            self._spec  # noqa: B018 -- what is wrong is said before anything runs

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def match(self, path: str) -> bool:
        """Return whether the file at `path`, or a folder it lies in, is meant."""
        if not self.patterns:
            return False
        inside = os.path.relpath(path, self.folder) if self.folder else path
        return self._spec.match_file(inside)

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        from pathspec import GitIgnoreSpec  # 12 ms, which a run without a pattern does not spend

        # `./name` is what shells complete; git itself would take the dot for a folder.
        return GitIgnoreSpec.from_lines(pattern.removeprefix("./") for pattern in self.patterns)
