import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    kind = data.get("message_type", "unknown")
    if kind in {"FinalTranscript"}:
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
