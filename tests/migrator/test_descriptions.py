"""Comments and docstrings that describe v2: a note; with `--unsafe` they say what v3 does."""

from __future__ import annotations

from tests.migrator.conftest import Tool
from tests.migrator.programs import V2, V3, put

TOLD = '''\
"""Prints each FinalTranscript; SessionBegins is passed over."""
# A FinalTranscript has been heard to its end; terminate_session ends it all.
# data = {"audio_data": "...", "message_type": "FinalTranscript"}
# the colours of "FinalTranscript" are ours
'''
SAID = TOLD.replace("each FinalTranscript", "each final Turn").replace("A FinalTranscript", "A final Turn")
SAID = SAID.replace("SessionBegins", "Begin").replace("; terminate_session", "; Terminate")


def test_they_are_notes_and_stay(tool: Tool) -> None:
    put(tool.folder, {"bot.py": TOLD + V2})
    assert tool(".", "--write").code == 0
    assert tool.read("bot.py") == TOLD + V3
    ran = tool(".", "--check", "--format", "json")
    assert ran.code == 0
    (file,) = ran.json["files"]
    found = [(f["line"], f["code"], f["severity"]) for f in file["findings"]]
    assert found == [(line, "V3M806", "note") for line in (1, 2, 3, 4)]
    assert file["findings"][0]["message"] == (
        "a comment or docstring describes v2's FinalTranscript, SessionBegins: --unsafe says it as v3 does"
    )
    assert tool(".", "--check", "--ignore", "V3M806").text == "1 file checked: no AssemblyAI v2 usage.\n"


def test_they_say_what_v3_does_if_that_is_asked_for(tool: Tool) -> None:
    put(tool.folder, {"bot.py": TOLD + V2})
    assert tool(".", "--write", "--unsafe").code == 0
    assert tool.read("bot.py") == SAID + V3
    assert tool(".", "--write", "--unsafe").code == 0
    assert tool.read("bot.py") == SAID + V3


def test_a_comment_can_be_silenced_and_words_of_others_are_theirs(tool: Tool) -> None:
    put(tool.folder, {"bot.py": "n = 1  # a FinalTranscript  # v3-migrate: ignore[V3M806]\n" + V3})
    put(tool.folder, {"own.py": "# a FinalTranscript of ours\nprint('FinalTranscript')\n"})
    assert [f for f in tool(".", "--check", "--format", "json").findings() if f[0] == "bot.py"] == []
