import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    is_final = data.get("message_type") == "FinalTranscript"
    text = data.get("text", "")
    if is_final and text:
        print(text)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
