"""Temporary tokens: what was issued, and for how long."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from runtime.close_codes import V2_CLOSE_CODES, V3Close
from runtime.replay.refusal import Refusal

__all__ = ["Grant", "Tokens", "unauthorized"]

#: How many tokens are remembered, so that an expired one is told from an API key.
MOST = 10_000


@dataclass(slots=True)
class Grant:
    """One token. Times in seconds on the server's monotonic clock."""

    api: str
    expires: float
    session_seconds: float | None


class Tokens:
    """Issues and redeems. A token opens any number of sessions until it expires, also at once.

    Source: https://www.assemblyai.com/docs/streaming/authenticate-with-a-temporary-token, read 2026-11-29, and two
    measurements by others; older pages of the vendor say that a v3 token is good for one session.
    """

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}

    def issue(self, api: str, now: float, lifetime: float, session_seconds: float | None = None) -> str:
        """Return a new token that can be redeemed for `lifetime` seconds."""
        # A server that runs for long must not collect them; the oldest has long expired then.
        if len(self._grants) >= MOST:
            del self._grants[next(iter(self._grants))]
        token = secrets.token_urlsafe(32)
        self._grants[token] = Grant(api, now + lifetime, session_seconds)
        return token

    def __contains__(self, token: str) -> bool:
        """Tell whether this was issued here, expired ones included."""
        return token in self._grants

    def redeem(self, token: str, api: str, now: float) -> Grant:
        """Return what a token grants; raise Refusal with the code of the dialect if it does not open a session."""
        grant = self._grants.get(token)
        if grant is None or grant.api != api:
            raise unauthorized(api, "Invalid token")
        if now >= grant.expires:
            raise unauthorized(api, "Token expired")
        return grant


def unauthorized(api: str, problem: str) -> Refusal:
    """Return the refusal of somebody whom the service does not know."""
    if api == "v3":
        return Refusal(V3Close.UNAUTHORIZED, f"Unauthorized Connection: {problem}")
    return Refusal(4001, V2_CLOSE_CODES[4001])
