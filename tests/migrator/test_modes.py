"""Preview, check and write: what each prints, changes and exits with."""

from __future__ import annotations

import pytest

from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, LEFT, LIKELY, V2, V3, put


def test_a_preview_shows_the_diff_and_the_next_command_and_changes_nothing(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    ran = tool("bot.py")
    assert ran.code == 0
    assert "--- a/bot.py\n+++ b/bot.py\n" in ran.text
    assert '-    if data["message_type"] == "FinalTranscript":\n' in ran.text
    assert "1 file checked: 1 file to migrate, 3 rewrites.\n" in ran.text
    assert ran.steps == [
        ("To apply", "v3-migrate bot.py --write"),
        ("To run your programs before and after, on a copy", "v3-migrate smoke --migrate"),
    ]
    assert ran.err == ""
    assert tool.read("bot.py") == V2


def test_writing_applies_the_diff_and_says_how_to_take_it_back(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2, "clean.py": CLEAN})
    ran = tool(".", "--write")
    assert ran.code == 0
    assert tool.read("bot.py") == V3
    assert tool.read("clean.py") == CLEAN
    assert ran.text.startswith("2 files checked: 1 file migrated, 3 rewrites.\n")
    (smoke, undo) = ran.steps
    assert smoke == ("To run your programs against a recorded session", "v3-migrate smoke")
    assert (undo[0], undo[1].startswith("git apply -R ")) == ("To undo", True)


def test_a_check_lists_every_place_and_ends_with_the_command_that_fixes_them(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    ran = tool("--check", ".", "--speech-model", "u3-rt-pro", "--exclude", "a b")
    assert ran.code == 1
    places = [line.split()[:2] for line in ran.text.splitlines() if line.startswith("bot.py:")]
    assert places == [["bot.py:5:7", "V3M101"], ["bot.py:10:8", "V3M301"], ["bot.py:11:15", "V3M303"]]
    assert ran.steps == [("To fix", "v3-migrate . --exclude 'a b' --speech-model u3-rt-pro --write")]
    assert tool.read("bot.py") == V2


def test_a_check_after_writing_lists_just_what_is_left(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LEFT})
    assert tool(".", "--write").code == 1
    ran = tool(".", "--check", "--format", "json")
    assert ran.code == 1
    assert ran.findings() == [("bot.py", "V3M304", False)]
    assert "[V3M304] https://" in tool.read("bot.py")


def test_what_is_clean_takes_one_line(tool: Tool) -> None:
    put(tool.folder, {"clean.py": CLEAN})
    for arguments in ([], ["--check"], ["--write"]):
        ran = tool(".", *arguments)
        assert (ran.code, ran.text, ran.err) == (0, "1 file checked: no AssemblyAI v2 usage.\n", "")


def test_what_is_left_for_a_person_stands_together_at_the_end(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LEFT, "other.py": LEFT})
    ran = tool(".")
    _, _, end = ran.text.partition("\n2 places left for you:\n")
    lines = end.splitlines()
    for path, line in zip(("bot.py", "other.py"), lines, strict=False):
        assert line.startswith(f"  {path}:11:15 V3M304 v3 messages carry no time of creation")
    assert lines[2] == "2 files checked: 2 files to migrate, 6 rewrites, 2 places left for a person."
    assert ("To see what to do about a place", "v3-migrate explain V3M304") in ran.steps


def test_exit_codes(tool: Tool) -> None:
    put(tool.folder, {"all.py": V2, "left.py": LEFT, "clean.py": CLEAN, "broken.py": V2 + "(\n"})
    cases = {
        ("clean.py", "--check"): 0,
        ("all.py", "--check"): 1,
        ("all.py", "--check", "--exit-zero"): 0,
        ("all.py",): 0,
        ("left.py",): 0,
        ("broken.py",): 2,
        ("broken.py", "--check", "--exit-zero"): 2,
        ("all.py", "broken.py", "--check"): 2,
        ("all.py", "--write"): 0,
        ("left.py", "--write"): 1,
        ("left.py", "--write", "--exit-zero"): 0,
        ("left.py", "--check"): 1,
        ("missing.py",): 2,
    }
    assert {arguments: tool(*arguments).code for arguments in cases} == cases


def test_several_paths_count_each_file_once(tool: Tool) -> None:
    put(tool.folder, {"a/one.py": V2, "a/b/two.py": V2, "three.py": V2})
    ran = tool("a", "a/b", "a/one.py", "three.py", "./three.py", "--check", "--format", "json")
    assert [file["path"] for file in ran.json["files"]] == ["a/b/two.py", "a/one.py", "three.py"]
    assert ran.json["summary"]["files_checked"] == 3


def test_paths_are_relative_wherever_the_tool_is_called_from(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tool.folder, {"lib/one.py": V2, "here/x": ""})
    monkeypatch.chdir(tool.folder / "here")
    for given in ("../lib", str(tool.folder / "lib"), str(tool.folder / "lib" / "one.py")):
        assert [file["path"] for file in tool(given, "--format", "json").json["files"]] == ["../lib/one.py"]


def test_selecting_and_ignoring_rules(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})

    def codes(*arguments: str) -> set[str]:
        return {code for _, code, _ in tool("bot.py", "--format", "json", *arguments).findings()}

    assert codes() == {"V3M101", "V3M301", "V3M303"}
    assert codes("--select", "V3M1") == {"V3M101"}
    assert codes("--select", "V3M101,V3M303") == {"V3M101", "V3M303"}
    assert codes("--select", "V3M101", "--select", "V3M301") == {"V3M101", "V3M301"}
    assert codes("--ignore", "V3M3") == {"V3M101"}
    assert codes("--select", "V3M3", "--ignore", "V3M301") == {"V3M303"}
    assert tool("bot.py", "--select", "V3M1", "--write").code == 0
    assert tool.read("bot.py") == V2.splitlines(True)[0] + V3.split("\n", 1)[1].replace(
        V3.partition("def ")[2], V2.partition("def ")[2]
    )


def test_likely_rewrites_wait_for_unsafe(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LIKELY})
    ran = tool("bot.py", "--check")
    lines = ran.text.splitlines()
    assert [line.endswith(" [with --unsafe]") for line in lines if line.startswith("bot.py:")] == [True, True]
    assert ("To include 2 likely rewrites", "v3-migrate bot.py --write --unsafe") in ran.steps
    assert tool("bot.py", "--write", "--unsafe").code == 0
    assert tool.read("bot.py").endswith(
        '    if data["type"] == "Turn" and data["end_of_turn"] and data["turn_is_formatted"] and data["transcript"]:\n'
        '        print(data["transcript"])\n'
    )


def test_no_todo_comments_on_request(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LEFT})
    assert tool("bot.py", "--write", "--no-todo").code == 1
    assert "TODO" not in tool.read("bot.py")


def test_todo_comments_are_never_added_twice(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LEFT})
    tool("bot.py", "--write")
    once = tool.read("bot.py")
    assert once.count("TODO(v3-migrate)") == 1
    assert tool("bot.py", "--write").code == 1
    assert tool.read("bot.py") == once


def test_model_and_region_of_the_new_code(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    assert tool("bot.py", "--write", "--speech-model", "universal-streaming-multilingual", "--region", "eu").code == 0
    assert "wss://streaming.eu.assemblyai.com/v3/ws?" in tool.read("bot.py")
    assert "speech_model=universal-streaming-multilingual" in tool.read("bot.py")


def test_a_program_that_is_v3_already_is_left_alone(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V3})
    assert tool("bot.py", "--check").code == 0
    sdk = (
        "import assemblyai as aai\nfrom assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions\n\n"
        "client = StreamingClient(StreamingClientOptions(api_key='key'))\n"
        "client.stream(aai.extras.MicrophoneStream(sample_rate=16000))\n"
    )
    put(tool.folder, {"sdk.py": sdk})
    assert tool("sdk.py", "--check").text == "1 file checked: no AssemblyAI v2 usage.\n"


def test_counts_by_rule(tool: Tool) -> None:
    put(tool.folder, {"a.py": V2, "b.py": LEFT})
    rows = [line.split()[:6] for line in tool(".", "--statistics").text.splitlines()]
    assert rows[0] == ["2", "V3M101", "2", "rewritable,", "0", "left"]
    assert ["1", "V3M304", "0", "rewritable,", "1", "left"] in rows
