"""Several reports of one run, and what makes a run fail."""

from __future__ import annotations

import json
import subprocess

import pytest

from migrator.cli import COMMANDS
from scripts import man
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, V2, put

NOTE = "See wss://api.assemblyai.com/v2/realtime/ws\n"


def test_several_reports_of_one_run(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    ran = tool(".", "--check", "--format", "json:a.json", "--format", "sarif:b.sarif", "--format", "concise")
    assert ran.code == 1
    assert ran.text.startswith("bot.py:5:7 V3M101 ")
    assert json.loads(tool.read("a.json"))["version"] == 2
    assert json.loads(tool.read("b.sarif"))["version"] == "2.1.0"
    assert tool(".", "--check", "--format", "json:a.json").text.startswith("bot.py:5:7 V3M101 ")
    put(tool.folder, {"bot.py": CLEAN})
    assert tool("bot.py", "--check", "--format", "json:a.json").text == "1 file checked: no AssemblyAI v2 usage.\n"
    assert json.loads(tool.read("a.json"))["files"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--format", "jsn"), "no form 'jsn': did you mean 'json'?"),
        (("--format", "json", "--format", "sarif"), "--format json and sarif: give one of them a file"),
        (("--completion", "tcl"), "not 'tcl'"),
        (("--fail-on", "fatal"), "invalid choice: 'fatal'"),
    ],
)
def test_wrong_use(tool: Tool, words: tuple[str, ...], says: str) -> None:
    ran = tool(".", *words)
    assert ran.code == 2
    assert says in ran.err


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"bot.py": V2}, {"error": 1, "warning": 1, "note": 1}),
        ({"clean.py": CLEAN, "README.md": NOTE}, {"error": 0, "warning": 0, "note": 1}),
        ({"clean.py": CLEAN + "x = 1  # v3-migrate: ignore[V3M101]\n"}, {"error": 0, "warning": 1, "note": 1}),
    ],
)
def test_what_fails_a_check(tool: Tool, files: dict[str, str], codes: dict[str, int]) -> None:
    put(tool.folder, dict(files))
    assert {level: tool(".", "--check", "--fail-on", level).code for level in codes} == codes


def test_completion_knows_options_commands_their_options_and_files(tool: Tool) -> None:
    """Asked as bash asks: the words so far, and which of them is being typed."""
    put(tool.folder, {"status.py": "", "script.sh": tool("--completion", "bash").out})

    def completed(*words: str) -> list[str]:
        asks = (
            'source ./script.sh; f=$(complete -p v3-migrate | sed "s/.*-F \\([^ ]*\\).*/\\1/"); COMP_WORDS=("$@"); '
            'COMP_CWORD=$(($# - 1)); "$f" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"; '
            'printf "%s\\n" "${COMPREPLY[@]}"'
        )
        ran = subprocess.run(
            ["bash", "-c", asks, "bash", "v3-migrate", *words],
            cwd=tool.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.split()

    assert completed("--fail") == ["--fail-on"]
    assert completed("--fail-on", "w") == ["warning"]
    assert completed("stat") == ["status", "status.py"]
    assert completed("smoke", "--mig") == ["--migrate"]


def test_the_manual_page_is_made_from_the_parser() -> None:
    """What is kept in the repository may lag behind: a release makes sure that it does not (`release.yml`)."""
    assert man.PAGE.read_text(encoding="utf-8").startswith(".TH V3")
    assert {f".SH COMMAND \\fIv3\\-migrate {name}\\fR" for name in COMMANDS} <= set(man.page().splitlines())
