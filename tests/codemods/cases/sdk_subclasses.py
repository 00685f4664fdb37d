"""Subclasses of every kind."""
import assemblyai as aai
class A(aai.RealtimeTranscriber):
    pass
class B(aai.RealtimeTranscriber):
    def __init__(self, on_text, **kwargs):
        self.on_text = on_text
        aai.RealtimeTranscriber.__init__(self, on_data=self.handle, on_error=print, sample_rate=16000, **kwargs)
    def handle(self, t):
        self.on_text(t.text)
class C(aai.RealtimeTranscriber):
    def __init__(self, rate, on_close=None):
        super().__init__(on_data=self.handle, on_error=self.err, sample_rate=rate, on_close=on_close, disable_partial_transcripts=True)
        self.connect()
    def handle(self, t: aai.RealtimeFinalTranscript):
        print(t.text)
    def err(self, e: aai.RealtimeError):
        print(e)
        self.close()
    def stream(self, data):
        print(len(data))
        super().stream(data)
    def __enter__(self): return self
    def __exit__(self, *a): self.close()
class D(C):
    def handle(self, t):
        print("D", t.text)
a = A(on_data=print, on_error=print, sample_rate=8000)
a.connect(); a.close()
with D(8000) as d:
    d.stream(b"")
# output
"""Subclasses of every kind."""
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingError,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


# TODO(v3-migrate): a subclass of RealtimeTranscriber whose constructor is not run by itself: give it an __init__ that passes StreamingClientOptions(...) on and registers its handlers with on(...). [V3M611] https://v3-migrate.github.io/v3-migrate/rules/v3m611/
class A(aai.RealtimeTranscriber):
    pass
class B(aai.RealtimeTranscriber):
    def __init__(self, on_text, **kwargs):
        self.on_text = on_text
        # TODO(v3-migrate): Not rewritten: its arguments are not all written here; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect. [V3M601] https://v3-migrate.github.io/v3-migrate/rules/v3m601/
        aai.RealtimeTranscriber.__init__(self, on_data=self.handle, on_error=print, sample_rate=16000, **kwargs)
    def handle(self, t):
        self.on_text(t.text)
class C(StreamingClient):
    def __init__(self, rate, on_close=None):
        super().__init__(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
        self.on(StreamingEvents.Turn, lambda client, event: event.end_of_turn and event.turn_is_formatted and event.transcript and self.handle(event))
        self.on(StreamingEvents.Error, self.err)
        self._session_parameters = StreamingParameters(
            sample_rate=rate,
            speech_model="universal-streaming-english",
            format_turns=True,
            inactivity_timeout=300,
        )
        self._on_close = on_close
        self.connect()
    def handle(self, t: TurnEvent):
        print(turn_text(t))
    def err(self, client: StreamingClient, e: StreamingError):
        print(e)
        self.close()
    def stream(self, data):
        print(len(data))
        super().stream(data)
    def __enter__(self): return self
    def __exit__(self, *a): self.close()

    def connect(self, timeout=None):
        super().connect(self._session_parameters)

    def close(self):
        self.disconnect(terminate=True)
        if self._on_close:
            self._on_close()
class D(C):
    def handle(self, t):
        print("D", turn_text(t))
a = A(on_data=print, on_error=print, sample_rate=8000)
a.connect(); a.close()
with D(8000) as d:
    d.stream(b"")
