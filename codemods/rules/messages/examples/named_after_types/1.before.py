import json
import websocket


class Handler:
    def on_message(self, ws, raw):
        data = json.loads(raw)
        getattr(self, "on_" + data["message_type"])(data)


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=Handler().on_message)
