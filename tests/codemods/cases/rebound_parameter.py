"""The raw frame and the message share one name: what the name holds depends on the line."""
import json
import websocket


def on_message(ws, message):
    print(len(message))
    message = json.loads(message)
    if message["message_type"] == "FinalTranscript":
        print(message["text"])


websocket.WebSocketApp("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", on_message=on_message)
# output
"""The raw frame and the message share one name: what the name holds depends on the line."""
import json
import websocket


def on_message(ws, message):
    print(len(message))
    message = json.loads(message)
    if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]:
        print(message["transcript"])


websocket.WebSocketApp("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", on_message=on_message)
