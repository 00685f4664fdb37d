import json

import websocket


def handle(kind, text):
    match kind:
        case "FinalTranscript":
            print(text)
        case "PartialTranscript":
            pass


def on_message(ws, raw):
    data = json.loads(raw)
    handle(data["message_type"], data.get("text"))


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
