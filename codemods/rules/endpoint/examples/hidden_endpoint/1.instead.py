import json
import os
import websocket

# URL=wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300
ws = websocket.create_connection(os.environ["URL"])
event = json.loads(ws.recv())
if event["type"] == "Turn" and event["end_of_turn"] and event["turn_is_formatted"]:
    print("done")
