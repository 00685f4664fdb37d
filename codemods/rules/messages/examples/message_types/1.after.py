import json
import websockets


async def main(url):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        async for raw in ws:
            event = json.loads(raw)
            if event["type"] == "Turn" and event["end_of_turn"] and event["turn_is_formatted"] and event["transcript"]:
                print(event["transcript"])
