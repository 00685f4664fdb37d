import json
import websockets


async def main():
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?sample_rate=8000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws:
        print(json.loads(await ws.recv())['id'])
        async for raw in ws:
            print(' '.join(word['text'] for word in json.loads(raw).get('words', ())))
