"""Every way to ask what a transcript is, and some that no tool should answer."""
import assemblyai as aai
from typing import Union
from assemblyai import RealtimeFinalTranscript, RealtimePartialTranscript

Transcript = Union[RealtimeFinalTranscript, aai.RealtimePartialTranscript]
WANTED = aai.RealtimeFinalTranscript
HANDLERS = {RealtimeFinalTranscript: print, aai.RealtimePartialTranscript: repr}


def on_data(t: "aai.RealtimeTranscript"):
    if type(t).__name__ == "RealtimeFinalTranscript":
        print("name", t.text)
    if t.__class__ is RealtimeFinalTranscript:
        print("class", t.text)
    if isinstance(t, aai.RealtimeFinalTranscript | RealtimePartialTranscript):
        print("either")
    if isinstance(t, (aai.RealtimeFinalTranscript, str)):
        print("no telling")
    if isinstance(t, WANTED):
        print("by another name")
    HANDLERS[type(t)](t.text)
    kind = t.message_type
    if kind == "FinalTranscript":
        print("kept", f"{t.message_type.value}: {t.text}")
    elif kind == aai.types.RealtimeMessageTypes.partial_transcript:
        print("partial")
    send({"type": t.message_type.value, "text": t.text})
    if type(t) is not aai.RealtimeFinalTranscript:
        return
    print("final", t.text)
    match t:
        case aai.RealtimeFinalTranscript():
            print("match")


def send(message):
    print(message)


transcriber = aai.RealtimeTranscriber(sample_rate=8000, on_data=on_data, on_error=print)
transcriber.connect()
transcriber.close()
# output
"""Every way to ask what a transcript is, and some that no tool should answer."""
import assemblyai as aai
from typing import Union
# TODO(v3-migrate): The SDK no longer has RealtimeFinalTranscript, and the program still names it. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
from assemblyai import RealtimeFinalTranscript
from assemblyai.streaming.v3 import (
    StreamingClient,
    StreamingClientOptions,
    StreamingEvents,
    StreamingParameters,
    TurnEvent,
)


def turn_text(turn):
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)


Transcript = Union[TurnEvent, TurnEvent]
# TODO(v3-migrate): v3 has one class, TurnEvent, instead of RealtimeFinalTranscript: ask for end_of_turn and turn_is_formatted. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
WANTED = aai.RealtimeFinalTranscript
# TODO(v3-migrate): v3 has one class, TurnEvent, instead of RealtimeFinalTranscript: ask for end_of_turn and turn_is_formatted. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
# TODO(v3-migrate): v3 has one class, TurnEvent, instead of RealtimePartialTranscript: ask for end_of_turn and turn_is_formatted. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
HANDLERS = {RealtimeFinalTranscript: print, aai.RealtimePartialTranscript: repr}


def on_data(client: StreamingClient, t: "TurnEvent"):
    if t.end_of_turn and t.turn_is_formatted and t.transcript:
        print("name", t.transcript)
    if t.end_of_turn and t.turn_is_formatted and t.transcript:
        print("class", t.transcript)
    print("either")
    # TODO(v3-migrate): v3 has one class, TurnEvent, instead of RealtimeFinalTranscript: ask for end_of_turn and turn_is_formatted. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
    if isinstance(t, (aai.RealtimeFinalTranscript, str)):
        print("no telling")
    if t.end_of_turn and t.turn_is_formatted and t.transcript:
        print("by another name")
    HANDLERS[type(t)](turn_text(t))
    if t.end_of_turn and t.turn_is_formatted and t.transcript:
        print("kept", f"{('FinalTurn' if t.end_of_turn and t.turn_is_formatted else 'PartialTurn')}: {t.transcript}")
    elif not t.end_of_turn:
        print("partial")
    # TODO(v3-migrate): v3 has no message_type: whoever gets it must know FinalTurn and PartialTurn. [V3M605] https://v3-migrate.github.io/v3-migrate/rules/v3m605/
    send({"type": "FinalTurn" if t.end_of_turn and t.turn_is_formatted else "PartialTurn", "text": turn_text(t)})
    if not (t.end_of_turn and t.turn_is_formatted and t.transcript):
        return
    print("final", t.transcript)
    # TODO(v3-migrate): v3 has one class, TurnEvent, instead of RealtimeFinalTranscript: match on end_of_turn and turn_is_formatted. [V3M607] https://v3-migrate.github.io/v3-migrate/rules/v3m607/
    match t:
        case aai.RealtimeFinalTranscript():
            print("match")


def send(message):
    print(message)


transcriber = StreamingClient(
    StreamingClientOptions(api_key=aai.settings.api_key, terminate_timeout=30.0)
)
transcriber.on(StreamingEvents.Turn, on_data)
transcriber.on(StreamingEvents.Error, lambda client, event: print(event))
transcriber.connect(
    StreamingParameters(
        sample_rate=8000,
        speech_model="universal-streaming-english",
        format_turns=True,
        inactivity_timeout=300,
    )
)
transcriber.disconnect(terminate=True)
