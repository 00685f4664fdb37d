import json
import websockets
from archive import recorded


def show(message):
    if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"] and message["transcript"]:
        print(message["transcript"])


async def listen():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        async for raw in ws:
            show(json.loads(raw))


def replay(name):
    # TODO(v3-migrate): What comes in here is read as a message of v3 from now on (in show): make sure it is one. [V3M331] https://v3-migrate.github.io/v3-migrate/rules/v3m331/
    for message in recorded(name):
        show(message)
