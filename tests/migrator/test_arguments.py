"""The command line itself: help, wrong use, commands, explanations."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from codemods.analysis import documentation
from migrator.cli import COMMANDS
from migrator.explain import summaries
from tests.migrator.conftest import PROGRAM, Tool
from tests.migrator.programs import CLEAN, V2, put


def test_the_installed_program_is_this_one(tmp_path: Path) -> None:
    put(tmp_path, {"bot.py": V2})
    shown = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout == f"v3-migrate {version('v3-migrate')}\n"
    checked = subprocess.run([PROGRAM, "--check", "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 1
    command = checked.stdout.splitlines()[-1].partition("To fix: ")[2]
    # The exact command, typed as it stands into a shell.
    fixed = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    assert subprocess.run([PROGRAM, "--check", "."], cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_help_names_every_option_and_command(tool: Tool) -> None:
    ran = tool("--help")
    assert ran.code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in ran.text
        assert tool(command, "--help").code == 0
    options = set(re.findall(r"--[a-z][a-z-]+", ran.text))
    contract = (
        "--write --check --interactive --diff --format --output --statistics --exit-zero --select --ignore --unsafe "
        "--harden --no-todo --exclude --jobs --allow-dirty --speech-model --region --version --help"
    )
    assert set(contract.split()) <= options


@pytest.mark.parametrize(
    "arguments",
    [
        ["--write", "--check", "."],
        ["--frobnicate", "."],
        ["nowhere"],
        [".", "nowhere", "--write"],
        ["--files-from", "nowhere"],
        [".", "--stdin-filename", "bot.py"],
        ["--write", "--since", "HEAD"],
        ["--baseline", "known.json"],
        ["--check", "--baseline", "nowhere.json"],
        ["--check", "--baseline", "bot.py"],
        ["--write-baseline"],
        ["--write-baseline", "--baseline", "no/such/folder/known.json"],
        ["--quiet", "--verbose"],
        ["smoke", "--frobnicate"],
        ["replay", "nowhere.jsonl"],
        ["--format", "yaml", "."],
        ["--region", "mars", "."],
        ["--jobs", "0", "."],
        ["--jobs", "many", "."],
        ["--interactive", "--check", "."],
        ["-", "bot.py"],
        ["-", "--interactive"],
        ["--select", "E501", "."],
        ["--select", "V3M999", "."],
        ["--ignore", "V3M10,V3M0", "."],
        ["explain", "V3M999"],
        ["--output", "no/such/folder/report.txt", "--check", "."],
    ],
    ids=" ".join,
)
def test_wrong_use_says_so_and_exits_with_2(tool: Tool, arguments: list[str]) -> None:
    put(tool.folder, {"bot.py": V2})
    ran = tool(*arguments)
    assert ran.code == 2
    assert ran.out == b""
    assert ran.err.startswith("v3-migrate: error: ")  # one voice, and one line
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err
    assert tool.read("bot.py") == V2


def test_a_report_goes_to_a_file(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    shown = tool("bot.py", "--check", "--format", "concise")
    ran = tool("bot.py", "--check", "--format", "concise", "--output", "report.txt")
    assert (ran.code, ran.out) == (1, b"")
    assert (tool.folder / "report.txt").read_bytes() == shown.out


def test_the_list_of_rules_has_a_line_for_each(tool: Tool) -> None:
    text = tool("explain").text
    assert re.findall(r"^  (V3M\d{3})  ", text, re.MULTILINE) == sorted(summaries())
    assert {rule.code for rule in documentation()} | {"V3M900", "V3M901"} <= set(summaries())
    assert all(len(line) < 80 for line in text.splitlines())
    family = tool("explain", "v3m4").text
    assert family.startswith("V3M4xx Control messages and close codes\n  V3M401  ")
    assert family.splitlines()[0] in text
    assert set(re.findall(r"V3M\d{3}", family)) == {code for code in summaries() if code.startswith("V3M4")}


def test_a_code_that_is_nearly_right_is_suggested(tool: Tool) -> None:
    ran = tool("explain", "V3M1O1")
    assert (ran.code, ran.out) == (2, b"")
    assert "did you mean" in ran.err and "V3M101" in ran.err


def test_every_rule_explains_itself_with_its_examples(tool: Tool) -> None:
    for rule in documentation():
        page = tool("explain", rule.code.lower()).text
        assert page.startswith(f"# {rule.code}: {rule.summary}\n")
        for example in rule.examples:
            for line in [*example.before.splitlines(), *example.after.splitlines()]:
                assert line.strip() in page
        for code in rule.instead:
            assert f"```python\n{code}```\n" in page.split("## Use instead\n")[1]
    assert "no rule explains" in tool("explain", "V3M900").text
    assert "ignore[" in tool("explain", "V3M901").text


def test_how_many_processes_work_changes_nothing(tool: Tool) -> None:
    put(tool.folder, {f"bot{i}.py": V2 for i in range(12)} | {"clean.py": CLEAN})
    one, four = (tool(".", "--format", "json", "--jobs", jobs).out for jobs in ("1", "4"))
    assert one == four
