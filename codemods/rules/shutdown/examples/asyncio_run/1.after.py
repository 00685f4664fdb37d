import asyncio

import websockets


async def main(chunk):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        try:
            await ws.send(chunk)
            print(await ws.recv())
        finally:
            await ws.send('{"type": "Terminate"}')


asyncio.run(main(b''))
