import asyncio
import contextlib
import logging

import websockets


async def end_session(ws):
    """Tell the service that no more audio comes, and let it send the last transcripts and close."""
    try:
        await ws.send('{"type": "Terminate"}')
        await asyncio.wait_for(ws.wait_closed(), timeout=5)
    except Exception:
        pass  # the connection is gone already, or the service does not answer


@contextlib.asynccontextmanager
async def session_receive(ws):
    """Give `receive(sender)`, which returns what the service sends next; on every way out, end the session, once."""
    ending = None

    async def finish():
        await end_session(ws)
        await ws.close()  # if the service did not

    def end(sender=None):
        nonlocal ending
        if ending is None:
            if sender and not sender.cancelled() and sender.exception() and ws.close_code is None:
                logging.getLogger(__name__).error("sending stopped: %r", sender.exception())
            ending = asyncio.ensure_future(finish())
        return ending

    cancelled = None

    async def receive(sender):
        """When the sender ends, or on Ctrl+C (cancellation), the session is ended; what still comes is returned."""
        nonlocal cancelled
        sender.add_done_callback(end)
        try:
            return await ws.recv()
        except asyncio.CancelledError as error:
            if cancelled:
                raise
            cancelled = error
            sender.cancel()
            return await receive(sender)
        except Exception:
            if cancelled:
                raise cancelled from None
            raise
        finally:
            sender.remove_done_callback(end)

    try:
        yield receive
    finally:
        await end()


async def send(ws, chunks):
    async for chunk in chunks:
        await ws.send(chunk)


async def main(chunks):
    async with websockets.connect("wss://streaming.assemblyai.com/v3/ws?speech_model=universal-streaming-english&format_turns=true") as ws, session_receive(ws) as receive:
        sender = asyncio.create_task(send(ws, chunks))
        try:
            while True:
                print(await receive(sender))
        finally:
            sender.cancel()
