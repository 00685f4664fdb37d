"""What a run costs as a project grows, beside what others cost on the same files in the same run.

    python -m benchmarks.scale            all of it: about twenty minutes on two quiet cores
    python -m benchmarks.scale a c e      some of it
    python -m benchmarks.scale --share 10 on a tenth of the files, for a first look

a  a check of 9,000 files without v2: at most 1.5 times `git grep -l`, a quarter of `ruff --no-cache`
b  a migration of the bundled programs: at most 2.5 times a libcst codemod of nothing
c  one v2 file of 1,000, 2,000, 4,000, 8,000 lines: twice the lines, about twice the time
d  a 109-line program that imports a package of 38,000 lines: at most twice the time without it
e  a check of this very repository: at most 30 seconds
f  2,500 to 20,000 files, a tenth of them v2: files per second stay the same
g  48,000 files of which two speak v2: at most three times the same tree without the two

Seconds are processor time, of all processes of a command, unless said otherwise: that of the clock says what else the
machine did. Each number is the best of some rounds in which the contenders take turns.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.check import BIN, PATHSPECS, ROOT, Contender, large_tree, no_op_contender, programs

TOOL = BIN / "v3-migrate"
EXPECTED = frozenset({0, 1})
LINES = 109
"""Of the program in (d)."""


def measured(folder: Path, contenders: Sequence[Contender], rounds: int) -> list[float]:
    """Return the least processor time of each of some commands that take turns in a folder."""
    for _ in range(rounds):
        for contender in contenders:
            contender.run(folder)
    return [min(contender.processor) for contender in contenders]


def check(name: str = "v3-migrate --check") -> Contender:
    """Return a check of everything in a folder."""
    return Contender(name, [TOOL, "--check", "--exit-zero", "."], EXPECTED)


def program(number: int) -> str:
    """Return a program of 30 lines that speaks v2, other in its names than those of other numbers."""
    return f"""\
import json

import websocket

URL_{number} = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


def show_{number}(event):
    print(event["text"])


def on_message_{number}(ws, raw):
    event = json.loads(raw)
    if event["message_type"] == "FinalTranscript":
        show_{number}(event)


def other_{number}(rows):
    total = 0
    for row in rows:
        if row["price"] > {number}:
            total += row["price"] * row["count"]
    return {{"total": total, "rows": len(rows)}}


def main_{number}():
    websocket.WebSocketApp(URL_{number}, on_message=on_message_{number}).run_forever()


"""


def clean(number: int, lines: int = 40) -> str:
    """Return a module without v2."""
    blocks = [
        f"def f{number}_{index}(a, b=None):\n    if b is None:\n        b = [a, {index}]\n    return sorted(b)\n\n\n"
        for index in range(lines // 6)
    ]
    return "import json\nimport os\n\n\n" + "".join(blocks)


def repository(folder: Path) -> None:
    """Make a folder a git repository of what is in it."""
    for command in (["init", "--quiet"], ["add", "--all", "--force"]):
        subprocess.run(["git", "-C", folder, *command], check=True)


def clean_tree(folder: Path, rounds: int, share: int) -> None:
    """Measure (a)."""
    large_tree(folder, 9000 // share)
    grep = Contender("git grep", ["git", "grep", "-l", "api.assemblyai.com/v2", "--", *PATHSPECS], EXPECTED)
    ruff = Contender("ruff", [BIN / "ruff", "check", "--no-cache", "--isolated", "-qe", "."])
    ours = check()
    measured(folder, [grep, ours, ruff], rounds + 1)
    found, tool, slow = (min(contender.seconds[1:]) for contender in (grep, ours, ruff))
    print(
        f"a  {9000 // share:,} files, by the clock: git grep {found:.2f} s, v3-migrate {tool:.2f} s, ruff {slow:.2f} s"
    )
    print(f"   {tool / found:.2f} x git grep (1.5), ruff takes {slow / tool:.1f} x as long (4)")


def bundled(folder: Path, rounds: int, share: int) -> None:
    """Measure (b)."""
    files = programs(folder, max(1, 8 // share))
    nothing, ours = measured(folder, [no_op_contender(), Contender("v3-migrate", [TOOL, ".", "--statistics"])], rounds)
    print(f"b  {files} v2 files: libcst alone {nothing:.1f} s, v3-migrate {ours:.1f} s: {ours / nothing:.2f} x (2.5)")


def long_file(folder: Path, rounds: int, share: int) -> None:
    """Measure (c)."""
    seconds: list[float] = []
    for lines in (1000, 2000, 4000, 8000):
        text, number = "", 0
        while text.count("\n") < lines // share:
            text += program(number)
            number += 1
        (folder / "long.py").write_text(text)
        seconds += measured(folder, [check()], rounds)
        growth = f", {seconds[-1] / seconds[-2]:.2f} x" if len(seconds) > 1 else ""
        print(f"c  {text.count(chr(10)):,} lines: {seconds[-1]:.1f} s{growth} (about 2)")


def large_import(folder: Path, rounds: int, share: int) -> None:
    """Measure (d)."""
    alone, beside = folder / "alone", folder / "beside"
    body = "".join(program(number) for number in range(3))
    body = "".join(body.splitlines(True)[: LINES - 2])
    for place, line in ((alone, "import os\n"), (beside, "import library\n")):
        place.mkdir()
        (place / "bot.py").write_text(f"{line}\n{body}")
    (beside / "library").mkdir()
    modules = max(1, 95 // share)
    names = "".join(f"from library import m{number}\n" for number in range(modules))
    (beside / "library" / "__init__.py").write_text(names)
    for number in range(modules):
        (beside / "library" / f"m{number}.py").write_text(clean(number, 400))
    bot = Contender("v3-migrate", [TOOL, "bot.py", "--check"], EXPECTED)
    first, second = (measured(place, [replace(bot, processor=[])], rounds)[0] for place in (alone, beside))
    print(f"d  {LINES} lines alone {first:.2f} s, beside {modules * 400:,}: {second:.2f} s: {second / first:.2f} x (2)")


def itself(folder: Path, rounds: int, share: int) -> None:
    """Measure (e)."""
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", folder / "clone"], check=True)
    (seconds,) = measured(folder / "clone", [check()], max(1, rounds // 2))
    print(f"e  this repository: {seconds:.1f} s (30)")


def many_files(folder: Path, rounds: int, share: int) -> None:
    """Measure (f)."""
    done = 0
    for files in (2500, 5000, 10_000, 20_000):
        for number in range(done, files // share):
            module = program(number) if number % 10 == 0 else clean(number)
            place = folder / f"p{number % 100}"
            place.mkdir(exist_ok=True)
            (place / f"m{number}.py").write_text(f"import m{number - 100}\n{module}" if number % 10 > 4 else module)
        done = files // share
        (seconds,) = measured(folder, [check()], 1)
        print(
            f"f  {done:,} files, {done // 10:,} of them v2: {seconds:.1f} s, {done / seconds:.0f} a second (the same)"
        )


def two_of_many(folder: Path, rounds: int, share: int) -> None:
    """Measure (g)."""
    large_tree(folder, 48_000 // share)
    (without,) = measured(folder, [check()], rounds)
    (folder / "copy0" / "bot.py").write_text(program(1))
    (folder / "copy0" / "stt.py").write_text("import bot\n" + program(2))
    repository(folder)
    (with_two,) = measured(folder, [check()], rounds)
    ratio = with_two / without
    print(f"g  {48_000 // share:,} files: {without:.1f} s, with two that speak v2 {with_two:.1f} s: {ratio:.2f} x (3)")


BENCHMARKS = {
    "a": clean_tree,
    "b": bundled,
    "c": long_file,
    "d": large_import,
    "e": itself,
    "f": many_files,
    "g": two_of_many,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", nargs="*", choices=[[], *BENCHMARKS], metavar="LETTER", help="what to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=int, default=1, metavar="N", help="measure on an Nth of the files")
    arguments = parser.parse_args()
    for letter in arguments.which or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="v3-migrate-") as place:
            BENCHMARKS[letter](Path(place), arguments.rounds, arguments.share)


if __name__ == "__main__":
    main()
