"""What a project knows of already: places of a baseline, written down or left out of the report."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from migrator.analysis.outcome import Outcome
from migrator.reporting import baseline
from migrator.reporting.report import plural
from migrator.show import RunError


def written_down(outcomes: Sequence[Outcome], scanned: int, name: str) -> int:
    """Write what was found to the file `name`, and say so; return the exit code.

    Args:
        scanned: how many files were looked at.

    Raises:
        RunError: the file cannot be written.
    """
    try:
        places = baseline.write(outcomes, name)
    except OSError as error:
        raise RunError(f"{name}: {(error.strerror or str(error)).lower()}") from error
    errors = [outcome for outcome in outcomes if outcome.error is not None]
    for outcome in errors:
        print(f"{outcome.path}: error: {outcome.error}")
    print(f"{plural(scanned, 'file')} checked: {plural(places, 'known place')} written to {name}.")
    return 2 if errors else 0


def beyond(outcomes: Sequence[Outcome], name: str) -> Sequence[Outcome]:
    """Return what is new since the baseline in the file `name`, and say how much is not.

    Raises:
        RunError: the file cannot be read.
    """
    try:
        compared = baseline.compared(outcomes, name)
    except baseline.BaselineError as error:
        raise RunError(str(error)) from error
    if compared.known:
        print(f"v3-migrate: {plural(compared.known, 'known place')} of {name} not told", file=sys.stderr)
    if compared.gone:
        gone = f"{plural(compared.gone, 'place')} of {name} not there any more: --write-baseline forgets them"
        print(f"v3-migrate: {gone}", file=sys.stderr)
    return compared.outcomes
