import websockets


async def main(stream):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        while True:
            data = stream.read(3200)
            await ws.send(data)
