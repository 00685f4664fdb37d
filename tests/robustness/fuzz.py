"""Migrates random projects, as a user would, and checks what has to hold of every one.

    python -m tests.robustness.fuzz --seconds 100 --seed 1     for CI: the same projects each time
    python -m tests.robustness.fuzz --inputs 20000             by hand: others each time; prints the seed
    python -m tests.robustness.fuzz --seed 1 --only 4711       one of them, with its files before and after

The properties are those that the tool promises (SECURITY.md):

* clean: a project without v2 comes out byte for byte the same, without a finding;
* foreign: a program that speaks a protocol like v2 to somebody else comes out the same, but for comments that ask;
* no crash: no error, and none of the checks before writing finds a defect;
* parses: what compiled before, compiles after;
* stable: a second run changes nothing and reports the same places in the same words;
* layout: encoding, byte order mark and kinds of line ends are as before, and so is each piece without v2;
* told: each word of v2 that is left outside comments stands in a statement that has a finding;
* same: a program fed with a recorded v2 session prints before what it prints after, fed with that session in each
  variant of v3; where it does not, a finding about messages says that something is left to do ("left" counts these).

Exits with 1 if one of them does not hold, and says for which projects.
"""

from __future__ import annotations

import argparse
import ast
import codecs
import io
import json
import os
import random
import re
import sys
import tempfile
import time
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import codemods.analysis  # noqa: F401  # loaded here once, it is there in every worker that is forked
from codemods.model import Finding
from migrator.analysis.outcome import Outcome
from migrator.run import migration
from migrator.settings import Settings
from runtime.replay.turns import Variant
from tests.codemods.listening import VARIANTS, hear
from tests.robustness.inputs import Input, project

BATCH = 48
"""Projects that are migrated by one call, each in a folder of its own."""

_ABOUT_MESSAGES = ("V3M3", "V3M9")

_WORDS = re.compile(
    r"assemblyai\.com/v2/realtime|\b(?:(?:Partial|Final)Transcript|SessionBegins|message_type|audio_data)\b"
    r"|\bterminate_session\b"
)
# A program's own class may have a field called `message_type`.
_NAMES = re.compile(r"\bRealtime(?:Transcriber|Transcript|FinalTranscript|PartialTranscript|SessionOpened|Error)\b")


@dataclass
class Tally:
    """How many projects each property was checked on, and where it did not hold.

    Attributes:
        left: programs that are not the same afterwards.
    """

    checked: Counter[str] = field(default_factory=Counter)
    failed: dict[str, list[int]] = field(default_factory=dict)
    left: int = 0

    def check(self, name: str, number: int, holds: bool) -> None:
        """Count one check."""
        self.checked[name] += 1
        if not holds:
            self.failed.setdefault(name, []).append(number)


def migrated(folder: Path) -> dict[str, Outcome]:
    """Return the outcome of each file below the working directory that has one."""
    return {outcome.path: outcome for outcome in migration(Settings(paths=(str(folder),), jobs=2)).outcomes}


def written(outcomes: dict[str, Outcome]) -> None:
    """Put the new texts in place, without the care that real files deserve."""
    for path, outcome in outcomes.items():
        if outcome.changed:
            Path(path).write_bytes(outcome.after)


def sources(name: str, data: bytes) -> list[str]:
    """Return the program in a file as Python would read it, or each code cell of a notebook, with "" for the others."""
    if name.endswith(".ipynb"):
        cells = json.loads(data)["cells"]
        return ["".join(cell["source"]) if cell["cell_type"] == "code" else "" for cell in cells]
    with io.TextIOWrapper(io.BytesIO(data), tokenize.detect_encoding(io.BytesIO(data).readline)[0], newline="") as file:
        return [file.read()]


def _compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "program", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def untold(texts: Sequence[str], findings: Sequence[Finding]) -> Iterator[str]:
    """Yield each word of v2 in the code, comments apart, that stands in a logical line without a finding."""
    for number, text in enumerate(texts, 1):
        spans = [finding.span for finding in findings if finding.cell in (None, number)]
        for tokens in _logical_lines(text):
            words = [
                word
                for token in tokens
                for word in (_WORDS if token.type != tokenize.NAME else _NAMES).findall(token.string)
            ]
            first, last = tokens[0].start[0], tokens[-1].end[0]
            if words and not any(span.line <= last and first <= span.end_line for span in spans):
                yield from words


def _logical_lines(text: str) -> Iterator[list[tokenize.TokenInfo]]:
    line: list[tokenize.TokenInfo] = []
    with suppress(tokenize.TokenError, SyntaxError):  # a cell may end with a backslash, or be half a block
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE and line:
                yield line
                line = []
            elif token.type not in _SPACE and token.string.strip():
                line.append(token)
    if line:
        yield line


_SPACE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def _mark(data: bytes) -> bool:
    return data.startswith(codecs.BOM_UTF8)


def _newlines(data: bytes) -> set[bytes]:
    return set(re.findall(rb"\r\n|\r|\n", data))


def check(number: int, given: Input, first: dict[str, Outcome], second: dict[str, Outcome], tally: Tally) -> None:
    """Check one project: what its migration came to, and what a second one did."""
    tally.check("no crash", number, not any(outcome.error for outcome in [*first.values(), *second.values()]))
    if given.kind == "clean":
        tally.check("clean", number, not first)
        return
    if given.kind == "foreign":
        tally.check("foreign", number, all(_but_for_comments(f) for f in first.values()))
    stable = not any(outcome.changed for outcome in second.values())
    tally.check("stable", number, stable and _left(first) == _left(second))
    outcome = first.get(given.name, Outcome(given.name))
    old = given.files[given.name]
    new = outcome.after if outcome.changed else old
    texts = sources(given.name, new)
    text, after = given.source, "\n".join(texts)
    noise = [piece for piece in given.noise if piece in "\n".join(sources(given.name, old)).replace("\r\n", "\n")]
    kept = all(piece in after.replace("\r\n", "\n") for piece in noise)
    tally.check("layout", number, kept and _newlines(new) <= _newlines(old) and _mark(new) == _mark(old))
    tally.check("parses", number, _compiles(after))
    left = second.get(given.name, Outcome(given.name)).left
    tally.check("told", number, given.kind == "foreign" or not any(untold(texts, left)))
    if given.heard and _compiles(after):
        expected = _heard(text, None)
        same = all(_heard(after, variant) == expected for variant in VARIANTS)
        said = any(finding.code.startswith(_ABOUT_MESSAGES) for finding in left)
        tally.check("same", number, same or said)
        tally.left += not same


def _but_for_comments(outcome: Outcome) -> bool:
    """Return whether nothing but comments of the tool came into a file."""
    if not outcome.changed:
        return True
    old, new = (sources(outcome.path, data) for data in (outcome.before, outcome.after))
    return old == [re.sub(r"(?m)^[ \t]*# TODO\(v3-migrate\)[^\r\n]*(?:\r\n|\r|\n)", "", text) for text in new]


def _left(outcomes: dict[str, Outcome]) -> Counter[tuple[str, str, str]]:
    return Counter((name, left.code, left.message) for name, outcome in outcomes.items() for left in outcome.left)


def _heard(text: str, variant: Variant | None) -> str:
    try:
        return hear(text, variant)
    except Exception as error:  # whatever a program raises is what it does
        return repr(error)


def batch(numbers: Sequence[int], seed: int, tally: Tally) -> None:
    """Migrate some projects twice and check them."""
    given = {number: project(number, seed) for number in numbers}
    with tempfile.TemporaryDirectory() as place:
        here = Path.cwd()
        os.chdir(place)
        try:
            for number, item in given.items():
                for name, data in item.files.items():
                    path = Path(f"p{number}") / name
                    path.parent.mkdir(exist_ok=True)
                    path.write_bytes(data)
            first = migrated(Path())
            written(first)
            second = migrated(Path())
        finally:
            os.chdir(here)
    for number, item in given.items():
        prefix = f"p{number}/"
        parts = [
            {path.removeprefix(prefix): outcome for path, outcome in found.items() if path.startswith(prefix)}
            for found in (first, second)
        ]
        check(number, item, parts[0], parts[1], tally)


def show(number: int, seed: int) -> None:
    """Print one project, and what became of it."""
    given = project(number, seed)
    for name, data in given.files.items():
        print(f"--- {name}\n{data.decode(errors='replace')}")
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        for name, data in given.files.items():
            Path(name).write_bytes(data)
        first = migrated(Path())
        for path, outcome in first.items():
            print(f"+++ {path}: {outcome.error or ''}\n{outcome.after.decode(errors='replace')}")
        _tell(first)
        written(first)
        _tell(migrated(Path()))
        os.chdir(Path(place).parent)


def _tell(outcomes: dict[str, Outcome]) -> None:
    for path, outcome in outcomes.items():
        for finding in outcome.left:
            print(f"{path}:{finding.span.line} {finding.code} {finding.message}")
    print()


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--inputs", type=int, default=20_000, help="how many projects at most (default: 20000)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for how long at most (default: no end)")
    parser.add_argument("--seed", type=int, default=None, help="make the same projects again")
    parser.add_argument("--only", type=int, default=None, metavar="NUMBER", help="show one project and its migration")
    arguments = parser.parse_args(argv)
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    if arguments.only is not None:
        show(arguments.only, seed)
    tally, start, done = Tally(), time.monotonic(), arguments.only or 0
    end = arguments.only + 1 if arguments.only is not None else arguments.inputs
    print(f"seed {seed}", flush=True)
    while done < end and time.monotonic() - start < arguments.seconds:
        numbers = range(done, min(done + BATCH, end))
        batch(numbers, seed, tally)
        done = numbers.stop
        if done % (10 * BATCH) == 0:
            print(f"{done} projects, failed: {tally.failed or 'none'}", flush=True)
    for name, count in sorted(tally.checked.items()):
        wrong = tally.failed.get(name, [])
        print(f"{name}: {count} checked, {len(wrong)} failed" + f": {wrong[:20]}" * bool(wrong))
    print(f"left: {tally.left} of {tally.checked['same']}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
