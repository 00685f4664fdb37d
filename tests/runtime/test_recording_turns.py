"""One session, reported in every variant."""

from __future__ import annotations

from itertools import product

import pytest

from runtime.recording import Event, JsonObject
from runtime.replay.turns import Variant, reported_as, turn_of, variant_of
from tests.runtime.sessions import FINALS, recording

NATIVE = {"dictation-f1": Variant.F1, "dictation-f2": Variant.F2, "dictation-f3": Variant.F3}


def turns(events: list[Event]) -> list[JsonObject]:
    return [turn for event in events if (turn := turn_of(event)) is not None]


@pytest.mark.parametrize(("name", "variant"), NATIVE.items())
def test_a_recording_tells_its_variant(name: str, variant: Variant) -> None:
    assert variant_of(recording(name).events) is variant


@pytest.mark.parametrize(("name", "variant"), list(product(NATIVE, Variant)))
def test_every_recording_can_be_reported_in_every_variant(name: str, variant: Variant) -> None:
    assert variant_of(reported_as(recording(name).events, variant)) is variant


@pytest.mark.parametrize("variant", Variant)
def test_the_own_variant_is_left_as_it_was_recorded(variant: Variant) -> None:
    events = reported_as(recording().events, variant)
    assert reported_as(events, variant) == events


@pytest.mark.parametrize(("name", "variant"), list(product(NATIVE, Variant)))
def test_the_tests_for_a_final_hold_as_the_vendor_describes_them(name: str, variant: Variant) -> None:
    """How often each test is true per turn; the table is the vendor's four descriptions put side by side."""
    reported = turns(reported_as(recording(name).events, variant))
    ends = [turn for turn in reported if turn["end_of_turn"]]
    formatted = [turn for turn in reported if turn["turn_is_formatted"]]
    both = [turn for turn in ends if turn["turn_is_formatted"]]
    count = len(FINALS)
    assert len(ends) == (2 * count if variant is Variant.F1 else count)
    assert len(both) == (0 if variant is Variant.F1_UNFORMATTED else count)
    if variant in (Variant.F2, Variant.F3):
        assert formatted == reported
    else:
        assert len(formatted) == len(both)


@pytest.mark.parametrize(("name", "variant"), list(product(NATIVE, [Variant.F1, Variant.F2, Variant.F3])))
def test_the_finals_are_the_same_in_every_variant(name: str, variant: Variant) -> None:
    reported = turns(reported_as(recording(name).events, variant))
    assert [turn["transcript"] for turn in reported if turn["end_of_turn"] and turn["turn_is_formatted"]] == FINALS


def test_unformatted_finals_are_lower_case_and_without_punctuation() -> None:
    reported = turns(reported_as(recording("dictation-f2").events, Variant.F1_UNFORMATTED))
    plain = [final.lower().rstrip(".") for final in FINALS]
    assert [turn["transcript"] for turn in reported if turn["end_of_turn"]] == plain


@pytest.mark.parametrize(("name", "variant"), list(product(NATIVE, Variant)))
def test_turns_only_grow_and_stay_in_order_on_the_clock(name: str, variant: Variant) -> None:
    events = reported_as(recording(name).events, variant)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert [event.wall for event in events] == sorted(event.wall for event in events)
    spoken: dict[object, int] = {}
    for turn in turns(events):
        count = len(turn["words"])  # type: ignore[arg-type]
        assert count >= spoken.get(turn["turn_order"], 0)
        spoken[turn["turn_order"]] = count


def test_u3_models_say_when_speech_starts_and_hold_every_word_open_until_the_end() -> None:
    events = reported_as(recording().events, Variant.F3)
    starts = [event for event in events if event.message and event.message["type"] == "SpeechStarted"]
    assert len(starts) == len(FINALS)
    for turn in turns(events):
        assert {word["word_is_final"] for word in turn["words"]} == {turn["end_of_turn"]}  # type: ignore[attr-defined]
        assert turn["end_of_turn_confidence"] == (1.0 if turn["end_of_turn"] else 0.0)
        assert turn["utterance"] == (turn["transcript"] if turn["end_of_turn"] else "")
        assert len(str(turn["transcript"]).split()) == len(turn["words"])  # type: ignore[arg-type]


@pytest.mark.parametrize("variant", Variant)
def test_what_is_no_turn_stays(variant: Variant) -> None:
    events = recording().events
    others = [event for event in events if turn_of(event) is None]
    kept = [event for event in reported_as(events, variant) if turn_of(event) is None]
    assert [event for event in kept if (event.message or {}).get("type") != "SpeechStarted"] == others
