import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data["message_type"]:
        case "SessionBegins":
            print("begin", len(data["session_id"]))
        case "PartialTranscript":
            pass
        case "FinalTranscript":
            print(data["text"])
        case _:
            pass


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
