"""One requirement as text (PEP 508), and what it has to say once the code is migrated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.dependencies import versions

SDK = "assemblyai"
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)"
    r"(?P<extras>\s*\[(?P<listed>[^\]]*)\])?"
    r"(?P<open>\s*\()?(?P<specifier>[^;@#()]*?)(?P<close>\s*\))?"
    r"(?P<url>\s*@[^;]*)?(?P<marker>\s*;.*)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement taken apart.

    Attributes:
        name: normalised (PEP 503).
        extras: as written, each without spaces.
        specifier: PEP 440; empty when any version will do.
        url: whether a place is named instead of a version.
        marker: with its semicolon and the space before; empty without one.
    """

    name: str
    extras: tuple[str, ...]
    specifier: str
    url: bool
    marker: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a requirement of the SDK becomes.

    Attributes:
        text: the requirement.
        companion: a requirement to list beside it, or None.
        reason: what changed, for the report.
    """

    text: str
    companion: str | None
    reason: str


def parsed(text: str) -> Requirement | None:
    """Return a requirement taken apart, or None if `text` is none."""
    match = _REQUIREMENT.fullmatch(text.strip())
    if match is None:
        return None
    extras = tuple(part.strip() for part in (match["listed"] or "").split(",") if part.strip())
    name = re.sub(r"[-_.]+", "-", match["name"]).lower()
    return Requirement(name, extras, match["specifier"].strip(), match["url"] is not None, match["marker"] or "")


def wanted(text: str) -> Wanted | None:
    """Return what a requirement has to become, or None if it is not the SDK's or good as it is.

    Raises:
        UnclearError: a person has to see to it.
    """
    match = _REQUIREMENT.fullmatch(text)
    known = parsed(text)
    if match is None or known is None or known.name != SDK:
        return None
    if known.url:
        raise versions.UnclearError(f"a place is named instead of a version: see that it has {versions.FLOOR} or newer")
    specifier = match["specifier"]
    bare = specifier.strip()
    new = bare if bare and versions.is_recent(bare) else versions.raised(bare)
    kept = [extra for extra in known.extras if extra.lower() != "extras"]
    if new == bare and len(kept) == len(known.extras):
        return None
    extras = (match["extras"] or "").replace(match["listed"] or "", ", ".join(kept)) if kept else ""
    spaced = specifier.replace(bare, new, 1) if bare else new
    result = f"{match['name']}{extras}{match['open'] or ''}{spaced}{match['close'] or ''}{match['marker'] or ''}"
    dropped = len(kept) != len(known.extras)
    return Wanted(result, f"pyaudio{versions.PYAUDIO}{known.marker}" if dropped else None, reason(new != bare, dropped))


def reason(raised: bool, dropped: bool) -> str:
    """Return why a requirement of the SDK changes, in one sentence."""
    parts = []
    if raised:
        parts.append(f"assemblyai becomes {versions.FLOOR} or newer, which the migrated code needs")
    if dropped:
        parts.append("pyaudio, listed by itself: the option `extras`, which brought it, is gone")
    return "; ".join(parts)
