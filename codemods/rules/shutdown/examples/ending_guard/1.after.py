import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true")
try:
    while True:
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
finally:
    ws.send(json.dumps({"type": "Terminate"}))
    microphone.close()
