"""SDK programs of several modules: what one of them is given, the others use."""

from __future__ import annotations

from tests.codemods.programs import migrate_all

HELPER = "def microphone_chunks("
MAIN = (
    "import assemblyai as aai\nfrom audio import open_microphone\n\n"
    "transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print, on_error=print)\n"
    "transcriber.connect()\ntranscriber.stream(open_microphone(16_000))\n"
    "transcriber.stream(aai.extras.MicrophoneStream(sample_rate=16_000))\ntranscriber.close()\n"
)
AUDIO = (
    "from assemblyai.extras import MicrophoneStream\n\n\n"
    "def open_microphone(rate):\n    return MicrophoneStream(sample_rate=rate)\n"
)


def test_one_microphone_for_modules_that_import_each_other() -> None:
    found = migrate_all({"main.py": MAIN, "audio.py": AUDIO})
    assert HELPER in found["audio.py"].text
    assert HELPER not in found["main.py"].text
    assert "from audio import microphone_chunks, open_microphone\n" in found["main.py"].text
    assert "transcriber.stream(microphone_chunks(sample_rate=16_000))" in found["main.py"].text


def test_modules_that_import_each_other_both_ways_get_one_each() -> None:
    found = migrate_all({"main.py": MAIN, "audio.py": f"import main\n{AUDIO}print(main.transcriber)\n"})
    assert all(HELPER in module.text for module in found.values())
    assert all("import microphone_chunks" not in module.text for module in found.values())


def test_a_module_that_is_not_imported_is_not_run_for_a_helper() -> None:
    found = migrate_all({"main.py": MAIN.replace("from audio import open_microphone\n", ""), "audio.py": AUDIO})
    assert all(HELPER in module.text for module in found.values())


LINE = (
    "import assemblyai as aai\n\n\nclass Line(aai.RealtimeTranscriber):\n"
    "    def __init__(self, heard, on_close=None):\n        super().__init__(\n"
    "            sample_rate=16_000, on_data=heard, on_error=print, on_close=on_close\n        )\n"
)
DRIVER = (
    "from line import Line\n\n\ndef heard(transcript):\n    print(transcript.text)\n\n\n"
    "line = Line(heard)\nline.connect(timeout=5)\nline.stream(b'')\nline.force_end_utterance()\n"
    "line.configure_end_utterance_silence_threshold(300)\nline.close()\n"
)


def test_who_drives_a_subclass_needs_no_change_but_for_its_callbacks() -> None:
    found = migrate_all({"line.py": LINE, "driver.py": DRIVER})
    line, driver = found["line.py"].text, found["driver.py"].text
    for method in ("connect", "close", "force_end_utterance", "configure_end_utterance_silence_threshold"):
        assert f"    def {method}(self" in line
    for call in ("line.connect(timeout=5)\n", "line.close()\n"):
        assert call in driver
    # the callback stays as it is, or takes the client: as the class registers it
    assert ("def heard(client, transcript)" in driver) == ("on(StreamingEvents.Turn, heard)" in line)
    assert "if self._on_close:\n            self._on_close()\n" in line


def test_callbacks_of_another_module_take_the_client_there() -> None:
    found = migrate_all(
        {
            "main.py": (
                "import assemblyai as aai\nimport handlers\nfrom handlers import failed\n\n"
                "transcriber = aai.RealtimeTranscriber(\n"
                "    sample_rate=16_000, on_data=handlers.heard, on_error=failed, on_close=handlers.ended\n)\n"
                "transcriber.connect()\ntranscriber.close()\n"
            ),
            "handlers.py": (
                "def heard(transcript):\n    if type(transcript).__name__ == 'RealtimeFinalTranscript':\n"
                "        print(transcript.text)\n\n\n"
                "def failed(error):\n    print(error.status_code == 4008)\n\n\ndef ended():\n    print('bye')\n"
            ),
        }
    )
    assert found["handlers.py"].text == (
        "def heard(client, transcript):\n"
        "    if transcript.end_of_turn and transcript.turn_is_formatted and transcript.transcript:\n"
        "        print(transcript.transcript)\n\n\n"
        "def failed(client, error):\n    print(error.code == 3008)\n\n\ndef ended():\n    print('bye')\n"
    )
    assert "transcriber.disconnect(terminate=True)\nhandlers.ended()\n" in found["main.py"].text
