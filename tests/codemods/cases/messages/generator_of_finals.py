import json

import websocket


def finals(raws):
    for raw in raws:
        data = json.loads(raw)
        if data["message_type"] == "FinalTranscript":
            yield data["text"]


def on_message(ws, raw):
    for t in finals([raw]):
        print(t)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
