import json

import websocket

# A v3 program that asked for no formatting: its turns end once.
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000", header={"Authorization": "key"})
while True:
    message = json.loads(ws.recv())
    if message["type"] == "Turn" and message["end_of_turn"]:
        print(message["transcript"])
