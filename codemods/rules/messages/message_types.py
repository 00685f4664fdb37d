"""V3M301: tests of the message type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from codemods import protocol as v
from codemods.facts.narrowing import is_idle, taken_types
from codemods.facts.paths import leaves
from codemods.facts.program import Program
from codemods.facts.text_guards import asks_for_text, is_judged
from codemods.facts.type_tests import Base, TypeTest, TypeTests
from codemods.interpreter.values import texts
from codemods.libraries.values import Frame
from codemods.rewrites.turn_kind import kind_name
from codemods.rule import Change, Changes, Context, Edit, Rule
from codemods.syntax.build import quoted, rename_string, replace_test, replace_with
from codemods.syntax.edits import AddImport
from codemods.syntax.navigate import following, operands_beside
from codemods.syntax.tree import SourceModule


class MessageTypes(Rule[cst.Comparison]):
    """Rewrites comparisons with v2 message types."""

    code = "V3M301"
    summary = "tests of the v2 message type become tests of the v3 type and the turn's flags"
    source = v.MESSAGES
    why = (
        "v3 sends one `Turn` type for partial and final text. A final is a turn that is both `end_of_turn` and "
        "`turn_is_formatted`: the one test that sees each final exactly once however the service sends it."
    )

    def visit(self, node: cst.Comparison, context: Context) -> Changes:
        tests = context.get(TypeTests)
        test = tests.tests.get(node)
        if test is not None and tests.is_stuck(test):
            yield self.report(node, "compare with the v3 message types here: Begin, Turn, Termination")
            return
        if test is not None and test.named and tests.uses_kind(test):
            return  # the names stand for kinds of turns from here on: see V3M306
        if test is not None:
            yield self._test(test, node, tests, context)
            return
        yield from self._substring(node, context)

    def _test(self, test: TypeTest, node: cst.Comparison, tests: TypeTests, context: Context) -> Change:
        negative = isinstance(node.comparisons[0].operator, cst.NotEqual | cst.NotIn | cst.IsNot)
        sure = tests.is_sure(test)
        if tests.uses_kind(test):
            edits = self._kind_edits(node, context)
            if not edits:
                return self.report(node, "compare with the v3 message types here: Begin, Turn, Termination")
            return self.change(node, "v2 message type becomes the kind of turn", *edits, sure=sure)
        if _is_dead(test, context):
            never = replace_with(node, str(negative))
            return self.change(node, "v2 message type: v3's has been dealt with above, and no other comes here", never)
        complement = negative or _is_missed(node, test.module, tests, context.program)
        either = _asks_for_the_other(test, node, negative, tests, context)
        code = condition(test, test.base, negative=negative, complement=complement, either=either, context=context)
        edit = replace_test(context.module, node, code)
        return self.change(node, "v2 message type becomes type and flags", edit, sure=sure)

    def _kind_edits(self, node: cst.Comparison, context: Context) -> list[Edit]:
        operands = [node.left, node.comparisons[0].comparator]
        listed = [item for item in operands if isinstance(item, cst.Tuple | cst.List | cst.Set)]
        operands += [element.value for item in listed for element in item.elements]
        return [
            rename_string(literal, kind_name(str(literal.evaluated_value)))
            for literal in operands
            if isinstance(literal, cst.SimpleString) and literal.evaluated_value in v.V2_TYPES
        ]

    def _substring(self, node: cst.Comparison, context: Context) -> Changes:
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


def _is_dead(test: TypeTest, context: Context) -> bool:
    """Return whether tests for v3's types above leave nothing for a test to find."""
    taken = taken_types(test, context.program)
    return bool(taken) and all(
        item.text in taken or (item.text in v.V2_TYPES and v.MESSAGE_TYPES.get(item.text, "Turn") in taken)
        for item in _wanted(test, context)
    )


def _is_missed(node: cst.CSTNode, module: SourceModule, tests: TypeTests, program: Program) -> bool:
    """Return whether something is done with the messages for which a condition does not hold.

    The end of a turn that comes once more before it is formatted is among them, if the condition is for partials.
    """
    match module.parent(node):
        case cst.If(test=tested) as branch if tested is node:
            return _has_remainder(branch, module, tests)
        case cst.BooleanOperation() as condition:
            return _is_missed(condition, module, tests, program)
        case cst.CompIf():
            return False
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            uses = [use for item, found in program.uses_of.items() if item.node is name for use in found]
            return any(not module.owns(use) or _is_missed(use, module, tests, program) for use in uses)
        case _:
            return True


def _has_remainder(branch: cst.If, module: SourceModule, tests: TypeTests) -> bool:
    """Return whether some code below takes what no test of the type has taken."""

    def takes(statement: cst.CSTNode) -> bool:
        match statement:
            case cst.If(test=test, orelse=orelse):
                if any(node in tests.tests or _is_error(node) for node in module.walk(test)):
                    return orelse is not None and takes(orelse)
                return not is_idle(statement.body)
            case cst.Else():
                return not is_idle(statement.body)
            case cst.SimpleStatementLine(body=body):
                return not is_idle(cst.SimpleStatementSuite(body))
            case _:
                return True

    if branch.orelse is not None and takes(branch.orelse):
        return True
    return leaves(branch.body) and any(takes(statement) for statement in following(branch, module))


def _is_error(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.SimpleString) and node.evaluated_value == "error"


def _asks_for_the_other(
    test: TypeTest, node: cst.Comparison, negative: bool, tests: TypeTests, context: Context
) -> bool:
    """Return whether the same condition takes partials and finals alike, each by a comparison of its own."""
    kinds = set(test.types) & v.TRANSCRIPTS
    return len(kinds) == 1 and any(
        kinds != (set(other.types) & v.TRANSCRIPTS) != set()
        and context.code(other.operand) == context.code(test.operand)
        and isinstance(leaf.comparisons[0].operator, cst.NotEqual | cst.NotIn | cst.IsNot) is negative
        for leaf in operands_beside(node, cst.And if negative else cst.Or, context.module)
        if isinstance(leaf, cst.Comparison) and (other := tests.tests.get(leaf)) is not None
    )


def condition(
    test: TypeTest, base: Base | None, *, negative: bool, complement: bool, context: Context, either: bool = False
) -> str:
    """Return the v3 condition for "the type is (not) one of `test.types`".

    Args:
        either: the condition around takes the other kind of transcript as well, so that any turn will do.
        complement: treat every turn that is not final as partial, where something is done with all that is not partial.
    """
    key_like = base.key if base is not None else None
    getter = base is not None and base.getter
    message = context.code(base.node) if base is not None else ""
    if base is not None and not context.module.owns(base.node):
        message = cst.Module([]).code_for_node(base.node)

    def read(key: str) -> str:
        name = quoted(key, key_like)
        return f"{message}.get({name})" if getter else f"{message}[{name}]"

    # the read itself, or both spellings of it, of which one is left
    read_here = test.operand in test.origins or isinstance(test.operand, cst.BooleanOperation) or not test.origins
    direct = base is not None and read_here
    subject = read("type") if direct else context.code(test.operand)
    literal = _literal_style(test, context)
    turn = quoted("Turn", literal)
    wanted = _wanted(test, context)
    turns = {item.text for item in wanted} & v.TRANSCRIPTS
    if either or turns == v.TRANSCRIPTS or any(item.text == "Turn" for item in wanted):
        turns = set()
    names = list(dict.fromkeys(item.listed(literal) for item in wanted if item.text not in turns))
    listed = _listed(names, _brackets(test)) if names else ""
    if not turns:
        return f"{subject} {_operator(names, negative)} {listed}"
    flags = " and ".join(read(flag) for flag in v.final_flags(context.options.speech_model))
    if v.FINAL in turns:
        positive = f"{subject} == {turn} and {flags}"
        if _may_be_empty(test, context):
            positive += f" and {read('transcript')}"
    elif complement:
        if negative and not names:
            return f"{subject} != {turn} or {flags}"
        positive = f"{subject} == {turn} and not {flags if ' and ' not in flags else f'({flags})'}"
    else:
        positive = f"{subject} == {turn} and not {read('end_of_turn')}"
    if names:
        positive = f"{subject} {_operator(names, False)} {listed} or {positive}"
    if negative:
        return f"not ({positive})"
    is_value = isinstance(test.node, cst.Comparison) and not is_judged(test.node, test.module)
    loose = getter or positive.endswith(read("transcript"))  # gives what was read, or None, where a truth is kept
    return f"bool({positive})" if v.FINAL in turns and is_value and loose else positive


def _may_be_empty(test: TypeTest, context: Context) -> bool:
    """Return whether a final without a word, as it comes after `Terminate`, would count here."""
    return v.formats_on_request(context.options.speech_model) and not asks_for_text(
        test.node, context.program, test.module
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One of the things that a message type is held against: a text, or (with `code`) anything else."""

    text: str | None
    code: str

    def listed(self, like: cst.CSTNode | None) -> str:
        """Return its source in v3."""
        if self.text in v.TRANSCRIPTS:
            return quoted("Turn", like)
        return quoted(v.MESSAGE_TYPES[self.text], like) if self.text in v.MESSAGE_TYPES else self.code


def _wanted(test: TypeTest, context: Context) -> list[_Wanted]:
    """Return what a type is held against, in the order of the source."""
    match test.node:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(comparator=right)]) if test.origins:
            found = _elements(right if test.operand is left else left, context.program)
            return [_Wanted(_text(node, context.program), context.code(node)) for node in found]
        case _:
            return [_Wanted(text, text) for text in test.types]


def _elements(node: cst.BaseExpression, program: Program) -> Iterator[cst.BaseExpression]:
    match node:
        case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
            yield from (element.value for element in elements)
        case cst.BinaryOperation(left=left, right=right) if _text(node, program) is None:
            yield from _elements(left, program)
            yield from _elements(right, program)
        case _:
            yield node


def _text(node: cst.BaseExpression, program: Program) -> str | None:
    found = texts(program.values(node))
    return found[0] if len(found) == 1 else None


def _brackets(test: TypeTest) -> str:
    """Return the brackets around what a type is held against; round ones where there were none."""
    match test.node:
        case cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=cst.Set())]):
            return "{}"
        case cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=cst.List())]):
            return "[]"
        case _:
            return "()"


def _listed(names: Sequence[str], brackets: str) -> str:
    return names[0] if len(names) == 1 else f"{brackets[0]}{', '.join(names)}{brackets[1]}"


def _operator(names: Sequence[str], negative: bool) -> str:
    positive, unequal = ("in", "not in") if len(names) > 1 else ("is", "is not") if names == ["None"] else ("==", "!=")
    return unequal if negative else positive


def _literal_style(test: TypeTest, context: Context) -> cst.CSTNode | None:
    """Return a literal of the comparison, for its quotes."""
    for node in context.module.walk(test.node):
        if isinstance(node, cst.SimpleString) and node is not test.operand:
            base = test.base
            if base is None or node is not base.key:
                return node
    return test.base.key if test.base is not None else None
