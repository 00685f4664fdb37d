"""A handler that another server shares: likely v2, so nothing in it is touched, not even by joining two branches."""
import json, websocket, sys
def handle(message):
    kind = message["message_type"]
    if message["message_type"] == "FinalTranscript":
        print(message["text"])
    elif message["message_type"] == "SessionInformation":
        print("information")
    elif message["message_type"] == "SessionTerminated":
        print("terminated")
ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")
other = websocket.create_connection("wss://other.example.com/ws")
handle(json.loads(ws.recv()))
handle(json.loads(other.recv()))
# output
"""A handler that another server shares: likely v2, so nothing in it is touched, not even by joining two branches."""
import json, websocket, sys
def handle(message):
    # TODO(v3-migrate): V3M303 likely v2 but not proven, --unsafe rewrites it: v2 field 'message_type' becomes 'type'
    kind = message["message_type"]
    # TODO(v3-migrate): V3M301 likely v2 but not proven, --unsafe rewrites it: v2 message type becomes type and flags
    if message["message_type"] == "FinalTranscript":
        # TODO(v3-migrate): V3M303 likely v2 but not proven, --unsafe rewrites it: v2 field 'text' becomes 'transcript'
        print(message["text"])
    # TODO(v3-migrate): V3M301 likely v2 but not proven, --unsafe rewrites it: v2 message type becomes type and flags
    elif message["message_type"] == "SessionInformation":
        print("information")
    # TODO(v3-migrate): V3M301 likely v2 but not proven, --unsafe rewrites it: v2 message type becomes type and flags
    # TODO(v3-migrate): V3M323 likely v2 but not proven, --unsafe rewrites it: SessionInformation and SessionTerminated are one message in v3: branches joined
    elif message["message_type"] == "SessionTerminated":
        print("terminated")
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
other = websocket.create_connection("wss://other.example.com/ws")
handle(json.loads(ws.recv()))
handle(json.loads(other.recv()))
