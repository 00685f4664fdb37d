"""V3M301: tests of the message type."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts.narrowing import is_idle, leaves
from codemods.facts.type_tests import Base, TypeTest, TypeTests
from codemods.libraries.values import Frame
from codemods.model import Safety
from codemods.rewrites.turn_kind import kind_name
from codemods.rule import Context, Rule
from codemods.syntax.build import quoted, rename_string, replace_test
from codemods.syntax.edits import AddImport, Change, Edit


class MessageTypes(Rule):
    """Rewrites comparisons with v2 message types."""

    code = "V3M301"
    summary = "tests of the v2 message type become tests of the v3 type and the turn's flags"
    source = v.MESSAGES
    why = (
        "v3 sends one `Turn` type for partial and final text. A final is a turn that is both `end_of_turn` and "
        "`turn_is_formatted`: the one test that sees each final exactly once however the service sends it."
    )
    nodes = (cst.Comparison,)
    order = 20

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        comparison = cst.ensure_type(node, cst.Comparison)
        if context.is_claimed(comparison):
            return
        tests = TypeTests.of(context.program)
        test = tests.tests.get(comparison)
        if test is not None and tests.is_stuck(test):
            yield self.report(node, "compare with the v3 message types here: Begin, Turn, Termination")
            return
        if test is not None and test.named and tests.uses_kind(test):
            return  # the names stand for kinds of turns from here on: see V3M306
        if test is not None:
            yield self._test(test, comparison, tests, context)
            return
        yield from self._substring(comparison, context)

    def _test(self, test: TypeTest, node: cst.Comparison, tests: TypeTests, context: Context) -> Change:
        negative = isinstance(node.comparisons[0].operator, cst.NotEqual | cst.NotIn | cst.IsNot)
        safety = Safety.SAFE if tests.is_sure(test) else Safety.UNSAFE
        if tests.uses_kind(test):
            edits = self._kind_edits(node, context)
            if not edits:
                return self.report(node, "compare with the v3 message types here: Begin, Turn, Termination")
            return self.change(node, "v2 message type becomes the kind of turn", *edits, safety=safety)
        code = condition(
            test, test.base, negative=negative, complement=self._needs_complement(test, tests), context=context
        )
        context.claim(node)
        return self.change(
            node,
            "v2 message type becomes type and flags",
            replace_test(context.module, node, code),
            safety=safety,
        )

    def _needs_complement(self, test: TypeTest, tests: TypeTests) -> bool:
        """Return whether what is not taken for partial here is taken for something else than the unformatted end."""
        parent = test.module.parent(test.node)
        operator = test.node.comparisons[0].operator if isinstance(test.node, cst.Comparison) else None
        if (
            isinstance(parent, cst.If)
            and isinstance(operator, cst.Equal | cst.In)
            and _has_remainder(parent, test, tests)
        ):
            return True
        if isinstance(parent, cst.If) and parent.orelse is None and isinstance(operator, cst.Equal | cst.In):
            if not leaves(parent.body):
                return False
        function = _function(test)
        return not any(
            v.FINAL in other.types
            for other in tests.tests.values()
            if other.module is test.module and _function(other) is function
        )

    def _kind_edits(self, node: cst.Comparison, context: Context) -> list[Edit]:
        edits: list[Edit] = []
        for operand in (node.left, node.comparisons[0].comparator):
            elements = operand.elements if isinstance(operand, cst.Tuple | cst.List | cst.Set) else ()
            for literal in (operand, *(element.value for element in elements)):
                if isinstance(literal, cst.SimpleString) and literal.evaluated_value in v.V2_TYPES:
                    edits.append(rename_string(literal, kind_name(str(literal.evaluated_value))))
                    context.claim(literal)
        return edits

    def _substring(self, node: cst.Comparison, context: Context) -> Iterable[Change]:
        """Rewrite `"SessionBegins" in raw`."""
        operator, right = node.comparisons[0].operator, node.comparisons[0].comparator
        if not isinstance(operator, cst.In | cst.NotIn) or not isinstance(node.left, cst.SimpleString):
            return
        text = node.left.evaluated_value
        frames = [value for value in context.program.values(right) if isinstance(value, Frame)]
        if not isinstance(text, str) or not frames or not all(context.program.is_ours(frame) for frame in frames):
            return
        wanted = text.strip('"')
        if wanted not in v.V2_TYPES:
            return
        context.claim(node)
        raw = context.code(right)
        base = Base(cst.parse_expression(f"json.loads({raw})"), True, node.left)
        test = TypeTest(node, node.left, (wanted,), frozenset(), base, context.module)
        code = condition(test, base, negative=isinstance(operator, cst.NotIn), complement=False, context=context)
        yield self.change(
            node,
            "v2 message type looked for in the text becomes a test of the parsed message",
            replace_test(context.module, node, code),
            AddImport("json"),
        )


def _has_remainder(branch: cst.If, test: TypeTest, tests: TypeTests) -> bool:
    """Return whether some code below takes what no test of the type has taken."""

    def takes(statement: cst.CSTNode) -> bool:
        if isinstance(statement, cst.If):
            if any(node in tests.tests or _is_error(node) for node in test.module.walk(statement.test)):
                return statement.orelse is not None and takes(statement.orelse)
            return not is_idle(statement.body)
        return not isinstance(statement, cst.Else) or not is_idle(statement.body)

    if branch.orelse is not None:
        return takes(branch.orelse)
    block = test.module.parent(branch)
    if not isinstance(block, cst.IndentedBlock) or not leaves(branch.body):
        return False
    return any(takes(statement) for statement in block.body[list(block.body).index(branch) + 1 :])


def _is_error(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.SimpleString) and node.evaluated_value == "error"


def _function(test: TypeTest) -> cst.CSTNode | None:
    for up in test.module.ancestors(test.node):
        if isinstance(up, cst.FunctionDef):
            return up
    return None


def condition(test: TypeTest, base: Base | None, *, negative: bool, complement: bool, context: Context) -> str:
    """Return the v3 condition for "the type is (not) one of `test.types`".

    Args:
        complement: treat every turn that is not final as partial, for programs that test only for partial.
    """
    key_like = base.key if base is not None else None
    getter = base is not None and base.getter
    message = context.code(base.node) if base is not None else ""
    if base is not None and not context.module.owns(base.node):
        message = cst.Module([]).code_for_node(base.node)

    def read(key: str) -> str:
        name = quoted(key, key_like)
        return f"{message}.get({name})" if getter else f"{message}[{name}]"

    direct = test.operand is not None and base is not None and (test.operand in test.origins or not test.origins)
    subject = read("type") if direct else context.code(test.operand)
    literal = _literal_style(test, context)
    wanted = set(test.types)
    names = {v.MESSAGE_TYPES[text] for text in wanted if text in v.MESSAGE_TYPES}
    turns = wanted & v.TRANSCRIPTS
    if len(turns) == 2:
        names.add("Turn")
        turns = set()
    equals, unequal = (("==", "!="), ("in", "not in"))[len(names) > 1]
    listed = ""
    if len(names) == 1:
        listed = quoted(next(iter(names)), literal)
    elif names:
        listed = "(" + ", ".join(quoted(name, literal) for name in sorted(names)) + ")"
    if not turns:
        return f"{subject} {unequal if negative else equals} {listed}"
    turn = f"{subject} == {quoted('Turn', literal)}"
    both = f"{read('end_of_turn')} and {read('turn_is_formatted')}"
    if v.FINAL in turns:
        positive, flags = f"{turn} and {both}", both
    elif complement:
        positive, flags = f"{turn} and not ({both})", f"not ({both})"
    else:
        flags = f"not {read('end_of_turn')}"
        positive = f"{turn} and {flags}"
    if names:
        positive = f"{subject} {equals} {listed} or {positive}"
        return f"not ({positive})" if negative else positive
    if negative:
        if complement and v.PARTIAL in turns:
            return f"{subject} != {quoted('Turn', literal)} or {both}"
        return f"not ({positive})"
    return positive


def _literal_style(test: TypeTest, context: Context) -> cst.CSTNode | None:
    """Return a literal of the comparison, for its quotes."""
    for node in context.module.walk(test.node):
        if isinstance(node, cst.SimpleString) and node is not test.operand:
            base = test.base
            if base is None or node is not base.key:
                return node
    return test.base.key if test.base is not None else None
