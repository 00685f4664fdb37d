import json
import threading
import time

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
stopping = threading.Event()


def talk():
    while not stopping.is_set():
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
    ws.send(json.dumps({"type": "Terminate"}))


worker = threading.Thread(target=talk)
worker.start()
try:
    while worker.is_alive():
        time.sleep(0.1)  # not join: a thread whose join Ctrl+C interrupts counts as ended, before Python 3.13
except KeyboardInterrupt:
    stopping.set()
    worker.join(timeout=5)
