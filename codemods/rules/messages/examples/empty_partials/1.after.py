import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    if data["type"] == "Turn" and not data["end_of_turn"]:
        # TODO(v3-migrate): v3 sends no empty partial while nobody speaks: act on end_of_turn instead. [V3M321] https://v3-migrate.github.io/v3-migrate/rules/v3m321/
        if not data["transcript"]:
            answer()


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
