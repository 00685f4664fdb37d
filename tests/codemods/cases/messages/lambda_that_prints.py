import json

import websocket

show = lambda m: print(m["text"]) if m["message_type"] == "FinalTranscript" else None


def on_message(ws, raw):
    show(json.loads(raw))


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
