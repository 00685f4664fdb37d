"""A baseline: places that a project knows of, and wants to hear of no more. New ones are told."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.analysis.outcome import Outcome
from migrator.reporting.fingerprints import fingerprints

VERSION = 1


class BaselineError(ValueError):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Outcomes beside a baseline.

    Attributes:
        outcomes: with the findings that are new.
        known: how many findings are not told.
        gone: how many places of the baseline are no longer there.
    """

    outcomes: Sequence[Outcome]
    known: int
    gone: int


def compared(outcomes: Sequence[Outcome], name: str) -> Compared:
    """Return what is new since the baseline in the file `name` was written.

    Raises:
        BaselineError: the file cannot be read.
    """
    places = _read(name)
    left = []
    met: set[str] = set()
    known = 0
    for outcome in outcomes:
        marked = [(finding, mark) for finding, mark in fingerprints(outcome, outcome.findings, _path(outcome, name))]
        new = tuple(finding for finding, mark in marked if mark not in places)
        met.update(mark for _, mark in marked)
        known += len(marked) - len(new)
        if new or outcome.error is not None:
            left.append(replace(outcome, findings=new))
    return Compared(left, known, len(places - met))


def write(outcomes: Sequence[Outcome], name: str) -> int:
    """Write a baseline of all that was found, and return how many places that are.

    Raises:
        OSError: the file cannot be written.
    """
    places = [
        {"path": _path(outcome, name), "code": finding.code, "fingerprint": mark}
        for outcome in outcomes
        for finding, mark in fingerprints(outcome, outcome.findings, _path(outcome, name))
    ]
    document = {"version": VERSION, "places": places}
    Path(name).write_text(json.dumps(document, indent=2) + "\n")
    return len(places)


def _path(outcome: Outcome, name: str) -> str:
    """Return what a file is called beside the baseline, so that it does not matter where the tool is started."""
    return os.path.relpath(outcome.path, os.path.dirname(name) or os.curdir).replace(os.sep, "/")


def _read(name: str) -> set[str]:
    try:
        document = json.loads(Path(name).read_bytes())
        if document["version"] != VERSION:
            raise BaselineError(f"{name}: made by another version of the tool: write it anew")
        return {str(place["fingerprint"]) for place in document["places"]}
    except OSError as error:
        hint = ": make it with --write-baseline" if isinstance(error, FileNotFoundError) else ""
        raise BaselineError(f"{name}: {(error.strerror or str(error)).lower()}{hint}") from None
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, BaselineError):
            raise
        raise BaselineError(f"{name}: not a baseline") from None
