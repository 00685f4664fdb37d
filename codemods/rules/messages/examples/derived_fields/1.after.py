import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    if data["type"] == "Turn" and data["end_of_turn"] and data["turn_is_formatted"] and data["transcript"]:
        print(data["transcript"], sum(word["confidence"] for word in data["words"]) / max(len(data["words"]), 1))
        begin = data["words"][0]["start"] if data["words"] else 0


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
