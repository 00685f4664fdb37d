"""Bots, windows and workers: what waits for a person is started, ends, and is told by its fault if it has one."""

from __future__ import annotations

from pathlib import Path

from migrator.smoke.checks.judge import could_not_run, judge
from migrator.smoke.observation import Observation
from scripts import matrix
from tests.smoke.people import CELERY, STUBBED, runs


def check(seen: dict[tuple[str, bool], Observation]) -> None:
    for (name, right), run in seen.items():
        assert could_not_run(run) is None, name
        first = judge(run).headline
        if right:
            assert first is None, (name, first)
        else:
            assert first is not None, name
            assert "KeyError: 'text' at " in first.evidence
            assert first.where.startswith(("speech.py:", "celery_tasks.py:"))


def test_what_waits_for_a_person_is_started(tmp_path: Path) -> None:
    # The framework is replaced whether it is installed or not; `tests.robustness.frameworks` has the real ones.
    seen = runs(STUBBED, matrix.interpreter("websockets-newest"), tmp_path)
    check(seen)
    for program in STUBBED:
        packages = {stub.text("package") for stub in seen[program.name, True].happened("stubbed")}
        assert packages == {program.stubbed}
        (note,) = (check.evidence for check in judge(seen[program.name, True]).checks if check.name == "network")
        assert note == f"replaced by stubs, so not tested: {program.stubbed}"


def test_a_worker_is_run_as_it_is(tmp_path: Path) -> None:
    check(runs((CELERY,), matrix.interpreter("celery"), tmp_path))
