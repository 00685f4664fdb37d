"""Globals, dataclasses, properties, lists."""
import assemblyai as aai
from dataclasses import dataclass, field
transcriber = None
def on_data(transcript):
    global transcriber
    if isinstance(transcript, aai.RealtimeFinalTranscript):
        if "stop" in transcript.text.lower():
            transcriber.close()
            transcriber = None
        elif len(transcript.text.strip()) == 0 or transcript.text is None:
            return
        print(transcript.text)
def start():
    global transcriber
    transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=lambda error: print(str(error), error.status_code if hasattr(error, "status_code") else ""), on_close=lambda: print("bye"))
    transcriber.connect()
    transcriber.stream(aai.extras.MicrophoneStream(sample_rate=16_000))
@dataclass
class Session:
    rate: int
    transcriber: aai.RealtimeTranscriber = field(init=False, default=None)
    def __post_init__(self):
        self.transcriber = self._make()
    def _make(self):
        return aai.RealtimeTranscriber(sample_rate=self.rate, on_data=self.on_data, on_error=self.on_error)
    @property
    def t(self): return self.transcriber
    def on_data(self, t): print(t.text if t.text else "-", t.words)
    @staticmethod
    def on_error(e): print(e)
    @classmethod
    def make(cls, rate): return cls(rate)
    def run(self, chunks):
        self.t.connect()
        for c in chunks: self.t.stream(c)
        if self.t is not None: self.t.close()
Session.make(8000).run([])
def many(n):
    ts = [aai.RealtimeTranscriber(sample_rate=16000, on_data=on_data, on_error=print) for _ in range(n)]
    for t in ts: t.connect()
    for t in ts: t.close()
start()
# output
"""Globals, dataclasses, properties, lists."""
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)
from dataclasses import dataclass, field


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


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


transcriber = None
def on_data(transcript):
    global transcriber
    # TODO(v3-migrate): v3 has one class, TurnEvent, instead of RealtimeFinalTranscript: ask for end_of_turn and turn_is_formatted. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
    if isinstance(transcript, aai.RealtimeFinalTranscript):
        if "stop" in transcript.text.lower():
            transcriber.close()
            transcriber = None
        elif len(transcript.text.strip()) == 0 or transcript.text is None:
            return
        print(transcript.text)
def start():
    global transcriber
    # TODO(v3-migrate): Not rewritten: it shares a callback or a call with a session that is not rewritten; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    transcriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=on_data, on_error=lambda error: print(str(error), error.status_code if hasattr(error, "status_code") else ""), on_close=lambda: print("bye"))
    transcriber.connect()
    transcriber.stream(microphone_chunks(sample_rate=16_000))
@dataclass
class Session:
    rate: int
    transcriber: StreamingClient = field(init=False, default=None)
    def __post_init__(self):
        self.transcriber = self._make()
    def _make(self):
        # TODO(v3-migrate): If this is a telephone line, its frames of 20 ms are too short for v3: gather a few first. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        transcriber = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        transcriber.on(StreamingEvents.Turn, self.on_data)
        transcriber.on(StreamingEvents.Error, self.on_error)
        return transcriber
    @property
    def t(self): return self.transcriber
    def on_data(self, client, t): print(turn_text(t) if t.words else "-", t.words)
    @staticmethod
    def on_error(client, e): print(e)
    @classmethod
    def make(cls, rate): return cls(rate)
    def run(self, chunks):
        self.t.connect(
            StreamingParameters(
                sample_rate=self.rate,
                speech_model="universal-streaming-english",
                format_turns=True,
                inactivity_timeout=300,
            )
        )
        try:
            for c in chunks: self.t.stream(c)
        finally:
            if self.t is not None: self.t.disconnect(terminate=True)
Session.make(8000).run([])
def many(n):
    # TODO(v3-migrate): Not rewritten: it is made inside an expression that may not be evaluated once; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
    ts = [aai.RealtimeTranscriber(sample_rate=16000, on_data=on_data, on_error=print) for _ in range(n)]
    for t in ts: t.connect()
    for t in ts: t.close()
start()
