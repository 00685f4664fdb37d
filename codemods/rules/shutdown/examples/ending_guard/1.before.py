import json

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws")
try:
    while True:
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
finally:
    ws.send(json.dumps({"terminate_session": True}))
    microphone.close()
