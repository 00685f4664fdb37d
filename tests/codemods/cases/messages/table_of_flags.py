import json

import websocket

IS_FINAL = {"FinalTranscript": True, "PartialTranscript": False}


def on_message(ws, raw):
    data = json.loads(raw)
    if IS_FINAL.get(data["message_type"]):
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
