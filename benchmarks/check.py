"""How long a check of clean code takes, beside `git grep` and `ruff`; and a migration, beside a codemod of nothing.

    python benchmarks/check.py              the standard library and installed packages, repeated up to 9,000 files
    python benchmarks/check.py FOLDER       any git repository of yours; it is only read

Programs of one kind run in turn, round after round, so that whatever else the machine does falls on all of them.
Prints the best time of each, its ratio to the first, and the peak memory of its largest process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SUFFIXES = (".py", ".pyi", ".pyw")
PATHSPECS = [f"*{suffix}" for suffix in SUFFIXES]
ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
IGNORED = shutil.ignore_patterns("__pycache__", ".git", "test", "tests")


@dataclass(slots=True)
class Contender:
    """A command and what was measured of it.

    Attributes:
        expected: exit codes of a run that did its work.
        seconds: of each run, by the clock.
        processor: of each run, of all its processes.
        memory: peak of its largest process, in bytes.
    """

    name: str
    command: Sequence[str | Path]
    expected: frozenset[int] = frozenset({0})
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: int = 0

    def run(self, folder: Path) -> None:
        """Run once in `folder`.

        Raises:
            SystemExit: it failed; says how.
        """
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "benchmarks")}
        with tempfile.TemporaryFile() as output:
            start = time.perf_counter()
            process = subprocess.Popen(self.command, cwd=folder, stdout=output, stderr=output, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds.append(time.perf_counter() - start)
            self.processor.append(usage.ru_utime + usage.ru_stime)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in self.expected:
                output.seek(0)
                raise SystemExit(
                    f"{output.read().decode(errors='replace')}\n{self.name}: exit code {process.returncode}"
                )
        self.memory = max(self.memory, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def show(title: str, contenders: Sequence[Contender], files: int) -> None:
    """Print the table of what was measured."""
    print(f"\n{title}")
    print(f"  {'':<28} {'best':>8} {'median':>8} {'ratio':>7} {'files/s':>9} {'memory':>8}")
    for contender in contenders:
        best = min(contender.seconds)
        print(
            f"  {contender.name:<28} {best:>6.2f} s {statistics.median(contender.seconds):>6.2f} s "
            f"{best / min(contenders[0].seconds):>6.2f}x {files / best:>9,.0f} {contender.memory / 1e6:>5.0f} MB"
        )


def python_files(folder: Path) -> list[Path]:
    """Return the files that all contenders look at."""
    return sorted(path for path in folder.rglob("*.py*") if path.suffix in SUFFIXES)


def large_tree(folder: Path, files: int) -> None:
    """Make `folder` a git repository of `files` real modules: those of this Python and of its packages, repeated."""
    sources = [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    copy = 0
    while len(python_files(folder)) < files:
        for source in sources:
            shutil.copytree(source, folder / f"copy{copy}" / source.name, ignore=IGNORED, symlinks=True)
        # This tool and the SDK speak v2, by profession.
        for own in [*folder.rglob("assemblyai"), *folder.rglob("*v3_migrate*")]:
            shutil.rmtree(own, ignore_errors=True)
        copy += 1
    for extra in python_files(folder)[files:]:
        extra.unlink()
    for command in (["init", "--quiet"], ["add", "--all", "--force"]):
        subprocess.run(["git", "-C", folder, *command], check=True)


def check(folder: Path, rounds: int) -> None:
    """Measure a check of clean code."""
    listed = subprocess.run(["git", "-C", folder, "ls-files", "-z", "--", *PATHSPECS], capture_output=True, check=True)
    files = listed.stdout.count(b"\0")
    contenders = [
        Contender("git grep -l", ["git", "grep", "-l", "api.assemblyai.com/v2", "--", *PATHSPECS], frozenset({0, 1})),
        Contender("v3-migrate --check", [BIN / "v3-migrate", "--check", "."], frozenset({0, 1})),
        Contender("ruff check --no-cache", [BIN / "ruff", "check", "--no-cache", "--isolated", "-qe", "."]),
    ]
    for number in range(rounds + 1):
        for contender in contenders:
            contender.run(folder)
            if number == 0:  # Reads the files into the page cache, for all of them.
                contender.seconds.clear()
    show(f"A check of {files:,} files without v2", contenders, files)


def programs(folder: Path, copies: int) -> int:
    """Copy the bundled programs, each into a folder of its own, some times; return how many files that are."""
    for app in sorted((ROOT / "fixtures" / "legacy").iterdir()):
        for number in range(copies if (app / "v2").is_dir() else 0):
            shutil.copytree(app / "v2", folder / f"{app.name}{number}", ignore=IGNORED)
    return sum(1 for _ in folder.rglob("*.py"))


def no_op_contender() -> Contender:
    """Return a libcst codemod of nothing."""
    jobs = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    tool = [sys.executable, "-m", "libcst.tool", "codemod", "-x", f"--jobs={jobs}", "--no-format", "no_op.NoOp", "."]
    return Contender("libcst, a codemod of nothing", tool)


def migration(folder: Path, copies: int, rounds: int) -> None:
    """Measure the migration of the bundled programs, each a project of its own."""
    files = programs(folder, copies)
    contenders = [no_op_contender(), Contender("v3-migrate", [BIN / "v3-migrate", ".", "--statistics"])]
    for _ in range(rounds):
        for contender in contenders:
            contender.run(folder)
    show(f"A migration of {files:,} v2 files", contenders, files)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="a git repository to check")
    parser.add_argument("--files", type=int, default=9000, help="size of the tree made when no folder is given")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=8, help="of each bundled program, for the migration")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="v3-migrate-") as temporary:
        tree = arguments.folder
        if tree is None:
            tree = Path(temporary) / "tree"
            tree.mkdir()
            large_tree(tree, arguments.files)
        check(tree, arguments.rounds)
        programs = Path(temporary) / "programs"
        programs.mkdir()
        migration(programs, arguments.copies, max(1, arguments.rounds // 2))


if __name__ == "__main__":
    main()
