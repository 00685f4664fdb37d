import json

import websocket

LABEL = {"FinalTranscript": "final", "PartialTranscript": "partial"}


def on_message(ws, raw):
    data = json.loads(raw)
    label = LABEL.get(data["message_type"], "other")
    if label == "final":
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
