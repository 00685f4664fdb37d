"""A refusal by the service: the close code and the words that go with it."""

from __future__ import annotations

__all__ = ["Refusal"]


class Refusal(Exception):  # noqa: N818 - it is an answer of the service, not an error of this program
    """The service ends the session; `code` is the close code, the text its reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason
