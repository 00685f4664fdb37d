import json

import websocket


def final(m):
    print(m["text"])


def other(m):
    pass


HANDLERS = {"FinalTranscript": final, "SessionBegins": lambda m: print("id", len(m["session_id"]))}


def on_message(ws, raw):
    data = json.loads(raw)
    HANDLERS.get(data.get("message_type"), other)(data)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
