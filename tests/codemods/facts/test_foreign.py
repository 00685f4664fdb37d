"""Words of v2 in messages of the program's own are nobody's business; those of the vendor's are told."""

from __future__ import annotations

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options
from migrator.analysis.coverage import unexplained
from tests.codemods.tools import NoWorkspace

HEAD = (
    "import json\n\nimport websocket\n\n"
    'ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")\n'
    "print(ws.recv())\n\n\n"
)


def told(code: str) -> list[str]:
    source = HEAD + code
    plan = analyse({"app.py": source}, NoWorkspace(), Options(todo=False, ignore=("V3M5",)))["app.py"]
    assert isinstance(plan, ModulePlan)
    left = [finding for finding in plan.findings if not finding.fixed]
    return [finding.message for finding in (*left, *unexplained(source, plan.explained))]


@pytest.mark.parametrize(
    "code",
    [
        'def heartbeat(bus):\n    bus.publish({"message_type": "heartbeat"})\n',
        'def is_order(parcel):\n    return parcel["message_type"] == "order"\n',
        'def is_order(parcel):\n    return parcel.get("message_type") in ("order", "bill")\n',
        'def play(browser, sound):\n    browser.send_json({"type": "audio_data", "data": sound})\n',
        'def play(browser, sound):\n    browser.send_json({"event": "play", "audio_data": sound})\n',
        'def hear(browser):\n    return json.loads(browser.receive())["audio_data"]\n',
        'def hear(parcel):\n    return parcel.get("audio_data")\n',
        'class Metrics:\n    def tag(self, tags, name):\n        tags["message_type"] = name\n',
        'class Metrics:\n    def count(self, name):\n        self.client.incr("n", tags={"message_type": name})\n',
    ],
)
def test_own_messages_are_passed_over(code: str) -> None:
    assert told(code) == []


@pytest.mark.parametrize(
    "code",
    [
        'def imitate(browser):\n    browser.send_json({"message_type": "FinalTranscript", "text": ""})\n',
        'def show(event):\n    if event["message_type"] == "FinalTranscript":\n        print(event["text"])\n',
        'def send(socket, sound):\n    socket.send(json.dumps({"audio_data": sound}))\n',
        'def kind(event):\n    return event["message_type"]\n',
        'def imitate(client):\n    client.send({"message_type": "SessionBegins"})\n'
        '    return json.loads(client.recv())["audio_data"]\n',
        "def forward(browser):\n    event = json.loads(ws.recv())\n"
        '    browser.send_json({"message_type": event["message_type"]})\n',
    ],
)
def test_what_may_be_the_vendors_is_told(code: str) -> None:
    assert told(code)
