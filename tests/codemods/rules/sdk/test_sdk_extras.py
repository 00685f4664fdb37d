"""V3M608: a generator takes the place of `MicrophoneStream` where it is only iterated over, and closed after that."""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate

HEAD = """\
import threading

import assemblyai as aai


def on_data(transcript):
    if isinstance(transcript, aai.RealtimeFinalTranscript):
        print(transcript.text)


def few(chunks):
    for number, chunk in enumerate(chunks):
        if number > 9:
            break
        yield chunk


transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=print)


"""

BY_ITS_MAKER = {
    "after streaming": """\
def run():
    transcriber.connect()
    microphone = aai.extras.MicrophoneStream(16_000)
    transcriber.stream(microphone)
    microphone.close()
    transcriber.close()
""",
    "handed through a generator": """\
def run():
    transcriber.connect()
    microphone = aai.extras.MicrophoneStream(16_000)
    try:
        transcriber.stream(few(microphone))
    finally:
        microphone.close()
        transcriber.close()
""",
    "at the top of a script": """\
transcriber.connect()
microphone = aai.extras.MicrophoneStream(16_000)
transcriber.stream(microphone)
microphone.close()
transcriber.close()
""",
}
BY_OTHERS = {
    "by a timer": """\
def run():
    transcriber.connect()
    microphone = aai.extras.MicrophoneStream(16_000)
    threading.Timer(9, microphone.close).start()
    transcriber.stream(microphone)
    transcriber.close()
""",
    "by a function inside": """\
def run():
    microphone = aai.extras.MicrophoneStream(16_000)

    def stop():
        microphone.close()

    transcriber.connect()
    threading.Timer(9, stop).start()
    transcriber.stream(microphone)
    transcriber.close()
""",
    "by a handler, of a global": """\
def stop():
    microphone.close()


transcriber.connect()
microphone = aai.extras.MicrophoneStream(16_000)
threading.Timer(9, stop).start()
transcriber.stream(microphone)
transcriber.close()
""",
    "while a thread reads it": """\
def run():
    transcriber.connect()
    microphone = aai.extras.MicrophoneStream(16_000)
    reader = threading.Thread(target=transcriber.stream, args=(microphone,))
    reader.start()
    input()
    microphone.close()
    reader.join()
    transcriber.close()
""",
    "of an object": """\
class Booth:
    def run(self):
        transcriber.connect()
        self.microphone = aai.extras.MicrophoneStream(16_000)
        transcriber.stream(self.microphone)
        transcriber.close()

    def stop(self):
        self.microphone.close()
""",
    "by whom it is handed to": """\
def stop(microphone):
    microphone.close()


def run():
    transcriber.connect()
    microphone = aai.extras.MicrophoneStream(16_000)
    for chunk in microphone:
        transcriber.stream(chunk)
        stop(microphone)
    transcriber.close()
""",
    "and asked something": """\
def run():
    transcriber.connect()
    microphone = aai.extras.MicrophoneStream(16_000)
    print(microphone.sample_rate)
    transcriber.stream(microphone)
    microphone.close()
    transcriber.close()
""",
}


@pytest.mark.parametrize("name", BY_ITS_MAKER)
def test_a_generator_is_closed_by_the_function_that_made_it(name: str) -> None:
    code = migrate(HEAD + BY_ITS_MAKER[name]).text
    assert "microphone = microphone_chunks(16_000)" in code
    assert "class MicrophoneStream" not in code
    assert "microphone.close()" in code


@pytest.mark.parametrize("name", BY_OTHERS)
def test_what_others_may_close_while_it_is_read_stays_an_object(name: str) -> None:
    code = migrate(HEAD + BY_OTHERS[name]).text
    assert "class MicrophoneStream" in code
    assert "microphone_chunks" not in code


def test_hardened_the_end_of_the_program_frees_it_unless_a_thread_may_be_reading() -> None:
    options = Options(harden=True)
    assert "atexit.register(self.close)" in migrate(HEAD + BY_OTHERS["of an object"], options).text
    daemon = BY_OTHERS["while a thread reads it"].replace("args=(microphone,)", "args=(microphone,), daemon=True")
    assert "atexit.register(self.close)" not in migrate(HEAD + daemon, options).text
    assert "atexit" not in migrate(HEAD + BY_OTHERS["of an object"]).text
