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
import weakref
from contextlib import contextmanager, closing


class MicrophoneStream:
    """Audio from the microphone, in chunks of 100 ms (16 bit, mono), until Ctrl+C or `close()`."""

    def __init__(self, sample_rate=44_100, device_index=None):
        import pyaudio

        self.sample_rate = sample_rate
        self._chunk_size = int(sample_rate * 0.1)
        audio = pyaudio.PyAudio()
        self._free = weakref.finalize(self, audio.terminate)  # at exit, if nobody closes it
        self._stream = audio.open(
            format=pyaudio.paInt16,
            channels=1,
            rate=sample_rate,
            input=True,
            frames_per_buffer=self._chunk_size,
            input_device_index=device_index,
        )
        self._open = True

    def __iter__(self):
        return self

    def __next__(self):
        if not self._open:
            raise StopIteration
        try:
            return self._stream.read(self._chunk_size, exception_on_overflow=False)
        except KeyboardInterrupt:
            self.close()
            raise StopIteration from None

    def close(self):
        if self._open:
            self._open = False
            self._stream.stop_stream()
            self._stream.close()
            self._free()


@contextmanager
def live(rate):
    t = StreamingClient(
        StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
    )
    t.on(StreamingEvents.Turn, lambda client, x: print(x.transcript) if x.end_of_turn and x.turn_is_formatted else None)
    t.on(StreamingEvents.Error, lambda client, e: print("An error", e, e.code))
    t.connect(
        StreamingParameters(
            sample_rate=rate,
            speech_model="universal-streaming-english",
            format_turns=True,
        )
    )
    try:
        yield t
    finally:
        t.disconnect(terminate=True)
with live(16000) as t:
    t.stream(MicrophoneStream(16000))
# TODO(v3-migrate): V3M601 not rewritten: it is made where no further statement can stand; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect
with closing(aai.RealtimeTranscriber(sample_rate=16000, on_data=print, on_error=print)) as u:
    u.connect()
    u.stream(b"\0" * 3200)
