"""The text of a turn where it may be partial."""

from assemblyai.streaming.v3 import TurnEvent


def turn_text(turn: TurnEvent) -> str:
    """Return all words heard so far: `transcript` leaves out those that may still change."""
    return turn.transcript if turn.end_of_turn else " ".join(word.text for word in turn.words)
