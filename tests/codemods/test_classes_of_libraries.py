"""A class derived from `WebSocketApp` is a connection: what its methods send and receive is looked at."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

V2 = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
BODY = (
    "    def feed(self, ws):\n"
    '        self.send(json.dumps({{"audio_data": base64.b64encode(sound()).decode()}}))\n'
    '        self.send(json.dumps({{"terminate_session": True}}))\n\n'
    "    def heard(self, ws, raw):\n"
    "        message = json.loads(raw)\n"
    '        if message["message_type"] == "FinalTranscript":\n'
    '            show(message["text"])\n'
    '        elif message["message_type"] == "SessionTerminated":\n'
    "            self.close()\n\n\n"
    'Live("key").run_forever()\n'
)
CLASSES = {
    "imported by name": (
        "from websocket import WebSocketApp\n\n\nclass Live(WebSocketApp):\n    def __init__(self, key):\n"
        "        super().__init__({url}, header={{'Authorization': key}}, on_open=self.feed, on_message=self.heard)\n\n"
    ),
    "of the module": (
        "import websocket\n\n\nclass Live(websocket.WebSocketApp):\n    def __init__(self, key):\n"
        "        super().__init__(url={url}, header=[key], on_message=self.heard, on_open=self.feed)\n\n"
    ),
    "with a base in between": (
        "import websocket\n\n\nclass Named:\n    name = 'live'\n\n\nclass Live(Named, websocket.WebSocketApp):\n"
        "    def __init__(self, key):\n        self.key = key\n"
        "        super().__init__({url}, header=[key], on_open=self.feed, on_message=self.heard)\n\n"
    ),
}


@pytest.mark.parametrize("program", CLASSES.values(), ids=CLASSES)
def test_a_derived_class_is_migrated_whole(program: str) -> None:
    source = "import base64\nimport json\n" + (program + BODY).format(url=f'"{V2}"')
    result = migrate(source)
    assert "v2/realtime" not in result.text and "v3/ws" in result.text
    assert "ABNF.OPCODE_BINARY)" in result.text and "send_binary" not in result.text
    assert '{"type": "Terminate"}' in result.text
    assert 'message["type"] == "Turn"' in result.text and 'show(message["transcript"])' in result.text
    assert [finding.message for finding in result.findings if not finding.fixed and finding.code != "V3M331"] == []


@pytest.mark.parametrize("program", CLASSES.values(), ids=CLASSES)
def test_one_of_another_service_stays(program: str) -> None:
    source = "import base64\nimport json\n" + (program + BODY).format(url='"wss://stt.example.com/listen"')
    assert migrate(source).text == source
