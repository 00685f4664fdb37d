import json
import websocket


def on_message(ws, raw):
    print(json.loads(raw)['text'])


URL = "wss://api.example.com/ws?disable_partial_transcripts=true"
ws = websocket.WebSocketApp(URL, on_message=on_message)
