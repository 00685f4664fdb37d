import websockets
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/calls")
async def calls(caller: WebSocket):
    await caller.accept()
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300", additional_headers=HEADERS, open_timeout=5) as ws:
        try:
            async for chunk in caller.iter_bytes():
                await ws.send(chunk)
        finally:
            await ws.send('{"type": "Terminate"}')
