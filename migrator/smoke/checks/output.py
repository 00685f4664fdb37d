"""Checks of what a program lets out: finals, partials, exceptions, its end, other hosts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from migrator.smoke.checks.exceptions import exceptions, swallowed
from migrator.smoke.checks.finals import TWICE, same, shown, shown_unfinished, unfinished
from migrator.smoke.checks.places import ADDRESSES, Deals, hanging, reading, saying, unheard, unreached
from migrator.smoke.checks.shapes import lines_about, raw_ends, shapes, shown_like_finals, tells_apart
from migrator.smoke.checks.verdict import Check, Rule, Status, failed, passed, skipped, warned
from migrator.smoke.observation import ROUNDS, Observation, description, sessions_of

#: Lines that have to do with showing what was said.
_SHOWS = r"\btranscript\b"
#: How much of a difference is shown.
_LINES = 20
#: Characters of a line that are shown.
_WIDEST = 100
_ONLY_FINALS = "Only a Turn with end_of_turn and turn_is_formatted is what v2 called final."


def _finals(seen: Observation, before: Observation | None) -> Iterator[Check]:
    if before is None:
        check = _shown(seen)
    elif any(shown(text, seen.expected) for text in before.channels.values()):
        check = _shown_as_before(seen, before)
    else:
        check = _made_as_before(seen, before)
    if check.status is Status.PASS and before is not None and _held_back(seen) and not _held_back(before):
        advice = "What reads the messages waits for something else: let that go on beside it."
        where = saying(seen, r"\bon_open\b", *ADDRESSES)
        yield failed("finals", "shown only once it was stopped, and not as they came, as before", advice, where)
        return
    yield _located(check, seen, before) if check.status is Status.FAIL else check


def _held_back(seen: Observation) -> bool:
    """Return whether no final was shown before the program was told to end."""
    times = [output.time for output in seen.outputs if any(final in output.text for final in seen.expected)]
    return seen.stopped_at is not None and bool(times) and min(times) > seen.stopped_at


def _located(check: Check, seen: Observation, before: Observation | None) -> Check:
    """Add what is known about why finals are missing: a mistake that the program swallowed, or a word of v2."""
    if check.advice == TWICE and _in_one_line(seen):
        advice = "The same line has it twice, so more than the transcript is shown: show only that."
        return replace(check, advice=advice, where=reading(seen))
    if check.advice == TWICE and (
        missed := [place for place in unreached(seen, Deals.TURNS) if "never entered" in place]
    ):
        evidence = f"{check.evidence}; never reached: {missed[0]}"
        return replace(check, evidence=evidence, where=missed[0].partition(" ")[0])
    if check.advice == TWICE:
        return replace(check, where=saying(seen, r"\bend_of_turn\b", r"\bturn_is_formatted\b", _SHOWS))
    first, *rest = check.evidence.split("\n")
    if mistakes := swallowed(seen, before):
        reasons = f"the program swallowed {'; '.join(map(description, mistakes[:3]))}"
        where = mistakes[0].text("where")
        check = replace(
            check, advice="Correct that line: what it raises is caught, and the message is lost.", where=where
        )
    elif reasons := unheard(seen):
        check = replace(check, advice="Correct what is named.", where=reasons.partition(" ")[0])
    elif raw := _unformatted(seen):
        reasons = f"shown unformatted: {', '.join(map(repr, raw))}"
        where = saying(seen, r"\bturn_is_formatted\b", r"\bend_of_turn\b", _SHOWS)
        check = replace(check, advice=_ONLY_FINALS, where=where)
    elif before is not None and (partials := _instead(seen, before)):
        reasons = f"partials are shown instead: {', '.join(map(repr, partials[:3]))}"
        where = saying(seen, r"\bend_of_turn\b", r"\bturn_is_formatted\b", _SHOWS)
        check = replace(check, advice=_ONLY_FINALS, where=where)
    else:
        where = saying(seen, r"\bend_of_turn\b", r"\bturn_is_formatted\b", _SHOWS)
        missed = unreached(seen, Deals.TURNS)
        if not missed or shown(first, seen.expected):
            # All tests were passed, so it is what follows them.
            return replace(check, where=reading(seen) or where)
        reasons = f"never reached: {', '.join(missed[:2])}"
        places = (missed[0].partition(" ")[0], where)
        check = replace(check, where=", ".join(dict.fromkeys(filter(None, places))))
    return replace(check, evidence="\n".join([f"{first}; {reasons}", *rest]))


def _shown(seen: Observation) -> Check:
    """Check that some channel has all finals."""
    now = _by_channel(seen)
    wanted = _wanted(seen)
    # A program of several sessions may skip what it has heard before.
    for wish in (wanted, seen.expected):
        for name, texts in now.items():
            if _same(texts, wish, seen):
                return _verdict(seen, wish, texts, name, True)
    where = max(now, key=lambda name: len(now[name]), default="")
    return _verdict(seen, wanted, now.get(where, []), where, False)


def _shown_as_before(seen: Observation, before: Observation) -> Check:
    """Check that what the original showed, wherever it did, is there again; all of it, if it showed all."""
    now, old = _by_channel(seen), _by_channel(before)
    demanded = {
        name: _wanted(seen) if _same(texts, _wanted(before), before) else texts for name, texts in old.items() if texts
    }
    # One session after the other, until it was stopped: how many there were means nothing.
    endless = all(run.ending != "itself" and len(sessions_of(run)) >= ROUNDS for run in (seen, before))
    wrong = [name for name in demanded if not _same(now.get(name, []), demanded[name], seen, endless)]
    where = next(iter(wrong or demanded))
    reached = demanded[where][: len(now.get(where, []))] if endless and not wrong else demanded[where]
    check = _verdict(seen, reached, now.get(where, []), where, not wrong)
    if not wrong:
        return check if check.status is Status.FAIL else _shape_as_before(check, seen, before, where)
    lines = [_lines_of(run.channels.get(where, ""), run.expected) for run in (before, seen)]
    return replace(check, evidence=f"{check.evidence}\n{_diff(*lines)}")


def _shape_as_before(check: Check, seen: Observation, before: Observation, where: str) -> Check:
    """Return `check`, with a warning if the lines of finals look otherwise than before: what stands around them."""
    old, new = (_shape(run, where) for run in (before, seen))
    if old and new and old.isdisjoint(new):
        lines = [_lines_of(run.channels.get(where, ""), run.expected)[:1] for run in (before, seen)]
        evidence = f"{check.evidence}, but in another form than before\n{_diff(*lines)}"
        return warned("finals", evidence, "Compare the lines, if the form matters.", reading(seen))
    return check


def _shape(run: Observation, where: str) -> set[tuple[str, str]]:
    partials = set(unfinished(sessions_of(run)))
    return shapes(run.channels.get(where, ""), set(run.expected) - partials)


def _in_one_line(seen: Observation) -> bool:
    """Return whether finals stand several times in a line, and in no more lines than there are finals."""
    for text in seen.channels.values():
        lines = _lines_of(text, seen.expected, cut=False)
        if lines and len(lines) <= len(seen.expected) < len(shown(text, seen.expected)):
            return True
    return False


def _lines_of(text: str, finals: Sequence[str], cut: bool = True) -> list[str]:
    """Return the lines in which finals stand, `cut` where they are long."""
    lines = [line for line in re.split(r"[\r\n]+", text) if any(final in line for final in finals)]
    return [line if not cut or len(line) <= _WIDEST else line[:_WIDEST] + "..." for line in lines]


def _made_as_before(seen: Observation, before: Observation) -> Check:
    """Check that what the original made of the finals is there again, line for line."""
    partials = unfinished(sessions_of(before))
    made = {name: lines_about(text, before.expected, partials) for name, text in before.channels.items()}
    for name, lines in made.items():
        known = set(lines)
        again = [line for line in lines_about(seen.channels.get(name, ""), seen.expected, ()) if line in known]
        if again != lines:
            evidence = f"{name} has other lines than before\n{_diff(lines, again)}"
            return failed("finals", evidence, "Compare both timelines: what the program makes of a final has changed.")
    count = sum(map(len, made.values()))
    if not count:
        return skipped("finals", "the original shows none of them either")
    return passed("finals", f"{count} lines made of them, as before")


def _diff(before: Sequence[str], now: Sequence[str]) -> str:
    """Return how the lines of two runs differ: `-` was there before, `+` is there now."""
    lines = [line.rstrip() for line in difflib.ndiff(before, now) if not line.startswith("?")]
    more = [f"... and {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
    return "\n".join(lines[:_LINES] + more)


def _verdict(seen: Observation, wanted: Sequence[str], found: Sequence[str], where: str, right: bool) -> Check:
    if not right:
        return failed("finals", _difference(wanted, found, where), _finals_advice(wanted, found))
    if doubled := _doubled(seen):
        return failed("finals", f"twice, raw and formatted: {', '.join(map(repr, doubled))}", TWICE)
    return passed("finals", f"all {len(wanted)} on {where}, once each, in order")


def _by_channel(seen: Observation) -> dict[str, list[str]]:
    return {name: shown(text, seen.expected) for name, text in seen.channels.items()}


def _same(found: Sequence[str], wanted: Sequence[str], seen: Observation, endless: bool = False) -> bool:
    return same(found, wanted, sessions_of(seen), endless)


def _doubled(seen: Observation) -> list[str]:
    """Return the raw ends of turns that were shown as if they were finals, beside the formatted ones."""
    raw, partials = raw_ends(sessions_of(seen)), unfinished(sessions_of(seen))
    found = (shown_like_finals(text, seen.expected, raw, partials) for text in seen.channels.values())
    return list(dict.fromkeys(end for ends in found for end in ends))


def _unformatted(seen: Observation) -> list[str]:
    """Return the raw ends of turns, if these are all that was shown of what is not final."""
    raw = raw_ends(sessions_of(seen))
    others = [text for text in unfinished(sessions_of(seen)) if text not in raw]
    shown_ends = dict.fromkeys(end for text in seen.channels.values() for end in shown(text, raw))
    # A partial is part of the end that it became.
    if any(shown_unfinished(text, [*seen.expected, *raw], others) for text in seen.channels.values()):
        return []
    return list(shown_ends)


def _instead(seen: Observation, before: Observation) -> list[str]:
    """Return the partials that are shown, if the original showed none."""
    if _unfinished_shown(before, unfinished(sessions_of(before))):
        return []
    return _unfinished_shown(seen, unfinished(sessions_of(seen)))


def _wanted(seen: Observation) -> Sequence[str]:
    """Return the finals to be shown: those of the recording, or what each session of several came to send."""
    sessions = sessions_of(seen)
    if len(sessions) <= 1:
        return seen.expected
    return [text for session in sorted(sessions, key=lambda session: session.number) for text in session.finals]


def _difference(wanted: Sequence[str], found: Sequence[str], where: str) -> str:
    if not found:
        return f"none of the {len(wanted)} finals was shown"
    missing = [text for text in wanted if text not in found]
    doubled = [text for text in dict.fromkeys(found) if found.count(text) > wanted.count(text)]
    parts = [f"missing: {', '.join(map(repr, missing))}"] if missing else []
    parts += [f"{found.count(text)} times: {text!r}" for text in doubled]
    return f"{where}: " + ("; ".join(parts) or f"another order: {', '.join(map(repr, found))}")


def _finals_advice(wanted: Sequence[str], found: Sequence[str]) -> str:
    if any(found.count(text) > wanted.count(text) for text in found):
        return TWICE
    if not found:
        return "Look for type == 'Turn' with end_of_turn and turn_is_formatted, and read its transcript."
    return "Keep reading until Termination: the last turns come after Terminate."


def _partials(seen: Observation, before: Observation | None) -> Iterator[Check]:
    """What was hidden has to stay hidden, and what was shown has to stay visible."""
    if before is None or seen.api != "v3" or not sessions_of(seen) or not sessions_of(before):
        return
    candidates = unfinished(sessions_of(seen))
    now = _unfinished_shown(seen, candidates)
    showed = _unfinished_shown(before, unfinished(sessions_of(before)))
    tests = saying(seen, r"\bend_of_turn\b", r"\bturn_is_formatted\b", _SHOWS)
    if not candidates:
        yield skipped("partials", "the service came to send none")
    elif now and not showed:
        yield failed("partials", f"shown, and were not before: {', '.join(map(repr, now[:3]))}", _ONLY_FINALS, tests)
    elif showed and not now:
        yield failed("partials", "shown before, and not any more", "A partial is a Turn without end_of_turn.", tests)
    elif mixed := _mixed(seen, before):
        yield failed("partials", f"shown as finals are on {mixed}, and were not before", _ONLY_FINALS, tests)
    else:
        yield passed("partials", f"{len(now)} shown, as before" if now else "not shown, as before")


def _mixed(seen: Observation, before: Observation) -> str | None:
    """Return the channel on which partials look like finals, and did not before."""
    # Raw ends are the matter of the finals.
    partials = set(unfinished(sessions_of(seen))) - set(raw_ends(sessions_of(seen)))
    for name, text in seen.channels.items():
        original = before.channels.get(name, "")
        if tells_apart(original, before.expected, unfinished(sessions_of(before))):
            if tells_apart(text, seen.expected, partials) is False:
                return name
    return None


def _unfinished_shown(seen: Observation, candidates: Sequence[str]) -> list[str]:
    return list(
        dict.fromkeys(
            text for channel in seen.channels.values() for text in shown_unfinished(channel, seen.expected, candidates)
        )
    )


def _ends(seen: Observation, before: Observation | None) -> Iterator[Check]:
    how = {"itself": "by itself", "interrupt": "after Ctrl+C", "answer": "after an answer to its prompt"}
    if seen.ending == "killed":
        if before is not None and before.ending == "killed":
            yield skipped("ends", "neither the original nor this ends after Ctrl+C")
            return
        last = seen.happened("main-ended")
        threads = ", ".join(map(str, _list(last[-1].facts.get("threads")))) if last else "the main thread"
        places = hanging(seen)
        evidence = f"it had to be killed; still running: {threads}{f' ({places[0]})' if places else ''}"
        where = ", ".join(place.partition(" ")[0] for place in places[:3]) or saying(seen, r"\b(Thread|Timer)\(")
        yield failed("ends", evidence, "Stop and join the threads, close the socket.", where)
    else:
        since = seen.ended_at - (seen.stopped_at or seen.ended_at)
        yield passed("ends", how[seen.ending] + (f", within {since:.1f} s" if seen.stopped_at else ""))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _network(seen: Observation, before: Observation | None) -> Iterator[Check]:
    hosts = list(dict.fromkeys(host.text("host") for host in seen.happened("blocked")))
    notes = [
        f"{count / 1e6:.1f} MB of {channel} were not kept, but for lines with a final"
        for channel, count in seen.dropped.items()
    ]
    if seen.left_out:
        notes.append(f"links that lead out of the project were not copied: {', '.join(seen.left_out[:5])}")
    notes += [f"closed here, so not tested with it: {', '.join(hosts)}"] if hosts else []
    if replaced := list(dict.fromkeys(stub.text("package") for stub in seen.happened("stubbed"))):
        notes.append(f"replaced by stubs, so not tested: {', '.join(replaced)}")
    if seen.happened("uvloop"):
        notes.append("uvloop resolves names past the sandbox: asyncio's own loop ran in its place")
    if notes:
        yield skipped("network", "; ".join(notes))
    else:
        yield passed("network", "no other host was tried")


RULES: Sequence[Rule] = (_finals, _partials, _ends, exceptions, _network)
