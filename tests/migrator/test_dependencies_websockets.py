"""Requirements that hold websockets below 14, where the SDK's end of a session is slow inside of a handler."""

from __future__ import annotations

import pytest

from tests.migrator.conftest import Tool
from tests.migrator.programs import put

PROGRAM = """\
import assemblyai as aai

transcriber = aai.RealtimeTranscriber(on_data=print, on_error=print, sample_rate=8000)
transcriber.connect()
transcriber.close()
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [("websockets==12.0", True), ("websockets>=10,<14", True), ("websockets", False), ("websockets>=10", False)],
)
def test_websockets_held_below_14_is_a_note(tool: Tool, line: str, told: bool) -> None:
    put(tool.folder, {"bot.py": PROGRAM, "requirements.txt": f"assemblyai==0.33.0\n{line}\n"})
    ran = tool(".", "--check", "--format", "json")
    found = [(code, fixable) for path, code, fixable in ran.findings() if path == "requirements.txt"]
    assert found == [("V3M701", True), ("V3M703", False)][: 1 + told]
    assert ran.json["summary"]["notes"] == told
