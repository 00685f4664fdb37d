"""TLS for the servers of this package.

A certificate of the user's, or one of an authority that exists only for one run.
"""

from __future__ import annotations

import argparse
import ssl
from collections.abc import Sequence
from pathlib import Path

__all__ = ["VENDOR_HOSTS", "configure_tls", "server_context", "throwaway"]

#: The names a client of the service connects to, so that a test can send them here.
VENDOR_HOSTS = (
    "api.assemblyai.com",
    "streaming.assemblyai.com",
    "streaming.eu.assemblyai.com",
    "streaming.us.assemblyai.com",
)


def throwaway(names: Sequence[str] = ("localhost", "127.0.0.1", "::1", *VENDOR_HOSTS)) -> tuple[ssl.SSLContext, bytes]:
    """Return a server context for these names, and the authority's certificate (PEM) that a client has to trust."""
    import trustme  # only needed here, and it takes a tenth of a second to import

    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context, authority.cert_pem.bytes()


def configure_tls(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments about TLS that the servers' commands share."""
    parser.add_argument("--tls", action="store_true", help="speak TLS (wss), with a throwaway certificate authority")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="where to put that authority's certificate")
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="speak TLS with this certificate and key, PEM")


def server_context(arguments: argparse.Namespace) -> ssl.SSLContext | None:
    """Return the context those arguments ask for; None for plain `ws`.

    Raises ValueError if they contradict each other.
    """
    if arguments.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(arguments.certificate)
        return context
    if bool(arguments.tls) != bool(arguments.ca_file):
        raise ValueError("--tls and --ca-file FILE go together: clients must be able to trust the certificate")
    if not arguments.tls:
        return None
    context, authority = throwaway()
    arguments.ca_file.write_bytes(authority)
    return context
