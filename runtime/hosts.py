"""The hosts of the service: the one list from which clients, certificates and redirections are made.

Sources, read 2026-11-29: https://www.assemblyai.com/docs/streaming/endpoints-and-data-zones (v3),
https://assemblyai.com/docs/api-reference/real-time (v2, kept by the vendor as an archive).
"""

from __future__ import annotations

__all__ = [
    "DOMAIN",
    "LOCAL_HOSTS",
    "STREAMING_HOST",
    "V2_HOSTS",
    "V3_HOSTS",
    "V3_REGIONS",
    "VENDOR_HOSTS",
    "socket_url",
]

DOMAIN = "assemblyai.com"
"""What every host of the vendor ends with."""

STREAMING_HOST = f"streaming.{DOMAIN}"
"""Edge-routed: a session runs in the region that is nearest to the client, in the US or in the EU."""

V3_REGIONS = {"us": f"streaming.us.{DOMAIN}", "eu": f"streaming.eu.{DOMAIN}"}
"""Data zones: audio and text stay there."""

V3_HOSTS = (STREAMING_HOST, *V3_REGIONS.values())

V2_HOSTS = (f"api.{DOMAIN}", f"api.eu.{DOMAIN}")
"""Where v2 was, and where the vendor's other APIs still are."""

VENDOR_HOSTS = (*V2_HOSTS, *V3_HOSTS)
"""Every name that a client of v2 or v3 connects to."""

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def socket_url(host: str) -> str:
    """Return the address of a v3 session at `host`."""
    return f"wss://{host}/v3/ws"
