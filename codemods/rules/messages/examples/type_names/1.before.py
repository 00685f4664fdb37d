import json
import websocket


def final(message):
    print(message["text"])


HANDLERS = {"FinalTranscript": final}


def on_message(ws, raw):
    message = json.loads(raw)
    handler = HANDLERS.get(message["message_type"])
    if handler:
        handler(message)


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
