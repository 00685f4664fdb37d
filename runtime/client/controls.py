"""What a program tells the service while its audio flows: kept by the client, sent between two chunks."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

from runtime.client.messages import FORCE_ENDPOINT, KEEP_ALIVE, Json, update_configuration

__all__ = ["Controls"]


class Controls:
    """Messages that wait to be sent. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[str] = deque()
        self._settings: dict[str, Json] = {}

    def force_endpoint(self) -> None:
        """End the present turn."""
        self._waiting.append(FORCE_ENDPOINT)

    def keep_alive(self) -> None:
        """Reset the inactivity timer."""
        self._waiting.append(KEEP_ALIVE)

    def update(self, settings: Mapping[str, Json]) -> None:
        """Change parameters of the session, and of those that follow it if the connection is lost."""
        with self._lock:
            self._settings.update(settings)
            self._waiting.append(update_configuration(settings))

    def renew(self) -> None:
        """Have a new session told what the ones before it were; what else was not sent was meant for those."""
        with self._lock:
            self._waiting.clear()
            if self._settings:
                self._waiting.append(update_configuration(self._settings))

    def take(self) -> str | None:
        """Return the next message, if one waits."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None
