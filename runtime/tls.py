"""A certificate of an authority that exists only for one run, for servers that play the vendor's."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

__all__ = ["LOCAL_HOSTS", "VENDOR_HOSTS", "throwaway"]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")

#: The names a client of the service connects to, so that a test can send them here.
VENDOR_HOSTS = (
    "api.assemblyai.com",
    "streaming.assemblyai.com",
    "streaming.eu.assemblyai.com",
    "streaming.us.assemblyai.com",
)


def throwaway(names: Sequence[str] = (*LOCAL_HOSTS, *VENDOR_HOSTS)) -> tuple[ssl.SSLContext, bytes]:
    """Return a server context for these names, and the authority's certificate (PEM) that a client has to trust."""
    import trustme  # only needed here, and it takes a tenth of a second to import

    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context, authority.cert_pem.bytes()
