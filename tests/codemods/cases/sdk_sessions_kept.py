"""Sessions kept in a dictionary, made by factories, closed where their callbacks are out of reach."""
import assemblyai as aai
sessions = {}
def on_data(t):
    print(t.text)
def open_session(key, rate):
    sessions[key] = aai.RealtimeTranscriber(sample_rate=rate, on_data=on_data, on_error=print, on_close=lambda: print("bye", key))
    sessions[key].connect()
def feed(key, data):
    sessions[key].stream(data)
def close(key):
    sessions[key].close()
    del sessions[key]
def close_pop(key):
    t = sessions.pop(key)
    t.close()
def close_all():
    for t in sessions.values():
        t.close()
import assemblyai as aai

def make(name, loop, q):
    count = 0
    def on_data(transcript):
        nonlocal count
        if transcript.text and transcript.message_type == "FinalTranscript":
            count += 1
            q.put((name, transcript.text, transcript.confidence, transcript.words))
    def on_error(error):
        print(name, error)
    return aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=on_error, encoding=aai.AudioEncoding.pcm_mulaw,
                                   on_close=lambda: print(name, "closed"))

class Call:
    def __init__(self, q):
        self.caller = make("caller", None, q)
        self.callee = make("callee", None, q)
    def start(self):
        for t in (self.caller, self.callee):
            t.connect()
    def feed(self, track, payload):
        (self.caller if track == "inbound" else self.callee).stream(payload)
    def stop(self):
        self.caller.close()
        self.callee.close()
# output
"""Sessions kept in a dictionary, made by factories, closed where their callbacks are out of reach."""
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


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


sessions = {}
def on_data(client, t):
    print(turn_text(t))
def open_session(key, rate):
    sessions[key] = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
    sessions[key].on(StreamingEvents.Turn, on_data)
    sessions[key].on(StreamingEvents.Error, lambda client, event: print(event))
    sessions[key].on_close = lambda: print("bye", key)
    sessions[key].connect(
        StreamingParameters(
            sample_rate=rate, speech_model="universal-streaming-english", format_turns=True, inactivity_timeout=300
        )
    )
def feed(key, data):
    sessions[key].stream(data)
def close(key):
    sessions[key].disconnect(terminate=True)
    sessions[key].on_close()
    del sessions[key]
def close_pop(key):
    t = sessions.pop(key)
    t.disconnect(terminate=True)
    t.on_close()
def close_all():
    for t in sessions.values():
        t.disconnect(terminate=True)
        t.on_close()
import assemblyai as aai

def make(name, loop, q):
    count = 0
    def on_data(client, transcript):
        nonlocal count
        if transcript.words and transcript.end_of_turn and transcript.turn_is_formatted:
            count += 1
            q.put((name, transcript.transcript, sum(word.confidence for word in transcript.words) / max(len(transcript.words), 1), transcript.words))
    def on_error(client, error):
        print(name, error)
    transcriber = BufferedStreamingClient(
        StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0),
        chunk_size=800,
        silence=b"\xff",
    )
    transcriber.on(StreamingEvents.Turn, on_data)
    transcriber.on(StreamingEvents.Error, on_error)
    transcriber.on_close = lambda: print(name, "closed")
    return transcriber

class Call:
    def __init__(self, q):
        self.caller = make("caller", None, q)
        self.callee = make("callee", None, q)
    def start(self):
        for t in (self.caller, self.callee):
            t.connect(
                StreamingParameters(
                    sample_rate=8000,
                    encoding=Encoding.pcm_mulaw,
                    speech_model="universal-streaming-english",
                    format_turns=True,
                    inactivity_timeout=300,
                )
            )
    def feed(self, track, payload):
        (self.caller if track == "inbound" else self.callee).stream(payload)
    def stop(self):
        self.caller.disconnect(terminate=True)
        self.caller.on_close()
        self.callee.disconnect(terminate=True)
        self.callee.on_close()
