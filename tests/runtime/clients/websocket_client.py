"""websocket-client: `WebSocketApp`, as the vendor's guide uses it."""

import json
import threading

import common
import websocket


def on_open(app: websocket.WebSocketApp) -> None:
    """Send the audio from a thread of its own."""

    def send() -> None:
        for piece in common.paced():
            app.send(piece, websocket.ABNF.OPCODE_BINARY)
        app.send(json.dumps({"type": "Terminate"}))

    threading.Thread(target=send).start()


def on_message(app: websocket.WebSocketApp, text: str) -> None:
    """Print finals."""
    common.take(text)


websocket.WebSocketApp(common.url(), on_open=on_open, on_message=on_message).run_forever()
