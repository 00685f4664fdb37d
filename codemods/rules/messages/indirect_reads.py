"""V3M328: reads of a message that are not written as reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts import endpoints
from codemods.facts.program import Program
from codemods.interpreter.values import Str, texts
from codemods.libraries.values import Connection, Frame, Message
from codemods.rule import Changes, Context, Rule, Safety

_KEYS = frozenset({*v.FIELDS, *v.DERIVED_FIELDS, "created"})
_WORDS = re.compile(rf"(?<!\w)({'|'.join(sorted(_KEYS | v.V2_TYPES))})(?!\w)")
_PERCENT = re.compile(r"%\((\w+)\)")
_BRACES = re.compile(r"\{(\w+)[!:}]")
_DOLLAR = re.compile(r"\$\{?(\w+)")
_FILLED = {"format_map": _BRACES, "substitute": _DOLLAR, "safe_substitute": _DOLLAR}


class IndirectReads(Rule[cst.Call | cst.BinaryOperation | cst.Attribute | cst.Comparison]):
    """Reports templates, getters and patterns that look for v2's keys in a message, or in its text."""

    code = "V3M328"
    summary = "a template, a getter or a pattern looks for v2's keys in a message"
    source = v.MESSAGES
    why = (
        "`itemgetter('text')`, `'%(text)s' % message`, `get = message.get` and patterns for the raw text read a "
        "message without a key that could be renamed in place."
    )
    safety = Safety.MANUAL

    def visit(self, node: cst.Call | cst.BinaryOperation | cst.Attribute | cst.Comparison, context: Context) -> Changes:
        keys = list(dict.fromkeys(_looked_for(node, context)))
        if keys:
            yield self.report(node, f"looks for v2's keys in a server message: {', '.join(map(_now, keys))}")


def _now(key: str) -> str:
    if key in v.TRANSCRIPTS:
        return f"{key} is Turn, with flags"
    name = v.FIELDS.get(key) or v.MESSAGE_TYPES.get(key)
    return f"{key} is {name}" if name else f"v3 has no {key}"


def _looked_for(node: cst.CSTNode, context: Context) -> Iterator[str]:
    """Yield the v2 words that are looked for at `node`, of those that no other rule sees."""
    match node:
        case cst.BinaryOperation(left=template, operator=cst.Modulo(), right=message) if _is_message(message, context):
            yield from _named(_PERCENT, context.program.constants(template))
        case cst.Attribute(value=message, attr=cst.Name("get" | "__getitem__" | "pop")) if _is_message(
            message, context
        ):
            parent = context.module.parent(node)
            if not (isinstance(parent, cst.Call) and parent.func is node):
                yield from ("message_type", "text", "session_id")
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(cst.In() | cst.NotIn(), right)]):
            if _is_raw(right, context):
                yield from _quoted(context.program.constants(left))
        case cst.Call():
            yield from _in_call(node, context)


def _in_call(call: cst.Call, context: Context) -> Iterator[str]:
    program = context.program
    names = program.names(call.func)
    given = [argument.value for argument in call.args]
    match call.func:
        case cst.Attribute(value=template, attr=cst.Name(value=name)) if name in _FILLED:
            if any(_is_message(item, context) for item in given):
                yield from _named(_FILLED[name], [*program.constants(template), *_template(template, context)])
        case cst.Attribute(value=raw, attr=cst.Name()) if _is_raw(raw, context):
            for item in given:
                yield from _quoted(program.constants(item))
    if any(name.startswith("operator.itemgetter()") for name in names):
        if any(_is_message(item, context) for item in given):
            yield from _getter(call.func, context)
    elif any(_is_getter(item, context) for item in given):
        held = [value for item in given for value in program.elements(program.values(item))]
        ours = [value for value in held if isinstance(value, Message) and program.is_ours(value)]
        if any(_speaks_v2(message.connection, context) for message in ours):
            for item in given:
                yield from _getter(item, context)
    patterns = any(name.split(".", 1)[0] in ("re", "regex") for name in names)
    if patterns and any(_is_raw(item, context) for item in given):
        owner = call.func.value if isinstance(call.func, cst.Attribute) else call.func
        compiled = [argument.value for made in _made(owner, context) for argument in made.args[:1]]
        for item in (*given, *compiled):
            yield from _quoted(program.constants(item))


def _is_message(node: cst.CSTNode, context: Context) -> bool:
    return any(_speaks_v2(message.connection, context) for message in context.program.messages(node))


def _is_raw(node: cst.CSTNode, context: Context) -> bool:
    """Return whether an expression is the text of a server message."""
    return any(
        isinstance(value, Frame) and context.program.is_ours(value) and _speaks_v2(value.connection, context)
        for value in context.program.values(node)
    )


def _speaks_v2(connection: Connection | None, context: Context) -> bool:
    """Return whether a connection is migrated, so that its messages had v2's keys."""
    return connection is None or connection in context.get(_migrated)


def _migrated(program: Program) -> frozenset[Connection]:
    return frozenset(connect.connection for connect, _, _ in endpoints.sockets(program))


def _named(pattern: re.Pattern[str], templates: Iterable[str]) -> Iterator[str]:
    for text in templates:
        yield from (key for key in pattern.findall(text) if key in _KEYS)


def _quoted(patterns: Iterable[str]) -> Iterator[str]:
    """Yield the v2 words in a pattern or a piece of JSON; a type alone is what V3M301 looks at."""
    for text in patterns:
        if text.strip('"') not in v.V2_TYPES:
            yield from _WORDS.findall(text)


def _is_getter(node: cst.CSTNode, context: Context) -> bool:
    return any(name.startswith("operator.itemgetter") for name in context.program.names(node))


def _getter(node: cst.CSTNode, context: Context) -> Iterator[str]:
    """Yield the keys that an `itemgetter(...)`, made here or kept in a variable, asks for."""
    for made in _made(node, context):
        for argument in made.args:
            yield from (key for key in context.program.constants(argument.value) if key in _KEYS)


def _template(node: cst.CSTNode, context: Context) -> Iterator[str]:
    """Yield the text of a `string.Template(...)`."""
    for made in _made(node, context):
        for argument in made.args[:1]:
            yield from texts(value for value in context.program.values(argument.value) if isinstance(value, Str))


def _made(node: cst.CSTNode, context: Context) -> Iterator[cst.Call]:
    """Yield the call that makes an object, at once or in the definition of a variable."""
    match node:
        case cst.Call():
            yield node
        case cst.Name():
            yield from (item.value for item in context.program.definitions(node) if isinstance(item.value, cst.Call))
