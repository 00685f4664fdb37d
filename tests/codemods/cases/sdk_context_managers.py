"""A context manager that yields the transcriber, and one made inside an expression."""
import assemblyai as aai
from contextlib import contextmanager, closing
@contextmanager
def live(rate):
    t = aai.RealtimeTranscriber(sample_rate=rate, on_data=lambda x: print(x.text) if isinstance(x, aai.RealtimeFinalTranscript) else None, on_error=lambda e: print("An error", e, e.status_code))
    t.connect()
    try:
        yield t
    finally:
        t.close()
with live(16000) as t:
    t.stream(aai.extras.MicrophoneStream(16000))
with closing(aai.RealtimeTranscriber(sample_rate=16000, on_data=print, on_error=print)) as u:
    u.connect()
    u.stream(b"\0" * 3200)
# output
"""A context manager that yields the transcriber, and one made inside an expression."""
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)
from contextlib import contextmanager, closing


def microphone_chunks(sample_rate=44_100):
    """Yield what the microphone hears, 100 ms at a time, until Ctrl+C."""
    import pyaudio

    audio = pyaudio.PyAudio()
    stream = audio.open(rate=sample_rate, channels=1, format=pyaudio.paInt16, input=True)
    try:
        while True:
            yield stream.read(sample_rate // 10, exception_on_overflow=False)
    except KeyboardInterrupt:
        pass  # ends the audio, as it did before
    finally:
        stream.close()
        audio.terminate()


@contextmanager
def live(rate):
    t = StreamingClient(
        StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
    )
    t.on(StreamingEvents.Turn, lambda client, x: print(x.transcript) if x.end_of_turn and x.turn_is_formatted and x.transcript else None)
    t.on(StreamingEvents.Error, lambda client, e: print("An error", e, e.code))
    t.connect(
        StreamingParameters(
            sample_rate=rate,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
    )
    try:
        yield t
    finally:
        t.disconnect(terminate=True)
with live(16000) as t:
    t.stream(microphone_chunks(16000))
# TODO(v3-migrate): Not rewritten: it is made where no further statement can stand; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
with closing(aai.RealtimeTranscriber(sample_rate=16000, on_data=print, on_error=print)) as u:
    u.connect()
    u.stream(b"\0" * 3200)
