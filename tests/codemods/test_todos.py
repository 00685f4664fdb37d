"""TODO comments: where they stand, that they come once, and that they keep counting until deleted."""

from __future__ import annotations

import re

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options, rule_url
from codemods.syntax import comments
from migrator.analysis.coverage import unexplained
from tests.codemods.tools import NoWorkspace

TODO = comments.todo("V3M101", "look here")
RELAY = (
    "import websockets\n\n\nasync def relay(browser):\n"
    '    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000") as ws:\n'
    "        async for raw in ws:\n            await browser.send_text(raw)\n"
)


def plan(source: str, **options: object) -> ModulePlan:
    found = analyse({"app.py": source}, NoWorkspace(), Options(**options))["app.py"]  # type: ignore[arg-type]
    assert isinstance(found, ModulePlan)
    return found


def left(source: str, **options: object) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in plan(source, **options).findings if not finding.fixed]


def test_todo_stands_above_the_statement_and_counts_until_deleted() -> None:
    first = plan(RELAY, select=("V3M1", "V3M322"))
    after = first.render()
    assert re.search(r"            # TODO\(v3-migrate\): Hands .*\. \[V3M322\] https://\S+/rules/v3m322/\n", after)
    assert left(after, select=("V3M1", "V3M322")) == left(RELAY, select=("V3M1", "V3M322"))
    assert plan(after, select=("V3M1", "V3M322")).render() == after
    deleted = "\n".join(line for line in after.split("\n") if "TODO(v3-migrate)" not in line)
    assert plan(deleted, todo=False, select=("V3M1",)).findings == ()


def test_no_todo_writes_none() -> None:
    assert "TODO" not in plan(RELAY, todo=False).render()


def test_todo_above_the_first_statement_is_seen_again() -> None:
    source = f"{TODO}\nimport json\n"
    assert left(source) == [("V3M101", "look here")]
    assert plan(source).render() == source


def test_todos_of_earlier_releases_are_known_and_come_once() -> None:
    after = plan(RELAY, select=("V3M1", "V3M322")).render()
    old = re.sub(r"TODO\(v3-migrate\): Hands (.*)\. \[V3M322\] \S+", r"TODO(v3-migrate): V3M322 hands \1", after)
    assert old != after
    assert left(old, select=("V3M1", "V3M322")) == left(after, select=("V3M1", "V3M322"))
    assert plan(old, select=("V3M1", "V3M322")).render() == old


@pytest.mark.parametrize(
    "message",
    [
        "v3 has no message_type: whoever gets it must know FinalTurn",
        "RealtimeTranscriber never had 'send'; the nearest in v3 is stream(...)",
        "nothing ends this session: send it",
        "`transcript` lacks words",
        "SessionInformation and SessionTerminated are one message",
    ],
)
def test_what_a_todo_says_is_read_again_as_it_was(message: str) -> None:
    written = comments.todo("V3M322", message)
    assert written.endswith(f". [V3M322] {rule_url('V3M322')}")
    assert comments.todo_of(written) == ("V3M322", message)


def test_todo_can_be_suppressed_like_any_finding() -> None:
    source = f"{TODO}\nimport json  # v3-migrate: ignore[V3M101]\n"
    assert left(source) == []


def test_what_a_todo_speaks_of_is_explained_to_the_count_of_words() -> None:
    source = (
        "import json, websocket\nfrom settings import signed\n\n"
        'ws = websocket.create_connection(signed("wss://api.assemblyai.com/v2/realtime/ws"))\n\n\n'
        'def stop(other):\n    other.send(json.dumps({"terminate_session": True}))\n'
    )
    after = plan(source).render()
    assert "[V3M401]" in after
    assert unexplained(after, plan(after).explained) == []
