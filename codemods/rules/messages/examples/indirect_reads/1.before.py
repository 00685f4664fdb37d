import json
from operator import itemgetter

import websocket

text_of = itemgetter("text")
ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
while True:
    event = json.loads(ws.recv())
    if event["message_type"] == "FinalTranscript":
        print(text_of(event), "%(confidence)s" % event)
