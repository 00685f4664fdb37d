"""V3M609: v2's words on the client of v3 are v3's, or told."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate

HEAD = (
    "import assemblyai as aai\nfrom assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions\n"
    "from assemblyai.streaming.v3 import StreamingEvents, StreamingParameters\n\n\n"
)
PROGRAMS = {
    "a script": (
        "def heard(client, event):\n    print(event.text)\n\n\n"
        'client = StreamingClient(StreamingClientOptions(api_key="k"))\nclient.on(StreamingEvents.Turn, heard)\n'
        'client.connect(StreamingParameters(sample_rate=16000, word_boost=["a"]))\n'
        "client.force_end_utterance()\nclient.close()\n"
    ),
    "a class": (
        "class Live:\n    def __init__(self):\n"
        '        self.client = StreamingClient(StreamingClientOptions(api_key="k"))\n'
        "        self.client.on(StreamingEvents.Turn, self.heard)\n"
        '        self.client.connect(StreamingParameters(sample_rate=16000, word_boost=["a"]))\n\n'
        "    def heard(self, client, event):\n        print(event.text)\n\n"
        "    def end(self):\n        self.client.force_end_utterance()\n        self.client.close()\n"
    ),
    "a lambda": (
        "def run():\n"
        '    client = StreamingClient(StreamingClientOptions(api_key="k"))\n'
        "    client.on(StreamingEvents.Turn, lambda client, event: print(event.text))\n"
        '    client.connect(StreamingParameters(sample_rate=16000, word_boost=["a"]))\n'
        "    client.force_end_utterance()\n    client.close()\n"
    ),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_half_converted_client_is_converted_or_told(program: str) -> None:
    result = migrate(HEAD + program)
    assert 'keyterms_prompt=["a"]' in result.text
    assert "client.force_endpoint()" in result.text and "client.disconnect(terminate=True)" in result.text
    (told,) = result.left("V3M609")
    assert told == "a turn of v3 has no 'text': it has transcript, or its words while it grows"


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_client_that_speaks_v3_stays(program: str) -> None:
    spoken = {"event.text": "event.transcript", "word_boost": "keyterms_prompt", ".close()": ".disconnect()"}
    source = HEAD + program.replace("force_end_utterance", "force_endpoint")
    for old, new in spoken.items():
        source = source.replace(old, new)
    assert migrate(source).text == source
    assert migrate(source).left("V3M609") == []
