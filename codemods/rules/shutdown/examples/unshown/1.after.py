import json
import queue
import threading

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
sentences = queue.Queue()


def read():
    while True:
        sentences.put(ws.recv())


def feed(chunk):
    ws.send_binary(chunk)


def hang_up():
    ws.send(json.dumps({"type": "Terminate"}))
    reader.join(5)


reader = threading.Thread(target=read)
reader.start()
# TODO(v3-migrate): What was said last is put into a queue that nobody reads after Ctrl+C: take it from there once the session is over. [V3M523] https://v3-migrate.github.io/v3-migrate/rules/v3m523/
try:
    while True:
        print(sentences.get())
except KeyboardInterrupt:
    hang_up()
