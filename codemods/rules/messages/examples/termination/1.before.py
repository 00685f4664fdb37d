import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    kind = data["message_type"]
    if kind == "SessionInformation":
        print(data["audio_duration_seconds"])
    elif kind == "SessionTerminated":
        ws.close()
    else:
        print(kind)


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000", on_message=on_message)
