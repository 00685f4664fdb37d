"""Settings named after an option of v2's sessions that a program of the run reads: what they hold may not fit v3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from migrator.analysis.outcome import Outcome

CODE = "V3M807"

_IN_V3 = {
    "word_boost": "v3's keyterms_prompt takes at most 100 terms of 50 characters",
    "boost_param": "v3 has no boost_param: take it out",
    "disable_partial_transcripts": "v3 always sends partials: take it out",
    "enable_extra_session_information": "v3 always ends with a Termination: take it out",
    "end_utterance_silence_threshold": "v3 has max_turn_silence, in milliseconds as well",
}
_OPTIONS = "|".join(_IN_V3)
_READ = re.compile(
    rf"(?:\[|\bget(?:env)?\(|\bconfig\(|\balias=)\s*[\"'](?P<key>\w*(?P<option>{_OPTIONS}))[\"']"
    rf"|^[ \t]+(?P<field>{_OPTIONS})[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FAMILIES = ("V3M1", "V3M4", "V3M6")
"""Rules that tell of a session's options, where they are asked for: the URL, a control message, the SDK."""


def asked(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the names of settings that programs of v2 read for an option, each with what to say of it.

    A name in capitals counts only as it stands; a field of a class of settings is read from the environment, too.
    """
    found: dict[str, str] = {}
    for outcome in outcomes:
        if not outcome.path.endswith(".py") or not any(f.code.startswith(_FAMILIES) for f in outcome.findings):
            continue
        text = outcome.before.decode("utf-8", "replace")
        for match in _READ.finditer(text):
            line = text.count("\n", 0, match.start("key" if match["key"] else "field")) + 1
            option = (match["option"] or match["field"]).lower()
            said = f"read in {outcome.path}:{line} for v2's {option}: {_IN_V3[option]}"
            if match["field"]:
                found.setdefault(match["field"].upper(), said)
            found.setdefault(match["key"] or match["field"], said)
    return found


def named(text: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and what to say of each setting of a file that has one of some names."""
    for match in re.finditer(rf"(?<![\w.$-])({'|'.join(names)})(?=[\"']?[ \t]*[:=])", text) if names else ():
        yield *match.span(), f"{match[0]}, {names[match[0]]}"
