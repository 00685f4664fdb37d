"""How much longer programs become: `python -m benchmarks.growth [--harden] [PROGRAM...]`.

A program is a folder (its Python files belong together) or a file; by default those under `fixtures/legacy`. A JSON
file lists public programs instead, `{"must_migrate": [{"repo": "owner/name", "commit": ..., "path": ...}, ...]}`, which
are read from `--sources FOLDER`, in subfolders `owner+name@commit`. Printed are the lines before and after, and what
the longest growths are made of: the lines that each rule adds, found by leaving it out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options, ParseError
from migrator.analysis.import_graph import ProjectFolder

LEGACY = Path(__file__).resolve().parent.parent / "fixtures" / "legacy"
#: Lines after, over lines before, that the bundled programs may come to.
AT_MOST = 1.35
LISTED = 10


@dataclass(frozen=True)
class Program:
    """Modules that are migrated together: their text by path."""

    name: str
    sources: dict[str, str]


@dataclass(frozen=True)
class Growth:
    """Lines of a program before and after, and the codes of the rules that had a part in it."""

    program: Program
    before: int
    after: int
    codes: tuple[str, ...]

    @property
    def added(self) -> int:
        """How many lines longer it has become."""
        return self.after - self.before


class Unsettled(ProjectFolder):
    """Files of a project that says nothing about the length of lines, as the bundled programs have none."""

    def line_length(self, path: str) -> int | None:
        """Return None: what the files themselves show counts."""
        return None


def measured(program: Program, options: Options) -> Growth:
    """Return how much longer a program becomes.

    Raises:
        ParseError: a module is not Python that can be parsed.
    """
    lines, codes = 0, set()
    for plan in analyse(program.sources, Unsettled(), options).values():
        if isinstance(plan, ParseError):
            raise plan
        assert isinstance(plan, ModulePlan)
        lines += len(plan.render().splitlines())
        codes |= {finding.code for finding in plan.findings}
    before = sum(len(text.splitlines()) for text in program.sources.values())
    return Growth(program, before, lines, tuple(sorted(codes)))


def reasons(growth: Growth, harden: bool) -> str:
    """Return the rules without which a program would grow less, with the lines that each adds."""
    added = {code: growth.after - measured(growth.program, _options(harden, code)).after for code in growth.codes}
    ranked = sorted(added.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{code} {lines:+}" for code, lines in ranked if lines > 0)


def _options(harden: bool, *ignored: str) -> Options:
    return Options(harden=harden, ignore=ignored)


def programs(paths: Sequence[Path], sources: Path | None) -> Iterator[Program]:
    """Yield what is to be measured."""
    for path in paths or [app / "v2" for app in sorted(LEGACY.iterdir()) if (app / "v2").is_dir()]:
        if path.suffix == ".json" and sources is not None:
            for entry in json.loads(path.read_text(encoding="utf-8"))["must_migrate"]:
                folder = f"{entry['repo'].replace('/', '+')}@{entry['commit'][:7]}"
                file = sources / folder / entry["path"]
                if file.suffix == ".py" and file.is_file():
                    yield _program(f"{folder}/{entry['path']}", [file])
        elif path.is_dir():
            name = path.parent.name if path.name == "v2" else path.name
            yield _program(name, sorted(path.rglob("*.py")))
        else:
            yield _program(path.name, [path])


def _program(name: str, files: Sequence[Path]) -> Program:
    return Program(name, {str(file): file.read_text(encoding="utf-8", errors="replace") for file in files})


def main() -> int:
    """Print the table; return whether the programs grow more than they may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PROGRAM")
    parser.add_argument("--harden", action="store_true", help="migrate with --harden")
    parser.add_argument("--sources", type=Path, metavar="FOLDER", help="where the programs of a JSON file are")
    parser.add_argument("--at-most", type=float, metavar="RATIO", help=f"exit 1 above that (default: {AT_MOST})")
    arguments = parser.parse_args()
    found: list[Growth] = []
    for program in programs(arguments.paths, arguments.sources):
        try:
            found.append(measured(program, _options(arguments.harden)))
        except ParseError as error:
            print(f"{program.name}: not parsed, {error}", file=sys.stderr)
    before, after = sum(growth.before for growth in found), sum(growth.after for growth in found)
    if not before:
        parser.error("no program found")
    for growth in sorted(found, key=lambda growth: -growth.added)[:LISTED]:
        ratio = growth.after / max(growth.before, 1)
        print(f"{growth.added:+5} {growth.before:5} -> {growth.after:<5} x{ratio:.2f}  {growth.program.name}")
        print(f"      {reasons(growth, arguments.harden)}")
    print(f"\n{len(found)} programs, {before} -> {after} lines: x{after / before:.3f}")
    return int(after / before > (arguments.at_most or AT_MOST))


if __name__ == "__main__":
    sys.exit(main())
