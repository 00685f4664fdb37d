import asyncio
import contextlib

import websockets


async def end_session(ws):
    """End the session; the service sends the last transcripts, then closes."""
    with contextlib.suppress(websockets.ConnectionClosed, asyncio.TimeoutError):
        await ws.send('{"type": "Terminate"}')
        await asyncio.wait_for(ws.wait_closed(), timeout=5)


@contextlib.asynccontextmanager
async def ending_session(ws):
    """End the session on the way out, whatever the way."""
    try:
        yield
    finally:
        await end_session(ws)


async def main(chunks):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300") as ws, ending_session(ws):
        async for chunk in chunks:
            await ws.send(chunk)
            print(await ws.recv())
