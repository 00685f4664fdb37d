import json
import queue
import threading

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws")
sentences = queue.Queue()


def read():
    while True:
        sentences.put(ws.recv())


def feed(chunk):
    ws.send_binary(chunk)


def hang_up():
    ws.send(json.dumps({"terminate_session": True}))
    reader.join(5)


reader = threading.Thread(target=read)
reader.start()
try:
    while True:
        print(sentences.get())
except KeyboardInterrupt:
    hang_up()
