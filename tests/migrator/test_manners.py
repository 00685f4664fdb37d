"""What spares a user a look at the help: defaults, hints, and ways to say which files and places are meant."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.cli import COMMANDS
from tests.migrator.conftest import PROGRAM, Tool
from tests.migrator.programs import CLEAN, LEFT, V2, V3, git, put, repository


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("check", "--check"),
        ("wirte", "--write"),
        ("exlpain V3M504", "explain"),
        ("smok", "smoke"),
        ("help", "--help"),
        ("--wirte", "--write"),
        ("--regoin=eu", "--region"),
        ("smoke --comprae", "--compare"),
        ("explain --hlep", "--help"),
        ("--select V3M1O1", "V3M101"),
        ("--ignore v3m101", "V3M101"),
    ],
)
def test_what_may_be_meant(tool: Tool, words: str, meant: str) -> None:
    ran = tool(*words.split())
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith("v3-migrate: error: ")
    assert ran.err.endswith(f": did you mean {meant!r}?\n")


def test_this_folder_is_meant_where_none_is_named(tool: Tool) -> None:
    put(tool.folder, {"a/bot.py": V2})
    assert tool().out == tool(".").out
    assert tool("--check").code == 1
    assert tool("--write").code == 0
    assert tool.read("a/bot.py") == V3


def test_help_has_groups_and_examples_that_work(tool: Tool) -> None:
    put(tool.folder, {"src/bot.py": V2, "bot.py": V2})
    shown = tool("--help").text
    assert max(map(len, shown.splitlines())) <= 110
    for group in ("what to do", "which files", "which rules", "the new code", "the report", "commands", "examples"):
        assert f"\n{group}" in shown
    assert tool("-h").text == shown
    assert tool("-V").text == tool("--version").text


def test_quiet_is_places_and_errors_and_nothing_else(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2, "bad.py": V2 + "(\n", "clean.py": CLEAN})
    assert tool("clean.py", "-q").out == b""
    ran = tool(".", "--check", "--quiet")
    assert ran.out == tool(".", "--check", "--format", "concise").out
    assert ran.err == ""


def test_verbose_says_what_is_looked_at(tool: Tool) -> None:
    put(tool.folder, {"a/pyproject.toml": "[tool.v3-migrate]\nregion = 'eu'\n", "a/bot.py": V2, "clean.py": CLEAN})
    plain, ran = tool("--check"), tool("--check", "-v")
    assert ran.out == plain.out
    assert "2 files looked at, 1 speak v2\n" in ran.err
    assert "to analyse: a/bot.py\n" in ran.err
    assert "settings of a/pyproject.toml\n" in ran.err


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\0"])
def test_paths_from_a_file_or_from_standard_input(tool: Tool, separator: str) -> None:
    put(tool.folder, {"one.py": V2, "a b/two.py": V2, "three.py": V2, "list": separator.join(["one.py", "a b", ""])})
    expected = ["a b/two.py", "one.py"]
    given = (tool.folder / "list").read_bytes()
    for ran in (
        tool("--files-from", "list", "--check", "--format", "json"),
        tool("--files-from", "-", "--check", "--format", "json", given=given),
    ):
        assert [file["path"] for file in ran.json["files"]] == expected
    ran = tool("three.py", "--files-from", "list", "--check", "--format", "json")
    assert [file["path"] for file in ran.json["files"]] == [*expected, "three.py"]
    assert tool("--files-from", "-", "--check", given=b"").text == "0 files checked: no AssemblyAI v2 usage.\n"
    assert "no such file or folder: four.py" in tool("--files-from", "-", "--check", given=b"four.py\n").err


def test_a_program_on_standard_input_that_has_a_name(tool: Tool) -> None:
    table = "[tool.v3-migrate]\nregion = 'eu'\nper-file-ignores = {'bot.py' = ['V3M303']}\n"
    put(
        tool.folder,
        {"app/pyproject.toml": table, "app/settings.py": 'BASE = "wss://api.assemblyai.com/v2/realtime/ws"\n'},
    )
    program = V2.replace("import json\n", "import json\n\nfrom settings import BASE\n").replace(
        '"wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"', 'BASE + "?sample_rate=16000"'
    )
    ran = tool("--stdin-filename", "app/bot.py", "--check", "--format", "json", given=program.encode())
    assert {path for path, _, _ in ran.findings()} == {"app/bot.py"}
    # What it imports lies beside it, whether the file is there or not; its settings are the nearest.
    put(tool.folder, {"app/bot.py": "an older version\n"})
    ran = tool("-", "--stdin-filename", "app/bot.py", given=V2.encode())
    assert "streaming.eu.assemblyai.com" in ran.text
    assert 'data["text"]' in ran.text
    assert tool.read("app/bot.py") == "an older version\n"


@pytest.fixture
def branch(tool: Tool) -> Tool:
    """A branch that changed one of two v2 files and added a third, while the main line went on."""
    repository(tool.folder, {"old.py": V2, "touched.py": V2, "other.py": CLEAN})
    git(tool.folder, "branch", "-M", "main")
    git(tool.folder, "checkout", "--quiet", "-b", "topic")
    put(tool.folder, {"touched.py": f"{V2}print(1)\n".replace("=16000", "=8000"), "new.py": V2})
    git(tool.folder, "add", "--all")
    git(tool.folder, "commit", "--quiet", "--message", "topic")
    git(tool.folder, "checkout", "--quiet", "main")
    put(tool.folder, {"old.py": f"{V2}print(2)\n"})
    git(tool.folder, "commit", "--quiet", "--all", "--message", "main")
    git(tool.folder, "checkout", "--quiet", "topic")
    return tool


def told(tool: Tool, *arguments: str | Path) -> set[str]:
    return {file["path"] for file in tool("--check", "--format", "json", *arguments).json["files"]}


def test_only_lines_that_a_branch_changed(branch: Tool) -> None:
    assert told(branch) == {"new.py", "old.py", "touched.py"}
    ran = branch("--check", "--since", "main", "--format", "json")
    assert [place for place in ran.findings() if place[0] == "touched.py"] == [("touched.py", "V3M101", True)]
    assert told(branch, "--since", "main") == {"new.py", "touched.py"}
    put(branch.folder, {"old.py": f"# a comment\n{V2}", "later.py": V2})  # not even committed
    assert told(branch, "--since", "main") == {"later.py", "new.py", "touched.py"}
    assert told(branch, "--since", "HEAD") == {"later.py"}
    git(branch.folder, "add", "--all")
    git(branch.folder, "commit", "--quiet", "--message", "more")
    ran = branch("--check", "--since", "HEAD")
    assert (ran.code, ran.text) == (0, "5 files checked: no AssemblyAI v2 usage since HEAD.\n")


@pytest.mark.parametrize("revision", ["nowhere", "--all", "HEAD:old.py"])
def test_a_revision_that_is_none(branch: Tool, revision: str) -> None:
    ran = branch("--check", f"--since={revision}")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith(f"v3-migrate: error: --since {revision}: no such revision in ")


def test_known_places_are_told_no_more_and_new_ones_are(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tool.folder, {"app/bot.py": LEFT, "ci/x": ""})
    ran = tool("--write-baseline", "--baseline", "ci/known.json")
    assert (ran.code, ran.text) == (0, "1 file checked: 4 known places written to ci/known.json.\n")
    assert "assemblyai.com" not in tool.read("ci/known.json")  # lines of code may hold keys
    known = ("--check", "--baseline", "ci/known.json")
    ran = tool(*known)
    assert (ran.code, ran.text) == (
        0,
        "1 file checked: no AssemblyAI v2 usage that ci/known.json does not know.\n",
    )
    assert ran.err == "v3-migrate: 4 known places of ci/known.json not told\n"
    # Moved lines are known; a second line like one of them is new, and so is one in another file.
    url = LEFT.splitlines()[4].removeprefix("URL = ")
    put(tool.folder, {"app/bot.py": f"# a comment\n\n{LEFT}\n\nBACKUP = {url}\n", "app/more.py": V2})
    ran = tool(*known, "--format", "json")
    assert ran.code == 1
    new = [("app/bot.py", "V3M101", True), *(("app/more.py", code, True) for code in ("V3M101", "V3M301", "V3M303"))]
    assert ran.findings() == new
    monkeypatch.chdir(tool.folder / "app")
    again = tool("--check", "--baseline", "../ci/known.json", "--format", "json")
    assert [code for _, code, _ in again.findings()] == [code for _, code, _ in ran.findings()]


def test_known_places_that_are_gone_are_counted_and_forgotten_on_request(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    tool("--write-baseline", "--baseline", "known.json")
    put(tool.folder, {"bot.py": V3})
    ran = tool("--check", "--baseline", "known.json")
    assert ran.code == 0
    assert ran.err == "v3-migrate: 3 places of known.json not there any more: --write-baseline forgets them\n"
    tool("--write-baseline", "--baseline", "known.json")
    assert tool("--check", "--baseline", "known.json").err == ""


def test_a_file_that_cannot_be_read_is_no_known_place(tool: Tool) -> None:
    put(tool.folder, {"bad.py": V2 + "(\n"})
    ran = tool("--write-baseline", "--baseline", "known.json")
    assert ran.code == 2
    assert "bad.py: error: " in ran.text
    assert tool("--check", "--baseline", "known.json").code == 2


@pytest.mark.parametrize("words", [["bot.py", "--check"], ["-"], ["explain", "V3M101"], ["clean.py"]])
def test_a_full_disk_is_an_error_in_one_line(tool: Tool, words: list[str]) -> None:
    if not Path("/dev/full").exists():
        return  # only Linux has a disk that is always full
    put(tool.folder, {"bot.py": V2, "clean.py": CLEAN})
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run([PROGRAM, *words], input=V2.encode(), stdout=full, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 2
    assert ran.stderr.decode().lower() == "v3-migrate: error: standard output: no space left on device\n"


def test_a_report_in_a_file_leaves_the_sums_on_the_screen(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    ran = tool("--check", "--format", "json", "--output", "report.json")
    assert (ran.out, ran.err) == (b"", "1 file checked: 1 file to migrate, 3 rewrites.\n")
    assert tool("--check", "--format", "json", "--output", "report.json", "-q").err == ""


def test_the_hint_of_a_hook_can_be_typed(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pre-commit's environment the tool is on nobody's path, and what it is given is staged, most of it clean."""
    repository(tool.folder, {"bot.py": CLEAN, "other.py": CLEAN})
    put(tool.folder, {"bot.py": V2})
    git(tool.folder, "add", "--all")
    monkeypatch.setenv("PRE_COMMIT", "1")
    monkeypatch.setattr(sys, "argv", [str(PROGRAM)])
    ((why, command),) = tool("bot.py", "other.py", "--check").steps
    assert (why, command) == ("To fix", f"{PROGRAM} bot.py --write --allow-dirty")
    monkeypatch.delenv("PRE_COMMIT")
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    assert tool.read("bot.py") == V3


def test_every_help_fits(tool: Tool) -> None:
    for command in COMMANDS:
        assert max(map(len, tool(command, "--help").text.splitlines())) <= 110, command


def test_what_no_comment_remembers_is_told_for_the_last_time(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LEFT, "other.py": LEFT})
    last = ("Keep this list", "without TODO comments a later run need not find these places again")
    assert last in tool("bot.py", "--write", "--no-todo").steps
    assert last not in tool("other.py", "--write").steps


@pytest.mark.parametrize(
    ("marker", "begins"),
    [
        ("pipx_metadata.json", "pipx inject v3-migrate "),
        ("uv-receipt.toml", "uv pip install --python "),
        ("pyvenv.cfg", sys.executable),
    ],
)
def test_what_the_microphone_needs_goes_where_the_tool_is(
    tool: Tool, monkeypatch: pytest.MonkeyPatch, marker: str, begins: str
) -> None:
    """No package of our name is asked for: nobody has to have published one."""
    put(tool.folder, {marker: ""})
    monkeypatch.setattr(sys, "prefix", str(tool.folder))
    for library in ("pyaudio", "sounddevice"):
        monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setenv("ASSEMBLYAI_API_KEY", "key")
    ran = tool("listen", "--url", "ws://127.0.0.1:1")
    assert ran.code != 0
    for library in ("pyaudio", "sounddevice"):
        line = next(line for line in ran.err.splitlines() if f" {library} " in line and line.startswith("  "))
        assert line.startswith(f"  {begins}")
    assert "[mic]" not in ran.err
