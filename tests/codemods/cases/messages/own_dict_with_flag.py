import json

import websocket


def parse(raw):
    data = json.loads(raw)
    return {"text": data.get("text", ""), "is_final": data["message_type"] == "FinalTranscript"}


def on_message(ws, raw):
    r = parse(raw)
    if r["is_final"]:
        print(r["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
