import json

import websocket


def handle(message_type, text="", **rest):
    if message_type == "FinalTranscript":
        print(text)


def on_message(ws, raw):
    handle(**json.loads(raw))


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
