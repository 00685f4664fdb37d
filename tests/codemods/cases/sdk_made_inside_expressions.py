"""Transcribers made within other statements."""
import assemblyai as aai
def on_data(t): print(t.text)
def on_error(e): print(e)
class A:
    def go(self, early=False):
        t = early and aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)
        x, y = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error), 1
        x.connect()
        self.a = self.b = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)
        self.a.connect(); self.b.close(); x.close()
        run(aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error))
        transcriber = 5
        d = {"t": aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)}
        d["t"].connect(); d["t"].close()
        print(transcriber)
        if early: z = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error); z.connect(); z.close()
        (w := aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)).connect()
        w.close()
        while not (v := aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)): pass
def run(t):
    t.connect(); t.stream(b""); t.close()
# output
"""Transcribers made within other statements."""
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


def turn_text(turn: TurnEvent) -> str:
    """Return all words heard so far: `transcript` leaves out those that may still change."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


def on_data(client, t): print(turn_text(t))
def on_error(client, e): print(e)
class A:
    def go(self, early=False):
        # TODO(v3-migrate): V3M601 not rewritten: it is made inside an expression that may not be evaluated once; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect
        t = early and aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)
        transcriber_2 = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        transcriber_2.on(StreamingEvents.Turn, on_data)
        transcriber_2.on(StreamingEvents.Error, on_error)
        x, y = transcriber_2, 1
        x.connect(
            StreamingParameters(
                sample_rate=8000,
                speech_model="universal-streaming-english",
                format_turns=True,
            )
        )
        self.a = self.b = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        self.a.on(StreamingEvents.Turn, on_data)
        self.a.on(StreamingEvents.Error, on_error)
        self.a.connect(
            StreamingParameters(
                sample_rate=8000,
                speech_model="universal-streaming-english",
                format_turns=True,
            )
        ); self.b.disconnect(terminate=True); x.disconnect(terminate=True)
        transcriber_3 = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        transcriber_3.on(StreamingEvents.Turn, on_data)
        transcriber_3.on(StreamingEvents.Error, on_error)
        run(transcriber_3)
        transcriber = 5
        transcriber_4 = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        transcriber_4.on(StreamingEvents.Turn, on_data)
        transcriber_4.on(StreamingEvents.Error, on_error)
        d = {"t": transcriber_4}
        d["t"].connect(
            StreamingParameters(
                sample_rate=8000,
                speech_model="universal-streaming-english",
                format_turns=True,
            )
        ); d["t"].disconnect(terminate=True)
        print(transcriber)
        # TODO(v3-migrate): V3M601 not rewritten: it is made where no further statement can stand; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect
        if early: z = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error); z.connect(); z.close()
        transcriber_5 = StreamingClient(
            StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
        )
        transcriber_5.on(StreamingEvents.Turn, on_data)
        transcriber_5.on(StreamingEvents.Error, on_error)
        (w := transcriber_5).connect(
            StreamingParameters(
                sample_rate=8000,
                speech_model="universal-streaming-english",
                format_turns=True,
            )
        )
        w.disconnect(terminate=True)
        # TODO(v3-migrate): V3M601 not rewritten: it is made where no further statement can stand; make a StreamingClient(StreamingClientOptions(api_key=...)), register handlers with on(...), pass StreamingParameters(...) to connect
        while not (v := aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error)): pass
def run(t):
    t.connect(
        StreamingParameters(
            sample_rate=8000,
            speech_model="universal-streaming-english",
            format_turns=True,
        )
    ); t.stream(b""); t.disconnect(terminate=True)
