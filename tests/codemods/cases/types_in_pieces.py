"""Type names put together from pieces: in place they are read as what they make, elsewhere they are reported."""
import json

import websocket

SUFFIX = "Transcript"
FINAL = "Final" + SUFFIX


def named(name):
    return f"{name}Transcript"


def on_message(app, raw):
    message = json.loads(raw)
    if message["message_type"] == ("Final"
                                   "Transcript"):
        print(message["text"])
    elif message["message_type"] in ("Partial" + "Transcript", "SessionBegins"):
        print(message)


def on_data(app, raw, opcode, more):
    message = json.loads(raw)
    if message["message_type"] == FINAL or message["message_type"] == named("Partial"):
        print(message["text"])
    text, kind = (message[key] for key in ("text", "message_type"))
    if kind == "FinalTranscript":
        print(text)


websocket.WebSocketApp(
    "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message, on_data=on_data
).run_forever()
# output
"""Type names put together from pieces: in place they are read as what they make, elsewhere they are reported."""
import json

import websocket

SUFFIX = "Transcript"
FINAL = "Final" + SUFFIX


def named(name):
    return f"{name}Transcript"


def on_message(app, raw):
    message = json.loads(raw)
    if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]:
        print(message["transcript"])
    elif message["type"] == "Begin" or message["type"] == "Turn" and not message["end_of_turn"]:
        print(message)


def on_data(app, raw, opcode, more):
    message = json.loads(raw)
    # TODO(v3-migrate): Compare with the v3 message types here: Begin, Turn, Termination. [V3M301] https://v3-migrate.github.io/v3-migrate/rules/v3m301/
    if message["message_type"] == FINAL or message["message_type"] == named("Partial"):
        print(" ".join(word["text"] for word in message["words"]))
    # TODO(v3-migrate): The type's message is out of reach where it is tested: pass the message along. [V3M302] https://v3-migrate.github.io/v3-migrate/rules/v3m302/
    text, kind = (message[key] for key in ("text", "message_type"))
    # TODO(v3-migrate): Compare with the v3 message types here: Begin, Turn, Termination. [V3M301] https://v3-migrate.github.io/v3-migrate/rules/v3m301/
    if kind == "FinalTranscript":
        print(text)


websocket.WebSocketApp(
    "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message, on_data=on_data
).run_forever()
