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


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("constraints.txt", "# websockets\nwebsockets==12.0\n", 2),
        ("pyproject.toml", '[tool.poetry.dependencies]\nassemblyai = "^0.33"\nwebsockets = "^12.0"\n', 3),
        ("pyproject.toml", '[project]\ndependencies = ["assemblyai==0.33.0", "websockets<14"]\n', 2),
        ("pyproject.toml", '[dependency-groups]\nrun = ["assemblyai==0.33.0",\n  "websockets~=12.0"]\n', 3),
        ("Pipfile", '[packages]\nassemblyai = "==0.33.0"\nwebsockets = "<13"\n', 3),
        ("setup.cfg", "[options]\ninstall_requires =\n    assemblyai==0.33\n    websockets<14\n", 4),
        (
            "setup.py",
            'from setuptools import setup\nsetup(install_requires=["assemblyai==0.33", "websockets<14"])\n',
            2,
        ),
        ("environment.yml", "dependencies:\n- websockets=12\n- pip:\n  - assemblyai==0.33.0\n", 2),
        ("environment.yml", "dependencies:\n- pip:\n  - assemblyai==0.33.0\n  - websockets==12.0\n", 4),
    ],
)
def test_it_is_one_in_every_kind_of_file(tool: Tool, name: str, text: str, line: int) -> None:
    put(tool.folder, {"bot.py": PROGRAM, name: text, "requirements.txt": "assemblyai==0.33.0\n"})
    ran = tool(".", "--check", "--format", "json")
    found = [
        finding["line"]
        for file in ran.json["files"]
        for finding in file["findings"]
        if (file["path"], finding["code"]) == (name, "V3M703")
    ]
    assert found == [line]
