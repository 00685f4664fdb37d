"""Where in the program the reason for something is to be looked for: lines that were seen at work, or that say it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum

from migrator.smoke.checks.lookups import strangers
from migrator.smoke.observation import Happening, Observation
from migrator.smoke.parsing import parsed

_CLIENT = r"\b(StreamingClient|RealTimeTranscriber)\("
#: Lines that say where to connect, the likeliest first.
ADDRESSES = (
    r"wss?://",
    r"\b(Streaming|RealTime)Parameters\(",
    r"\b(StreamingClient|RealTimeTranscriber)\(",
    r"assembly",
)
#: A line that only starts what does the work: everything happens below it.
_ENTERS = re.compile(r"\basyncio\.run\(|run_until_complete\(|run_forever\(|\.join\(")
#: Calls of the SDK's client, by what they make it send.
_CALLS = {"audio": r"\.stream\(", "close": r"\.disconnect\b|\bStreamingClient\("}
#: What tests a turn, and what reads its text: a key or an attribute.
_TESTS = re.compile(r"""(\.|["'])(end_of_turn|turn_is_formatted)\b""")
_READS = re.compile(r"""(\.|["'])(transcript|words)\b""")


class Deals(Enum):
    """What a statement deals with, as its source says it."""

    TURNS = re.compile(r"""(\.|["'])(end_of_turn|turn_is_formatted|transcript|words)\b""")
    SENDING = re.compile(r"\.(send\w*|stream)\(")
    CONNECTING = re.compile(r"\.(connect|ws_connect|create_connection)\(|\bWebSocketApp\(|\bcreate_connection\(")


#: Lines that are named, at most.
_LINES = 3


def sending(seen: Observation, *kinds: str) -> str:
    """Return the lines that were seen to send this: `connect`, `token`, `audio`, `text` or `close`."""
    places = [place for place in seen.happened("place") if place.text("what") in kinds]
    lines = dict.fromkeys(place.text("where") for place in places if not _ENTERS.search(_line(seen, place)))
    # The SDK sends in threads of its own.
    return _listed(lines) or saying(seen, *(_CALLS[kind] for kind in kinds if kind in _CALLS))


def saying(seen: Observation, *patterns: str) -> str:
    """Return the lines of the source that match the first pattern that any line matches."""
    for pattern in patterns:
        lines = dict.fromkeys(_matching(seen, pattern))
        if lines:
            return _listed(lines)
    return ""


def unheard(seen: Observation) -> str:
    """Return where the program asks for what no message has, or makes a client that tells nobody of its turns."""
    found = strangers(seen)
    if not any(_matching(seen, r"Events\.Turn\b")):
        lines = [*_matching(seen, r"\.on\("), *_matching(seen, _CLIENT)]
        found += [f"{lines[0]} registers no handler for turns"] if any(_matching(seen, _CLIENT)) else []
    return "; ".join(found[:_LINES])


def unreached(seen: Observation, what: Deals) -> list[str]:
    """Return what deals with something and was never come to: functions, and statements of those that were called."""
    if not seen.happened("watching"):
        return []
    reached = {place.text("where") for place in seen.happened("reached")}
    found: list[tuple[int, str]] = []
    for name, text in seen.sources.items():
        lines = text.splitlines()
        for function, statements in _statements(text):
            telling = [
                (first, last) for first, last in statements if what.value.search("\n".join(lines[first - 1 : last]))
            ]
            missed = [(first, last) for first, last in telling if reached.isdisjoint(_places(name, first, last))]
            if function is not None and missed and telling == missed:
                # Of the first statement after the docstring, the first line is told.
                body = [node for node in function.body if not _is_docstring(node)][:1]
                if all(reached.isdisjoint(_places(name, node.lineno, node.end_lineno or 0)) for node in body):
                    found.append((0, f"{name}:{function.lineno} ({function.name} is never entered)"))
                    continue
            for first, last in missed:
                tests = _TESTS.search("\n".join(lines[first - 1 : last]))
                found.append((1 if tests else 2, f"{name}:{first} ({lines[first - 1].strip()[:60]})"))
    return [place for _, place in sorted(found)]


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _places(name: str, first: int, last: int) -> Iterator[str]:
    yield from (f"{name}:{number}" for number in range(first, last + 1))


def reading(seen: Observation) -> str:
    """Return the lines that read the text or the words of a turn, and were come to."""
    reached = dict.fromkeys(place.text("where") for place in seen.happened("reached"))
    return _listed(dict.fromkeys(line for line in _matching(seen, _READS.pattern) if line in reached))


def _statements(text: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef | None, list[tuple[int, int]]]]:
    """Yield each function, and None for the rest, with first and last line of its statements, in order.

    Of a statement that has others in it, these are the lines of its head.
    """
    tree = parsed(text)
    waiting: list[ast.AST] = [tree] if tree is not None else []
    while waiting:
        function, lines = waiting.pop(), list[tuple[int, int]]()
        inner = list(ast.iter_child_nodes(function))
        while inner:
            node = inner.pop()
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    waiting.append(node)
                    continue
                case ast.stmt() if _is_docstring(node):
                    continue
                case ast.If(test=head) | ast.While(test=head) | ast.Match(subject=head) | ast.For(iter=head):
                    lines.append((node.lineno, head.end_lineno or head.lineno))
                case ast.With() | ast.AsyncWith() | ast.AsyncFor() | ast.Try() | ast.ClassDef():
                    pass
                case ast.stmt():
                    lines.append((node.lineno, node.end_lineno or node.lineno))
            inner += ast.iter_child_nodes(node)
        yield function if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) else None, sorted(lines)


def definition(seen: Observation, name: str) -> str:
    """Return where the program defines a function."""
    return _listed(dict.fromkeys(_matching(seen, rf"\bdef {re.escape(name)}\b")))


def hanging(seen: Observation) -> list[str]:
    """Return where the threads were, each by its innermost line of the program, when it had to be killed."""
    found = []
    for stack in re.split(r"\n(?=(?:Current thread|Thread) 0x)", seen.stacks):
        frames = re.findall(r'File "([^"]+)", line (\d+) in (\S+)', stack)
        own = next((frame for frame in frames if frame[0] in seen.sources), None)
        if own is not None:
            found.append(f"{own[0]}:{own[1]} in {own[2]}")
    return list(dict.fromkeys(found))


def _line(seen: Observation, place: Happening) -> str:
    name, _, number = place.text("where").rpartition(":")
    lines = seen.sources.get(name, "").splitlines()
    return lines[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(lines) else ""


def _matching(seen: Observation, pattern: str) -> Iterator[str]:
    search = re.compile(pattern).search
    for name, text in seen.sources.items():
        if search(text):
            yield from (
                f"{name}:{number}"
                for number, line in enumerate(text.splitlines(), 1)
                if search(line) and not line.lstrip().startswith("#")
            )


def _listed(lines: dict[str, None]) -> str:
    names = list(lines)
    more = f" (+{len(names) - _LINES})" if len(names) > _LINES else ""
    return ", ".join(names[:_LINES]) + more
