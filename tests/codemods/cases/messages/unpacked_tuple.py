import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    kind, text = data["message_type"], data.get("text")
    if kind == "FinalTranscript":
        print(text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
