import json
import websocket


def on_message(ws, raw):
    event = json.loads(raw)
    if event["message_type"] == "FinalTranscript":
        print(event["text"])


URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=8000&disable_partial_transcripts=true"
ws = websocket.WebSocketApp(URL, on_message=on_message)
