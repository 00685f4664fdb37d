"""One program on each client library, recorded unchanged: it replays to the same messages, and holds no secret."""

from __future__ import annotations

from tests.end_to_end.recordings import programs, recorded

#: Callbacks and a microphone, as well: ended by Ctrl+C, which the recorder has to survive.
INTERRUPTED = "captions_callbacks"


def test_a_recorded_program_replays_to_the_same_messages() -> None:
    chosen = [program for program in programs() if program.name.startswith("examples/") or program.name == INTERRUPTED]
    assert len(chosen) == 6
    assert dict(recorded(chosen)) == {program.name: [] for program in chosen}
