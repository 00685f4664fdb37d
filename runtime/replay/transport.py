"""The way from the server to the socket, on which bytes can be late, cut into pieces, or lost."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections import deque
from collections.abc import Callable
from functools import partial

from runtime.replay.fault_player import Disturbance

__all__ = ["Outlet"]


class Outlet:
    """Writes to one transport. Without faults it hands bytes straight on; their order never changes."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._latency = self._jitter = self._gap = 0.0
        self._piece: int | None = None
        self._budget: int | None = None
        self._random = random.Random(0)
        # A queue of our own, because the loop keeps no order among timers of the same moment.
        self._queue: deque[tuple[float, Callable[[], None]]] = deque()
        self._last = 0.0
        self.stalled = False

    def disturb(self, disturbance: Disturbance) -> None:
        """Take on the faults of this session that concern bytes."""
        if latency := disturbance.setting("latency"):
            self._latency, self._jitter = latency["ms"] / 1000, latency["jitter"] / 1000
            self._random = random.Random(int(latency["seed"]))
        if slicer := disturbance.setting("slicer"):
            self._piece, self._gap = max(1, int(slicer["size"])), slicer["ms"] / 1000
        if limit := disturbance.setting("limit_data"):
            self._budget = int(limit["bytes"])

    def write(self, data: bytes) -> None:
        """Send bytes, as the faults have it."""
        if not self._latency and self._piece is None and not self._queue:
            self._put(data)
            return
        moment = self._loop.time() + max(0.0, self._latency + self._random.uniform(-self._jitter, self._jitter))
        size = self._piece or len(data)
        for start in range(0, len(data), size):
            self._later(moment, partial(self._put, data[start : start + size]))
            moment = self._last + self._gap

    def close(self, half: bool = True) -> None:
        """End the connection after what was written.

        With `half`, only this direction where the transport can: closing a socket on which a peer is still sending
        resets it, and the reset would destroy what the peer has not read yet.
        """
        if self._queue:
            self._later(self._last, partial(self._finish, half))
        else:
            self._finish(half)

    def reset(self) -> None:
        """End the connection with a TCP reset: what was sent and not yet read is gone too."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _later(self, moment: float, action: Callable[[], None]) -> None:
        """Do something at a moment, but never before what was queued earlier."""
        self._last = max(moment, self._last)
        self._queue.append((self._last, action))
        if len(self._queue) == 1:
            self._loop.call_at(self._last, self._pump)

    def _pump(self) -> None:
        while self._queue and self._queue[0][0] <= self._loop.time():
            self._queue.popleft()[1]()
        if self._queue:
            self._loop.call_at(self._queue[0][0], self._pump)

    def _put(self, piece: bytes) -> None:
        if self.stalled or self._transport.is_closing():
            return
        if self._budget is None:
            self._transport.write(piece)
            return
        self._transport.write(piece[: self._budget])
        self._budget -= len(piece)
        if self._budget <= 0:
            self._transport.close()

    def _finish(self, half: bool) -> None:
        if self.stalled or self._transport.is_closing():
            return
        if half and self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()
