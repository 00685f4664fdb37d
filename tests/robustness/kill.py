"""Ends runs that are writing, at random moments, in every way there is, and looks at what is left.

    python -m tests.robustness.kill                  300 x SIGKILL, 100 x SIGTERM, 100 x Ctrl+C twice, 50 x SIGHUP
    python -m tests.robustness.kill --share 0.05     a twentieth of that, for CI
    python -m tests.robustness.kill --seed 7         the same moments again, as far as a machine repeats itself

A run writes 40 files, in two git repositories, one inside the other, and beside them. Half of the signals come at any
moment of it, half while files are being renamed. Whoever asks politely must find all files as they were, or all as they
should be, once the process has ended; after SIGKILL the next run of the tool, of any mode, may put that right first.
Then there must be no mixture, no file that is neither, none that is lost, no temporary file, and no undo patch that git
refuses. Exits with 1 if anything of that is not so.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from migrator.analysis.outcome import Outcome
from migrator.cli import main as tool
from migrator.output.writer import write

FILES = [f"{folder}{number:02}.py" for folder in ("", "app/", "app/inner/", "loose/") for number in range(10)]
TIMES = {"SIGKILL": 300, "SIGTERM": 100, "Ctrl+C twice": 100, "SIGHUP": 50}
SIGNALS = {
    "SIGKILL": (signal.SIGKILL,),
    "SIGTERM": (signal.SIGTERM,),
    "Ctrl+C twice": (signal.SIGINT, signal.SIGINT),
    "SIGHUP": (signal.SIGHUP,),
}
ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MODES = (["."], [".", "--check"], ["app", "--diff"], [".", "--write"])


def before(name: str) -> bytes:
    """Return what a file holds at first; nothing in it is v2, so that the next run has nothing else to do."""
    return f"# {name}\nold = True\n".encode() * 40


def after(name: str) -> bytes:
    """Return what the run writes."""
    return before(name).replace(b"old", b"new")


def prepare(folder: Path) -> None:
    """Make the repositories and go there."""
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(before(name))
    identity = ("-c", "user.name=kill", "-c", "user.email=kill@example.com")
    for place in (folder / "app/inner", folder / "app"):
        for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "all"]):
            subprocess.run(["git", "-C", place, *command], check=True, capture_output=True)
    os.chdir(folder)


def forked(work: Callable[[], object], pipe: int | None = None) -> int:
    """Do `work` in a process of its own, which starts with the signal handlers of a new program; return its id."""
    # A signal that comes too early would unwind a copy of this very program, and remove its temporary folder.
    signal.pthread_sigmask(signal.SIG_BLOCK, ASKING)
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKING)
        return child
    code, begun = 130, False
    while True:
        with suppress(KeyboardInterrupt):  # the second one may come anywhere
            if not begun:
                begun = True
                code = _done(work, pipe)
            os._exit(code)


def _done(work: Callable[[], object], pipe: int | None) -> int:
    for number in ASKING:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    if pipe is not None:
        _tell_of_renames(pipe)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKING)
            code = work()
        except KeyboardInterrupt:
            return 130
        except BaseException:
            return 99
    return code if isinstance(code, int) else 0


def _tell_of_renames(pipe: int) -> None:
    rename = os.replace

    def told(*arguments: str, **folders: int) -> None:
        os.write(pipe, b".")
        rename(*arguments, **folders)

    os.replace = told  # type: ignore[assignment]


def run() -> None:
    """Write every file."""
    write([Outcome(name, before(name), after(name)) for name in FILES])


def end(child: int) -> int:
    """Wait for a process and return its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state() -> Counter[str]:
    """Return how many files are old, new, or neither."""
    found: Counter[str] = Counter()
    for name in FILES:
        try:
            data = Path(name).read_bytes()
        except FileNotFoundError:
            data = b""
        found["old" if data == before(name) else "new" if data == after(name) else "neither"] += 1
    return found


def faults(folder: Path) -> list[str]:
    """Return what is wrong with what is left."""
    found = state()
    told = ["a mixture"] if len(found) > 1 else []
    told += ["a file lost or half written"] if "neither" in found else []
    left = [path.name for path in folder.parent.rglob("*") if path.name.startswith((".v3-migrate-", "run-"))]
    told += [f"left over: {left[0]}"] if left else []
    patches = sorted(folder.rglob(".git/v3-migrate/*.patch"))
    if patches and set(found) == {"old"}:
        told.append("an undo patch of nothing")
    for patch in patches:
        top = patch.parents[2]
        check = subprocess.run(["git", "-C", top, "apply", "-R", "--check", patch], capture_output=True, check=False)
        told += ["an undo patch that does not apply"] if check.returncode else []
    return told


def trial(folder: Path, kind: str, draw: random.Random, whole: float, renaming: float) -> tuple[str, list[str]]:
    """End one run; return how far it had come and what is wrong afterwards."""
    reading, writing = os.pipe()
    child = forked(run, writing)
    os.close(writing)
    if draw.random() < 0.5:
        time.sleep(draw.uniform(0, whole))
    else:
        os.read(reading, 1)
        time.sleep(draw.uniform(0, renaming))
    for number, which in enumerate(SIGNALS[kind]):
        if number:
            time.sleep(draw.uniform(0, renaming))
        os.kill(child, which)
    code = end(child)
    os.close(reading)
    found = state()
    reached = "mixed" if len(found) > 1 else next(iter(found))
    told: list[str] = []
    if kind == "SIGKILL":
        end(forked(lambda: tool(draw.choice(MODES))))
    elif code == 99:
        told.append("a crash")
    told += faults(folder)
    if set(state()) == {"new"} and end(forked(lambda: tool(["undo"]))):
        told.append("undo refuses")
    if set(state()) != {"old"}:
        told += [] if told else ["undo leaves something"]
        for name in FILES:
            Path(name).write_bytes(before(name))
    return reached, told


def measured() -> tuple[float, float]:
    """Return how long a run takes that nobody ends, and for how long of it files are renamed, in seconds."""
    reading, writing = os.pipe()
    start = time.monotonic()
    child = forked(run, writing)
    os.close(writing)
    os.read(reading, 1)
    renaming = time.monotonic()
    end(child)
    finish = time.monotonic()
    os.close(reading)
    end(forked(lambda: tool(["undo"])))
    return finish - start, finish - renaming


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of runs (default: 1)")
    parser.add_argument("--kind", choices=TIMES, action="append", help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=None, help="draw the same moments again")
    arguments = parser.parse_args(argv)
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    draw = random.Random(seed)
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "project"
        os.environ["XDG_STATE_HOME"] = str(folder.parent / "state")
        prepare(folder)
        whole, renaming = measured()
        print(f"seed {seed}; a run takes {whole * 1000:.0f} ms, {renaming * 1000:.0f} ms of it renaming")
        for kind, times in TIMES.items():
            if arguments.kind and kind not in arguments.kind:
                continue
            reached: Counter[str] = Counter()
            wrong: Counter[str] = Counter()
            for _ in range(max(1, round(times * arguments.share))):
                how, told = trial(folder, kind, draw, whole, renaming)
                reached[how] += 1
                wrong.update(told)
                failed += bool(told)
            when = ", ".join(f"{count} {how}" for how, count in sorted(reached.items()))
            print(
                f"{kind}: {reached.total()} runs, ended when the files were: {when}; wrong: {dict(wrong) or 'nothing'}"
            )
        os.chdir(folder.parent.parent)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
