import json
import websocket


def on_message(ws, raw):
    event = json.loads(raw)
    if event["type"] == "Turn" and event["end_of_turn"] and event["turn_is_formatted"] and event["transcript"]:
        print(event["transcript"])


URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
ws = websocket.WebSocketApp(URL, on_message=on_message)
