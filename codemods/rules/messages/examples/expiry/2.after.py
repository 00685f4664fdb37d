import datetime
import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    if data["type"] == "Begin":
        print(f"until {datetime.datetime.fromtimestamp(data['expires_at'], datetime.timezone.utc).isoformat()}")


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
