import json
import websockets


def show(message):
    if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
        print(message["transcript"])


def show_imported(row):
    if row["message_type"] == "FinalTranscript":
        print(row["text"])


def imported(line):
    show_imported(dict(pair.split("=") for pair in line.split("&")))


async def listen():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true") as ws:
        async for raw in ws:
            show(json.loads(raw))
