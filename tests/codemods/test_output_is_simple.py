"""What is written holds nothing pointless: no constant test, nothing said twice, no statement without effect."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from codemods.analysis import ModulePlan, analyse, documentation
from codemods.model import Options
from tests.codemods.tools import NoWorkspace

ROOT = Path(__file__).parent.parent.parent
CASES = sorted((ROOT / "tests" / "codemods" / "cases").rglob("*.py"))
LEGACY = sorted(path for path in (ROOT / "fixtures" / "legacy").rglob("*.py") if "v3" not in path.parts)

PROGRAMS = [
    *(pytest.param(path.read_text(encoding="utf-8").partition("# output\n")[0], id=path.stem) for path in CASES),
    *(pytest.param(path.read_text(encoding="utf-8"), id=f"{path.parent.name}-{path.stem}") for path in LEGACY),
    *(
        pytest.param(example.before, id=f"{doc.code}-{number}")
        for doc in documentation()
        for number, example in enumerate(doc.examples)
    ),
]


def pointless(source: str) -> Counter[str]:
    """Return what a program has that means nothing, by kind."""
    return Counter(what for node in ast.walk(ast.parse(source)) for what in _pointless(node))


def _pointless(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.If(test=ast.Constant()) | ast.IfExp(test=ast.Constant()) | ast.Assert(test=ast.Constant(True)):
            yield "a test of a constant"
        case ast.While(test=ast.Constant(False | None | 0)):
            yield "a loop that never runs"
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant()):
            yield "not of a constant"
        case ast.BoolOp(values=values):
            if len({ast.dump(value) for value in values}) < len(values):
                yield "an operand twice"
            if any(isinstance(value, ast.Constant) for value in values[:-1]):
                yield "a constant operand"
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple(elts=[_]) | ast.List(elts=[_])]):
            yield "in a collection of one"
        case ast.Compare(comparators=[ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items)]):
            if len({ast.dump(item) for item in items}) < len(items):
                yield "an element twice"
        case ast.Dict(keys=keys):
            named = [ast.dump(key) for key in keys if key is not None]
            if len(set(named)) < len(named):
                yield "a key twice"
        case ast.Expr(value=ast.Constant(value=str())):
            pass  # a docstring
        case ast.Expr(value=ast.Constant() | ast.Name() | ast.Attribute() | ast.Subscript() | ast.Compare()):
            yield "a statement without effect"
        case ast.Expr(value=ast.BoolOp() | ast.UnaryOp() | ast.Tuple() | ast.List() | ast.Dict() | ast.JoinedStr()):
            yield "a statement without effect"
        case ast.JoinedStr(values=[ast.FormattedValue(conversion=-1, format_spec=None)]):
            yield "an f-string around one value"
        case ast.If():
            if _is_chained_twice(node):
                yield "a branch for what an earlier one has taken"
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(node, block, None)
        if isinstance(statements, list):
            for statement in statements[:-1]:
                if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
                    yield "a statement that is never reached"


def _is_chained_twice(node: ast.If) -> bool:
    """Return whether a branch of `if ... elif ...` asks what this one, the first, has asked."""
    wanted, following = ast.dump(node.test), node.orelse
    while len(following) == 1 and isinstance(following[0], ast.If):
        if ast.dump(following[0].test) == wanted:
            return True
        following = following[0].orelse
    return False


@pytest.mark.parametrize("source", PROGRAMS)
def test_nothing_pointless_is_written(source: str) -> None:
    plan = analyse({"app.py": source}, NoWorkspace(), Options(unsafe=True))["app.py"]
    assert isinstance(plan, ModulePlan)
    assert pointless(plan.render()) <= pointless(source)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("if not True:\n    pass\n", "not of a constant"),
        ("a = x.get('type') or x.get('type')\n", "an operand twice"),
        ("if kind in ('Turn',):\n    pass\n", "in a collection of one"),
        ("None\n", "a statement without effect"),
        (
            "if a:\n    b()\nelif c:\n    d()\nelif a:\n    e()\n",
            "a branch for what an earlier one has taken",
        ),
        ("def f():\n    return 1\n    g()\n", "a statement that is never reached"),
        ("f'{url}'\n", "an f-string around one value"),
    ],
)
def test_what_counts_as_pointless(source: str, what: str) -> None:
    assert pointless(source)[what] == 1
