import json
import websocket


def on_message(ws, raw):
    for key, value in json.loads(raw).items():
        if key == "text":
            print(value)


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
