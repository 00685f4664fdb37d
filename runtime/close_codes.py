"""The close codes of both protocols, with the words the vendor has for them.

Sources, read 2026-11-29: https://www.assemblyai.com/docs/streaming/common-session-errors-and-closures (v3),
https://assemblyai.com/docs/api-reference/real-time (v2). 1009 and 1011 of v3 are in the vendor's skill for coding
agents, `skills/assemblyai/references/streaming.md`, of October 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

__all__ = ["ERROR_REASON", "NORMAL_REASON", "V2_CLOSE_CODES", "V3Close"]


class V3Close(IntEnum):
    """How v3 ends a session; each but `NORMAL` after a message of type `Error` that says why."""

    NORMAL = 1000
    UNAUTHORIZED = 1008
    """Key, token or account; by some pages also too many sessions: the text tells."""
    TOO_BIG = 1009
    """A message over 128 KB."""
    INTERNAL = 1011
    """A failure while connecting."""
    SERVER_ERROR = 3005
    INVALID = 3006
    """A parameter, a message, JSON; also inactivity: the text tells."""
    AUDIO = 3007
    """A chunk of another length than 50 to 1000 ms, or far more audio than time."""
    EXPIRED = 3008
    TOO_MANY_SESSIONS = 3009


ERROR_REASON = "See Error message for details"
"""The reason in every close frame but a normal one, however short the error (measured by others, September 2026)."""

NORMAL_REASON = "Session Ended"

V2_CLOSE_CODES: Mapping[int, str] = {
    1013: "Temporary server condition forced blocking client's request",
    4000: "Sample rate must be a positive integer",
    4001: "Not authorized",
    4002: "Insufficient Funds",
    4003: "This feature is paid-only and requires you to add a credit card",
    4004: "Session not found",
    4008: "Session Expired",
    4010: "Session previously closed",
    4029: "Client sent audio too fast",
    4030: "Session is handled by another WebSocket",
    4031: "Session idle for too long",
    4032: "Audio duration is too short",
    4033: "Audio duration is too long",
    4034: "Audio too small to transcode",
    4100: "Endpoint received invalid JSON",
    4101: "Endpoint received a message with an invalid schema",
    4102: "This account has exceeded the number of allowed streams",
    4103: "This session has been reconnected. This WebSocket is no longer valid",
    4104: "Could not parse word boost parameter",
    4105: "Model deprecated. See docs for new model information",
}
"""v2's codes and the reason that stood in the close frame."""
