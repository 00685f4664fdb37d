import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data["message_type"]:
        case "FinalTranscript":
            print(data["text"])
        case "SessionBegins":
            print('hello')


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
