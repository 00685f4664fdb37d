import json

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
ws.send_binary(bytes(3200))
ws.send_binary(json.dumps({"terminate_session": True}).encode())
