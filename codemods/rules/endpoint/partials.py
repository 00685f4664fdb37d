"""V3M105: `disable_partial_transcripts`, which v3 leaves to the client."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts import query
from codemods.facts.narrowing import Place, is_not_partial
from codemods.facts.program import Program
from codemods.facts.query import Parameter
from codemods.facts.type_tests import read_base
from codemods.interpreter.values import Bound, ClassRef, Const, External, Function, Obj, Str
from codemods.libraries.values import Message
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import quoted
from codemods.syntax.edits import InsertAfter
from codemods.syntax.navigate import given_to
from codemods.syntax.tree import SourceModule

_NO_TRANSCRIPT = frozenset(
    {"message_type", "session_id", "expires_at", "error", "audio_duration_seconds", "punctuated", "text_formatted"}
)
_LOOKS_ONLY = frozenset({"builtins.isinstance", "builtins.len", "builtins.type", "builtins.bool", "builtins.id"})


class Partials(Rule[cst.SimpleString | cst.FormattedStringText | cst.Name]):
    """Skips turns that have not ended, where v2 was told not to send partial transcripts."""

    code = "V3M105"
    summary = "with disable_partial_transcripts, turns that have not ended are skipped on receipt"
    source = v.PARAMETERS
    why = "v3 has no such parameter: it always sends turns as they grow, and the program would take each for a final."

    def visit(self, node: cst.SimpleString | cst.FormattedStringText | cst.Name, context: Context) -> Changes:
        for parameter in context.get(query.by_node).get(node, ()):
            if parameter.name == "disable_partial_transcripts":
                yield from self._parameter(parameter, context.program)

    def _parameter(self, parameter: Parameter, program: Program) -> Changes:
        known = query.constants(program, parameter)
        lowered = {text.lower() for text in known or ()}
        if known is not None and lowered <= {"false", "0", "none", ""}:
            return
        sites = _open_sites(program)
        if not sites:
            return
        if known is None or not lowered <= {"true", "1"}:
            advice = "v3 always sends partials: if they were off, skip turns not end_of_turn and turn_is_formatted"
            yield self.report(parameter.node, advice)
            return
        filters = [_filter(site, key, program) for site, key in sites.items()]
        if len(program.vendor_connections) > 1 or None in filters:
            advice = "v3 always sends partials: skip turns that are not end_of_turn and turn_is_formatted"
            yield self.report(parameter.node, advice)
            return
        yield self.change(
            parameter.node,
            "v3 has no 'disable_partial_transcripts': turns that have not ended are skipped on receipt",
            *(edit for edit in filters if edit is not None),
        )


def _open_sites(program: Program) -> dict[cst.CSTNode, cst.CSTNode | None]:
    """Return where messages come from whose transcripts are used without a test for finals, and a key literal."""
    found: dict[cst.CSTNode, cst.CSTNode | None] = {}
    for node, module in program.walk():
        base: cst.CSTNode = node
        key: cst.CSTNode | None = None
        read = read_base(node)
        if read is not None and read.key is not None:
            base, key = read.node, read.key
            keys = program.constants(key)
            if keys and set(keys) <= _NO_TRANSCRIPT:
                continue
        elif not _escapes(node, module, program):
            continue
        messages = program.messages(base)
        if messages and not is_not_partial(node, base, Place(program, module)):
            for message in messages:
                found[message.site] = found.get(message.site) or key
    return found


def _escapes(node: cst.CSTNode, module: SourceModule, program: Program) -> bool:
    """Return whether a value is handed to code that is not the program's own."""
    call = given_to(node, module)
    if call is None or not isinstance(node, cst.BaseExpression):
        return False
    callees = program.values(call.func)
    owners = program.values(call.func.value) if isinstance(call.func, cst.Attribute) else ()
    if any(isinstance(owner, Obj | Str | Message) for owner in owners):
        return False  # a container of the program: whoever takes the message out again is looked at
    if callees and all(isinstance(value, Function | Bound | ClassRef | Const) for value in callees):
        return False
    return not all(isinstance(value, External) and value.name in _LOOKS_ONLY for value in callees) or not callees


def _filter(site: cst.CSTNode, key: cst.CSTNode | None, program: Program) -> InsertAfter | None:
    """Return the edit that leaves partial turns alone right after they are parsed at `site`."""
    module = program.module_of(site)
    holder = module.parent(site) if module is not None else None
    if module is None:
        return None
    while isinstance(holder, cst.Await):
        holder = module.parent(holder)
    statement = module.statement(site)
    if not isinstance(holder, cst.Assign) or len(holder.targets) != 1 or not isinstance(site, cst.Call):
        return None
    target = holder.targets[0].target
    if not isinstance(target, cst.Name) or not isinstance(statement, cst.SimpleStatementLine):
        return None
    leave = _leave(site, statement, module, program)
    if leave is None or statement.body[-1] is not holder:
        return None
    name, indent = target.value, module.tree.default_indent
    kind, turn, end, formatted = (quoted(text, key) for text in ("type", "Turn", "end_of_turn", "turn_is_formatted"))
    test = f"{name}.get({kind}) == {turn} and not ({name}[{end}] and {name}[{formatted}])"
    return InsertAfter(statement, f"if {test}:\n{indent}{leave}\n")


def _leave(site: cst.Call, statement: cst.CSTNode, module: SourceModule, program: Program) -> str | None:
    """Return the statement that goes on to the next message."""
    for up in module.ancestors(statement):
        match up:
            case cst.For() | cst.While():
                return "continue"
            case cst.FunctionDef():
                takes_it = any(
                    isinstance(name, cst.Name)
                    and program.definitions(name)
                    and all(item.kind == "param" for item in program.definitions(name))
                    for name in (*(a.value for a in site.args), getattr(site.func, "value", None))
                )
                return "return" if takes_it and not _gives_a_value(up, module) else None
            case cst.Lambda() | cst.ClassDef():
                return None
    return None


def _gives_a_value(function: cst.FunctionDef, module: SourceModule) -> bool:
    return any(
        isinstance(node, cst.Yield) or (isinstance(node, cst.Return) and node.value is not None)
        for node in module.walk(function.body)
    )
