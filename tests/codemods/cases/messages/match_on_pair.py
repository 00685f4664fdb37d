import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data["message_type"], data.get("text"):
        case "FinalTranscript", text:
            print(text)
        case _:
            pass


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
