import json
import websocket


def show(kind, text):
    if kind == "FinalTranscript":
        print(text)


def on_message(ws, raw):
    data = json.loads(raw)
    show(data["message_type"], data.get("text"))


ws = websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
