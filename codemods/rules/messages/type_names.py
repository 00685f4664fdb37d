"""V3M306: constants, enumerations and tables of message types."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.type_names import TypeNames
from codemods.facts.type_tests import TypeTests
from codemods.rewrites.turn_kind import kind_name
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import rename_string
from codemods.syntax.edits import Replace
from codemods.syntax.sequences import each_once

_ENDS = ("SessionInformation", "SessionTerminated")


class TypeNamesRule(Rule[cst.SimpleString]):
    """Gives named message types their v3 values."""

    code = "V3M306"
    summary = "constants, enum members and table keys for v2 message types become kinds of v3 messages"
    source = v.MESSAGES
    why = (
        "v3 has one `Turn` type where v2 had two. Names for them stay useful if the type that they are held against "
        "says which kind of turn it is."
    )

    def visit(self, node: cst.SimpleString, context: Context) -> Changes:
        names = context.get(TypeNames)
        tests = names.tests.get(node)
        if not tests:
            return
        known = context.get(TypeTests)
        name = kind_name(str(node.evaluated_value))
        yield self.change(
            node,
            f"v2 message type {node.evaluated_value!r}, renamed to {name!r}",
            rename_string(node, name),
            sure=all(known.is_sure(test) for test in tests),
        )
        elsewhere = names.elsewhere(node)
        if elsewhere:
            module = context.program.module_of(elsewhere[0])
            place = f"line {module.span(elsewhere[0]).line} of {module.path}" if module is not None else "elsewhere"
            statement = context.module.statement(node)
            yield self.report(
                statement if statement is not None else node,
                f"{node.evaluated_value!r} is now {name!r}, and {place} uses it otherwise: check that",
            )
        yield from self._twins(node, context, names)

    def _twins(self, literal: cst.SimpleString, context: Context, names: TypeNames) -> Changes:
        """Deal with a table that has an entry for each of the two messages that are one in v3."""
        for table in {table for test in names.tests[literal] for table in names.tables(test)}:
            ends = [
                (key, literals)
                for key, literals in names.keys(table)
                if any(isinstance(end, cst.SimpleString) and end.evaluated_value in _ENDS for end in literals)
            ]
            if len(ends) < 2 or literal not in ends[0][1]:
                continue
            entries = [context.module.parent(key) for key, _ in ends]
            values = {context.code(entry.value) for entry in entries if isinstance(entry, cst.DictElement)}
            place = table.site if context.module.owns(table.site) else context.module.statement(literal)
            if len(values) == 1 and isinstance(place, cst.Dict):
                message = "SessionInformation and SessionTerminated are one message in v3: one entry for both"
                yield self.change(place, message, Replace(place, _without_twins))
            else:
                yield self.report(place or literal, "v3 has one Termination message for two entries here: join them")


def _without_twins(updated: cst.CSTNode) -> cst.CSTNode:
    """Return a dict without entries that are there twice."""
    table = cst.ensure_type(updated, cst.Dict)
    code = cst.Module([]).code_for_node
    bare = cst.MaybeSentinel.DEFAULT
    return table.with_changes(elements=each_once(table.elements, lambda item: code(item.with_changes(comma=bare))))
