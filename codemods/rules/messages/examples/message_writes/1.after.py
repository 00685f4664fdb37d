import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
while True:
    event = json.loads(ws.recv())
    if event["type"] == "Turn" and event["end_of_turn"] and event["turn_is_formatted"] and event["transcript"]:
        event.update(transcript=event["transcript"].upper())
        print(event["transcript"])
        print(dict(event, transcript="Hello.")["transcript"])
