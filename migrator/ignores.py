"""`--add-ignores`: a comment at every place that is found, so that a check passes and tells what is new."""

from __future__ import annotations

from dataclasses import replace

from migrator.analysis.outcome import Outcome
from migrator.documents.document import is_notebook
from migrator.files.discovery import is_python
from migrator.reporting.report import Severity, plural, severity
from migrator.run import migration
from migrator.settings import Settings
from migrator.show import RunError


def add(settings: Settings) -> int:
    """Write the comments and return the exit code; what has no room for one is named.

    Raises:
        SettingsError: the configuration of a project is wrong.
        RunError: nothing could be written.
    """
    from migrator.output.writer import WritingError, refuse_dirty, write

    found = migration(settings)
    changed: list[Outcome] = []
    elsewhere: list[str] = []
    for outcome in found.outcomes:
        if outcome.error is not None:
            print(f"{outcome.path}: error: {outcome.error}")
        elif _concerns(outcome) and is_python(outcome.path) and not is_notebook(outcome.path):
            changed.append(_silenced(outcome))
        elif _concerns(outcome):
            elsewhere.append(outcome.path)
    changed = [outcome for outcome in changed if outcome.changed]
    try:
        if not settings.allow_dirty:
            refuse_dirty(changed)
        written = write(changed)
    except WritingError as error:
        raise RunError(str(error)) from error
    places = plural(sum(len(_concerns(outcome)) for outcome in changed), "place")
    print(f"{plural(found.scanned, 'file')} checked: {places} silenced in {plural(len(changed), 'file')}.")
    if elsewhere:
        print(f"  Not silenced, no room for comments (--write-baseline knows them): {', '.join(elsewhere)}")
    for command in written.undo:
        print(f"  To undo: {command}")
    return 2 if any(outcome.error is not None for outcome in found.outcomes) else 0


def _concerns(outcome: Outcome) -> list[tuple[int, str]]:
    """Return the line and the code of what fails a check; a comment that is wrong is not mended by another one."""
    return [
        (finding.span.line, finding.code)
        for finding in outcome.findings
        if severity(finding.code) is not Severity.NOTE and finding.code != "V3M901"
    ]


def _silenced(outcome: Outcome) -> Outcome:
    from codemods.suppression import silenced
    from migrator.analysis.verification import encoded
    from migrator.documents.module import Module

    module = Module.decode(outcome.before)
    return replace(outcome, after=encoded(module, silenced(module.text, _concerns(outcome))))
