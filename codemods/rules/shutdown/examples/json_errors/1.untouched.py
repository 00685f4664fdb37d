import json

import websocket


def on_message(ws, message):
    try:
        event = json.loads(message)
        show(event)
    except Exception as error:
        print(f"cannot show this: {error}")


ws = websocket.WebSocketApp("wss://example.com/chat", on_message=on_message)
