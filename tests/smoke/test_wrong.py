"""Every wrong migration fails, the check that fails names the fault, and the report begins with it and with a line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from migrator.smoke.checks.judge import judge
from migrator.smoke.observation import Observation
from tests.end_to_end.apps import App, apps, observe
from tests.smoke.wrong import FAULTS

#: Programs spend their time waiting.
SIDE_BY_SIDE = 5


def test_every_fault_is_named(tmp_path: Path) -> None:
    used = {fault.app for fault in FAULTS}
    chosen = {app.name: app for app in apps() if app.name in used}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        originals = {name: pool.submit(_run, app, app.folder / "v2", "v2") for name, app in chosen.items()}
        runs = [
            pool.submit(_run, chosen[fault.app], fault.spoil(tmp_path / fault.name), "v3", fault.variant)
            for fault in FAULTS
        ]
    unnamed, misleading = {}, {}
    for fault, run in zip(FAULTS, runs, strict=True):
        verdict = judge(run.result(), originals[fault.app].result())
        failed = {check.name: check.evidence for check in verdict.checks if check.name in verdict.failed}
        if fault.evidence not in failed.get(fault.check, ""):
            unnamed[fault.name] = failed
        first = verdict.headline
        assert first is not None
        if (fault.headline or fault.evidence) not in first.evidence or not first.where.startswith(fault.file):
            misleading[fault.name] = first
        # One cause at a time: whatever else fails has to follow from it.
        assert [check.name for check in verdict.checks if check.name in verdict.failed and not check.follows] == [
            first.name
        ]
    assert unnamed == misleading == {}


def _run(app: App, folder: Path, api: str, variant: str | None = None) -> Observation:
    environment = app.environments[0]
    return observe(app, environment if api == "v3" else app.legacy_environment(environment), folder, api, variant)
