"""The end of a session with the program, whatever ends that."""

from __future__ import annotations

import atexit
import sys
import threading
import weakref
from collections.abc import Callable

from assemblyai.streaming.v3 import StreamingClient


def end_at_exit(client: StreamingClient, exiting: threading.Event = threading.Event()) -> Callable[[], None]:
    """End the session with the program, or when what this returns is called."""
    if exiting.is_set():
        sys.exit()  # this thread: no session begins any more

    def end() -> None:
        exiting.set()
        session = alive()
        if session is not None:
            session.disconnect(terminate=True)

    alive = weakref.ref(client, lambda _: atexit.unregister(end))
    atexit.register(end)
    return end
