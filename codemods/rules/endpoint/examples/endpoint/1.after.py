import websockets

URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"


async def main():
    async with websockets.connect(URL) as ws:
        print(await ws.recv())
