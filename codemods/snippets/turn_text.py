"""The text of a turn where it may be partial."""

from assemblyai.streaming.v3 import TurnEvent


def turn_text(turn: TurnEvent) -> str:
    """Return all words so far: `transcript` lacks those not yet final."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)
