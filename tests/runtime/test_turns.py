"""Each turn is final exactly once, in every order in which its end may be reported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.client.messages import Turn
from runtime.client.turns import MOST, TurnTracker

P, R, F = "partial", "raw end", "formatted end"


def turn(order: int, kind: str, formatted_partials: bool = False) -> Turn:
    return Turn(order, f"{order} {kind}", kind != P, kind == F or (kind == P and formatted_partials))


def tell(turns: list[Turn], formatted: bool = True) -> list[str]:
    tracker = TurnTracker(formatted)
    told = [final.transcript for message in turns for final in tracker.finals(message)]
    return told + [final.transcript for final in tracker.flush()]


@pytest.mark.parametrize(
    ("formatted", "kinds", "expected"),
    [
        pytest.param(True, [P, P, R, F], F, id="F1"),
        pytest.param(False, [P, P, R], R, id="F1'"),
        pytest.param(True, [P, P, F], F, id="F2"),
        pytest.param(True, [F], F, id="F3"),
        pytest.param(False, [P, F], F, id="F3 without asking for format"),
        pytest.param(True, [P, R], R, id="the formatted end never comes"),
        pytest.param(True, [R, F, F, R, P], F, id="repeats and a late partial"),
    ],
)
def test_variants(formatted: bool, kinds: list[str], expected: str) -> None:
    turns = [turn(order, kind, formatted_partials=True) for order in range(3) for kind in kinds]
    assert tell(turns, formatted) == [f"{order} {expected}" for order in range(3)]


def test_the_formatted_end_may_come_after_the_next_turn_has_begun() -> None:
    assert tell([turn(0, P), turn(0, R), turn(1, P), turn(0, F), turn(1, R), turn(1, F)]) == [f"0 {F}", f"1 {F}"]


def test_a_held_end_goes_before_a_later_turn() -> None:
    assert tell([turn(0, R), turn(1, R), turn(1, F), turn(0, F)]) == [f"0 {R}", f"1 {F}"]


def test_partials_are_those_of_turns_that_still_grow() -> None:
    tracker = TurnTracker(formatted=True)
    assert tracker.is_partial(turn(0, P, formatted_partials=True))
    assert not tracker.is_partial(turn(0, R))
    tracker.finals(turn(0, R))
    assert not tracker.is_partial(turn(0, P))
    tracker.finals(turn(0, F))
    assert not tracker.is_partial(turn(0, P))
    assert tracker.is_partial(turn(1, P))


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([P, R, F]))), st.booleans())
def test_every_ended_turn_is_told_exactly_once(messages: list[tuple[int, str]], formatted: bool) -> None:
    told = tell([turn(order, kind) for order, kind in messages], formatted)
    assert sorted(text[0] for text in told) == sorted({str(order) for order, kind in messages if kind != P})


def test_a_service_that_never_formats_does_not_fill_the_memory() -> None:
    tracker = TurnTracker(formatted=True)
    told = [final.turn_order for order in range(50 * MOST) for final in tracker.finals(turn(order, R))]
    assert told == list(range(49 * MOST))
    assert len(tracker.flush()) == MOST
    assert len(tracker._finished) <= 5 * MOST
