"""A session whose audio comes from somewhere else: shared by the web applications beside it."""

import asyncio
import json
import os

import websockets

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
HEADERS = {"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}


async def transcribe(chunks, show):
    """Send chunks of audio, and hand the text of each final to `show`."""
    async with websockets.connect(URL, additional_headers=HEADERS) as service:

        async def receive():
            async for raw in service:
                message = json.loads(raw)
                if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
                    if message["transcript"]:
                        await show(message["transcript"])

        receiver = asyncio.ensure_future(receive())
        try:
            async for chunk in chunks:
                await service.send(chunk)
        finally:
            await service.send(json.dumps({"type": "Terminate"}))
            await asyncio.wait([receiver], timeout=5)
        receiver.result()
