"""The same, where nobody asks how sending ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

from codemods.snippets.websockets_session import end_session


async def run_session(ws: Any, send: Awaitable[Any], receive: Awaitable[Any]) -> None:
    """Run both until one ends; then end the session and take what is left."""
    sender, receiver = asyncio.ensure_future(send), asyncio.ensure_future(receive)
    try:
        await asyncio.wait([sender, receiver], return_when=asyncio.FIRST_COMPLETED)
        if not receiver.done() and not sender.cancelled() and sender.exception():
            logging.getLogger(__name__).error("sending stopped: %r", sender.exception())
    finally:
        sender.cancel()
        await asyncio.wait([sender])
        await end_session(ws)
        await asyncio.wait([receiver], timeout=1)  # it may be busy with the last one
        receiver.cancel()
        await asyncio.gather(sender, receiver, return_exceptions=True)
    if not receiver.cancelled():
        receiver.result()
