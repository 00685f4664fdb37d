import json
import threading

import pyaudio
import websocket

audio = pyaudio.PyAudio()
stream = audio.open(format=pyaudio.paInt16, channels=1, rate=16000, input=True)
stopping = threading.Event()


def on_open(ws):
    def capture():
        while not stopping.is_set():
            ws.send(stream.read(3200), websocket.ABNF.OPCODE_BINARY)

    threading.Thread(target=capture).start()


def on_close(ws, code, reason):
    stopping.set()
    stream.close()
    audio.terminate()


app = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws", on_open=on_open, on_close=on_close)
connection = threading.Thread(target=app.run_forever)
connection.start()
input()
app.send(json.dumps({"terminate_session": True}))
connection.join()
