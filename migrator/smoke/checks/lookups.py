"""What a program looks for in the service's messages: keys and types of its source beside those that were sent."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from codemods.protocol import CONTROLS, FIELDS, FINAL, MESSAGE_TYPES, PARTIAL, V3_TYPES
from migrator.smoke.observation import Observation, sessions_of
from migrator.smoke.parsing import parsed

#: What v3 calls what only v2 has.
_RENAMED = {
    **MESSAGE_TYPES,
    PARTIAL: "Turn without end_of_turn",
    FINAL: "Turn with end_of_turn and turn_is_formatted",
    **CONTROLS,
    **FIELDS,
}
_KINDS = ("type", "message_type")
#: What the service says at some time, though a session may have ended before, or not have asked for it
#: (https://www.assemblyai.com/docs/streaming/message-sequence, read 2026-11-29).
_KNOWN = frozenset({"type", "id", "expires_at", "configuration", "turn_order", "turn_is_formatted", "end_of_turn"}) | {
    *("transcript", "end_of_turn_confidence", "words", "utterance", "language_code", "speaker", "speaker_label"),
    *("audio_duration_seconds", "session_duration_seconds", "error", "error_code", "warning", "warning_code"),
}

#: An expression's source, a constant, and the line where the one is searched for the other.
_Asked = tuple[str, str, int]


def strangers(seen: Observation) -> list[str]:
    """Return where the program asks a message for what no message has, or compares its type with one that is not.

    A message is known by being asked for at least one key that the service did send.
    """
    keys = {key for session in sessions_of(seen) for message in session.messages for key in message}
    if not keys:
        return []
    keys |= _KNOWN
    found = []
    for name, text in seen.sources.items():
        if (tree := parsed(text)) is None:
            continue
        found += [f"{name}:{line} {what}" for line, what in sorted(_strange(tree, keys))]
    return list(dict.fromkeys(found))


def _strange(tree: ast.Module, keys: set[str]) -> Iterator[tuple[int, str]]:
    own = set(_made(ast.walk(tree)))
    for scope in _scopes(tree):
        asked = list(_lookups(scope))
        # One that both services' messages have tells nothing.
        telling = {*keys, *_KINDS, *FIELDS} - {"text", "id"}
        messages = {receiver for receiver, key, _ in asked if key in telling} - own
        for receiver, key, line in asked:
            if receiver in messages and key not in keys:
                yield line, f"asks for {key!r}, which no message has{_instead(key, keys)}"
        for word, line in _compared(scope, messages):
            if word not in V3_TYPES:
                yield line, f"compares the type with {word!r}, which no message has{_instead(word, V3_TYPES)}"


def _scopes(tree: ast.Module) -> Iterator[list[ast.AST]]:
    """Yield the nodes of each function, and of what is outside of all: a name means another thing in each."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        nodes, inner = [], list(ast.iter_child_nodes(waiting.pop()))
        while inner:
            node = inner.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                waiting.append(node)
            else:
                nodes.append(node)
                inner += ast.iter_child_nodes(node)
        yield nodes


def _instead(word: str, known: Sequence[str] | set[str] | frozenset[str]) -> str:
    lowered = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    name = _RENAMED.get(word) or (lowered[near[0]] if near else "")
    return f" (v3: {name})" if name else ""


def _lookups(nodes: Iterable[ast.AST]) -> Iterator[_Asked]:
    """Yield each constant that is looked up in something: `x["k"]`, `x.get("k")`, `"k" in x`, a pattern's keys."""
    for node in nodes:
        match node:
            case ast.Subscript(value=receiver, slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                yield ast.unparse(receiver), key, node.lineno
            case ast.Call(
                func=ast.Attribute(value=receiver, attr="get" | "pop"), args=[ast.Constant(value=str(key)), *_]
            ):
                yield ast.unparse(receiver), key, node.lineno
            case ast.Compare(
                left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[receiver]
            ) if not isinstance(receiver, (ast.Constant, ast.List, ast.Tuple, ast.Set)):
                yield ast.unparse(receiver), key, node.lineno
            case ast.Match(subject=receiver, cases=cases):
                patterns = (found for case in cases for found in ast.walk(case.pattern))
                for mapping in (found for found in patterns if isinstance(found, ast.MatchMapping)):
                    yield from ((ast.unparse(receiver), word, line) for word, line in _constants(*mapping.keys))


def _made(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield what the program fills itself: these are not messages of the service."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=ast.Dict()):
                yield from map(ast.unparse, targets)
            case ast.Subscript(value=receiver, ctx=ast.Store()):
                yield ast.unparse(receiver)


def _compared(nodes: Sequence[ast.AST], messages: set[str]) -> Iterator[tuple[str, int]]:
    """Yield each constant that the type of a message is compared with."""
    kinds = dict(_named_kinds(nodes, messages))
    for node in nodes:
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                if _is_kind(left, messages, kinds):
                    yield from _constants(right)
                elif _is_kind(right, messages, kinds):
                    yield from _constants(left)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]):
                if isinstance(right, (ast.List, ast.Tuple, ast.Set)) and _is_kind(left, messages, kinds):
                    yield from _constants(*right.elts)
            case ast.Match(subject=subject, cases=cases) if _is_kind(subject, messages, kinds):
                patterns = (found for case in cases for found in ast.walk(case.pattern))
                yield from _constants(*(found.value for found in patterns if isinstance(found, ast.MatchValue)))


def _constants(*nodes: ast.expr) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def _named_kinds(nodes: Iterable[ast.AST], messages: set[str]) -> Iterator[tuple[str, bool]]:
    """Yield the names that hold a type, each with whether it never holds anything else."""
    held: dict[str, bool] = {}
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                held[name] = held.get(name, True) and _is_kind(value, messages, {})
    yield from held.items()


def _is_kind(node: ast.expr, messages: set[str], kinds: Mapping[str, bool]) -> bool:
    match node:
        case ast.Name(id=name):
            return kinds.get(name, False)
        case ast.Subscript(value=receiver, slice=ast.Constant(value=key)):
            return key in _KINDS and ast.unparse(receiver) in messages
        case ast.Call(func=ast.Attribute(value=receiver, attr="get"), args=[ast.Constant(value=key), *_]):
            return key in _KINDS and ast.unparse(receiver) in messages
    return False
