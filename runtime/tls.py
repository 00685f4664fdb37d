"""A certificate of an authority that exists only for one run, for servers that play the vendor's."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.hosts import LOCAL_HOSTS, VENDOR_HOSTS

__all__ = ["Throwaway", "throwaway"]


@dataclass(frozen=True, slots=True)
class Throwaway:
    """A server's TLS context, and the certificate (PEM) of the authority that a client has to trust for it."""

    context: ssl.SSLContext
    authority: bytes

    def write(self, path: Path) -> Path:
        """Write the authority's certificate to `path` and return it."""
        path.write_bytes(self.authority)
        return path


def throwaway(names: Sequence[str] = (*LOCAL_HOSTS, *VENDOR_HOSTS)) -> Throwaway:
    """Make an authority and a certificate of it for these names; neither private key leaves the process."""
    import trustme  # only needed here, and it takes a tenth of a second to import

    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return Throwaway(context, authority.cert_pem.bytes())
