import json
import websocket


def is_final(message):
    return message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]


def on_message(ws, raw):
    print(is_final(json.loads(raw)))


def test_final():
    on_message(None, '{"type": "Turn", "transcript": "yes", "words": [], "end_of_turn": true, "turn_is_formatted": true}')


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
