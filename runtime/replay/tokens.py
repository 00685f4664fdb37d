"""Temporary tokens: what was issued, for how long, and whether it was used."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from runtime.replay.refusal import Refusal

__all__ = ["Grant", "Tokens"]

#: How many tokens are remembered, so that a used or expired one is told from an API key.
MOST = 10_000


@dataclass(slots=True)
class Grant:
    """One token. Times in seconds on the server's monotonic clock."""

    api: str
    expires: float
    session_seconds: float | None
    used: bool = False


class Tokens:
    """Issues and redeems. A v3 token opens one session, a v2 token any number until it expires."""

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
        """Tell whether this was issued here, used and expired ones included."""
        return token in self._grants

    def redeem(self, token: str, api: str, now: float) -> Grant:
        """Use a token; raise Refusal with the code of the dialect if it does not open a session."""
        grant = self._grants.get(token)
        code = 1008 if api == "v3" else 4001
        if grant is None or grant.api != api:
            raise Refusal(code, "Unauthorized Connection: Invalid token" if api == "v3" else "Not Authorized")
        if now >= grant.expires:
            raise Refusal(code, "Unauthorized Connection: Token expired" if api == "v3" else "Not Authorized")
        if grant.used and api == "v3":
            raise Refusal(code, "Unauthorized Connection: Token already used")
        grant.used = True
        return grant
