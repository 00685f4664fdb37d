"""The replay server.

Plays a recorded session to any client, as strictly as the service, in the v3 or the v2 dialect.
"""

from __future__ import annotations

from runtime.replay.faults import FAULTS, Fault, FaultError, parse_fault
from runtime.replay.records import Frame, SessionRecord, TokenRequest
from runtime.replay.server import ReplayServer
from runtime.replay.session import Limits
from runtime.replay.turns import Variant

__all__ = [
    "FAULTS",
    "Fault",
    "FaultError",
    "Frame",
    "Limits",
    "ReplayServer",
    "SessionRecord",
    "TokenRequest",
    "Variant",
    "parse_fault",
]
