"""How a session over `aiohttp` ends, in coroutines: written into programs, one function at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any


async def end_session(ws: Any) -> None:
    """End the session; the service sends the last transcripts, then closes."""
    with contextlib.suppress(ConnectionError):
        await ws.send_str('{"type": "Terminate"}')
        for _ in range(50):
            if not ws.closed:
                await asyncio.sleep(0.1)


async def run_session(ws: Any, send: Awaitable[Any], receive: Awaitable[Any]) -> None:
    """Run both until one ends; then end the session and take what is left."""
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
        await asyncio.wait([receiver], timeout=1)  # it may be busy with the last one
        receiver.cancel()
        await asyncio.gather(sender, receiver, return_exceptions=True)


@contextlib.asynccontextmanager
async def ending_session(ws: Any) -> AsyncIterator[None]:
    """End the session on the way out, whatever the way."""
    try:
        yield
    finally:
        await end_session(ws)


@contextlib.asynccontextmanager
async def session_messages(ws: Any) -> AsyncIterator[Callable[[asyncio.Future[Any]], AsyncIterator[Any]]]:
    """Give `messages(sender)`, which yields what the service sends; on every way out, end the session, once."""
    ending: asyncio.Future[None] | None = None

    async def finish() -> None:
        await end_session(ws)
        await ws.close()  # if the service did not

    def end(sender: asyncio.Future[Any] | None = None) -> asyncio.Future[None]:
        nonlocal ending
        if ending is None:
            if sender and not sender.cancelled() and sender.exception() and ws.close_code is None:
                logging.getLogger(__name__).error("sending stopped: %r", sender.exception())
            ending = asyncio.ensure_future(finish())
        return ending

    async def messages(sender: asyncio.Future[Any]) -> AsyncIterator[Any]:
        """When the sender ends, or on Ctrl+C (cancellation), the session is ended; what still comes is yielded."""
        sender.add_done_callback(end)
        try:
            async for message in ws:
                yield message
        except asyncio.CancelledError:
            sender.cancel()
            with contextlib.suppress(ConnectionError):
                async for message in ws:
                    yield message
            raise

    try:
        yield messages
    finally:
        await end()
