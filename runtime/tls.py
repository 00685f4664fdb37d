"""TLS for the servers of this package.

A certificate of the user's, or one of an authority that exists only for one run.
"""

from __future__ import annotations

import argparse
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["VENDOR_HOSTS", "Tls", "configure_tls", "server_tls", "throwaway"]

#: The names a client of the service connects to, so that a test can send them here.
VENDOR_HOSTS = (
    "api.assemblyai.com",
    "streaming.assemblyai.com",
    "streaming.eu.assemblyai.com",
    "streaming.us.assemblyai.com",
)


_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


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


def throwaway(names: Sequence[str] = (*_LOCAL_HOSTS, *VENDOR_HOSTS)) -> tuple[ssl.SSLContext, bytes]:
    """Return a server context for these names, and the authority's certificate (PEM) that a client has to trust."""
    import trustme  # only needed here, and it takes a tenth of a second to import

    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context, authority.cert_pem.bytes()


def configure_tls(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments about TLS that the servers' commands share."""
    group = parser.add_argument_group("TLS")
    group.add_argument("--tls", action="store_true", help="speak wss, with a certificate authority made for this run")
    group.add_argument(
        "--ca-file",
        type=Path,
        metavar="FILE",
        help="where to put that authority's certificate, which clients have to trust (default: a temporary file)",
    )
    group.add_argument("--certificate", type=Path, metavar="FILE", help="speak wss with this certificate and key, PEM")


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
        context, certificate = throwaway(list(dict.fromkeys([*_LOCAL_HOSTS, arguments.host, *VENDOR_HOSTS])))
        with tempfile.TemporaryDirectory(prefix="v3-migrate-") as folder:
            file = (arguments.ca_file or Path(folder, "ca.pem")).absolute()
            file.write_bytes(certificate)
            yield Tls(context, file)
    elif arguments.ca_file:
        raise ValueError("--ca-file says where --tls puts its authority: give both")
    else:
        yield Tls()
