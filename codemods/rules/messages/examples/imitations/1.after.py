import json
import websocket


def is_final(message):
    return bool(message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"])


def on_message(ws, raw):
    print(is_final(json.loads(raw)))


def test_final():
    # TODO(v3-migrate): Imitates a v2 message; v3 sends {"type": "Turn", "transcript": ..., "words": [...], "end_of_turn": True, "turn_is_formatted": True}. [V3M326] https://v3-migrate.github.io/v3-migrate/rules/v3m326/
    on_message(None, '{"message_type": "FinalTranscript", "text": "yes"}')


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
