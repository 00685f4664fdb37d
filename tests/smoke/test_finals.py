"""Finding finals and partials in what a program shows."""

from __future__ import annotations

import json
from itertools import count

import pytest

from migrator.smoke.checks.finals import same, shown, shown_unfinished, unfinished
from migrator.smoke.checks.shapes import lines_about, raw_ends, shapes, shown_like_finals, tells_apart
from runtime.replay import SessionRecord

FINALS = ["Good morning.", "Good morning. Good night.", "So it is."]


def session(*messages: dict[str, object]) -> SessionRecord:
    record = SessionRecord(next(count()), "v3", "streaming.assemblyai.com", "/v3/ws", {}, [])
    record.sent = [json.dumps(message) for message in messages]
    return record


def turn(order: int, transcript: str, words: str = "", end: bool = False, formatted: bool = False) -> dict[str, object]:
    return {
        "type": "Turn",
        "turn_order": order,
        "transcript": transcript,
        "words": [{"text": word} for word in (words or transcript).split()],
        "end_of_turn": end,
        "turn_is_formatted": formatted,
    }


def test_a_final_inside_of_another_is_not_shown_by_it() -> None:
    text = "> Good morning. Good night.\n> So it is. Good morning."
    assert shown(text, FINALS) == ["Good morning. Good night.", "So it is.", "Good morning."]
    assert shown("", FINALS) == shown(text, []) == []


@pytest.mark.parametrize(
    ("seen", "right"),
    [
        ("ab", True),
        ("aab", True),  # The partial with the same letters came first.
        ("aaab", False),
        ("abb", False),
        ("ba", False),
        ("a", False),
        ("", False),
    ],
)
def test_as_often_as_wanted_and_once_more_for_a_partial_of_the_same_letters(seen: str, right: bool) -> None:
    sent = session(turn(0, "a"), turn(0, "a", end=True, formatted=True), turn(1, "b", end=True, formatted=True))
    assert same(list(seen), list("ab"), [sent]) is right


@pytest.mark.parametrize(("seen", "right"), [("aba", True), ("ababab", True), ("abb", False), ("", False)])
def test_what_goes_on_for_ever_is_the_same_as_far_as_it_goes(seen: str, right: bool) -> None:
    assert same(list(seen), list("abab"), [session()], endless=True) is right


def test_partials_are_shown_by_their_transcript_or_by_their_words() -> None:
    sent = session(
        turn(0, "good", "good morning"), turn(0, "good morning"), turn(0, "Good morning.", end=True, formatted=True)
    )
    candidates = unfinished([sent])
    # Single words stand in any prose.
    assert candidates == ["good morning"]
    assert shown_unfinished("a good morning!\n", ["Good morning."], candidates) == ["good morning"]
    assert shown_unfinished("Good morning. a good mornings", ["Good morning."], candidates) == []


RAW = session(
    turn(0, "it is"),
    turn(0, "so it is", end=True),
    turn(0, "So it is.", end=True, formatted=True),
    turn(1, "never formatted", end=True),
)


def test_raw_ends_are_those_that_come_again() -> None:
    assert raw_ends([RAW]) == ["so it is"]


@pytest.mark.parametrize(
    ("text", "doubled"),
    [
        ("12:01 so it is\n12:02 So it is.\n", ["so it is"]),
        ("\rit is\rso it is\rSo it is.\n", []),  # Overwritten, as a partial is.
        ("... it is\n... so it is\n-> So it is.\n", []),
        ("... it is\n-> so it is\n-> So it is.\n", ["so it is"]),
        ("-> So it is.\n", []),
    ],
)
def test_a_raw_end_that_looks_like_a_final_is_one(text: str, doubled: list[str]) -> None:
    assert shown_like_finals(text, ["So it is."], ["so it is"], ["it is", "so it is"]) == doubled


def test_partials_and_finals_look_alike_or_not() -> None:
    assert tells_apart("... it is\n-> So it is.\n", ["So it is."], ["it is"]) is True
    assert tells_apart("-> it is\n-> So it is.\n", ["So it is."], ["it is"]) is False
    assert tells_apart("-> So it is.\n", ["So it is."], ["it is"]) is None
    # The service sent it as both.
    assert tells_apart("-> So it is.\n... So it is.\n", ["So it is."], ["So it is."]) is None


def test_lines_that_are_made_of_finals() -> None:
    text = "listening to you\n['So', 'it', 'is.']\r\n7 words: So-v it-v\nit is\n"
    assert lines_about(text, ["So it is."], ["so it is", "it is"]) == ["['So', 'it', 'is.']", "0 words: So-v it-v"]
    assert lines_about(text, ["so it is"], ["so it is"]) == []


@pytest.mark.parametrize(
    "name",
    ["5", "00:01:59", "9275a558", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "D41D8CD98F00B204E980"],
)
def test_what_differs_from_run_to_run_is_no_form(name: str) -> None:
    """An id that the program makes up, a time or a number: what stands around them is the form."""
    other = "".join(chr(ord(mark) + 1) if mark in "0123458abcde" else mark for mark in name)
    assert name != other
    now, before = (
        shapes(f"[{mark}] Good morning. (of {mark}, 3 words)\n", ["Good morning."]) for mark in (name, other)
    )
    assert now == before
    assert now != shapes(f"[{name}] Good morning. (in {name}, 3 words)\n", ["Good morning."])
