import json
import threading

import pyaudio
import websocket

audio = pyaudio.PyAudio()
stream = audio.open(format=pyaudio.paInt16, channels=1, rate=16000, input=True)
stopping = threading.Event()
audio_thread = None


def on_open(ws):
    global audio_thread
    def capture():
        while not stopping.is_set():
            ws.send(stream.read(3200), websocket.ABNF.OPCODE_BINARY)

    audio_thread = threading.Thread(target=capture)
    audio_thread.start()


def on_close(ws, code, reason):
    stopping.set()
    if audio_thread is not None:
        audio_thread.join(timeout=1)
    stream.close()
    audio.terminate()


app = websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_open=on_open, on_close=on_close)
connection = threading.Thread(target=app.run_forever)
connection.start()
input()
app.send(json.dumps({"type": "Terminate"}))
connection.join()
