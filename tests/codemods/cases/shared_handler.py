"""A handler that another server shares: nothing in it is touched, not even by joining two branches."""
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
"""A handler that another server shares: nothing in it is touched, not even by joining two branches."""
import json, websocket, sys
def handle(message):
    # TODO(v3-migrate): message is not AssemblyAI's alone (see the module itself): tell the messages apart, then read v3's keys in AssemblyAI's. [V3M330] https://v3-migrate.github.io/v3-migrate/rules/v3m330/
    kind = message["message_type"]
    # TODO(v3-migrate): message is not AssemblyAI's alone (see the module itself): tell the messages apart, then read v3's keys in AssemblyAI's. [V3M330] https://v3-migrate.github.io/v3-migrate/rules/v3m330/
    if message["message_type"] == "FinalTranscript":
        # TODO(v3-migrate): message is not AssemblyAI's alone (see the module itself): tell the messages apart, then read v3's keys in AssemblyAI's. [V3M330] https://v3-migrate.github.io/v3-migrate/rules/v3m330/
        print(message["text"])
    # TODO(v3-migrate): message is not AssemblyAI's alone (see the module itself): tell the messages apart, then read v3's keys in AssemblyAI's. [V3M330] https://v3-migrate.github.io/v3-migrate/rules/v3m330/
    elif message["message_type"] == "SessionInformation":
        print("information")
    # TODO(v3-migrate): message is not AssemblyAI's alone (see the module itself): tell the messages apart, then read v3's keys in AssemblyAI's. [V3M330] https://v3-migrate.github.io/v3-migrate/rules/v3m330/
    elif message["message_type"] == "SessionTerminated":
        print("terminated")
ws = websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300")
other = websocket.create_connection("wss://other.example.com/ws")
handle(json.loads(ws.recv()))
handle(json.loads(other.recv()))
