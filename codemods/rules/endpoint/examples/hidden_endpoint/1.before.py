import json
import os
import websocket

ws = websocket.create_connection(os.environ["URL"])
event = json.loads(ws.recv())
if event["message_type"] == "FinalTranscript":
    print("done")
