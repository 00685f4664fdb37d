"""The local stand-in for the vendor: the replay server under the vendor's names, certified by a throwaway CA."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import trustme

from runtime.recording import JsonObject, Recording
from runtime.replay import ReplayServer

DOMAIN = "assemblyai.com"
HOSTS = ("api.assemblyai.com", "api.eu.assemblyai.com", "streaming.assemblyai.com", "streaming.eu.assemblyai.com")


@dataclass(frozen=True, slots=True)
class Trust:
    """A server's TLS context and the CA (PEM) that a client has to trust for it."""

    context: ssl.SSLContext
    ca: bytes

    def write(self, path: Path) -> Path:
        """Write the CA to `path` and return it."""
        path.write_bytes(self.ca)
        return path


_making = threading.Lock()


def trust() -> Trust:
    """Return the throwaway CA of this process, which never leaves it."""
    # Runs may go on side by side, and all have to trust the same one.
    with _making:
        return _made()


@cache
def _made() -> Trust:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS, "localhost", "127.0.0.1").configure_cert(context)
    return Trust(context, authority.cert_pem.bytes())


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
    )
