import json

import websocket

ws = websocket.create_connection("wss://example.com/chat")
try:
    while True:
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
finally:
    ws.send("bye")
    microphone.close()
