"""A task of a worker that dictates a file: python celery_tasks.py talk.wav"""

import asyncio
import json
import os
import sys
import wave

import websockets
from celery import Celery

URL = "wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&sample_rate="
app = Celery("tasks", broker="memory://", backend="cache+memory://")
app.conf.task_always_eager = True


async def transcript(path):
    lines = []
    with wave.open(path) as recording:
        rate = recording.getframerate()
        headers = {"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}
        async with websockets.connect(f"{URL}{rate}", additional_headers=headers) as service:

            async def send():
                while chunk := recording.readframes(rate // 10):
                    await service.send(chunk.ljust(rate // 5, b"\0"))
                    await asyncio.sleep(0.02)
                await service.send(json.dumps({"type": "Terminate"}))

            sender = asyncio.ensure_future(send())
            async for raw in service:
                message = json.loads(raw)
                if message["type"] == "Turn" and message["end_of_turn"] and message["turn_is_formatted"]:
                    if message["transcript"]:
                        lines.append(message["transcript"])
            await sender
    return lines


@app.task
def dictate(path):
    return asyncio.run(transcript(path))


if __name__ == "__main__":
    print(*dictate.delay(sys.argv[1]).get(), sep="\n")
