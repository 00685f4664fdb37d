import json

import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data["message_type"]:
        case "PartialTranscript":
            pass
        case "FinalTranscript":
            print(data["text"])
        case "SessionBegins" | "SessionInformation" | "SessionTerminated":
            pass
        case _:
            if "words" in data:
                print("unexpected")


if __name__ == "__main__":
    websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
