import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
try:
    while True:
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
finally:
    try:
        ws.send(json.dumps({"type": "Terminate"}))
    except (websocket.WebSocketConnectionClosedException, OSError):
        pass  # there is no connection (any more)
    microphone.close()
