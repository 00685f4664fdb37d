import json
import websocket


def is_final(message):
    return message["message_type"] == "FinalTranscript"


def on_message(ws, raw):
    print(is_final(json.loads(raw)))


def test_final():
    on_message(None, '{"message_type": "FinalTranscript", "text": "yes"}')


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
