"""A session with the microphone of this machine: shared by the programs beside it."""

import asyncio
import json
import os

import pyaudio
import websockets

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"
RATE, FRAMES = 16000, 1600


async def transcribe(show, stopped=lambda: False):
    """Hand the text of each final to `show` until `stopped`, or until the task is cancelled."""
    microphone = pyaudio.PyAudio().open(
        rate=RATE, channels=1, format=pyaudio.paInt16, input=True, frames_per_buffer=FRAMES
    )
    headers = {"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}
    async with websockets.connect(URL, additional_headers=headers) as service:

        async def receive():
            async for raw in service:
                message = json.loads(raw)
                if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
                    if message["transcript"]:
                        await show(message["transcript"])

        receiver = asyncio.ensure_future(receive())
        try:
            while not stopped() and not receiver.done():
                await service.send(await asyncio.to_thread(microphone.read, FRAMES))
        finally:
            await service.send(json.dumps({"type": "Terminate"}))
            await asyncio.wait([receiver], timeout=5)
            microphone.close()
        receiver.result()
