"""What a program is told of a session."""

from __future__ import annotations

from runtime.client.errors import StreamingError
from runtime.client.messages import Begin, Message, Termination, Turn


class Listener:
    """What a program does with a session; override what is of interest.

    All methods run on the client's session thread, one at a time. An exception in any of them ends the session
    properly, is raised to whoever runs the client, and nothing more is told.
    """

    def on_begin(self, begin: Begin) -> None:
        """A session is open; again after each reconnection."""

    def on_partial(self, turn: Turn) -> None:
        """A turn has grown. Use `turn.text`: `transcript` lacks the words that may still change."""

    def on_final(self, turn: Turn) -> None:
        """A turn is over; called exactly once for each.

        Formatted, if that was asked for, unless the connection was lost between the turn's raw end and its formatted
        one: then `turn_is_formatted` is false.
        """

    def on_termination(self, termination: Termination) -> None:
        """The session is over."""

    def on_reconnect(self, error: StreamingError, delay: float) -> None:
        """The connection was lost by `error` and is tried again in `delay` seconds."""

    def on_message(self, message: Message) -> None:
        """Any message, as it came, before the method that is made for it."""
