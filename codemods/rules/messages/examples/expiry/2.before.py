import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    if data["message_type"] == "SessionBegins":
        print(f"until {data['expires_at']}")


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
