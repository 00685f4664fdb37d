"""V3M323: the two messages at the end of a v2 session are one in v3."""

from __future__ import annotations

from functools import partial

import libcst as cst

from codemods import protocol as v
from codemods.facts.paths import leaves
from codemods.facts.type_tests import TypeTests
from codemods.rule import Changes, Context, Rule
from codemods.syntax.edits import Replace

_END = ("SessionInformation", "SessionTerminated")


class Termination(Rule[cst.If]):
    """Joins the branches for SessionInformation and SessionTerminated."""

    code = "V3M323"
    summary = "branches for SessionInformation and SessionTerminated become one for Termination"
    source = v.MESSAGES
    why = "v3 ends a session with one message; of two branches for it, the second would never run."

    def visit(self, node: cst.If, context: Context) -> Changes:
        known = context.get(TypeTests)
        tests = known.tests

        def end_of(branch: cst.If) -> str | None:
            found = tests.get(branch.test)
            if found is None or len(found.types) != 1 or found.types[0] not in _END or known.is_stuck(found):
                return None
            operator = branch.test.comparisons[0].operator if isinstance(branch.test, cst.Comparison) else None
            return found.types[0] if isinstance(operator, cst.Equal | cst.Is) else None

        kind = end_of(node)
        if kind is None:
            return
        depth, other = 0, node.orelse
        while isinstance(other, cst.If):
            depth += 1
            second = end_of(other)
            if second is not None and second != kind:
                if not isinstance(node.body, cst.IndentedBlock) or not isinstance(other.body, cst.IndentedBlock):
                    yield self.report(node.test, "v3 has one Termination message for both: join these branches")
                    return
                join = partial(_joined, depth=depth, first_goes_first=kind == "SessionInformation")
                sure = known.is_sure(tests[node.test]) and known.is_sure(tests[other.test])
                yield self.change(
                    other.test,
                    "SessionInformation and SessionTerminated are one message in v3: branches joined",
                    Replace(node, join),
                    sure=sure,  # as the tests themselves: both or none
                )
                return
            other = other.orelse
        yield from self._separate(node, kind, end_of, context)

    def _separate(self, first: cst.If, kind: str, end_of, context: Context) -> Changes:  # type: ignore[no-untyped-def]
        block = context.module.parent(first)
        if not isinstance(block, cst.IndentedBlock) or not leaves(first.body):
            return
        later = block.body[list(block.body).index(first) + 1 :]
        for statement in later:
            if isinstance(statement, cst.If) and end_of(statement) not in (None, kind):
                yield self.report(first.test, "v3 has one Termination message for this and the branch below: join them")
                return


def _joined(updated: cst.CSTNode, depth: int, first_goes_first: bool) -> cst.If:
    """Return the chain with the branch `depth` steps below merged into its head."""
    first = cst.ensure_type(updated, cst.If)
    chain = [first]
    for _ in range(depth):
        chain.append(cst.ensure_type(chain[-1].orelse, cst.If))
    second = chain.pop()
    ahead, behind = (first, second) if first_goes_first else (second, first)
    head = list(ahead.body.body)
    if head and leaves(ahead.body) and isinstance(head[-1], cst.SimpleStatementLine) and len(head[-1].body) == 1:
        head.pop()
    body = first.body.with_changes(body=[*head, *behind.body.body])
    rest: cst.If | cst.Else | None = second.orelse
    for branch in reversed(chain[1:]):
        rest = branch.with_changes(orelse=rest)
    return first.with_changes(body=body, orelse=rest)
