import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data:
        case {"message_type": "PartialTranscript" | "FinalTranscript", "text": t}:
            if data["message_type"] == "FinalTranscript":
                print(t)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
