import json
import websocket


def on_message(ws, raw):
    data = json.loads(raw)
    match data:
        case {"type": "Turn", "end_of_turn": True, "turn_is_formatted": True, "transcript": text} if text:
            print(text)
        case {"type": "Begin"}:
            print('hello')


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
