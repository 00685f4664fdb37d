"""Every legacy program shows each final once on the v2 service, and so does its migrated form on v3, in every variant.

The migrated forms are those under `fixtures/legacy/*/v3`; `test_expected` holds that the tool writes exactly them.
"""

from __future__ import annotations

import pytest

from migrator.smoke.judge import Verdict, judge
from tests.end_to_end.apps import App, apps, legacy_run, observe

RUNS = [pytest.param(app, name, id=f"{app.name}-{name}") for app in apps() for name in app.environments]
LEGACY_RUNS = [
    pytest.param(app, name, id=f"{app.name}-{name}")
    for app in apps()
    for name in sorted({app.legacy_environment(environment) for environment in app.environments})
]


def report(verdict: Verdict) -> str:
    """Return the failed checks as text."""
    return "\n".join(f"{check.name}: {check.evidence}" for check in verdict.checks if check.name in verdict.failed)


@pytest.mark.parametrize(("app", "environment"), LEGACY_RUNS)
def test_legacy_program(app: App, environment: str) -> None:
    seen = legacy_run(app, environment)
    verdict = judge(seen)
    assert verdict.passed, report(verdict)
    assert seen.ending == ("itself" if app.stop == "end" else "interrupt")
    assert any(session.terminated for session in seen.sessions) == app.terminates


@pytest.mark.parametrize("variant", ["F1", "F2", "F3"])
@pytest.mark.parametrize(("app", "environment"), RUNS)
def test_migrated_program(app: App, environment: str, variant: str) -> None:
    seen = observe(app, environment, app.folder / "v3", "v3", variant)
    verdict = judge(seen, legacy_run(app, app.legacy_environment(environment)))
    assert verdict.passed, report(verdict)
    # Not vacuous: the checks that matter were made.
    passed = {check.name for check in verdict.checks if check.status.value == "pass"}
    assert passed >= {"connects", "parameters", "audio", "v3 only", "finals", "partials", "ends", "exceptions"}
    assert "terminate" in passed or not app.terminates
