"""Every legacy program shows each final once on the v2 service, and what the tool makes of it does on v3.

In every variant of the messages, and with every version of the libraries that users have. Strict server, TLS, real
child processes; programs run side by side, since they spend their time waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from migrator.smoke.checks.judge import Verdict, judge
from migrator.smoke.observation import Observation
from tests.end_to_end.apps import App, apps, migrate, observe

VARIANTS = ("F1", "F2", "F3")
SIDE_BY_SIDE = 4


@pytest.mark.parametrize("app", [pytest.param(app, id=app.name) for app in apps()])
def test_shows_each_final_once_before_and_after(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if app.transport == "sdk":
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent / "inside"))
    project = migrate(app, tmp_path / app.name)
    projects = dict.fromkeys(app.environments, project)
    for environment, requirement in app.requires.items():
        projects[environment] = migrate(app, tmp_path / environment, requirement)
    origins = dict.fromkeys(app.legacy_environment(environment) for environment in projects)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        originals = dict(zip(origins, pool.map(partial(_original, app), origins), strict=True))
        # How turns are reported makes no difference to a library: the other ones are tried with one variant each.
        first, *others = projects
        cases = [(first, variant) for variant in VARIANTS]
        cases += [(environment, VARIANTS[number % len(VARIANTS)]) for number, environment in enumerate(others)]

        def faults(case: tuple[str, str]) -> list[str]:
            environment, variant = case
            seen = observe(app, environment, projects[environment], "v3", variant)
            return list(_faults(app, seen, originals[app.legacy_environment(environment)][0]))

        found = dict(zip(cases, pool.map(faults, cases), strict=True))
    # A machine that is busy with other things makes programs late; what is wrong with them is wrong again.
    again = {case: faults(case) for case, texts in found.items() if texts}
    wrong = {name: _original(app, name)[1] for name, (_, texts) in originals.items() if texts}
    assert {name: texts for name, texts in wrong.items() if texts} == {}
    assert {case: texts for case, texts in again.items() if texts} == {}


def _original(app: App, environment: str) -> tuple[Observation, list[str]]:
    """Run the v2 program; return what was seen, and what is wrong with it."""
    for _ in range(2):
        seen = observe(app, environment, app.folder / "v2", "v2")
        texts = list(_original_faults(app, seen))
        if not texts:
            break
    return seen, texts


def _original_faults(app: App, seen: Observation) -> Iterator[str]:
    """Yield what is wrong with a run of the v2 program: then it would prove nothing about the migrated one."""
    yield from (fault for fault in _failures(judge(seen)) if not app.mended or app.mended not in fault)
    # One that ends by itself may be late on a busy machine: the sandbox does not wait long after the last final.
    if seen.ending == "killed" or (app.stop == "interrupt" and seen.ending != "interrupt"):
        yield f"ended by {seen.ending}"
    if any(session.terminated for session in seen.sessions) != app.terminates:
        yield "ends its session otherwise than app.toml says"


def _faults(app: App, seen: Observation, before: Observation) -> Iterator[str]:
    """Yield what is wrong with a run of the migrated program."""
    verdict = judge(seen, before)
    yield from _failures(verdict)
    # Not vacuous: the checks that matter were made.
    wanted = {"connects", "parameters", "audio", "v3 only", "finals", "partials", "terminate", "ends", "exceptions"}
    for name in sorted(wanted - {check.name for check in verdict.checks if check.status.value == "pass"}):
        yield f"{name}: not checked"
    for unknown in seen.happened("unknown-keyword"):
        yield f"{unknown.text('model')} does not know the keyword {unknown.text('keyword')}"
    closed = sum(text.count(app.on_close) for text in seen.channels.values()) if app.on_close else len(seen.sessions)
    if closed != len(seen.sessions):
        yield f"on_close ran {closed} times for {len(seen.sessions)} sessions"


def _failures(verdict: Verdict) -> Iterator[str]:
    return (f"{check.name}: {check.evidence}" for check in verdict.checks if check.name in verdict.failed)
