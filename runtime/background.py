"""Runs an asynchronous context manager on a thread of its own, for programs that have no event loop."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractAsyncContextManager

__all__ = ["Background"]


class Background:
    """Enters a context manager on a new event loop in a new thread, and leaves it when told to."""

    def __init__(self, manager: AbstractAsyncContextManager[object], name: str) -> None:
        self._manager = manager
        self._entered = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Wait until the manager has been entered; raise what it raised if it could not be."""
        self._thread.start()
        self._entered.wait()
        if self._failure is not None:
            self._end()

    def stop(self) -> None:
        """Leave the manager, end the loop and the thread; raise what leaving raised. Harmless when repeated."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._leaving.set)
        self._end()

    def _end(self) -> None:
        self._thread.join()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._entered.set()

    async def _serve(self) -> None:
        self._loop, self._leaving = asyncio.get_running_loop(), asyncio.Event()
        async with self._manager:
            self._entered.set()
            await self._leaving.wait()
