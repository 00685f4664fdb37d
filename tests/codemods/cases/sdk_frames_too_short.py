"""Frames of 20 ms are gathered whatever names them so; those of a tenth of a second are sent as they are."""
import wave

import assemblyai as aai

LINE = aai.AudioEncoding.pcm_mulaw
RATE = 16000


def call(url):
    phone = aai.RealtimeTranscriber(sample_rate=8000, encoding=LINE, on_data=print, on_error=print)
    phone.connect()
    for frame in url:
        phone.stream(frame)
    phone.close()


def recording(path):
    file = aai.RealtimeTranscriber(sample_rate=RATE, on_data=print, on_error=print)
    file.connect()
    with wave.open(path) as sound:
        while chunk := sound.readframes(320):
            file.stream(chunk)
    file.close()


def dump(path):
    raw = aai.RealtimeTranscriber(sample_rate=8000, encoding=aai.AudioEncoding.pcm_mulaw, on_data=print, on_error=print)
    raw.connect()
    with open(path, "rb") as sound:
        while chunk := sound.read(800):
            raw.stream(chunk)
    raw.close()


def either(telephone, rate=None):
    line = aai.RealtimeTranscriber(
        sample_rate=rate or 8000,
        encoding=aai.AudioEncoding.pcm_mulaw if telephone else aai.AudioEncoding.pcm_s16le,
        on_data=print,
        on_error=print,
    )
    line.connect()
    line.close()
# output
"""Frames of 20 ms are gathered whatever names them so; those of a tenth of a second are sent as they are."""
import wave

import assemblyai as aai
from assemblyai.streaming.v3 import (
    Encoding,
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)


class BufferedStreamingClient(StreamingClient):
    """Gathers short frames, as telephones have: v3 takes none below 50 ms."""

    def __init__(self, options, chunk_size, silence):
        super().__init__(options)
        self._chunk_size = chunk_size
        self._silence = silence
        self._pending = b""

    def stream(self, data):
        for frame in [data] if isinstance(data, bytes) else data:
            self._pending += frame
            if len(self._pending) >= self._chunk_size:
                super().stream(self._pending)
                self._pending = b""

    def disconnect(self, terminate=False):
        if terminate and self._pending:
            super().stream(self._pending.ljust(self._chunk_size, self._silence))
            self._pending = b""
        super().disconnect(terminate=terminate)


LINE = Encoding.pcm_mulaw
RATE = 16000


def call(url):
    phone = BufferedStreamingClient(
        StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0),
        chunk_size=800,
        silence=b"\xff",
    )
    phone.on(StreamingEvents.Turn, lambda client, event: print(event))
    phone.on(StreamingEvents.Error, lambda client, event: print(event))
    phone.connect(
        StreamingParameters(
            sample_rate=8000,
            encoding=LINE,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
    )
    try:
        for frame in url:
            phone.stream(frame)
    finally:
        phone.disconnect(terminate=True)


def recording(path):
    file = BufferedStreamingClient(
        StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0),
        chunk_size=RATE // 10 * 2,
        silence=b"\0",
    )
    file.on(StreamingEvents.Turn, lambda client, event: print(event))
    file.on(StreamingEvents.Error, lambda client, event: print(event))
    file.connect(
        StreamingParameters(
            sample_rate=RATE,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
    )
    try:
        with wave.open(path) as sound:
            while chunk := sound.readframes(320):
                file.stream(chunk)
    finally:
        file.disconnect(terminate=True)


def dump(path):
    raw = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
    raw.on(StreamingEvents.Turn, lambda client, event: print(event))
    raw.on(StreamingEvents.Error, lambda client, event: print(event))
    raw.connect(
        StreamingParameters(
            sample_rate=8000,
            encoding=Encoding.pcm_mulaw,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
    )
    try:
        with open(path, "rb") as sound:
            while chunk := sound.read(800):
                raw.stream(chunk)
    finally:
        raw.disconnect(terminate=True)


def either(telephone, rate=None):
    # TODO(v3-migrate): If this is a telephone line, its frames of 20 ms are too short for v3: gather a few first. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    line = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
    line.on(StreamingEvents.Turn, lambda client, event: print(event))
    line.on(StreamingEvents.Error, lambda client, event: print(event))
    line.connect(
        StreamingParameters(
            sample_rate=rate or 8000,
            encoding=Encoding.pcm_mulaw if telephone else Encoding.pcm_s16le,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
    )
    line.disconnect(terminate=True)
