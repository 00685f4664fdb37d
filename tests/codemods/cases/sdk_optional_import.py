"""Optional imports, names for the type checker, a transcriber made or given, or taken from who knows where."""
try:
    import assemblyai as aai
    HAVE = True
except ImportError:
    aai = None
    HAVE = False
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from assemblyai import RealtimeTranscript, RealtimeError
class X:
    def on_data(self, t: "RealtimeTranscript") -> None:
        print(t.text)
    def on_error(self, e: "RealtimeError") -> None:
        print(e)
    def go(self):
        if not HAVE: return
        t = aai.RealtimeTranscriber(sample_rate=16000, on_data=self.on_data, on_error=self.on_error)
        t.connect()
        try:
            t.stream(b"")
        finally:
            t.close()
import assemblyai as aai
class Holder:
    t: aai.RealtimeTranscriber
    def __init__(self, t: "aai.RealtimeTranscriber | None" = None): self.t = t or self.build()
    def build(self) -> aai.RealtimeTranscriber:
        return aai.RealtimeTranscriber(sample_rate=16000, on_data=self.d, on_error=self.e, on_close=self.c)
    def d(self, t): print(t.text)
    def e(self, e): print(e)
    def c(self): print("c")
    def run(self):
        self.t.connect()
        self.t.stream(b"")
        self.t.close()
def stop(h: Holder):
    h.t.close()
Holder().run()
# output
"""Optional imports, names for the type checker, a transcriber made or given, or taken from who knows where."""
try:
    import assemblyai as aai
    HAVE = True
except ImportError:
    aai = None
    HAVE = False
from typing import TYPE_CHECKING

from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)
if TYPE_CHECKING:
    from assemblyai.streaming.v3 import StreamingError, TurnEvent


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


class X:
    def on_data(self, client: StreamingClient, t: "TurnEvent") -> None:
        print(turn_text(t))
    def on_error(self, client: StreamingClient, e: "StreamingError") -> None:
        print(e)
    def go(self):
        if not HAVE: return
        t = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
        t.on(StreamingEvents.Turn, self.on_data)
        t.on(StreamingEvents.Error, self.on_error)
        t.connect(
            StreamingParameters(
                sample_rate=16000,
                speech_model="universal-streaming-english",
                format_turns=True,
                inactivity_timeout=300,
            )
        )
        try:
            t.stream(b"")
        finally:
            t.disconnect(terminate=True)
import assemblyai as aai
class Holder:
    t: StreamingClient
    def __init__(self, t: "StreamingClient | None" = None): self.t = t or self.build()
    def build(self) -> StreamingClient:
        transcriber = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        transcriber.on(StreamingEvents.Turn, self.d)
        transcriber.on(StreamingEvents.Error, self.e)
        transcriber.on_close = self.c
        return transcriber
    def d(self, client, t): print(turn_text(t))
    def e(self, client, e): print(e)
    def c(self): print("c")
    def run(self):
        self.t.connect(
            StreamingParameters(
                sample_rate=16000,
                speech_model="universal-streaming-english",
                format_turns=True,
                inactivity_timeout=300,
            )
        )
        try:
            self.t.stream(b"")
        finally:
            self.t.disconnect(terminate=True)
            self.t.on_close()
def stop(h: Holder):
    h.t.disconnect(terminate=True)
    h.t.on_close()
Holder().run()
