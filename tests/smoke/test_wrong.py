"""A wrong migration fails, and the check that fails names the fault."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from migrator.smoke.judge import judge
from migrator.smoke.observation import Observation
from tests.end_to_end.apps import App, apps, observe
from tests.smoke.wrong import FAULTS, Fault


@lru_cache
def original(app: App, environment: str) -> Observation:
    """Run the v2 program, once in each test process."""
    return observe(app, app.legacy_environment(environment), app.folder / "v2", "v2")


APPS = {app.name: app for app in apps()}


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in FAULTS])
def test_fault_is_named(fault: Fault, tmp_path: Path) -> None:
    app = APPS[fault.app]
    environment = app.environments[0]
    fault.spoil(tmp_path)
    seen = observe(app, environment, tmp_path, "v3", fault.variant)
    verdict = judge(seen, original(app, environment))
    failed = {check.name: check.evidence for check in verdict.checks if check.name in verdict.failed}
    assert fault.evidence in failed.get(fault.check, ""), failed
