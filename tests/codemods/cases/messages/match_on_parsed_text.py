import json

import websocket


def on_message(ws, raw):
    match json.loads(raw):
        case {"message_type": "FinalTranscript", "text": str(text)} if text:
            print(text)
        case {"error": error}:
            print(error)


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
