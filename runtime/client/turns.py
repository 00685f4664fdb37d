"""When a turn is final: each exactly once, whichever way the service reports its end.

With formatting on, the vendor's pages describe an end that comes twice (raw, then formatted), partials that are
already formatted, and a single formatted end; with it off, a single raw one. Repeats and late partials happen too.
The rule that is right in all of them: a raw end is held until its formatted twin comes, or until none can come. After
`Terminate` some models end one more turn, in which nothing was said: that is no final.
"""

from __future__ import annotations

from runtime.client.messages import Turn

MOST = 64
"""Turns that are held at once; of finished ones, four times as many are remembered. The formatted twin follows its turn
closely: older ones would only gather, with a service that never formats."""


class TurnTracker:
    """Tells partials from finals within one session.

    Args:
        formatted: whether formatted ends were asked for (`format_turns=true`).
    """

    def __init__(self, formatted: bool) -> None:
        self._formatted = formatted
        self._finished: dict[int, None] = {}
        self._held: dict[int, Turn] = {}

    def is_partial(self, turn: Turn) -> bool:
        """Return whether `turn` is news about a turn that still grows."""
        return not turn.end_of_turn and turn.turn_order not in self._finished and turn.turn_order not in self._held

    def finals(self, turn: Turn) -> list[Turn]:
        """Return the turns that `turn` makes final, in order; mostly none or itself."""
        if not turn.end_of_turn or turn.turn_order in self._finished or not (turn.transcript or turn.words):
            return []
        if self._formatted and not turn.turn_is_formatted:
            self._held[turn.turn_order] = turn
            return self._finish([self._held.pop(min(self._held))]) if len(self._held) > MOST else []
        self._held.pop(turn.turn_order, None)
        # A lower turn that is still held lost its formatted twin: were it released later, the order would be wrong.
        earlier = [self._held.pop(order) for order in sorted(self._held) if order < turn.turn_order]
        return self._finish([*earlier, turn])

    def flush(self) -> list[Turn]:
        """Return every held turn; to be called when nothing more can come."""
        held = [self._held[order] for order in sorted(self._held)]
        self._held.clear()
        return self._finish(held)

    def _finish(self, turns: list[Turn]) -> list[Turn]:
        self._finished.update((turn.turn_order, None) for turn in turns)
        for order in list(self._finished)[: -4 * MOST]:
            del self._finished[order]
        return turns
