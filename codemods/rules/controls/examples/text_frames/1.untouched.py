import json

import websocket

# Another service may well take JSON as bytes.
ws = websocket.create_connection("wss://captions.example.com/ws")
ws.send_binary(json.dumps({"type": "stop"}).encode())
