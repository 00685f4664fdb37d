"""The local stand-in for the vendor: the replay server under the vendor's names, certified by a throwaway CA."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache

from runtime.recording import JsonObject, Recording
from runtime.replay import ReplayServer
from runtime.tls import Throwaway, throwaway

_making, _made = threading.Lock(), cache(throwaway)


def trust() -> Throwaway:
    """Return the certificate of this process, whose authority every program of the run trusts."""
    # Runs may go on side by side, and all have to trust the same one.
    with _making:
        return _made()


def serve(
    recording: Recording,
    api: str,
    variant: str | None,
    speed: float,
    log: Callable[[JsonObject], None],
) -> ReplayServer:
    """Return a server that plays `recording`; a v2 program finds the v2 service, a v3 program finds v2 switched off."""
    return ReplayServer(
        recording,
        api="v3" if api == "v3" else None,
        variant=variant,
        tls=trust().context,
        speed=speed,
        log=log,
        keep_audio=True,
    )
