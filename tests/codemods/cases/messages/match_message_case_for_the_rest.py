import json

import websocket


def on_message(ws, raw):
    match json.loads(raw):
        case {"message_type": "PartialTranscript", "text": t}:
            pass
        case {"message_type": "FinalTranscript", "text": t}:
            print(t)
        case {"message_type": "SessionBegins" | "SessionInformation" | "SessionTerminated"}:
            pass
        case other:
            if "words" in other:
                print("unexpected")


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
