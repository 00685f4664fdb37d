import json

import websocket


def on_message(ws, raw):
    if (data := json.loads(raw)).get("message_type") == "FinalTranscript" and (t := data.get("text")):
        print(t)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
