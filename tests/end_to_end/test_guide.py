"""The vendor's migration guide changes more than names: what its "after" program can do, the migrated ones can, too.

`stage_titles` is the guide's "before" program in all that matters, `lecture_hall` the same as a class with `start` and
`stop`. That the thread is stopped and joined, the device freed, and the session terminated, whatever ends the program,
is shown by `test_endings`; the parameters that the guide forgot, binary frames and each final once by `test_migrated`.
Here is the rest.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.smoke import sandbox
from migrator.smoke.observation import Observation
from scripts import matrix
from tests.end_to_end import ending
from tests.end_to_end.apps import SPEED, App, apps, dictation

GUIDED = [pytest.param(app, id=app.name) for app in apps() if app.name in ("stage_titles", "lecture_hall")]


def run(app: App, event: ending.Event, folder: Path) -> tuple[Observation, ending.Ending]:
    """Run a migrated program until `event`; return what was seen of it, and how it ended."""
    program = sandbox.Program(app.folder / "v3", app.command, matrix.interpreter(app.environments[-1]))
    conditions = sandbox.Conditions(dictation(), "v3", None, SPEED)
    until = ending._Run(program, conditions, folder, event, ending.LIMIT)
    seen = until.observe()
    return seen, until.ending(seen)


def ends_well(found: ending.Ending) -> bool:
    return not (found.threads or found.devices or found.tracebacks or found.missed) and found.seconds < ending.LIMIT


@pytest.mark.parametrize("app", GUIDED)
def test_a_message_that_is_no_json_is_told_apart_and_the_rest_is_shown(app: App, tmp_path: Path) -> None:
    event = ending.Event("no JSON", interrupt_at=10500, faults=("not_json@2000",))
    seen, found = run(app, event, tmp_path)
    assert seen.channels["stdout"].count("the message is no JSON") == 1
    assert "unreadable" not in seen.channels["stdout"]
    assert found.finals == 3
    assert ends_well(found)


@pytest.mark.parametrize("app", GUIDED)
def test_an_error_of_the_service_ends_the_program_with_all_it_has(app: App, tmp_path: Path) -> None:
    seen, found = run(app, ending.Event("error", faults=("close:code=3005@4000",)), tmp_path)
    assert found.how == "itself"
    assert any(word in seen.channels["stdout"] for word in ("curtain", "closed"))
    assert ends_well(found)


@pytest.mark.parametrize("app", GUIDED)
@pytest.mark.parametrize("fault", ["no_termination", "timeout@4000"])
def test_a_service_that_does_not_answer_is_not_waited_for_longer_than_can_be(
    app: App, fault: str, tmp_path: Path
) -> None:
    _, found = run(app, ending.Event("silence", interrupt_at=10500, faults=(fault,)), tmp_path)
    # Not the threads: that of the library may wait for a socket that the library itself has closed.
    assert found.how == "interrupt" and found.seconds < ending.LIMIT
    assert found.terminated
    assert not found.devices and not found.tracebacks
