import json

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
while True:
    event = json.loads(ws.recv())
    if event["message_type"] == "FinalTranscript":
        event.update(text=event["text"].upper())
        print(event["text"])
        print(dict(event, text="Hello.")["text"])
