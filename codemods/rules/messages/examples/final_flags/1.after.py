import json

import websocket

ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", header={"Authorization": "key"})
while True:
    message = json.loads(ws.recv())
    kind = message.get("type")
    text = message.get("transcript")
    if kind == "Turn":
        final = message["end_of_turn"] and message["turn_is_formatted"]
    else:
        final = False
    if text and final:
        print(text)
