import json

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", header={"Authorization": "key"})
while True:
    message = json.loads(ws.recv())
    kind = message.get("type") or message.get("message_type")
    text = message.get("transcript") or message.get("text")
    if kind == "Turn":
        final = message["end_of_turn"]
    else:
        final = kind == "FinalTranscript"
    if text and final:
        print(text)
