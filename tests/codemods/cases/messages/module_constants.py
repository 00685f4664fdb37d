import json

import websocket

FINAL = "FinalTranscript"
PARTIAL = "PartialTranscript"


def on_message(ws, raw):
    data = json.loads(raw)
    kind = data["message_type"]
    if kind == FINAL:
        print(data["text"])
    elif kind == PARTIAL:
        pass


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
