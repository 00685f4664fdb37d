"""What the commands that serve have in common: where they listen, whether they speak TLS, and how they end."""

from __future__ import annotations

import argparse
import asyncio
import signal
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.hosts import LOCAL_HOSTS, VENDOR_HOSTS
from runtime.tls import throwaway

__all__ = ["Tls", "configure_serving", "server_tls", "stop_on_signals"]


def configure_serving(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments about the address and TLS."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    group = parser.add_argument_group("TLS")
    group.add_argument("--tls", action="store_true", help="speak wss, with a certificate authority made for this run")
    group.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="where to put that authority's certificate, which clients have to trust (default: a temporary file)",
    )
    group.add_argument("--certificate", type=Path, metavar="FILE", help="speak wss with this certificate and key, PEM")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Tls:
    """What a server speaks: TLS with `context`, or none; `authority` is the file clients have to trust, if any."""

    context: ssl.SSLContext | None = None
    authority: Path | None = None

    def advice(self) -> str | None:
        """Return what to tell a user about trust, if there is something."""
        if self.authority is None:
            return None
        return f"clients trust it with SSL_CERT_FILE={self.authority} (Node.js: NODE_EXTRA_CA_CERTS)"


@contextmanager
def server_tls(arguments: argparse.Namespace) -> Iterator[Tls]:
    """Give what those arguments ask for; a certificate authority nobody named a file for is gone afterwards.

    Raises:
        ValueError: they contradict each other.
        OSError: a file cannot be read or written.
    """
    if arguments.certificate:
        if arguments.tls or arguments.ca_file:
            raise ValueError("--certificate brings a certificate, --tls makes one: give one of them")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(arguments.certificate)
        yield Tls(context)
    elif arguments.tls:
        made = throwaway(list(dict.fromkeys([*LOCAL_HOSTS, arguments.host, *VENDOR_HOSTS])))
        with tempfile.TemporaryDirectory(prefix="v3-migrate-") as folder:
            file = made.write((arguments.ca_file or Path(folder, "ca.pem")).absolute())
            yield Tls(made.context, file)
    elif arguments.ca_file:
        raise ValueError("--ca-file says where --tls puts its authority: give both")
    else:
        yield Tls()


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl+C set from now on. To be called on the main thread, with a running loop."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop
