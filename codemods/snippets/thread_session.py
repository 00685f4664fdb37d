"""How a session of `websockets.sync` ends, whose audio another thread sends."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def session_messages(ws: Any, stop_event: threading.Event) -> Iterator[Callable[[], Iterator[Any]]]:
    """Give a function that yields what the service sends; on every way out, let the sender end the session."""
    received: queue.Queue[Any] = queue.Queue()
    interrupt: KeyboardInterrupt | None = None

    def receive() -> None:
        try:
            for message in ws:
                received.put(message)
            received.put(StopIteration())
        except Exception as error:
            received.put(error)  # for whoever takes it

    def take() -> Any:
        nonlocal interrupt
        try:
            return received.get(timeout=5 if interrupt else None)
        except queue.Empty:
            return interrupt  # the service does not answer
        except KeyboardInterrupt as error:
            if interrupt:
                raise
            interrupt = error
            stop_event.set()
            return take()  # the last transcripts come first

    def messages() -> Iterator[Any]:
        while not isinstance(message := take(), BaseException):
            yield message
        if interrupt:
            raise interrupt
        if not isinstance(message, StopIteration):
            raise message

    stop_event.clear()
    receiver = threading.Thread(target=receive, daemon=True)
    receiver.start()
    try:
        yield messages
    finally:
        stop_event.set()
        receiver.join(timeout=5)  # until the service closes
    if interrupt:
        raise interrupt
