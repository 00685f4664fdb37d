"""Where the vendor's messages meet somebody else's: nothing that is somebody else's is edited, nothing goes unsaid."""

from __future__ import annotations

import re

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options
from tests.codemods.meetings import ESCAPES, MEETINGS, OBJECTS, OWN, UNSEEN, program
from tests.codemods.programs import Migrated, Sources, migrate_all
from tests.codemods.programs import migrate as migrate_twice

_NEW = "v3, all of it"
_OLD = "v2, all of it"


def migrate(text: str) -> Migrated:
    """Migrate once: what is left alone is compared as it is, and the programs are many."""
    plan = analyse({"app.py": text}, Sources({}), Options(todo=False, ignore=("V3M5",)))["app.py"]
    assert isinstance(plan, ModulePlan), plan
    return Migrated(plan.render(), plan.findings)


def _handlers(text: str) -> list[str]:
    """Return of each `handle_N` what it speaks."""
    found = []
    for body in re.findall(r"^def handle_\d+\(event\):\n((?:    .*\n)+)", text, re.MULTILINE):
        keys, attributes = ("end_of_turn", "turn_is_formatted", "transcript"), "event." in body
        new = [(f"event.{word}" if attributes else f'"{word}"') in body for word in keys]
        test = "aai.RealtimeFinalTranscript" if attributes else 'event["message_type"] == "FinalTranscript"'
        old = [word in body for word in (test, "event.text" if attributes else 'event["text"]')]
        found.append(_NEW if all(new) and not any(old) else _OLD if all(old) and not any(new) else body)
    return found


def test_the_vendor_alone_is_rewritten_without_a_word() -> None:
    text, _ = program("None", {"nothing": "pass"})
    result = migrate(text)
    assert _handlers(result.text) == [_NEW]
    assert [finding for finding in result.findings if not finding.fixed] == []


@pytest.mark.parametrize("value", OWN.values(), ids=OWN)
def test_what_is_seen_to_be_somebody_elses_is_left_alone_and_told(value: str) -> None:
    text, lines = program(value, MEETINGS)
    result = migrate(text)
    assert dict(zip(MEETINGS, _handlers(result.text), strict=True)) == dict.fromkeys(MEETINGS, _OLD)
    told = [finding.span.line for finding in result.findings if finding.code == "V3M330"]
    assert [name for name, block in lines.items() if len([line for line in told if line in block]) != 2] == []


@pytest.mark.parametrize("value", UNSEEN.values(), ids=UNSEEN)
def test_what_comes_from_out_of_sight_is_told_where_it_comes_in(value: str) -> None:
    text, lines = program(value, MEETINGS | ESCAPES)
    result = migrate(text)
    assert dict(zip(lines, _handlers(result.text), strict=True)) == dict.fromkeys(lines, _NEW)
    told = [finding.span.line for finding in result.findings if finding.code == "V3M331"]
    shared = range(1, min(block.start for block in lines.values()))
    assert [name for name, block in lines.items() if not any(line in block or line in shared for line in told)] == []


def test_the_sdk_alone_is_rewritten_without_a_word() -> None:
    text, _ = program("None", {"nothing": "pass"}, sdk=True)
    result = migrate(text)
    assert _handlers(result.text) == [_NEW]
    assert [finding for finding in result.findings if not finding.fixed] == []


@pytest.mark.parametrize("value", OBJECTS.values(), ids=OBJECTS)
def test_an_object_of_the_programs_own_is_no_transcript_of_the_sdk(value: str) -> None:
    text, lines = program(value, MEETINGS, sdk=True)
    result = migrate(text)
    assert dict(zip(MEETINGS, _handlers(result.text), strict=True)) == dict.fromkeys(MEETINGS, _OLD)
    told = [finding.span.line for finding in result.findings if finding.code == "V3M330"]
    assert [name for name, block in lines.items() if len([line for line in told if line in block]) != 2] == []


@pytest.mark.parametrize("value", UNSEEN.values(), ids=UNSEEN)
def test_what_meets_transcripts_of_the_sdk_from_out_of_sight_is_told_where_it_comes_in(value: str) -> None:
    text, lines = program(value, MEETINGS | ESCAPES, sdk=True)
    result = migrate(text)
    assert dict(zip(lines, _handlers(result.text), strict=True)) == dict.fromkeys(lines, _NEW)
    told = [finding.span.line for finding in result.findings if finding.code == "V3M331"]
    shared = range(1, min(block.start for block in lines.values()))
    assert [name for name, block in lines.items() if not any(line in block or line in shared for line in told)] == []


def test_the_matrix_has_its_size() -> None:
    """At least the 49 origins and 23 meeting points by which the fault was found."""
    assert len({*OWN.values(), *UNSEEN.values()}) >= 49
    assert len(MEETINGS) >= 23


@pytest.mark.parametrize("value", OBJECTS.values(), ids=OBJECTS)
def test_what_is_left_of_the_sdk_is_left_by_the_next_run_as_well(value: str) -> None:
    text, _ = program(value, {name: MEETINGS[name] for name in ("call", "wrapper", "queue")}, sdk=True)
    result = migrate_twice(text)
    assert _handlers(result.text) == [_OLD] * 3
    assert len(result.left("V3M330")) == 6


def test_a_stand_in_of_a_test_is_no_object_of_somebody_elses() -> None:
    text, _ = program("None", {"nothing": "pass"}, sdk=True)
    test = (
        "from types import SimpleNamespace\n\nimport app\n\n\nclass Fake:\n    text = 'x'\n\n\n"
        "def test_shown():\n    app.handle_0(Fake())\n    app.handle_0(SimpleNamespace(text='x'))\n"
    )
    found = migrate_all({"app.py": text, "test_app.py": test})
    assert _handlers(found["app.py"].text) == [_NEW]
    assert found["app.py"].left("V3M330") == []
    assert len(found["test_app.py"].left("V3M331")) == 1
