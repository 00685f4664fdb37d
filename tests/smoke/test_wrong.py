"""Every wrong migration fails, and the check that fails names the fault."""

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
    unnamed = {}
    for fault, run in zip(FAULTS, runs, strict=True):
        failed = _failed(run.result(), originals[fault.app].result())
        if fault.evidence not in failed.get(fault.check, ""):
            unnamed[fault.name] = failed
    assert unnamed == {}


def _run(app: App, folder: Path, api: str, variant: str | None = None) -> Observation:
    environment = app.environments[0]
    return observe(app, environment if api == "v3" else app.legacy_environment(environment), folder, api, variant)


def _failed(seen: Observation, before: Observation) -> dict[str, str]:
    verdict = judge(seen, before)
    return {check.name: check.evidence for check in verdict.checks if check.name in verdict.failed}
