import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")


def feed(chunk):
    ws.send_binary(chunk)


def hang_up():
    ws.send(json.dumps({"type": "Terminate"}))
    while json.loads(ws.recv())["type"] != "Termination":
        pass
    ws.close()
