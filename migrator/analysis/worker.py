"""One group of files, from bytes to outcomes. This is what runs in a worker process."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from codemods.model import BudgetError, FilePlan, Finding, LostTextError, Options, ParseError, Span, Workspace
from migrator.analysis import descriptions, unused_suppressions
from migrator.analysis.coverage import CODE, names_sdk, unexplained
from migrator.analysis.formatting import formatted_alike
from migrator.analysis.import_graph import Group, ProjectFolder
from migrator.analysis.notebook_findings import completed
from migrator.analysis.outcome import Outcome
from migrator.analysis.sdk_names import SdkNames
from migrator.analysis.verification import VerificationError, check_grammar, check_stable, encoded, syntax_error
from migrator.documents.configuration_file import ConfigurationFile
from migrator.documents.document import Document, decode
from migrator.documents.module import DecodingError, Module
from migrator.documents.notebook import Notebook
from migrator.documents.page import Page
from migrator.files.paths import PARSE_LIMIT, regular
from migrator.files.prefilter import may_speak_v2

_FRAME = re.compile(r'^  File ".*", line (\d+), in (\S+)$', re.MULTILINE)

Analyse = Callable[[Mapping[str, str], Workspace, Options], Mapping[str, FilePlan | ParseError]]


@dataclass(frozen=True, slots=True)
class Task:
    """A group and everything a worker needs to migrate it.

    Attributes:
        options: what the user chose for each file of the group.
        given: contents that are not on disk: standard input.
    """

    group: Group
    options: Mapping[str, Options]
    folder: ProjectFolder = field(default_factory=ProjectFolder)
    given: Mapping[str, bytes] = field(default_factory=dict)


def rules_analyse(
    sources: Mapping[str, str], workspace: Workspace, options: Options
) -> Mapping[str, FilePlan | ParseError]:
    """Apply the real rules; they are loaded here, so that a clean check never loads them."""
    from codemods.analysis import analyse

    return analyse(sources, workspace, options)


def read_all(paths: Sequence[str], given: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Outcome]]:
    """Return the content of each file, and an outcome for each that cannot be read."""
    contents: dict[str, bytes] = {}
    failed = []
    for path in paths:
        if path in given:
            contents[path] = given[path]
            continue
        try:
            with open(path, "rb", opener=regular) as file:
                contents[path] = file.read()
        except OSError as error:
            failed.append(Outcome(path, error=f"cannot be read: {(error.strerror or str(error)).lower()}"))
    return contents, failed


def migrate(task: Task, analyse: Analyse = rules_analyse) -> list[Outcome]:
    """Return the outcome of each file of the group that has anything to tell."""
    # Before anything is read: what is written in the end is the file that a name led to now.
    targets = {path: os.path.realpath(path) for path in task.group.paths}
    contents, outcomes = read_all(task.group.paths, task.given)
    outcomes += migrate_contents(contents, task, analyse)
    return [replace(outcome, target=targets[outcome.path]) for outcome in outcomes]


def migrate_contents(contents: Mapping[str, bytes], task: Task, analyse: Analyse = rules_analyse) -> list[Outcome]:
    """Return the outcome of each file of the group, whose bytes are `contents`; what fails is the outcome's error."""
    outcomes: dict[str, Outcome] = {}
    documents: dict[str, Document] = {}
    hits = task.group.hits
    for path, data in contents.items():
        try:
            documents[path] = decode(path, data, path in task.group.configuration)
        except DecodingError as error:
            outcomes[path] = Outcome(path, data, data, error=str(error))
            continue
        if len(documents[path].text) > PARSE_LIMIT:
            size = f"{PARSE_LIMIT // 1_000_000} MB"
            outcomes[path] = Outcome(
                path, data, data, error=f"its program is larger than {size}, not analysed: split it"
            )
            del documents[path]
    texts = {path: document.text for path, document in documents.items()}
    try:
        first = _Pass(texts, task, analyse)
    except BudgetError:
        return [*outcomes.values(), *(_given_up(path, contents[path], len(texts)) for path in texts if path in hits)]
    planned: dict[str, tuple[str, tuple[Finding, ...]]] = {}
    broken: list[str] = []
    for path, document in documents.items():
        data = contents[path]
        problem = first.errors.get(path)
        if problem is not None:
            if path in hits:  # a mere neighbour is none of our business
                outcomes[path] = Outcome(path, data, data, error=_describe(problem, document))
            continue
        try:
            text, findings = first.outcome(path)
            if isinstance(document, Module):
                text = formatted_alike(path, texts[path], text, task.folder)
            planned[path] = document.settled(text), findings
        except LostTextError as error:
            outcomes[path] = Outcome(path, data, data, error=f"left alone: {_at(document, error.line)}: {error}")
            broken.append(path)
        except DecodingError as error:
            outcomes[path] = Outcome(path, data, data, error=f"left alone: {error} (a defect of v3-migrate)")
    if all(text == texts[path] for path, (text, _) in planned.items()):
        second = first
    else:
        changed = {path: text for path, (text, _) in planned.items()}
        second = _Pass(changed, replace(task, folder=ProjectFolder(changed, task.group.variables)), analyse)
    for path, (text, findings) in planned.items():
        data, document = contents[path], documents[path]
        try:
            if isinstance(document, ConfigurationFile | Page):
                told = tuple(replace(finding, span=document.place(finding.span)) for finding in findings)
            elif isinstance(document, Notebook):
                document, told = completed(document, text, findings, task.options[path])
            else:
                told = findings
            after = encoded(document, text)
            if text != texts[path]:
                check_grammar(texts[path], text, top_level_await=isinstance(document, Notebook | Page))
            if second is not first:
                if path in second.errors:
                    raise VerificationError("the new text would not be valid Python")
                again, found = second.outcome(path)
                # Comments go with what they describe.
                left = [f for f in findings if not f.fixed and f.code != descriptions.CODE]
                found = tuple(f for f in found if f.code != descriptions.CODE)
                check_stable(text, document.settled(again), left, found, remembered=task.options[path].todo)
            outcomes[path] = Outcome(path, data, after, told)
        except (VerificationError, DecodingError, LostTextError) as error:
            outcomes[path] = Outcome(path, data, data, error=f"left alone: {error} (a defect of v3-migrate)")
            broken.append(path)
    if broken:  # half of a group would be half of a program
        others = {path: outcome for path, outcome in outcomes.items() if outcome.changed}
        outcomes |= {path: outcome.left_alone(f"it goes with {broken[0]}") for path, outcome in others.items()}
    ended = [outcomes[path] for path in contents if path in outcomes and _tells(outcomes[path])]
    return [replace(outcome, receivers=first.receivers) for outcome in ended]


def _given_up(path: str, data: bytes, files: int) -> Outcome:
    """Return what is told of a file with v2 words in a group whose analysis is too long."""
    others = f", read with {files - 1} more that have to do with it," if files > 1 else ""
    error = f"speaks v2, but was not analysed: it{others} is too much for one analysis: split it, or migrate it by hand"
    return Outcome(path, data, data, error=error)


def _tells(outcome: Outcome) -> bool:
    return outcome.error is not None or bool(outcome.findings) or outcome.changed


class _Pass:
    """One analysis of the texts of a group."""

    def __init__(self, texts: Mapping[str, str], task: Task, analyse: Analyse) -> None:
        self._texts = texts
        self._task = task
        self._analyse = analyse
        self._sdk_names = SdkNames(task.folder)
        self._plans = self._all_plans(texts)
        self.errors = {path: plan for path, plan in self._plans.items() if isinstance(plan, ParseError)}
        plans = [plan for plan in self._plans.values() if not isinstance(plan, ParseError)]
        self.receivers = plans[0].receivers if plans else {}

    def _all_plans(self, texts: Mapping[str, str]) -> dict[str, FilePlan | ParseError]:
        """Return the plan of each file under its own options: one analysis for each different set of them."""
        alike: list[tuple[Options, list[str]]] = []
        for path in texts:
            options = self._task.options[path]
            paths = next((paths for known, paths in alike if known == options), None)
            if paths is None:
                alike.append((options, [path]))
            else:
                paths.append(path)
        plans: dict[str, FilePlan | ParseError] = {}
        for options, paths in alike:
            found = self._analyse(texts, self._task.folder, options)
            plans.update((path, found[path]) for path in paths)
        return plans

    @cached_property
    def _bare_plans(self) -> dict[str, FilePlan | ParseError]:
        """What would be planned without suppressions tells which of them do something.

        Each silences places of its own file, so that one more analysis answers for all.
        """
        return self._all_plans({path: unused_suppressions.disarmed(text) for path, text in self._texts.items()})

    def outcome(self, path: str) -> tuple[str, tuple[Finding, ...]]:
        """Return the new text of a file and its findings, what no rule explains among them."""
        plan, text, options = self._plans[path], self._texts[path], self._task.options[path]
        assert not isinstance(plan, ParseError)
        if unused_suppressions.covers_file(text):
            return text, ()
        extra: list[Finding] = []
        if path in self._task.group.hits and may_speak_v2(text.encode("utf-8", "replace")):
            through = self._sdk_names.passed_on(path, text) if names_sdk(text) else ()
            extra = unexplained(text, plan.explained, through)
        silenced = unused_suppressions.comments(text)
        kept = [f for f in extra if options.selects(CODE) and not unused_suppressions.silences(silenced, f)]
        described = descriptions.found(text, options) if path in self._task.group.hits else []
        unused = self._unused(path, silenced, [*plan.findings, *extra, *described], options)
        described = [f for f in described if not unused_suppressions.silences(silenced, f)]
        told = sorted([*plan.findings, *kept, *described, *unused.findings], key=lambda f: (f.span, f.code))
        after = unused_suppressions.without(text, plan.render(kept), unused.gone)
        return descriptions.reworded(after) if any(f.fixed for f in described) else after, tuple(told)

    def _unused(
        self, path: str, silenced: unused_suppressions.Comments, known: Sequence[Finding], options: Options
    ) -> unused_suppressions.Unused:
        if not silenced:
            return unused_suppressions.Unused()
        text, plan = self._texts[path], self._bare_plans[path]
        found = [] if isinstance(plan, ParseError) else list(plan.findings)
        from codemods.analysis import registry

        codes = [CODE, unused_suppressions.CODE, descriptions.CODE, *(rule.code for rule in registry())]
        return unused_suppressions.unused(text, [*known, *found], options, codes)


def crashed(paths: Sequence[str], error: BaseException) -> list[Outcome]:
    """Return an outcome that names the defect, with where it happened, for each file of a group."""
    frames = _FRAME.findall(str(error.__cause__))  # of the worker, which sends no traceback but its text
    where = " in {1}, line {0}".format(*frames[-1]) if frames else ""
    what = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]
    return [Outcome(path, error=f"internal error, left alone: {what}{where}") for path in paths]


def _describe(error: ParseError, document: Document) -> str:
    text = document.text
    found = syntax_error(text, top_level_await=isinstance(document, Notebook | Page))
    if found is None:
        return _unread(error, document)
    line, column, reason = found.lineno or error.line, found.offset or 1, found.msg
    lines = text.splitlines()
    code = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    if code.startswith(("print ", "exec ", "raise ")) or ("except" in code and "," in code):
        reason = "Python 2? Convert it to Python 3 first"
    return f"{_at(document, line, column)}: not valid Python 3: {reason}"


def _unread(error: ParseError, document: Document) -> str:
    """Return what to do about a program that Python takes and libcst does not."""
    from codemods.syntax.lossless import oddity

    odd = oddity(document.text)
    if odd is not None:
        where, reason = _at(document, odd[0]), f"{odd[1]}: write it otherwise"
    else:
        where, reason = _at(document, error.line, error.column), next(iter(str(error).splitlines()), "no reason given")
    return f"{where}: valid Python, but the parser used here (libcst) cannot read it: {reason}"


def _at(document: Document, line: int, column: int | None = None) -> str:
    """Return the words for a place in a file; in a notebook it counts in the cell."""
    cell = ""
    if isinstance(document, Notebook):
        number, span, _ = document.place(Span(line, column or 1, line, column or 1))
        cell, line, column = f"cell {number}, ", span.line, span.column if column is not None else None
    return f"{cell}line {line}" + (f", column {column}" if column is not None else "")
