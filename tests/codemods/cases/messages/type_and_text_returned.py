import json

import websocket


def parse(raw):
    data = json.loads(raw)
    return data["message_type"], data.get("text", "")


def on_message(ws, raw):
    kind, text = parse(raw)
    if kind == "FinalTranscript":
        print(text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
