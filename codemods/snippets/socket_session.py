"""How a session of `websocket.create_connection` ends, from which another thread receives."""

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
            if ws.connected:
                time.sleep(0.1)
