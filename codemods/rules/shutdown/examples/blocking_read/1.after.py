import asyncio

import pyaudio
import websockets

audio = pyaudio.PyAudio()
stream = audio.open(format=pyaudio.paInt16, channels=1, rate=16000, input=True)


async def main():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        try:
            for _ in range(100):
                await ws.send(await asyncio.to_thread(stream.read, 3200))
        finally:
            await ws.send('{"type": "Terminate"}')
    audio.terminate()
