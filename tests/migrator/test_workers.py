"""Worker processes: what happens when one dies, fails, or is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress

import pytest

from codemods.model import FilePlan, Options, ParseError, Workspace
from migrator.analysis import worker
from migrator.run import migration
from migrator.settings import Settings
from tests.migrator.conftest import PROGRAM, Tool
from tests.migrator.programs import V2, V3, put

_analyse = worker.rules_analyse

INTERRUPTED = """\
import sys, time
from pathlib import Path
from migrator.analysis import worker
from migrator.cli import main

def endless(*_):
    Path(sys.argv[1]).touch()
    time.sleep(600)

worker.rules_analyse = endless
sys.exit(main([".", "--write", "--jobs", "2"]))
"""


def fatal(sources: Mapping[str, str], space: Workspace, options: Options) -> Mapping[str, FilePlan | ParseError]:
    """Analyse as always, but die without a word on one file and fail on another."""
    if any("# out of memory" in text for text in sources.values()):
        os.kill(os.getpid(), signal.SIGKILL)  # What the kernel does to a process that takes too much memory.
    if any("# defect" in text for text in sources.values()):
        raise ZeroDivisionError("a defect of a rule")
    return _analyse(sources, space, options)


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_worker_that_dies_costs_its_file_only(tool: Tool, jobs: int) -> None:
    files: dict[str, str | bytes] = {f"bot{number:02}.py": V2 for number in range(12)}
    put(tool.folder, files | {"bot03.py": f"{V2}# out of memory\n", "bot07.py": f"{V2}# defect\n"})
    outcomes = {found.path: found for found in migration(Settings((".",), jobs=jobs), fatal).outcomes}
    assert sorted(outcomes) == sorted(files)
    errors = {path: outcome.error for path, outcome in outcomes.items() if outcome.error is not None}
    assert errors.pop("bot03.py") == (
        "left alone: its analysis was killed (nested too deeply for the parser, or out of memory)"
    )
    assert str(errors.pop("bot07.py")).startswith(
        "internal error, left alone: ZeroDivisionError: a defect of a rule in fatal, "
    )
    assert errors == {}
    assert {o.after.decode() for o in outcomes.values() if o.error is None} == {V3}


def test_a_worker_that_dies_costs_its_own_file_of_a_group(tool: Tool) -> None:
    put(tool.folder, {"base.py": f"{V2}# out of memory\n", "bot.py": f"import base\n\n{V2}"})
    outcomes = {found.path: found for found in migration(Settings((".",)), fatal).outcomes}
    assert outcomes["base.py"].error is not None
    assert outcomes["bot.py"].after.decode() == f"import base\n\n{V3}"


def test_ctrl_c_ends_a_run_at_once_and_nothing_is_written(tool: Tool) -> None:
    put(tool.folder, {f"bot{number}.py": V2 for number in range(12)})
    started = tool.folder / "started"
    command = [sys.executable, "-c", INTERRUPTED, str(started)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # A terminal tells the whole group.
    assert process.communicate(timeout=60) == (b"", b"v3-migrate: interrupted\n")
    assert process.returncode == 130
    with suppress(ProcessLookupError):
        while True:  # Until no worker is left: the test times out if one stays.
            os.killpg(process.pid, 0)
            time.sleep(0.05)
    assert {tool.read(f"bot{number}.py") for number in range(12)} == {V2}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_workers_end_with_the_process_that_started_them(tool: Tool, number: int) -> None:
    put(tool.folder, {f"bot{number}.py": V2 for number in range(12)})
    started = tool.folder / "started"
    command = [sys.executable, "-c", INTERRUPTED, str(started)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)  # It alone: its workers hear of it from nobody.
    process.communicate(timeout=60)
    assert process.returncode == -number
    with suppress(ProcessLookupError):
        while True:  # Until no worker is left: the test times out if one stays.
            os.killpg(process.pid, 0)
            time.sleep(0.05)


def test_a_reader_that_goes_away_is_no_error(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2.replace("URL", f"# {'more than a pipe holds ' * 10_000}\nURL", 1)})
    command = f"'{PROGRAM}' . --diff 2>err | head -n 1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert ran.stdout == "diff --git a/bot.py b/bot.py\n"
    assert "Traceback" not in tool.read("err")


def test_an_analysis_that_does_not_come_to_an_end_is_given_up_and_told(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other groups are migrated; nothing of this one is written, and each of its files with a word of v2 is named."""
    functions = "".join(f"def f{n}(x):\n    return f{(n + 1) % 40}([x]) or x\n\n\n" for n in range(40))
    put(tool.folder, {"knot.py": f"import loop\n{V2}", "loop.py": functions, "bot.py": V2})
    put(tool.folder, {"knot.py": tool.read("knot.py").replace("print(", "loop.f0(data)\n        print(")})
    monkeypatch.setattr("codemods.model.BUDGET", 60)
    ran = tool(".", "--write", "--format", "json", "--allow-dirty")
    assert ran.code == 2
    errors = {file["path"]: file["error"] for file in ran.json["files"]}
    assert errors == {
        "bot.py": None,
        "knot.py": "speaks v2, but was not analysed: it, read with 1 more that have to do with it, "
        "is too much for one analysis: split it, or migrate it by hand",
    }
    assert tool.read("bot.py") == V3
    assert "api.assemblyai.com/v2" in tool.read("knot.py")
