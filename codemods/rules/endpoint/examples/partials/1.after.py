import json
import websockets


async def main():
    url = "wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
    async with websockets.connect(url) as ws:
        async for raw in ws:
            event = json.loads(raw)
            if event.get("type") == "Turn" and not (event["end_of_turn"] and event["turn_is_formatted"]):
                continue
            print(event.get("transcript", ""))
