import json

import websocket


def final(m):
    print(m["text"])


def nothing(m):
    pass


HANDLERS = {
    "FinalTranscript": final,
    "PartialTranscript": nothing,
    "SessionBegins": nothing,
    "SessionTerminated": nothing,
    "SessionInformation": nothing,
}


def on_message(ws, raw):
    data = json.loads(raw)
    HANDLERS[data["message_type"]](data)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
