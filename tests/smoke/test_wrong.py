"""Every wrong migration fails, the check that fails names the fault, and the report begins with it and with a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from migrator.smoke.checks.judge import Check, Status, Verdict, judge
from migrator.smoke.observation import Observation
from tests.end_to_end.apps import App, apps, observe
from tests.smoke.subtle import SUBTLE
from tests.smoke.wrong import CARELESS, FAULTS, Fault

#: Programs spend their time waiting.
SIDE_BY_SIDE = 5


def test_every_fault_is_named(tmp_path: Path) -> None:
    found = {fault: list(_unlike(fault, verdict)) for fault, verdict in _judged(FAULTS, tmp_path)}
    # A machine that is busy with other things makes programs late; what is judged wrongly is judged so again.
    again = [fault for fault, wrong in found.items() if wrong]
    assert {fault.name: list(_unlike(fault, verdict)) for fault, verdict in _judged(again, tmp_path / "again")} == {
        fault.name: [] for fault in again
    }


def _unlike(fault: Fault, verdict: Verdict) -> Iterator[object]:
    """Yield what is not said of a fault as it should be."""
    failed = {check.name: check.evidence for check in verdict.checks if check.name in verdict.failed}
    first = verdict.headline
    if fault.evidence not in failed.get(fault.check, ""):
        yield failed
    if (
        first is None
        or (fault.headline or fault.evidence) not in first.evidence
        or not first.where.startswith(fault.file)
    ):
        yield first
    # One cause at a time: whatever else fails has to follow from it.
    causes = [check.name for check in verdict.checks if check.name in verdict.failed and not check.follows]
    if first is None or causes != [first.name]:
        yield causes


def test_faults_that_the_checks_were_not_written_for(tmp_path: Path) -> None:
    misleading = {}
    for fault, verdict in _judged(SUBTLE, tmp_path):
        first = verdict.headline
        if first is None or fault.evidence not in first.evidence or not _points_at(first, fault, tmp_path):
            misleading[fault.name] = first
    assert misleading == {}


def test_what_costs_or_is_passed_over_is_a_warning(tmp_path: Path) -> None:
    for fault, verdict in _judged(CARELESS, tmp_path):
        assert verdict.failed == [], fault.name
        assert [check.name for check in verdict.warnings] == [fault.check]
        assert fault.evidence in verdict.warnings[0].evidence


def test_a_program_that_shows_what_the_service_said_of_an_error_is_right_in_that(tmp_path: Path) -> None:
    (wrong,) = (fault for fault in FAULTS if fault.name == "reason instead of message shown")
    told = replace(wrong, changes=(*wrong.changes, ("if not text:", "if not text and 'error' not in msg:")))
    ((_, verdict),) = _judged([told], tmp_path)
    assert {check.name: check.status for check in verdict.checks}["errors"] is Status.PASS


def _points_at(first: Check, fault: Fault, folder: Path) -> bool:
    """Return whether one of the lines that are named is the wrong one; of what is left out there is none."""
    file, _, number = first.where.partition(",")[0].rpartition(":")
    changed = [new for _, new in fault.changes if new]
    lines = [
        (folder / fault.name / file).read_text().splitlines()[int(place.rpartition(":")[2].split()[0]) - 1]
        for place in first.where.split(", ")
    ]
    told = any(line.strip() in new or new in line for line in lines for new in changed)
    return (
        file == fault.file
        and number.isdigit()
        and (told or not changed or first.name in ("audio", "connects", "parameters"))
    )


def _judged(faults: Sequence[Fault], folder: Path) -> Iterator[tuple[Fault, Verdict]]:
    used = {fault.app for fault in faults}
    chosen = {app.name: app for app in apps() if app.name in used}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        originals = {name: pool.submit(_run, app, app.folder / "v2", "v2") for name, app in chosen.items()}
        runs = [
            pool.submit(_run, chosen[fault.app], fault.spoil(folder / fault.name), "v3", fault.variant)
            for fault in faults
        ]
    for fault, run in zip(faults, runs, strict=True):
        yield fault, judge(run.result(), originals[fault.app].result())


def _run(app: App, folder: Path, api: str, variant: str | None = None) -> Observation:
    environment = app.environments[0]
    return observe(app, environment if api == "v3" else app.legacy_environment(environment), folder, api, variant)
