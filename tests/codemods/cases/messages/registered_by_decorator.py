import json

import websocket

HANDLERS = {}


def handles(kind):
    def register(f):
        HANDLERS[kind] = f
        return f

    return register


@handles("FinalTranscript")
def final(m):
    print(m["text"])


@handles("SessionBegins")
def begin(m):
    print(len(m["session_id"]))


def on_message(ws, raw):
    data = json.loads(raw)
    h = HANDLERS.get(data["message_type"])
    if h:
        h(data)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
