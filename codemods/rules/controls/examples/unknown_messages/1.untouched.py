import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000")
ws.send(json.dumps({"type": "KeepAlive"}))
ws.send(json.dumps({"type": "UpdateConfiguration", "max_turn_silence": 500}))
other = websocket.create_connection("wss://captions.example.com/ws")
other.send(json.dumps({"type": "start"}))
