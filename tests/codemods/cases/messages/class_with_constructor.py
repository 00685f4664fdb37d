import json

import websocket


class Event:
    def __init__(self, message_type, text="", **rest):
        self.message_type = message_type
        self.text = text


def on_message(ws, raw):
    e = Event(**json.loads(raw))
    if e.message_type == "FinalTranscript":
        print(e.text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
