import json

import websocket


class Kinds:
    FINAL = "FinalTranscript"
    PARTIAL = "PartialTranscript"


def on_message(ws, raw):
    data = json.loads(raw)
    if data["message_type"] == Kinds.FINAL:
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
