"""Callbacks that are objects, decorated, kept in a table, or made by a call."""
import assemblyai as aai
from functools import partial, wraps
def log(f):
    @wraps(f)
    def inner(*a, **k):
        print("called")
        return f(*a, **k)
    return inner
@log
def on_data(transcript):
    print(transcript.text)
def on_error(error, *args): print(error)
def on_open(*, session=None): print(session)
class Cb:
    def __call__(self, transcript): print(transcript.text)
handlers = {"data": on_data, "error": on_error}
def make(kind, data=on_data, **options):
    return aai.RealtimeTranscriber(sample_rate=16000, on_data=handlers["data"], on_error=handlers.get("error"))
t = aai.RealtimeTranscriber(sample_rate=16000, on_data=Cb(), on_error=on_error)
u = aai.RealtimeTranscriber(sample_rate=16000, on_data=partial(print, "x:", sep=""), on_error=partial(on_error))
t.connect(); u.connect(); t.close(); u.close()
on_data(object())
v = make("x"); v.connect(); v.close()
# output
"""Callbacks that are objects, decorated, kept in a table, or made by a call."""
import assemblyai as aai
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
)
from functools import partial, wraps


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


def log(f):
    @wraps(f)
    def inner(*a, **k):
        print("called")
        return f(*a, **k)
    return inner
@log
def on_data(transcript):
    print(turn_text(transcript))
def on_error(error, *args): print(error)
def on_open(*, session=None): print(session)
class Cb:
    def __call__(self, transcript): print(turn_text(transcript))
handlers = {"data": on_data, "error": on_error}
def make(kind, data=on_data, **options):
    transcriber = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
    transcriber.on(StreamingEvents.Turn, lambda client, event, callback=handlers["data"]: callback(event))
    transcriber.on(StreamingEvents.Error, lambda client, event, callback=handlers.get("error"): callback and callback(event))
    return transcriber
t = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
t.on(StreamingEvents.Turn, lambda client, event, callback=Cb(): callback(event))
t.on(StreamingEvents.Error, lambda client, event: on_error(event))
u = StreamingClient(StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0))
u.on(StreamingEvents.Turn, lambda client, event, callback=partial(print, "x:", sep=""): callback(event))
u.on(StreamingEvents.Error, lambda client, event, callback=partial(on_error): callback(event))
try:
    try:
        t.connect(
            StreamingParameters(
                sample_rate=16000,
                speech_model="universal-streaming-english",
                format_turns=True,
                inactivity_timeout=300,
            )
        ); u.connect(
            StreamingParameters(
                sample_rate=16000,
                speech_model="universal-streaming-english",
                format_turns=True,
                inactivity_timeout=300,
            )
        ); t.disconnect(terminate=True); u.disconnect(terminate=True)
    finally:
        t.disconnect(terminate=True)  # does nothing if it has ended
finally:
    u.disconnect(terminate=True)  # does nothing if it has ended
# TODO(v3-migrate): What comes in here is read as a message of v3 from now on (in on_data): make sure it is one. [V3M331] https://v3-migrate.github.io/v3-migrate/rules/v3m331/
on_data(object())
v = make("x"); v.connect(
    StreamingParameters(
        sample_rate=16000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
); v.disconnect(terminate=True)
