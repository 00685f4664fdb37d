import asyncio

import websockets


async def end_session(ws):
    """Tell the service that no more audio comes, and let it send the last transcripts and close."""
    try:
        await ws.send('{"type": "Terminate"}')
        await asyncio.wait_for(ws.wait_closed(), timeout=5)
    except Exception:
        pass  # the connection is gone already, or the service does not answer


async def run_session(ws, send, receive):
    """Run both until one of them ends; then end the session while the last transcripts are received."""
    sender, receiver = asyncio.ensure_future(send), asyncio.ensure_future(receive)
    try:
        await asyncio.wait([sender, receiver], return_when=asyncio.FIRST_COMPLETED)
        for task in (sender, receiver):
            if task.done():
                task.result()
    finally:
        sender.cancel()
        await asyncio.wait([sender])
        await end_session(ws)
        await asyncio.wait([receiver], timeout=1)  # it may be busy with the last of them
        receiver.cancel()
        await asyncio.gather(sender, receiver, return_exceptions=True)


URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true"


async def main(chunks):
    async with websockets.connect(URL) as ws:

        async def send():
            async for chunk in chunks:
                await ws.send(chunk)

        async def receive():
            async for message in ws:
                print(message)

        await run_session(ws, send(), receive())
