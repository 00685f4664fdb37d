import contextlib
import threading
import time

import websocket

stop_event = threading.Event()
audio_thread = None


def on_open(ws):
    global audio_thread
    def capture():
        with contextlib.suppress(websocket.WebSocketConnectionClosedException, ConnectionError):
            try:
                while not stop_event.is_set():
                    ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)
            finally:
                ws.send('{"type": "Terminate"}')

    audio_thread = threading.Thread(target=capture, daemon=True)
    audio_thread.start()


URL = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
ws = websocket.WebSocketApp(URL, on_open=on_open)
connection = threading.Thread(target=ws.run_forever, daemon=True)
try:
    connection.start()
    while connection.is_alive():
        time.sleep(0.1)
except KeyboardInterrupt:
    pass  # run_forever returns on Ctrl+C, too
finally:
    stop_event.set()  # the audio thread ends the session
    if audio_thread is not None:
        audio_thread.join(timeout=1)
    connection.join(timeout=5)  # for the last transcripts
    ws.close()
