"""What stood apart stays apart when the statement in between goes; remarks on something else stay."""
import base64
import json

import websocket

socket = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")


def send(source):
    while True:
        chunk = source.read(3200)
        if not chunk:
            break

        # Encode data in base64 and send it
        encoded = base64.b64encode(chunk).decode("utf-8")
        socket.send(json.dumps({"audio_data": encoded}))

    # Ask Ann before changing the order here
    last = base64.b64encode(source.rest).decode("utf-8")
    message = json.dumps({"audio_data": last})  # at most a second
    socket.send(message)
    socket.send(json.dumps({"terminate_session": True}))
# output
"""What stood apart stays apart when the statement in between goes; remarks on something else stay."""
import json

import websocket

socket = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")


def send(source):
    while True:
        chunk = source.read(3200)
        if not chunk:
            break

        socket.send(chunk, websocket.ABNF.OPCODE_BINARY)

    # Ask Ann before changing the order here
    last = source.rest
    # at most a second
    socket.send(last, websocket.ABNF.OPCODE_BINARY)
    socket.send(json.dumps({"type": "Terminate"}))
