import contextlib
import time

import websocket


def end_session(ws):
    """End the session; the service sends the last transcripts, then closes."""
    with contextlib.suppress(websocket.WebSocketException, OSError):
        ws.send('{"type": "Terminate"}')
        for _ in range(50):
            if ws.keep_running:
                time.sleep(0.1)


class Captions:
    def __init__(self):
        self.ws = websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=self.on_message)

    def on_message(self, ws, message):
        print(message)

    def feed(self, chunk):
        self.ws.send(chunk, websocket.ABNF.OPCODE_BINARY)

    def stop(self):
        end_session(self.ws)
        self.ws.close()
