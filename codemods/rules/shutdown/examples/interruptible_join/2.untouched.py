import json
import threading

import websocket

ws = websocket.create_connection("wss://example.com/chat")
stopping = threading.Event()


def talk():
    while not stopping.is_set():
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
    ws.send(json.dumps({"terminate_session": True}))


worker = threading.Thread(target=talk)
worker.start()
try:
    worker.join()
except KeyboardInterrupt:
    stopping.set()
    worker.join()
