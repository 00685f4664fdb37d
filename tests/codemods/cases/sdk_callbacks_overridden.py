"""Callbacks that subclasses override; one that may not be there."""
import assemblyai as aai
import logging
class Base:
    def on_data(self, t):
        raise NotImplementedError
    def on_error(self, e): logging.error("x %s", e)
    def start(self):
        self.tr = aai.RealtimeTranscriber(sample_rate=16000, on_data=self.on_data, on_error=self.on_error, on_open=getattr(self, "on_open", None))
        self.tr.connect()
    def stop(self):
        try:
            self.tr.close()
        except Exception as e:
            print(e)
        finally:
            self.tr = None
class Caption(Base):
    def __init__(self, cb): self.cb = cb
    def on_data(self, t):
        if isinstance(t, aai.RealtimePartialTranscript):
            return
        self.cb({"text": t.text, "conf": t.confidence, "start": t.audio_start, "end": t.audio_end, "words": [w.__dict__ for w in t.words]})
class Other(Base):
    @property
    def handler(self): return self._h
    def on_data(self, t, extra=None):
        self.handler(t)
    def _h(self, t): print(t.text)
Caption(print).start(); Other().start()
# output
"""Callbacks that subclasses override; one that may not be there."""
import assemblyai as aai
from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions, StreamingEvents, StreamingParameters
import logging


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


class Base:
    def on_data(self, t):
        raise NotImplementedError
    def on_error(self, client, e): logging.error("x %s", e)
    def start(self):
        self.tr = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
        self.tr.on(StreamingEvents.Begin, lambda client, event, callback=getattr(self, "on_open", None): callback and callback(event))
        self.tr.on(StreamingEvents.Turn, lambda client, event: self.on_data(event))
        self.tr.on(StreamingEvents.Error, self.on_error)
        self.tr.connect(
            StreamingParameters(
                sample_rate=16000, speech_model="universal-streaming-english", format_turns=True, inactivity_timeout=300
            )
        )
    def stop(self):
        try:
            self.tr.disconnect(terminate=True)
        except Exception as e:
            print(e)
        finally:
            self.tr = None
class Caption(Base):
    def __init__(self, cb): self.cb = cb
    def on_data(self, t):
        if not (t.end_of_turn and t.turn_is_formatted):
            return
        self.cb({"text": t.transcript, "conf": sum(word.confidence for word in t.words) / max(len(t.words), 1), "start": t.words[0].start if t.words else 0, "end": t.words[-1].end if t.words else 0, "words": [w.__dict__ for w in t.words]})
class Other(Base):
    @property
    def handler(self): return self._h
    def on_data(self, t, extra=None):
        self.handler(t)
    def _h(self, t): print(turn_text(t))
Caption(print).start(); Other().start()
