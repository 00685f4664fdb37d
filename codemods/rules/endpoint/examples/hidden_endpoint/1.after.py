import json
import os
import websocket

# TODO(v3-migrate): V3M107 its messages are v2's, its URL is out of sight: v3 has another host, path and parameters
ws = websocket.create_connection(os.environ["URL"])
event = json.loads(ws.recv())
# TODO(v3-migrate): V3M301 if this is AssemblyAI's: v2 message type becomes type and flags (--unsafe writes it)
if event["message_type"] == "FinalTranscript":
    print("done")
