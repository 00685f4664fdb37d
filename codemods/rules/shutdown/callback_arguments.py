"""V3M505: callbacks of `WebSocketApp` with the arguments that old versions gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import libcst as cst

from codemods.facts.concurrency import calls_of
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions, functions, own_nodes
from codemods.interpreter.values import Bound
from codemods.model import Source
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import Replace

_TOLD = ("on_open", "on_message", "on_error", "on_close")


class _Callback(NamedTuple):
    name: str
    node: cst.FunctionDef | cst.Lambda
    bound: bool
    parameters: tuple[str, ...]

    @property
    def signature(self) -> str:
        return f"({', '.join(self.parameters)})"


class CallbackArguments(Rule[cst.FunctionDef | cst.Lambda]):
    """Gives callbacks the parameters that today's websocket-client fills."""

    code = "V3M505"
    summary = "callbacks take the arguments that websocket-client gives since version 1.0"
    source = Source(
        "https://github.com/websocket-client/websocket-client/blob/master/websocket/_app.py", read="2026-11-29"
    )
    why = "A callback with too few parameters raises TypeError inside the library, which hides it: it just never runs."

    def visit(self, node: cst.FunctionDef | cst.Lambda, context: Context) -> Changes:
        table = context.get(_callbacks)
        callback = table.get(node)
        if callback is None:
            return
        missing = _missing(callback)
        if not missing:
            return
        place, names = missing
        used = {inner.value for inner in own_nodes(node) if isinstance(inner, cst.Name)}
        defaults = any(param.default is not None for param in callback.node.params.params)
        if defaults or used & set(names) or _is_called(callback, context):
            yield self.report(node, f"websocket-client calls {callback.name} with {callback.signature}")
            return

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            old = cst.ensure_type(updated, cst.Parameters)
            new = [cst.Param(cst.Name(name)) for name in names]
            params = [*old.params[:place], *new, *old.params[place:]]
            if (rows := _rows(callback.node)) is not None and place == len(old.params):
                return old.with_changes(params=[*old.params[:-1], *rows(old.params[-1], *new)])
            plain = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            joined = [
                param if isinstance(param.comma, cst.Comma) else param.with_changes(comma=plain)
                for param in params[:-1]
            ]
            return old.with_changes(params=[*joined, params[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)])

        yield self.change(
            node,
            f"{callback.name} lacks arguments that websocket-client gives; migrated, {callback.signature}",
            Replace(callback.node.params, build),
        )


def _rows(node: cst.FunctionDef | cst.Lambda) -> Callable[..., list[cst.Param]] | None:
    """Return what puts new parameters behind the last one, if each stands on a line of its own."""
    above = node.whitespace_before_params if isinstance(node, cst.FunctionDef) else None
    comma = node.params.params[-1].comma if node.params.params else None
    if not isinstance(above, cst.ParenthesizedWhitespace) or not isinstance(comma, cst.Comma):
        return None
    end = comma.whitespace_after
    if not isinstance(end, cst.ParenthesizedWhitespace):
        return None
    below = end.with_changes(last_line=above.last_line, indent=above.indent)
    bare = cst.TrailingWhitespace()

    def rows(last: cst.Param, *new: cst.Param) -> list[cst.Param]:
        inner = comma.with_changes(whitespace_after=below.with_changes(first_line=bare, empty_lines=()))
        outer = comma.with_changes(whitespace_after=end.with_changes(first_line=bare, empty_lines=()))
        moved = [param.with_changes(comma=inner) for param in new[:-1]]
        return [
            last.with_changes(comma=comma.with_changes(whitespace_after=below)),
            *moved,
            new[-1].with_changes(comma=outer),
        ]

    return rows


def _callbacks(program: Program) -> dict[cst.CSTNode, _Callback]:
    """Return the callbacks of v2 sessions, by the function that each is."""
    sessions = program.get(Sessions)
    found: dict[cst.CSTNode, _Callback] = {}
    for session in sessions.found.values():
        known = session.connection.transport.callbacks
        if session.legacy:
            for name in _TOLD & known.keys():
                for value in sessions.callback_values(session, name):
                    for node in functions([value]):
                        if isinstance(node, cst.FunctionDef | cst.Lambda):
                            bound = isinstance(value, Bound) and len(value.args) == 1 and not value.keywords
                            if bound or not isinstance(value, Bound):
                                found[node] = _Callback(name, node, bound, known[name].parameters)
    return found


def _missing(callback: _Callback) -> tuple[int, tuple[str, ...]] | None:
    """Return which parameters lack, and where they belong; None where none do or it cannot be told."""
    params = callback.node.params
    if params.star_arg is not cst.MaybeSentinel.DEFAULT or params.posonly_params or params.kwonly_params:
        return None
    own = len(params.params) - callback.bound
    wanted = callback.parameters
    if own >= len(wanted) or own < 0:
        return None
    if own == 0:
        return int(callback.bound), wanted
    if callback.name == "on_close":
        return len(params.params), wanted[own:]
    # a bound method of old: everything but `ws`
    return (1, wanted[:1]) if callback.bound and own == len(wanted) - 1 else None


def _is_called(callback: _Callback, context: Context) -> bool:
    """Return whether the program calls the callback itself, with arguments of its own choice."""
    return bool(calls_of(callback.node, context.get(Sessions)))
