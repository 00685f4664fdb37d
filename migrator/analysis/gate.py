"""The last look at a run: is a name missing that somebody needs, a function half migrated? That is never written.

It knows no rule, on purpose: it reads the project before and after as Python's own parser does, files that no rule
looked at included, so that a defect of a rule does not reach a user's disk.
"""

from __future__ import annotations

import builtins
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codemods import suppression
from codemods.model import Finding, Options
from migrator.analysis.coverage import SDK_CLASSES
from migrator.analysis.import_graph import ProjectFolder, imports, mentioned, stem
from migrator.analysis.message_reads import Half, half_migrated
from migrator.analysis.module_names import SDK, ModuleNames, Origin, parsed
from migrator.analysis.outcome import Outcome
from migrator.documents.document import decode
from migrator.documents.module import DecodingError
from migrator.files import git
from migrator.files.discovery import Discovery, beside
from migrator.files.prefilter import SDK_RULES

_BY_NAME = re.compile(r"\b(?:patch|import_module|__import__)\b")
"""What takes a module by its name as a text."""

_STAR = re.compile(r"\bimport\s*\(?\s*\*")

_FEW = 30
"""Names that are looked for one by one; for more it is faster to see what a file imports."""

_BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__path__", "__spec__", "__package__"}


@dataclass(frozen=True, slots=True)
class Violation:
    """What would break.

    Attributes:
        path: the file whose rewriting does it.
        name: what it would no longer have.
        user: the file that needs the name; it may be the same one.
        turned: whether it would still have the name, but for something else.
    """

    path: str
    name: str
    user: str
    turned: bool = False


def held_back(
    outcomes: Sequence[Outcome],
    groups: Iterable[Sequence[str]],
    others: Iterable[str],
    options: Callable[[str], Options],
) -> list[Outcome]:
    """Return the outcomes, those of a group with a violation without any change.

    Args:
        groups: paths of the files that were understood together.
        others: every file of the projects; those that nobody needs to know are passed over quickly.
        options: what the user chose for a file: who takes part of the rules asks for part of a migration.
    """
    together = {path: tuple(group) for group in groups for path in group}
    reasons: dict[str, str] = {}
    for found in violations(outcomes, others):
        reason = _reason(found, outcomes)
        for path in {*together.get(found.path, (found.path,)), *together.get(found.user, ())}:
            reasons.setdefault(path, reason)
    for outcome in outcomes:
        chosen = options(outcome.path)
        for half in () if chosen.select or chosen.ignore else halves(outcome):
            for path in together.get(outcome.path, (outcome.path,)):
                reasons.setdefault(path, _half_reason(half, outcome))
    return [
        outcome.left_alone(f"{reasons[outcome.path]} (a defect of v3-migrate)")
        if outcome.changed and outcome.path in reasons
        else outcome
        for outcome in outcomes
    ]


def around(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield every module of the projects that the changed files belong to, whether a run looks at it or not."""
    changed = [outcome.path for outcome in outcomes if outcome.changed]
    tops = {path: git.top_of(os.path.dirname(path)) for path in changed}
    for _, batch in Discovery(sorted({top for top in tops.values() if top})).batches():
        yield from batch
    # Outside of one nobody can say how far a project goes; a home folder is no project.
    for folder in sorted({os.path.dirname(path) for path, top in tops.items() if not top}):
        yield from beside(folder)


def halves(outcome: Outcome) -> list[Half]:
    """Return the functions of a changed file that would read one message half as v2 does, half as v3 does.

    A read that is told of is left to a person, and a silenced one to whoever silenced it.
    """
    before, after = _text(outcome.path, outcome.before), _text(outcome.path, outcome.after)
    if not outcome.changed or before is None or after is None:
        return []
    told = {line for finding in outcome.left for line in range(finding.span.line, finding.span.end_line + 1)}
    silenced = suppression.ignored_lines(before).keys()
    return [
        half
        for half in half_migrated(before, after)
        if not (half.lines & told or any(half.first <= line <= half.last for line in silenced))
    ]


def _half_reason(half: Half, outcome: Outcome) -> str:
    codes = _codes(outcome, lambda finding: half.first <= finding.span.line <= half.last)
    where = f"{half.function}() of {outcome.path}" if half.function else outcome.path
    return f"{codes} would leave {where} half migrated: it would ask one message for {half.old!r} and {half.new!r}"


def _codes(outcome: Outcome, there: Callable[[Finding], bool]) -> str:
    """Return the rules that have rewritten a place; those of the whole file if none did there."""
    fixed = [finding for finding in outcome.findings if finding.fixed]
    return ", ".join(sorted({finding.code for finding in list(filter(there, fixed)) or fixed})) or "a rewrite"


def _reason(found: Violation, outcomes: Sequence[Outcome]) -> str:
    outcome = next(outcome for outcome in outcomes if outcome.path == found.path)
    text = _text(outcome.path, outcome.before)
    names = parsed(text) if text is not None else None
    line = names.bound.get(found.name, 0) if names is not None else 0
    codes = _codes(outcome, lambda finding: finding.span.line <= line <= finding.span.end_line)
    if found.turned:
        return f"{codes} would turn {found.name!r} of {found.path} into what v3 has, and {found.user} uses it as in v2"
    if found.user == found.path:
        return f"{codes} would take {found.name!r} out of {found.path}, which still needs it"
    return f"{codes} would take {found.name!r} out of {found.path}, and {found.user} needs it"


def violations(outcomes: Sequence[Outcome], others: Iterable[str]) -> list[Violation]:
    """Return each name that a changed file would lose although something needs it."""
    after = {o.path: text for o in outcomes if o.changed and (text := _text(o.path, o.after)) is not None}
    found: list[Violation] = []
    lost: dict[str, frozenset[str]] = {}
    turned: dict[str, frozenset[str]] = {}
    for outcome in outcomes:
        before = _text(outcome.path, outcome.before) if outcome.path in after else None
        if before is None:
            continue
        old, new = parsed(before), parsed(after[outcome.path])
        if old is None or new is None:
            continue  # what compiled before compiles now, or the file is left alone already
        gone = frozenset(old.bound) - frozenset(new.bound)
        if "__getattr__" in new.bound:
            gone = frozenset()
        missing = gone & new.exported
        if not new.stars:
            missing |= (old.everywhere - new.everywhere) & new.used - _BUILTINS
        found += [Violation(outcome.path, name, outcome.path) for name in sorted(missing)]
        if gone:
            lost[outcome.path] = gone
        if other := frozenset(old.of_class(SDK, SDK_CLASSES) - new.of_class(SDK, SDK_CLASSES)) - gone:
            turned[outcome.path] = other
    if lost or turned:
        others = list(others)
    found += _needed(lost, after, others) if lost else []
    # Who uses the name is moved to v3 with it, or nobody may be.
    fixed = {outcome.path: [f.code for f in outcome.findings if f.fixed] for outcome in outcomes if outcome.changed}
    moved = {path for path, codes in fixed.items() if any(code.startswith(SDK_RULES) for code in codes)}
    users = _needed(turned, after, others) if turned else []
    return found + [replace(violation, turned=True) for violation in users if violation.user not in moved]


def _needed(lost: dict[str, frozenset[str]], after: Mapping[str, str], others: Iterable[str]) -> list[Violation]:
    """Return who needs a name that a module would lose.

    Args:
        lost: path to the names that the file has no longer.
        after: the new texts.
        others: files that may need one, by the text on disk.
    """
    folder = ProjectFolder()
    readers = dict(_readers(lost, after, others))
    names = {path: parsed(text) for path, text in readers.items()}
    losing = dict(lost)
    found: dict[Violation, None] = {}
    grown = True
    while grown:  # a star import passes on what its module loses
        grown = False
        for path, text in readers.items():
            known = names[path]
            uses = _uses(path, known, losing, folder) if known else _mentions(path, text, losing, folder)
            found.update((Violation(_origin(module, name, lost), name, path), None) for module, name in uses)
            if known is None:
                continue
            for origin in known.stars:
                passed = losing.get(folder.resolve(path, *origin) or "", frozenset()) - known.bound.keys()
                if not passed <= losing.get(path, frozenset()):
                    losing[path] = losing.get(path, frozenset()) | passed
                    grown = True
    return list(found)


def _origin(module: str, name: str, lost: Mapping[str, frozenset[str]]) -> str:
    """Return the changed file that is at the bottom of it when a name is missing in `module`."""
    if name in lost.get(module, ()):
        return module
    return next((path for path, names in lost.items() if name in names), module)


def _readers(
    lost: Mapping[str, frozenset[str]], after: Mapping[str, str], others: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield the files, with their texts, that have one of the lost names and to do with a module that loses it."""
    names = sorted({name.encode() for gone in lost.values() for name in gone})
    stems = {stem(path) for path in lost}
    found: dict[str, tuple[str, set[str]]] = {}
    for path in dict.fromkeys([*others, *after]):
        text = after.get(path)
        if text is None:
            text = _text_with(path, names)
        if text is not None:
            origins = list(imports(text.encode("utf-8", "replace")))
            found[path] = text, {name for origin in origins for name in mentioned(os.path.dirname(path), *origin)}
    # Whoever takes all names of a module passes on that they are gone.
    stems |= {stem(path) for path, (text, _) in found.items() if _STAR.search(text)}
    far = re.compile("|".join(rf"\.{re.escape(name)}\." for name in sorted(stems)))
    for path, (text, asked) in found.items():
        if asked & stems or _BY_NAME.search(text) or far.search(text):
            yield path, text


def _text_with(path: str, names: Sequence[bytes]) -> str | None:
    """Return the text of a file on disk if it may need one of some names; most are passed over by their bytes."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if len(names) <= _FEW and not any(name in data for name in names) and b"import *" not in data:
        return None
    return _text(path, data)


def _uses(
    path: str, names: ModuleNames, losing: Mapping[str, frozenset[str]], folder: ProjectFolder
) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for what a file needs of the names that modules are losing."""

    def lost_by(origin: Origin) -> tuple[str, frozenset[str]]:
        module = folder.resolve(path, *origin)
        return (module, losing.get(module, frozenset())) if module and module != path else ("", frozenset())

    for (module, level), name, _ in names.taken:
        target, gone = lost_by((module, level))
        if name in gone and not folder.resolve(path, f"{module}.{name}" if module else name, level):
            yield target, name
    for alias, origins in names.aliases.items():
        for origin in origins:
            target, gone = lost_by(origin)
            if gone:
                start = f"{alias}."
                rests = (chain[len(start) :].split(".")[0] for chain in names.chains if chain.startswith(start))
                yield from ((target, name) for name in rests if name in gone)
    for chain in names.chains:  # `app.audio.stt.Client`, a module had by way of others
        head, *parts = chain.split(".")
        if any(folder.resolve(path, *origin) for origin in names.aliases.get(head, ())):
            pairs = set(itertools.pairwise(parts))
            yield from ((m, name) for m, gone in losing.items() for name in gone if (stem(m), name) in pairs)
    for origin in names.stars:
        target, gone = lost_by(origin)
        yield from ((target, name) for name in gone & names.used - names.everywhere)
    for text in names.strings:  # `mock.patch("bot.connect")`
        parts = text.split(".")
        for end in range(1, len(parts)):
            target, gone = lost_by((".".join(parts[:end]), 0))
            if parts[end] in gone:
                yield target, parts[end]


def _mentions(
    path: str, text: str, losing: Mapping[str, frozenset[str]], folder: ProjectFolder
) -> Iterator[tuple[str, str]]:
    """Yield what `_uses` does, for a file that the running Python cannot parse."""
    for module, level in imports(text.encode("utf-8", "replace")):
        head, _, name = module.rpartition(".")
        target = folder.resolve(path, head, level) if head or level else None
        if target and name in losing.get(target, ()):
            yield target, name
        target = folder.resolve(path, module, level)
        for gone in losing.get(target or "", ()):
            if target and re.search(rf"\b\w+\.{gone}\b", text):
                yield target, gone


def _text(path: str, data: bytes) -> str | None:
    try:
        return decode(path, data).text
    except DecodingError:
        return None
