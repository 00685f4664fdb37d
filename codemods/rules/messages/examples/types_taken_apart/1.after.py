import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    # TODO(v3-migrate): Looks at part of a message type: v3's are Begin, Turn and Termination. [V3M325] https://v3-migrate.github.io/v3-migrate/rules/v3m325/
    if data["type"].startswith("Final"):
        print(" ".join(word["text"] for word in data.get("words", ())))


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
