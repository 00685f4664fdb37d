"""Whether raw bytes mention v2 at all: no rule sees a file that this passes over."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from codemods.model import Options
from migrator.analysis.import_graph import Group
from migrator.analysis.worker import Task, migrate
from migrator.files.prefilter import speaks_v2
from tests.migrator.conftest import Tool
from tests.migrator.programs import LEFT, LIKELY, V2, V3, put

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "text",
    [
        V2,
        LEFT,
        LIKELY,
        "BASE = 'api.assemblyai.com/v2/realtime/ws'",
        "import assemblyai as aai\naai.RealtimeTranscriber()",
        "from assemblyai import RealtimeError",
        "import assemblyai as aai\nfor chunk in aai.extras.stream_file('a.wav', 16_000): ...",
        "token = aai.RealtimeTranscriber.create_temporary_token(60)  # assemblyai",
        'ws.send(\'{"terminate_session": true}\') or {"audio_data": b""}',
        "if m['message_type'] == 'FinalTranscript': ...",
        "x = 1  # TODO(v3-migrate): V3M101 look at this",
    ],
)
def test_v2_is_seen_in_whatever_form(text: str) -> None:
    assert speaks_v2(text.encode())
    assert speaks_v2(text.replace("\n", "\r\n").encode("utf-8-sig"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import assemblyai as aai\naai.settings.api_key = 'k'\nprint(aai.Transcriber().transcribe('a.mp3').text)",
        'data["message_type"] = "Order"  # of a queue',
        'audio_data = record()\nsend({"audio_data": audio_data})',
        "class FinalTranscript: ...",
        "text, confidence, session_id = result",
        "URL = 'https://api.assemblyai.com/v2/transcript'",
    ],
)
def test_what_is_not_v2_is_passed_over(text: str) -> None:
    assert not speaks_v2(text.encode())


def test_every_program_of_the_fixtures_and_the_rules_is_seen() -> None:
    legacy = {
        path: path.read_bytes()
        for app in (ROOT / "fixtures" / "legacy").iterdir()
        for path in (app / "v2").rglob("*.py")
        if (app / "v3" / path.relative_to(app / "v2")).is_file()
        and (app / "v3" / path.relative_to(app / "v2")).read_bytes() != path.read_bytes()
    }
    assert len(legacy) > 20
    projects = {path.relative_to(ROOT / "fixtures" / "legacy").parts[0] for path in legacy}
    seen = {path.relative_to(ROOT / "fixtures" / "legacy").parts[0] for path, data in legacy.items() if speaks_v2(data)}
    # One file of a project is enough: the others are looked at as its neighbours.
    assert seen == projects


def test_code_of_others_is_clean(tool: Tool) -> None:
    """The standard library and all that the tests need: nothing is found, and nothing is in the way."""
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")]
    ran = tool(*folders, "--check", "--exclude", "assemblyai", "--format", "json")
    assert ran.json["files"] == []
    assert ran.json["summary"]["files_checked"] > 2000
    assert ran.code == 0


def test_code_of_others_analysed_all_the_same_stays_as_it_is(tool: Tool) -> None:
    """Screening keeps it from the rules; here a sample of it is forced on them."""
    modules = sorted(path for path in Path(sysconfig.get_path("stdlib")).glob("*.py") if path.stat().st_size < 20_000)
    sample = modules[:: len(modules) // 15]
    assert len(sample) >= 15
    for module in sample:
        put(tool.folder, {module.name: module.read_bytes()})
        assert migrate(Task(Group((module.name,), frozenset({module.name})), {module.name: Options()})) == []


def test_long_chains_are_no_crash(tool: Tool) -> None:
    chain = " + ".join(f'"part {number} "' for number in range(600))
    put(tool.folder, {"bot.py": f"{V2}TEXT = {chain}\n"})
    assert tool("bot.py", "--write").code == 0
    assert tool.read("bot.py") == f"{V3}TEXT = {chain}\n"
