import json
import websockets


async def relay(browser):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        async for raw in ws:
            turn = json.loads(raw)
            if turn["type"] == "Turn":
                final = turn["end_of_turn"] and turn["turn_is_formatted"]
                await browser.send_json({"caption": turn["transcript"], "final": final})
