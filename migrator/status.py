"""`v3-migrate status`: how much of a project is moved."""

from __future__ import annotations

import json
import os
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from migrator.arguments import fail
from migrator.files.discovery import SUFFIXES, Discovery
from migrator.files.paths import regular
from migrator.files.prefilter import SIZE_LIMIT, may_speak_v2
from migrator.reporting.report import Severity, plural, severity

if TYPE_CHECKING:
    from migrator.analysis.outcome import Outcome

_V3 = re.compile(rb"streaming(?:\.\w+)?\.assemblyai\.com|\bassemblyai\.streaming\b")
_V2 = b"assemblyai.com/v2/realtime"
_SILENCED = re.compile(rb"#\s*v3-migrate:\s*ignore")
_BAR = 20
"""Characters."""


class State(str, Enum):
    """How far a file is."""

    MOVED = "moved"
    """It speaks v3, and nothing of v2 does not work in it."""
    READY = "ready"
    """`--write` moves it."""
    LEFT = "left"
    """Some of it is left for a person."""
    SILENCED = "silenced"
    """It speaks v2, and a comment asks for silence."""
    ERROR = "error"
    """It could not be looked at."""


@dataclass(frozen=True, slots=True)
class File:
    """One file that speaks to the service, or tells programs how to.

    Attributes:
        rewrites: places that `--write` moves.
        left: places left for a person.
    """

    path: str
    state: State
    rewrites: int = 0
    left: int = 0

    @property
    def is_program(self) -> bool:
        """Whether it is Python."""
        return self.path.lower().endswith(SUFFIXES)


def configure(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.description = (
        "Tell how much of a project is moved: its programs that speak to AssemblyAI's streaming service, and what "
        "keeps the others from speaking v3. Changes nothing."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", default=[os.curdir], help="files and folders (default: .)")
    parser.add_argument("--format", choices=("terminal", "json"), default="terminal", help="(default: terminal)")


def run(arguments: Namespace) -> int:
    """Print how far the files are; return 0, or 2 if one could not be looked at."""
    from migrator.run import migration
    from migrator.settings import Settings, SettingsError

    missing = [path for path in arguments.paths if not os.path.lexists(path)]
    if missing:
        return fail(f"no such file or folder: {', '.join(missing)}")
    try:
        outcomes = migration(Settings(tuple(arguments.paths), jobs=os.cpu_count() or 1)).outcomes
    except SettingsError as error:
        return fail(str(error))
    files = sorted(_files(arguments.paths, outcomes), key=lambda file: file.path)
    print(_document(files) if arguments.format == "json" else "\n".join(_lines(files)))
    return 2 if any(file.state is State.ERROR for file in files) else 0


def _files(paths: Sequence[str], outcomes: Sequence[Outcome]) -> Iterator[File]:
    stale: set[str] = set()
    for outcome in outcomes:
        # What works, and only costs something, keeps no program from being one of v3.
        broken = [finding for finding in outcome.findings if severity(finding.code) is Severity.ERROR]
        rewrites = sum(finding.fixed for finding in broken)
        left = len(broken) - rewrites
        if outcome.error is not None or broken:
            state = State.ERROR if outcome.error is not None else State.LEFT if left else State.READY
            stale.add(outcome.path)
            yield File(outcome.path, state, rewrites, left)
    for _, batch in Discovery(paths).batches():
        for path in batch:
            if path not in stale and (silent := _state(path)):
                yield File(path, silent)


def _state(path: str) -> State | None:
    """Return how far a file is of which there is nothing to tell."""
    try:
        with open(path, "rb", opener=regular) as file:
            data = file.read(SIZE_LIMIT)
    except OSError:
        return None
    if _SILENCED.search(data) and (_V2 in data or may_speak_v2(data)):
        return State.SILENCED
    return State.MOVED if _V3.search(data) else None


def _lines(files: Sequence[File]) -> Iterator[str]:
    programs = [file for file in files if file.is_program]
    rest = [file for file in files if file.state is not State.MOVED]
    if not programs:
        yield "No program here speaks to AssemblyAI's streaming service."
    else:
        moved = _count(programs, State.MOVED)
        share = moved * 100 // len(programs)
        bar = "#" * (share * _BAR // 100)
        yield f"[{bar:-<{_BAR}}] {share} %: {moved} of {plural(len(programs), 'program')} moved to v3"
    for state, words in (
        (State.READY, "to rewrite: v3-migrate --write"),
        (State.LEFT, "with places left for a person"),
        (State.SILENCED, "kept from being moved by a comment"),
        (State.ERROR, "that could not be looked at"),
    ):
        if count := _count(programs, state):
            yield f"  {plural(count, 'program')} {words}"
    if others := len(rest) - (len(programs) - _count(programs, State.MOVED)):
        yield f"  {plural(others, 'other file')} to see to"
    if rest:
        yield "not moved:"
    for file in rest:
        said = [plural(file.rewrites, "rewrite")] * bool(file.rewrites)
        said += [f"{plural(file.left, 'place')} left for a person"] * bool(file.left)
        said = said or ["silenced" if file.state is State.SILENCED else "error, see v3-migrate --check"]
        yield f"  {file.path}: {', '.join(said)}"


def _count(files: Sequence[File], state: State) -> int:
    return sum(file.state is state for file in files)


def _document(files: Sequence[File]) -> str:
    programs = [file for file in files if file.is_program]
    document = {
        "version": 1,
        "programs": {"all": len(programs), **{state.value: _count(programs, state) for state in State}},
        "files": [
            {"path": file.path, "state": file.state.value, "rewrites": file.rewrites, "left": file.left}
            for file in files
        ],
    }
    return json.dumps(document, indent=2)
