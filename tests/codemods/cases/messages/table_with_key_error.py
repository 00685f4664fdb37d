import json

import websocket


def final(m):
    print(m["text"])


HANDLERS = {"FinalTranscript": final}


def on_message(ws, raw):
    data = json.loads(raw)
    try:
        handler = HANDLERS[data["message_type"]]
    except KeyError:
        return
    handler(data)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
