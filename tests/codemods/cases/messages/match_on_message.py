import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data:
        case {"message_type": "FinalTranscript", "text": text}:
            print(text)
        case {"message_type": "PartialTranscript"}:
            pass
        case {"message_type": "SessionBegins", "session_id": sid, **rest}:
            print(len(sid))


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
