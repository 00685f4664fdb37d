import websockets
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/calls")
async def calls(caller: WebSocket):
    await caller.accept()
    async with websockets.connect("wss://api.assemblyai.com/v2/realtime/ws", additional_headers=HEADERS) as ws:
        try:
            async for chunk in caller.iter_bytes():
                await ws.send(chunk)
        finally:
            await ws.send('{"terminate_session": true}')
