"""How a session of a `websocket.WebSocketApp` ends, whose connection another thread runs."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import websocket


def end_session(ws: Any) -> None:
    """End the session; the service sends the last transcripts, then closes."""
    with contextlib.suppress(websocket.WebSocketException, OSError):
        ws.send('{"type": "Terminate"}')
        for _ in range(50):
            if ws.keep_running:
                time.sleep(0.1)
