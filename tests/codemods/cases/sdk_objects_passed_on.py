"""What the objects that callbacks get are asked for."""
import assemblyai as aai
class R:
    def info(self, i: aai.RealtimeSessionInformation):
        self.secs = i.audio_duration_seconds
        print(f"{i.audio_duration_seconds:.2f}", i.message_type)
    def opened(self, s):
        import json
        print(json.dumps({"id": str(s.session_id), "exp": s.expires_at.timestamp()}), s.message_type)
        d[s.session_id] = s
        print(s.dict(), s.json())
    def data(self, t):
        print(t.dict()["text"], t.words[0].start, t.words[-1].dict())
        if t.text and len(t.text) > 3 and t.confidence > 0.5: print(t.created.strftime("%H"), t.audio_end - t.audio_start)
        text = t.text or "..."
        for w in t.words: print(w.text, w.confidence)
        x, y = t.text, getattr(t, "text", "")
        self.last = t
    def later(self):
        return self.last.text, vars(self.last)
r = R(); d = {}
t = aai.RealtimeTranscriber(sample_rate=16000, on_data=r.data, on_error=lambda e: print(e.args, e.status_code), on_open=r.opened, on_extra_session_information=r.info)
t.connect(); t.stream(iter([b"x"])); t.close()
# output
"""What the objects that callbacks get are asked for."""
import datetime

import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    TerminationEvent,
)


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


class R:
    def info(self, client: StreamingClient, i: TerminationEvent):
        self.secs = i.audio_duration_seconds
        print(f"{i.audio_duration_seconds:.2f}", i.type)
    def opened(self, client, s):
        import json
        print(json.dumps({"id": str(s.id), "exp": s.expires_at.replace(tzinfo=None).timestamp()}), s.type)
        d[s.id] = s
        # TODO(v3-migrate): What dict() gives has v3's fields: whoever reads it has to know them. [V3M606] https://v3-migrate.github.io/v3-migrate/rules/v3m606/
        # TODO(v3-migrate): What json() gives has v3's fields: whoever reads it has to know them. [V3M606] https://v3-migrate.github.io/v3-migrate/rules/v3m606/
        print(s.dict(), s.json())
    def data(self, client, t):
        # TODO(v3-migrate): What dict() gives has v3's fields: whoever reads it has to know them. [V3M605] https://v3-migrate.github.io/v3-migrate/rules/v3m605/
        print(t.dict()["text"], t.words[0].start, t.words[-1].dict())
        if t.words and len(turn_text(t)) > 3 and (sum(word.confidence for word in t.words) / max(len(t.words), 1)) > 0.5: print(datetime.datetime.now().strftime("%H"), (t.words[-1].end if t.words else 0) - (t.words[0].start if t.words else 0))
        text = turn_text(t) or "..."
        for w in t.words: print(w.text, w.confidence)
        x, y = turn_text(t), turn_text(t)
        self.last = t
    def later(self):
        return turn_text(self.last), vars(self.last)
r = R(); d = {}
t = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
t.on(StreamingEvents.Begin, r.opened)
t.on(StreamingEvents.Turn, r.data)
t.on(StreamingEvents.Termination, r.info)
t.on(StreamingEvents.Error, lambda client, e: print(e.args, e.code))
t.connect(
    StreamingParameters(
        sample_rate=16000, speech_model="universal-streaming-english", format_turns=True, inactivity_timeout=300
    )
); t.stream(iter([b"x"])); t.disconnect(terminate=True)
