"""Imports of everything."""
from assemblyai import *
from assemblyai.extras import *
def on_data(t: RealtimeTranscript):
    if isinstance(t, RealtimeFinalTranscript): print(t.text)
def on_error(e: RealtimeError): print(e)
t = RealtimeTranscriber(on_data=on_data, on_error=on_error, sample_rate=16000, encoding=AudioEncoding.pcm_s16le)
t.connect()
t.stream(MicrophoneStream(16000))
t.close()
# output
"""Imports of everything."""


import weakref

import assemblyai
from assemblyai.streaming.v3 import (
    Encoding,
    StreamingClient,
    StreamingClientOptions,
    StreamingError,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


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


def on_data(client: StreamingClient, t: TurnEvent):
    if t.end_of_turn and t.turn_is_formatted: print(t.transcript)
def on_error(client: StreamingClient, e: StreamingError): print(e)
t = StreamingClient(
    StreamingClientOptions(api_key=assemblyai.settings.api_key, terminate_timeout=30.0)
)
t.on(StreamingEvents.Turn, on_data)
t.on(StreamingEvents.Error, on_error)
t.connect(
    StreamingParameters(
        sample_rate=16000,
        encoding=Encoding.pcm_s16le,
        speech_model="universal-streaming-english",
        format_turns=True,
    )
)
try:
    t.stream(MicrophoneStream(16000))
finally:
    t.disconnect(terminate=True)
