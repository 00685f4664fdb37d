"""Every spelling of an import."""
import assemblyai.extras
import assemblyai.extras as ex
from assemblyai import extras, settings
import assemblyai
def on_data(t: assemblyai.RealtimeTranscript):
    print(t.text)
settings.api_key = "k"
t = assemblyai.RealtimeTranscriber(on_data=on_data, on_error=print, sample_rate=16000)
t.connect()
t.stream(ex.MicrophoneStream(16000))
t.stream(extras.stream_file("x", 16000))
t.stream(assemblyai.extras.MicrophoneStream())
t.close()
# output
"""Every spelling of an import."""
import time
import weakref

from assemblyai import settings
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


def stream_file(filepath, sample_rate):
    """Yield the audio of a file (16 bit, mono) in chunks of 300 ms, at the pace of speech."""
    chunk_size = int(sample_rate * 0.3) * 2
    shortest = int(sample_rate * 0.05) * 2  # v3 refuses chunks of less than 50 ms
    with open(filepath, "rb") as file:
        while chunk := file.read(chunk_size):
            yield chunk.ljust(shortest, b"\0")
            time.sleep(0.3)


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


def turn_text(turn: TurnEvent) -> str:
    """Return all words heard so far: `transcript` leaves out those that may still change."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


def on_data(client: StreamingClient, t: TurnEvent):
    print(turn_text(t))
settings.api_key = "k"
t = StreamingClient(
    StreamingClientOptions(api_key=settings.api_key, terminate_timeout=30.0)
)
t.on(StreamingEvents.Turn, on_data)
t.on(StreamingEvents.Error, lambda client, event: print(event))
t.connect(
    StreamingParameters(
        sample_rate=16000,
        speech_model="universal-streaming-english",
        format_turns=True,
    )
)
try:
    t.stream(MicrophoneStream(16000))
    t.stream(stream_file("x", 16000))
    t.stream(MicrophoneStream())
finally:
    t.disconnect(terminate=True)
