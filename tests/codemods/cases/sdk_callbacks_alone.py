"""Callbacks and their helpers, registered in a module out of sight."""
import assemblyai as aai
def on_data(t: aai.RealtimeTranscript):
    if isinstance(t, aai.RealtimeFinalTranscript):
        show(t)
    else:
        print(t.text, end="\r")
def show(t: aai.RealtimeFinalTranscript):
    print(t.text, t.confidence)
def on_error(e: aai.RealtimeError): print(e.status_code)
class H:
    def on_open(self, o: aai.RealtimeSessionOpened): print(o.session_id)
# output
"""Callbacks and their helpers, registered in a module out of sight."""
# TODO(v3-migrate): Nobody here registers or calls this: if the SDK does, it gets the client before the event. [V3M602] https://v3-migrate.github.io/v3-migrate/rules/v3m602/
from assemblyai.streaming.v3 import BeginEvent, StreamingError, TurnEvent


def on_data(t: TurnEvent):
    if t.end_of_turn and t.turn_is_formatted and t.transcript:
        show(t)
    elif not t.end_of_turn:
        print(" ".join(word.text for word in t.words), end="\r")
def show(t: TurnEvent):
    print(t.transcript, sum(word.confidence for word in t.words) / max(len(t.words), 1))
# TODO(v3-migrate): Nobody here registers or calls this: if the SDK does, it gets the client before the event. [V3M602] https://v3-migrate.github.io/v3-migrate/rules/v3m602/
def on_error(e: StreamingError): print(e.code)
class H:
    # TODO(v3-migrate): Nobody here registers or calls this: if the SDK does, it gets the client before the event. [V3M602] https://v3-migrate.github.io/v3-migrate/rules/v3m602/
    def on_open(self, o: BeginEvent): print(o.id)
