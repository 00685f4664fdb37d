import json
import os
import websocket

# TODO(v3-migrate): Its messages are v2's, its URL is out of sight: v3 has another host, path and parameters. [V3M107] https://v3-migrate.github.io/v3-migrate/rules/v3m107/
ws = websocket.create_connection(os.environ["URL"])
event = json.loads(ws.recv())
# TODO(v3-migrate): If this is AssemblyAI's: v2 message type becomes type and flags (--unsafe writes it). [V3M301] https://v3-migrate.github.io/v3-migrate/rules/v3m301/
if event["message_type"] == "FinalTranscript":
    print("done")
