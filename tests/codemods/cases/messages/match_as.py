import json

import websocket


def on_message(ws, raw):
    match json.loads(raw):
        case {"message_type": "FinalTranscript"} as m:
            print(m["text"])
        case {"message_type": "SessionBegins"} as m:
            print(len(m["session_id"]))


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
