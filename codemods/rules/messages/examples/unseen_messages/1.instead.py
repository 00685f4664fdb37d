import json
import websockets
from archive import recorded


def show(message):
    if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
        print(message["transcript"])


def as_v3(message):
    """Return a message that was recorded from v2 as v3 would have sent it."""
    final = message["message_type"] == "FinalTranscript"
    return {"type": "Turn", "transcript": message["text"], "end_of_turn": final, "turn_is_formatted": final}


async def listen():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true") as ws:
        async for raw in ws:
            show(json.loads(raw))


def replay(name):
    for message in recorded(name):
        show(as_v3(message))
