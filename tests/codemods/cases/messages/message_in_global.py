import json

import websocket

last = {}


def on_message(ws, raw):
    global last
    last = json.loads(raw)
    show()


def show():
    if last["message_type"] == "FinalTranscript":
        print(last["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
