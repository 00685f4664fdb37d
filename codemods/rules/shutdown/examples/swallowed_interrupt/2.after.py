import asyncio

import websockets


async def main():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        try:
            await ws.send(microphone.read(3200))
            print(await ws.recv())
        finally:
            await ws.send('{"type": "Terminate"}')


while True:
    try:
        asyncio.run(main())
    except Exception:
        print("connecting again")
