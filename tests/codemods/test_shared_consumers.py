"""Projects of several modules, drawn from a seed, with the vendor's messages and somebody else's in one function."""

from __future__ import annotations

from tests.robustness import modules


def test_no_wrong_edit_nothing_half_migrated_and_no_silence() -> None:
    """A small share; by hand `python -m tests.robustness.modules` goes on for longer and draws others."""
    assert modules.search(range(60), seed=1) == {}


def test_the_search_would_see_each_kind_of_fault() -> None:
    """Edits that a careless tool might make are told apart from what is right."""
    program = modules.Program(
        {"live.py": modules.filled(modules.LIVE, "by name", "json.loads(raw)"), "show.py": modules.CONSUMERS["equals"]}
        | {"other.py": modules.filled(modules.OTHER, "by name", modules.OTHERS["a dict"])},
        "a dict",
        "other.py",
        (),
    )
    show = program.files["show.py"]
    half = show.replace('event["text"]', 'event["transcript"]')
    whole = half.replace('["message_type"] == "FinalTranscript"', '["type"] == "Turn" and event["end_of_turn"]')
    kinds = [
        modules.faults(program, modules.Migrated({**program.files, "show.py": text}, modules.Counter(left), ()))
        for text, left in (
            (show, {}),
            (half, {"show.py": 1}),
            (whole, {}),
            (whole, {"show.py": 1}),
            (show, {"show.py": 1}),
        )
    ]
    assert kinds == [
        ["silent", "silent leftover: show.py"],
        ["half migrated: show.py", "wrong edit"],
        ["silent", "wrong edit, unsaid"],
        ["wrong edit"],
        [],
    ]
