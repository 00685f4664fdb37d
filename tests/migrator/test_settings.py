"""What a project decides for itself: `[tool.v3-migrate]` in pyproject.toml, and comments in its code."""

from __future__ import annotations

import pytest

from tests.migrator.conftest import Tool
from tests.migrator.programs import LEFT, LIKELY, V2, V3, put


def configured(tool: Tool, table: str) -> None:
    put(tool.folder, {"pyproject.toml": f"[tool.v3-migrate]\n{table}\n"})


def test_settings_of_the_project_and_the_command_line_before_them(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    configured(tool, 'region = "eu"\nspeech-model = "u3-rt-pro"')
    assert "streaming.eu.assemblyai.com/v3/ws?sample_rate=16000&speech_model=u3-rt-pro" in tool(".", "--diff").text
    line = tool(".", "--diff", "--region", "us", "--speech-model", "universal-streaming-english").text
    assert "+URL = " + V3.split("URL = ")[1].splitlines()[0] in line


def test_rules_files_and_comments_to_leave_out(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LEFT, "old/bot.py": LEFT, "samples/a.py": LEFT})
    configured(
        tool,
        'exclude = ["old"]\nignore = ["V3M101"]\ntodo = false\n[tool.v3-migrate.per-file-ignores]\n'
        '"samples/*" = ["V3M3"]\n"bot.py" = ["V3M301"]',
    )
    ran = tool(".", "--format", "json")
    assert ran.findings() == [("bot.py", "V3M304", False), ("bot.py", "V3M303", True)]
    assert "TODO" not in tool(".", "--diff").text


def test_likely_rewrites_can_be_the_projects_choice(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LIKELY})
    configured(tool, "unsafe = true")
    assert {fixed for _, _, fixed in tool(".", "--format", "json").findings()} == {True}


def test_the_nearest_pyproject_counts_even_from_elsewhere(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tool.folder, {"app/bot.py": V2, "app/pyproject.toml": "[tool.v3-migrate]\nignore = ['V3M3']\n", "x/y": ""})
    monkeypatch.chdir(tool.folder / "x")
    assert tool("../app", "--format", "json").findings() == [("../app/bot.py", "V3M101", True)]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("region = 'mars'", "region"),
        ("regoin = 'us'", "unknown key 'regoin'"),
        ("exclude = 'old'", "exclude: a list of strings expected"),
        ("unsafe = 'yes'", "unsafe: bool expected"),
        ("ignore = ['E501']", "no rule has a code like 'E501'"),
        ("per-file-ignores = ['V3M3']", "per-file-ignores: a table"),
        ("ignore = [", "pyproject.toml: "),
    ],
)
def test_settings_that_mean_nothing_are_named(tool: Tool, table: str, complaint: str) -> None:
    put(tool.folder, {"bot.py": V2})
    configured(tool, table)
    ran = tool(".", "--check")
    assert (ran.code, ran.out) == (2, b"")
    assert complaint in ran.err
    assert ran.err.count("\n") == 1


def test_a_comment_silences_its_line(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2.replace('16000"\n', '16000"  # v3-migrate: ignore[V3M101] staging still has v2\n')})
    assert tool(".", "--check", "--format", "json").findings() == [
        ("bot.py", "V3M301", True),
        ("bot.py", "V3M303", True),
    ]
    assert tool(".", "--write").code == 0
    assert "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000" in tool.read("bot.py")


def test_a_comment_at_the_top_silences_the_file(tool: Tool) -> None:
    put(tool.folder, {"bot.py": f"# v3-migrate: ignore-file\n{LEFT}"})
    assert tool(".", "--check").text == "1 file checked: no AssemblyAI v2 usage.\n"
    assert tool(".", "--write").code == 0


def test_a_comment_that_silences_nothing_is_found(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2.replace("import json\n", "import json  # v3-migrate: ignore[V3M303]\n")})
    assert ("bot.py", "V3M901", False) in tool(".", "--check", "--format", "json").findings()
    assert tool(".", "--check", "--ignore", "V3M901", "--format", "json").findings()[0] == ("bot.py", "V3M101", True)
