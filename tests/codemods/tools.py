"""What the tests of rules share."""

from __future__ import annotations

from collections.abc import Sequence


class NoWorkspace:
    """A program of one module."""

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        return None

    def environment(self, name: str) -> Sequence[tuple[str, str]]:
        """There are no settings."""
        return ()

    def line_length(self, path: str) -> int | None:
        """Nobody has said anything."""
        return None

    def is_settings(self, path: str) -> bool:
        """There are no settings."""
        return False

    def read(self, path: str) -> str | None:
        return None
