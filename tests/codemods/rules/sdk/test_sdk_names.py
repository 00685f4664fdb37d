"""Programs that would fool the rules for the Python SDK: names of others, names taken later, code that is v3."""

from __future__ import annotations

import pytest

from tests.codemods.programs import migrate, migrate_all

UNTOUCHED = {
    "v3 names with a capital T": (
        "import assemblyai as aai\n"
        "from assemblyai.streaming.v3 import RealTimeError, RealTimeTranscriber, RealTimeTranscriberOptions\n\n\n"
        "def on_error(client, error: RealTimeError):\n    print(error.code)\n\n\n"
        "client = RealTimeTranscriber(RealTimeTranscriberOptions(api_key=aai.settings.api_key))\n"
        "client.connect(client.params)\nclient.disconnect(terminate=True)\n"
    ),
    "a v3 client, with fields of its turns": (
        "from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions, StreamingEvents\n\n\n"
        "def on_turn(client, event):\n    text = event.transcript\n    print(text, event.words[0].text)\n\n\n"
        "client = StreamingClient(StreamingClientOptions(api_key='key'))\n"
        "client.on(StreamingEvents.Turn, on_turn)\nclient.close = print\n"
    ),
    "another package's class of the same name": (
        "from RealtimeSTT import RealtimeTranscriber, RealtimeFinalTranscript\n\n\n"
        "def on_data(transcript):\n    if isinstance(transcript, RealtimeFinalTranscript):\n"
        "        print(transcript.text)\n\n\n"
        "transcriber = RealtimeTranscriber(on_data=on_data, sample_rate=16000)\n"
        "transcriber.connect()\ntranscriber.close()\n"
    ),
    "a class of the program's own": (
        "import assemblyai as aai\n\n\nclass RealtimeTranscriber:\n    def connect(self, timeout=1):\n        pass\n\n"
        "    def close(self):\n        pass\n\n\n"
        "transcriber = RealtimeTranscriber()\ntranscriber.connect(timeout=2)\ntranscriber.close()\n"
        "print(aai.Transcriber().transcribe('a.wav').text)\n"
    ),
    "the pre-recorded API, words and all": (
        "import assemblyai as aai\n\n"
        "config = aai.TranscriptionConfig(word_boost=['a'], speaker_labels=True)\n"
        "transcriber = aai.Transcriber(config=config)\ntranscript = transcriber.transcribe('a.wav')\n"
        "if transcript.status == aai.TranscriptStatus.error:\n    print(transcript.error)\n"
        "print(transcript.text, transcript.confidence, transcript.words[0].start)\ntranscriber.close\n"
    ),
}


@pytest.mark.parametrize("source", UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_untouched(source: str) -> None:
    migrated = migrate(source)
    assert migrated.text == source
    assert migrated.findings == ()


def test_a_class_that_takes_the_name_after_the_import_is_not_the_sdks() -> None:
    own = "class MicrophoneStream:\n    def __init__(self, rate):\n        self.rate = rate\n\n\n"
    source = f"from assemblyai.extras import MicrophoneStream\n\n\n{own}print(MicrophoneStream(16000).rate)\n"
    migrated = migrate(source)
    assert own in migrated.text
    assert "assemblyai" not in migrated.text
    assert "MicrophoneStream(16000)" in migrated.text


def test_a_class_of_another_module_with_an_sdk_name_is_not_the_sdks() -> None:
    sources = {
        "audio.py": "class RealtimeTranscriber:\n    def connect(self):\n        return self\n",
        "app.py": (
            "import assemblyai as aai\nfrom audio import RealtimeTranscriber\n\n"
            "RealtimeTranscriber().connect()\nprint(aai.settings.api_key)\n"
        ),
    }
    migrated = migrate_all(sources)
    assert {path: item.text for path, item in migrated.items()} == sources
