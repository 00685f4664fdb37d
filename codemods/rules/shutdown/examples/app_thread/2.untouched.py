import threading
import time

import websocket


def run_until_stopped(app, **options):
    """Run the connection in a thread of its own; when it or the audio ends, or on Ctrl+C, end the session."""
    global audio_thread
    stop_event.clear()
    audio_thread = None
    connection = threading.Thread(target=app.run_forever, kwargs=options, daemon=True)
    try:
        connection.start()
        while connection.is_alive():
            time.sleep(0.1)  # not join: a thread whose join Ctrl+C interrupts counts as ended, before Python 3.13
            if audio_thread is not None and audio_thread.ident and not audio_thread.is_alive():
                break  # no more audio comes
    except KeyboardInterrupt:
        pass  # run_forever returns on Ctrl+C, too
    finally:
        stop_event.set()
        if audio_thread is not None:
            audio_thread.join(timeout=1)
        try:
            app.send('{"type": "Terminate"}')
            connection.join(timeout=5)  # for the last transcripts
        except Exception:
            pass  # the connection is gone already
        app.close()
        connection.join(timeout=5)  # an attempt to connect takes 4 s


stop_event = threading.Event()
audio_thread = None


def on_open(ws):
    global audio_thread
    websocket.setdefaulttimeout(None)
    ws.sock.settimeout(None)  # connected: it may be silent for longer
    def capture():
        try:
            while not stop_event.is_set():
                ws.send(microphone.read(3200), websocket.ABNF.OPCODE_BINARY)
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            pass  # the connection is gone

    audio_thread = threading.Thread(target=capture, daemon=True)
    audio_thread.start()


URL = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true"
ws = websocket.WebSocketApp(URL, on_open=on_open)
websocket.setdefaulttimeout(4)  # to connect: nothing can stop the attempt in its thread
run_until_stopped(ws)
