"""What one run of a client came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Statistics:
    """Counted while the client runs; complete when it has ended."""

    sessions: int = 0
    chunks_sent: int = 0
    audio_sent_ms: float = 0.0
    """Audio sent again after a reconnection counts again."""
    audio_dropped_ms: float = 0.0
    """Audio that was never sent, because the buffer was full or the session over."""
    partials: int = 0
    finals: int = 0
    malformed: int = 0
    """Frames that were not JSON objects: skipped, or a reason to reconnect where that is wanted."""
    audio_duration_seconds: float = 0.0
    """By the service's own account, all sessions together."""
    session_duration_seconds: float = 0.0
