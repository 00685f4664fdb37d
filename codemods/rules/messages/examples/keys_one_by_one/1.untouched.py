import json
import websocket


def on_message(ws, raw):
    for key, value in json.loads(raw).items():
        if key == "text":
            print(value)


websocket.WebSocketApp("wss://example.com/ws", on_message=on_message)
