"""What the cases of a `match` statement ask of a message."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.syntax.children import walk


def alternatives(pattern: cst.MatchPattern) -> list[cst.MatchPattern]:
    """Return the patterns of which one has to match, seen through `as` and `|`."""
    match pattern:
        case cst.MatchAs(pattern=cst.MatchPattern() as inner):
            return alternatives(inner)
        case cst.MatchOr(patterns=choices):
            return [inner for choice in choices for inner in alternatives(choice.pattern)]
    return [pattern]


def literals(pattern: cst.CSTNode) -> Iterator[cst.MatchValue]:
    """Return the values that a pattern compares with, at any depth."""
    return (node for node in walk(pattern) if isinstance(node, cst.MatchValue))


def types(program: Program, pattern: cst.CSTNode) -> list[str]:
    """Return the v2 message types among the values that a pattern compares with."""
    return [text for value in literals(pattern) for text in program.constants(value.value) if text in v.V2_TYPES]


def element(program: Program, mapping: cst.MatchMapping, key: str) -> cst.MatchMappingElement | None:
    """Return the element of a mapping pattern that asks for `key`; None if it does not."""
    return next((item for item in mapping.elements if key in program.constants(item.key)), None)


def has_transcript(program: Program, pattern: cst.MatchPattern) -> bool:
    """Return whether only a message with a transcript matches."""
    for option in alternatives(pattern):
        if isinstance(option, cst.MatchMapping):
            kind = element(program, option, v.TYPE_KEY)
            found = types(program, kind.pattern) if kind is not None else []
            if element(program, option, "text") is None and not (found and v.TRANSCRIPTS.issuperset(found)):
                return False
        elif not (found := types(program, option)) or not v.TRANSCRIPTS.issuperset(found):
            return False
    return True


def is_not_partial(program: Program, pattern: cst.MatchPattern) -> bool:
    """Return whether no partial transcript matches."""
    for option in alternatives(pattern):
        kind = element(program, option, v.TYPE_KEY) if isinstance(option, cst.MatchMapping) else None
        found = types(program, kind.pattern if kind is not None else option)
        if not found or v.PARTIAL in found:
            return False
    return True


def takes_all(case: cst.MatchCase) -> bool:
    """Return whether nothing gets past a case."""
    return isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None and case.guard is None
