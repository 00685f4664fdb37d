"""V3M518: a request for a token that can stop the event loop for good."""

from __future__ import annotations

import libcst as cst

from codemods.facts import tokens
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions, external_names
from codemods.model import Source
from codemods.rewrites.entry_edits import with_keywords
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import Replace

#: Seconds. A token comes within one; two addresses of the service, tried in turn, still stay within ten.
_LIMIT = "5"
#: Where `timeout` stands when it is not named; what these libraries wait without one is for ever.
_UNLIMITED = {"requests": None, "urllib": 2}


class TokenTimeout(Rule[cst.Call]):
    """Gives a token request that a coroutine waits for a time limit, where its library has none."""

    code = "V3M518"
    summary = "a token request inside a coroutine has a time limit"
    source = Source("https://requests.readthedocs.io/en/latest/user/quickstart/#timeouts", read="2026-11-29")
    why = (
        "`requests` and `urllib` wait for ever without `timeout`. In a coroutine nothing else can run meanwhile, not "
        "even the cancellation by Ctrl+C: a service that does not answer means that the program has to be killed."
    )

    def visit(self, node: cst.Call, context: Context) -> Changes:
        if node not in context.get(_unlimited):
            return

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            return with_keywords(cst.ensure_type(updated, cst.Call), [("timeout", _LIMIT)])

        yield self.change(
            node,
            "this request stops the event loop, Ctrl+C included; migrated, it gives up in time",
            Replace(node, build),
        )


def _unlimited(program: Program) -> frozenset[cst.Call]:
    """Return the calls that ask for a v2 token inside a coroutine, and wait for ever."""
    sessions = program.get(Sessions)
    requests = [request.call for request in tokens.find(program)]
    found: set[cst.Call] = set()
    if not requests:
        return frozenset()
    blocked: set[cst.CSTNode] = set()
    for function, _ in program.find(cst.FunctionDef):
        if function.asynchronous is not None:
            blocked |= sessions.reach(function)
    for call, _ in program.find(cst.Call):
        if sessions.function(call) in blocked and _waits_for_ever(call, program):
            if call in requests or (call.args and _made_by(call.args[0].value, program) in requests):
                found.add(call)
    return frozenset(found)


def _waits_for_ever(call: cst.Call, program: Program) -> bool:
    names = external_names(program.values(call.func))
    library = names[0].split(".", 1)[0] if len(names) == 1 else ""
    if library not in _UNLIMITED or names[0] == "urllib.request.Request":
        return False
    if any(argument.star or (argument.keyword and argument.keyword.value == "timeout") for argument in call.args):
        return False
    place = _UNLIMITED[library]
    return place is None or sum(argument.keyword is None for argument in call.args) <= place


def _made_by(node: cst.BaseExpression, program: Program) -> cst.CSTNode | None:
    """Return the call that made what is passed on: `urlopen(Request(...))`, in one step or two."""
    if isinstance(node, cst.Name):
        values = [definition.value for definition in program.definitions(node)]
        return values[0] if len(values) == 1 else None
    return node
