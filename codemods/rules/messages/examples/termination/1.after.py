import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    kind = data["type"]
    if kind == "Termination":
        print(data["audio_duration_seconds"])
        ws.close()
    else:
        print(kind)


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
