"""The forms in which programs take messages apart: what they print stays the same, in every variant of v3."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options
from migrator.analysis.coverage import unexplained
from runtime.replay.turns import Variant
from tests.codemods.listening import FINALS, VARIANTS, hear
from tests.codemods.tools import NoWorkspace

FORMS = sorted((Path(__file__).parent / "cases" / "messages").glob("*.py"))

#: How a session is opened and closed is another matter.
MESSAGES = Options(ignore=("V3M5",))

PROGRAM = """\
import json
import websocket
{before}

def on_message(ws, raw):
    data = json.loads(raw)
    {use}
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
"""


def plan(source: str) -> ModulePlan:
    found = analyse({"app.py": source}, NoWorkspace(), MESSAGES)["app.py"]
    assert isinstance(found, ModulePlan)
    return found


def migrated(source: str) -> str:
    """Return the v3 form of a program that leaves nothing to do for a person."""
    found = plan(source)
    assert [finding for finding in found.findings if not finding.fixed] == []
    assert unexplained(source, found.explained) == []
    after = found.render()
    assert after != source
    assert plan(after).render() == after
    assert unexplained(after, ()) == []
    return after


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_prints_the_same(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    printed = hear(source, None)
    assert [printed.count(final) for final in FINALS] == [1] * len(FINALS)
    after = migrated(source)
    assert {variant: hear(after, variant) for variant in VARIANTS} == dict.fromkeys(VARIANTS, printed)


@pytest.mark.parametrize(
    ("before", "use", "code"),
    [
        ("", 'if data["message_type"].startswith("Final"):', "V3M325"),
        ("", 'if "Final" in data["message_type"]:', "V3M325"),
        ("", 'if data["message_type"][:5] == "Final":', "V3M325"),
        ("", 'if data["message_type"].lower() == "finaltranscript":', "V3M325"),
        ("import re\n", 'if re.match("Final", data["message_type"]):', "V3M325"),
        ("from settings import FINAL\n", 'if data["message_type"] == FINAL:', "V3M325"),
        ("", 'if data["message_type"] == "InterimTranscript":', "V3M325"),
        ("", 'if getattr(ws, "on_" + data["message_type"])(data):', "V3M324"),
        ("def show(**fields):\n    return fields\n", "if show(**data):", "V3M310"),
        ("state = {}\n", "if state.update(data) is None:", "V3M310"),
        ("import types\n", "if types.SimpleNamespace(**data):", "V3M310"),
    ],
)
def test_said_where_it_cannot_be_rewritten(before: str, use: str, code: str) -> None:
    found = plan(PROGRAM.format(before=before, use=use))
    assert [finding.code for finding in found.findings if not finding.fixed] == [code]
    assert f"[{code}] https://" in found.render()


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ('{"message_type": kind, "text": text} if kind == "FinalTranscript"', "out of reach"),
        ('{"message_type": "FinalTranscript" | "SessionBegins" as kind}', "partial from final"),
        ('{"message_type": "FinalTranscript", "confidence": value}', "no 'confidence'"),
        ('{"message_type": "FinalTranscript", "punctuated": True}', "turn_is_formatted"),
    ],
)
def test_said_where_a_pattern_cannot_be_rewritten(case: str, message: str) -> None:
    source = PROGRAM.format(before="", use=f"match data:\n      case {case}:")
    found = plan(source)
    assert any(message in finding.message for finding in found.findings if not finding.fixed)
    after = found.render()
    assert f"case {case}:" in after
    assert plan(after).render() == after


def test_two_entries_for_the_end_of_a_session_are_reported_unless_they_are_the_same() -> None:
    table = 'TABLE = {"SessionTerminated": close, "SessionInformation": %s, "FinalTranscript": print}\n'
    before = "def close(data):\n    pass\n\n\ndef count(data):\n    pass\n\n\n"
    same, other = (
        plan(PROGRAM.format(before=before + table % name, use='if TABLE.get(data["message_type"])(data):'))
        for name in ("close", "count")
    )
    assert 'TABLE = {"Termination": close, "FinalTurn": print}' in same.render()
    assert [finding.message for finding in same.findings if not finding.fixed] == []
    assert ["join them" in finding.message for finding in other.findings if not finding.fixed] == [True]


def test_an_unformatted_end_of_turn_is_no_final() -> None:
    source = (Path(__file__).parent / "cases" / "messages" / "else_for_the_rest.py").read_text(encoding="utf-8")
    assert "unexpected" not in hear(migrated(source), Variant.F1)


def test_the_programs_own_functions_are_not_taken_for_helpers() -> None:
    source = PROGRAM.format(
        before=(
            "def turn_kind(message):\n    return 'none of yours'\n\n\n"
            "TABLE = {'FinalTranscript': True}\nmean_confidence = 0\n"
        ),
        use="mean = data.get('confidence', 0)\n"
        "    mean_confidence = data['confidence'] if 'confidence' in data else mean\n"
        "    if TABLE.get(data['message_type']) and mean_confidence > 0:",
    )
    printed = hear(source, None)
    after = migrated(source)
    assert "def turn_kind_v3(message)" in after
    assert {variant: hear(after, variant) for variant in VARIANTS} == dict.fromkeys(VARIANTS, printed)


def test_a_helper_of_an_earlier_run_is_used_again() -> None:
    table = "TABLE = {'FinalTranscript': True}\n"
    source = PROGRAM.format(before=table, use="if TABLE.get(data['message_type']):")
    half = migrated(source).replace("TABLE.get(turn_kind(data))", "TABLE.get(data['message_type'])")
    half = half.replace("'FinalTurn'", "'FinalTranscript'")
    assert migrated(half).count("def turn_kind") == 1
