import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    kind = data["message_type"]
    if kind == "SessionInformation":
        print("info")
    elif kind == "SessionTerminated":
        print("end")
    elif kind == "FinalTranscript":
        print(data["text"])


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
