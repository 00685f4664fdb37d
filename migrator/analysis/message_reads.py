"""Where each function reads the keys of a message, as Python's own parser sees it: is one read half as v2, half as v3?

Knows no rule and no flow, on purpose: one message is what an expression gives until a name in it is assigned anew.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from codemods import protocol as v
from codemods.syntax.carried import tree_of

_TYPES = frozenset({v.TYPE_KEY, v.FIELDS[v.TYPE_KEY]})
_OLD = frozenset({"text", *v.FIELDS}) | v.V2_TYPES
"""What is called otherwise in v3. A key without a successor is told of where it stands, and says nothing here."""
_NEW = frozenset({"end_of_turn", *v.FIELDS.values()})

Message = tuple[str, tuple[int, ...]]
"""An expression, and how often each of its names had been assigned."""


@dataclass(frozen=True, slots=True)
class Half:
    """A function that reads one message in both dialects.

    Attributes:
        function: its dotted name; empty for the module itself.
        first, last: the lines of the function before.
        old, new: the words of v2 and v3 that it asks for.
        lines: those that asked for `old` before.
    """

    function: str
    first: int
    last: int
    old: str
    new: str
    lines: frozenset[int]


@dataclass(slots=True)
class _Function:
    first: int
    last: int
    words: dict[Message, dict[str, set[int]]] = field(default_factory=dict)
    """By message and word the lines that ask for it."""


def half_migrated(before: str, after: str) -> list[Half]:
    """Return the functions in which some reads of a message have become v3 and others of it are still v2."""
    old, new = _functions(before), _functions(after)
    found: list[Half] = []
    for name, function in new.items():
        was = old.get(name)
        if was is None:
            continue
        had: dict[str, dict[str, set[int]]] = {}
        for (expression, _), words in was.words.items():
            for word, lines in words.items():
                had.setdefault(expression, {}).setdefault(word, set()).update(lines)
        for (expression, _), words in function.words.items():
            known = had.get(expression, {})
            came, kept = words.keys() & _NEW - known.keys(), words.keys() & _OLD & known.keys()
            found += [
                Half(name, was.first, was.last, word, min(came), frozenset(known[word]))
                for word in sorted(kept)
                if came
            ]
    return found


def _functions(text: str) -> Mapping[str, _Function]:
    tree = tree_of(text)
    reader = _Reader(_Function(1, text.count("\n") + 1))
    if tree is not None:
        with suppress(RecursionError):
            reader.visit(tree)
    return reader.functions


class _Reader(ast.NodeVisitor):
    """Walks over a module in the order in which it is run."""

    def __init__(self, module: _Function) -> None:
        self.functions = {"": module}
        self._name = ""
        self._assigned: Counter[str] = Counter()
        self._types: dict[str, Message] = {}
        """The names that hold the type of a message."""

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Read a function by itself: what it takes from around it is another message."""
        self._all([*node.decorator_list, node.args])
        around = self._name, self._assigned, self._types
        self._name = f"{self._name}.{node.name}".lstrip(".")
        self._assigned, self._types = Counter(), {}
        self.functions.setdefault(self._name, _Function(node.lineno, node.end_lineno or node.lineno))
        self._all(node.body)
        self._name, self._assigned, self._types = around

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Read the methods of a class under its name."""
        around, self._name = self._name, f"{self._name}.{node.name}".lstrip(".")
        self.functions.setdefault(self._name, _Function(node.lineno, node.end_lineno or node.lineno))
        self._all([*node.decorator_list, *node.bases, *node.keywords, *node.body])
        self._name = around

    def visit_Assign(self, node: ast.Assign) -> None:
        """Read the value first; a name that is given a type is remembered."""
        self._all([node.value, *node.targets])
        message = self._type_of(node.value)
        if message is not None:
            self._types.update((target.id, message) for target in node.targets if isinstance(target, ast.Name))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Read the value first; a name that is given a type is remembered."""
        self._all([node.value, node.target])
        message = self._type_of(node.value)
        if message is not None:
            self._types[node.target.id] = message

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """Read what is iterated over first."""
        self._all([node.iter, node.target, *node.body, *node.orelse])

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        """Read the loops of a comprehension first."""
        self._all([*node.generators, node.elt])

    visit_SetComp = visit_GeneratorExp = visit_ListComp  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """Read the loops of a comprehension first."""
        self._all([*node.generators, node.key, node.value])

    def visit_Name(self, node: ast.Name) -> None:
        """Note that a name is another value from here on."""
        if isinstance(node.ctx, ast.Store):
            self._assigned[node.id] += 1
            self._types.pop(node.id, None)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """Note a read of a key."""
        self.generic_visit(node)
        self._note_key(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Note a read by `get` or `pop`."""
        self.generic_visit(node)
        self._note_key(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Note a test for a type, or for a key."""
        self.generic_visit(node)
        operands = [node.left, *node.comparators]
        for operand in operands:
            message = self._type_of(operand)
            if message is not None:
                self._note(message, node, (text for other in operands for text in _texts(other)))
        match node:
            case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()], comparators=[base]):
                self._note(self._message(base), node, [key])

    def visit_Match(self, node: ast.Match) -> None:
        """Note the types that a type is matched against."""
        self.visit(node.subject)
        message = self._type_of(node.subject)
        for case in node.cases:
            if message is not None:
                self._note(message, case.pattern, _texts(case.pattern))
            self.visit(case)

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _note_key(self, node: ast.expr) -> None:
        read = _key_read(node)
        if read is not None:
            base, key = read
            self._note(self._message(base), node, [key])

    def _note(self, message: Message, node: ast.expr | ast.pattern, words: Iterable[str]) -> None:
        known = self.functions[self._name].words.setdefault(message, {})
        for word in words:
            if word in _OLD or word in _NEW:
                known.setdefault(word, set()).update(range(node.lineno, (node.end_lineno or node.lineno) + 1))

    def _message(self, base: ast.expr) -> Message:
        names = sorted({node.id for node in ast.walk(base) if isinstance(node, ast.Name)})
        return ast.unparse(base), tuple(self._assigned[name] for name in names)

    def _type_of(self, node: ast.expr) -> Message | None:
        """Return the message whose type an expression is."""
        if isinstance(node, ast.Name):
            return self._types.get(node.id)
        read = _key_read(node)
        return self._message(read[0]) if read is not None and read[1] in _TYPES else None


def _key_read(node: ast.expr) -> tuple[ast.expr, str] | None:
    match node:
        case ast.Subscript(value=base, slice=ast.Constant(value=str(key)), ctx=ast.Load()):
            return base, key
        case ast.Call(func=ast.Attribute(value=base, attr="get" | "pop"), args=[ast.Constant(value=str(key)), *_]):
            return base, key
    return None


def _texts(node: ast.AST) -> Iterable[str]:
    """Return the texts that an operand or a pattern spells out."""
    if isinstance(node, ast.Constant | ast.Tuple | ast.List | ast.Set | ast.pattern):
        values = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
        yield from (value for value in values if isinstance(value, str))
