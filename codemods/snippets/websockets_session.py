"""How a session over `websockets` ends, in coroutines: written into programs, one function at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import websockets


async def end_session(ws: Any) -> None:
    """End the session; the service sends the last transcripts, then closes."""
    with contextlib.suppress(websockets.ConnectionClosed, asyncio.TimeoutError):
        await ws.send('{"type": "Terminate"}')
        await asyncio.wait_for(ws.wait_closed(), timeout=5)


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
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in ws:
                    yield message
            raise

    try:
        yield messages
    finally:
        await end()


@contextlib.asynccontextmanager
async def session_receive(ws: Any) -> AsyncIterator[Callable[[asyncio.Future[Any]], Awaitable[Any]]]:
    """Give `receive(sender)`, which returns what the service sends next; on every way out, end the session, once."""
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

    cancelled: asyncio.CancelledError | None = None

    async def receive(sender: asyncio.Future[Any]) -> Any:
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
        except websockets.ConnectionClosed:
            if cancelled:
                raise cancelled from None
            raise
        finally:
            sender.remove_done_callback(end)

    try:
        yield receive
    finally:
        await end()
