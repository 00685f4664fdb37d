import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data:
        case {"message_type": "FinalTranscript", "text": text}:
            print(text)
        case {"message_type": "SessionBegins"}:
            print('hello')


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
