import json
import websockets


def show(message):
    # TODO(v3-migrate): message is not AssemblyAI's alone (see imported): tell the messages apart, then read v3's keys in AssemblyAI's. [V3M330] https://v3-migrate.github.io/v3-migrate/rules/v3m330/
    if message["message_type"] == "FinalTranscript":
        # TODO(v3-migrate): message is not AssemblyAI's alone (see imported): tell the messages apart, then read v3's keys in AssemblyAI's. [V3M330] https://v3-migrate.github.io/v3-migrate/rules/v3m330/
        print(message["text"])


def imported(line):
    show(dict(pair.split("=") for pair in line.split("&")))


async def listen():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        async for raw in ws:
            show(json.loads(raw))
