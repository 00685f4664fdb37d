"""Which ways lead out of a piece of code, what may follow what, and what can be left without passing a place."""

from __future__ import annotations

import libcst as cst
import pytest

from codemods.facts.control_flow import ControlFlow, Way, ways_out
from codemods.syntax.tree import SourceModule

ALL_ERRORS = {Way.ERROR, Way.INTERRUPT}


def parts(code: str) -> list[cst.CSTNode]:
    """Return the statements of a function's body; what is around does not matter."""
    return list(cst.parse_module(code).body)


def points(tree: cst.CSTNode, text: str) -> list[cst.CSTNode]:
    """Return the statements that are written `text`."""
    found: list[cst.CSTNode] = []

    class Finder(cst.CSTVisitor):
        def on_visit(self, node: cst.CSTNode) -> bool:
            if isinstance(node, cst.BaseSmallStatement) and cst.Module([]).code_for_node(node) == text:
                found.append(node)
            return True

    tree.visit(Finder())
    return found


@pytest.mark.parametrize(
    ("code", "ways"),
    [
        ("pass", {Way.END}),
        ("work()", {Way.END, *ALL_ERRORS}),
        ("return", {Way.RETURN, *ALL_ERRORS}),
        ("raise ValueError", {Way.ERROR}),
        ("raise", ALL_ERRORS),
        ("raise KeyboardInterrupt", {Way.INTERRUPT}),
        ("sys.exit(1)", {Way.INTERRUPT}),
        ("break", {Way.BREAK}),
        ("if a:\n    break\nelse:\n    continue", {Way.BREAK, Way.CONTINUE, *ALL_ERRORS}),
        ("while True:\n    work()", ALL_ERRORS),
        ("while True:\n    if work():\n        break", {Way.END, *ALL_ERRORS}),
        ("while True:\n    for a in b:\n        break", ALL_ERRORS),
        ("while 0:\n    work()", {Way.END, *ALL_ERRORS}),
        ("for a in b:\n    continue\nelse:\n    return", {Way.RETURN, *ALL_ERRORS}),
        ("try:\n    work()\nexcept Exception:\n    pass", {Way.END, Way.INTERRUPT}),
        ("try:\n    work()\nexcept:\n    pass", {Way.END}),
        ("try:\n    work()\nexcept ValueError:\n    pass", {Way.END, *ALL_ERRORS}),
        ("try:\n    raise SystemExit\nexcept (SystemExit, OSError):\n    pass", {Way.END, Way.INTERRUPT}),
        ("try:\n    return\nfinally:\n    pass", {Way.RETURN, *ALL_ERRORS}),
        ("try:\n    return\nfinally:\n    break", {Way.BREAK}),
        ("with contextlib.suppress(OSError):\n    raise OSError", {Way.END, *ALL_ERRORS}),
        ("with lock:\n    raise OSError", ALL_ERRORS),
        ("match a:\n    case 1:\n        return", {Way.RETURN, Way.END, *ALL_ERRORS}),
        ("match a:\n    case 1:\n        return\n    case _:\n        break", {Way.RETURN, Way.BREAK, *ALL_ERRORS}),
        ("def inner():\n    return", {Way.END, *ALL_ERRORS}),
    ],
)
def test_ways_out_of_a_piece_of_code(code: str, ways: set[Way]) -> None:
    assert ways_out(parts(code)) == ways


ENDED = [
    "open()\nend()",
    "open()\ntry:\n    work()\nfinally:\n    end()",
    "open()\ntry:\n    while True:\n        if work():\n            return\nfinally:\n    end()",
    "open()\ntry:\n    work()\nexcept BaseException:\n    end()\n    raise\nend()",
    "while True:\n    open()\n    try:\n        work()\n        continue\n    finally:\n        end()",
    "open()\ntry:\n    try:\n        return\n    finally:\n        work()\nfinally:\n    end()",
]


@pytest.mark.parametrize("code", ENDED)
def test_what_is_ended_on_every_path(code: str) -> None:
    tree = cst.parse_module(code)
    assert not ControlFlow(tree).escapes(points(tree, "open()")[0], points(tree, "end()")) - ALL_ERRORS


@pytest.mark.parametrize(
    ("code", "left"),
    [
        (ENDED[0], set()),
        ("open()\nwork()\nend()", ALL_ERRORS),
        ("open()\nif work():\n    return\nend()", {Way.RETURN, *ALL_ERRORS}),
        ("open()\ntry:\n    work()\nexcept Exception:\n    pass\nend()", {Way.INTERRUPT}),
        ("open()\ntry:\n    work()\nexcept KeyboardInterrupt:\n    pass\nend()", ALL_ERRORS),
        ("open()\ntry:\n    work()\nexcept Exception:\n    end()", {Way.END, Way.INTERRUPT}),
        ("for a in b:\n    open()\n    if a:\n        break\n    end()", {Way.END, *ALL_ERRORS}),
        ("open()\ntry:\n    work()\nfinally:\n    if a:\n        end()", {Way.END, *ALL_ERRORS}),
        ("try:\n    open()\nexcept OSError:\n    return\nend()", set()),
    ],
)
def test_ways_out_that_pass_no_end(code: str, left: set[Way]) -> None:
    tree = cst.parse_module(code)
    assert ControlFlow(tree).escapes(points(tree, "open()")[0], points(tree, "end()")) == left


def test_what_may_run_behind_a_place_is_what_a_loop_repeats_too() -> None:
    tree = cst.parse_module("first()\nwhile a:\n    second()\n    third()\nfourth()\n")
    first, second, third, fourth = (points(tree, f"{name}()")[0] for name in ("first", "second", "third", "fourth"))
    behind = ControlFlow(tree).behind([third])
    assert {second, third, fourth} <= behind
    assert first not in behind
    assert ControlFlow(tree).behind([second], [third], failing=False) == {third} - {third}


def test_behind_a_loop_is_nothing_of_the_loop_itself_whatever_it_catches() -> None:
    code = """\
try:
    while True:
        try:
            work()
        except OSError:
            break
        finally:
            note()
finally:
    end()
"""
    module = SourceModule("app.py", code)
    flow = ControlFlow(module.tree, module)
    loop = next(node for node in module.walk() if isinstance(node, cst.While))
    inside = [node for node in module.walk(loop) if flow.place(node) is node]
    assert flow.behind(inside) == set(points(module.tree, "end()"))


def test_a_long_function_and_deep_nesting_are_no_trouble() -> None:
    long = "if a:\n    return\n" + "work()\n" * 3000
    assert ways_out(parts(long)) == {Way.RETURN, Way.END, *ALL_ERRORS}
    unit = "    "
    deep = "".join(f"{unit * depth}try:\n" for depth in range(12)) + f"{unit * 12}return\n"
    deep += "".join(f"{unit * depth}finally:\n{unit * (depth + 1)}work()\n" for depth in reversed(range(12)))
    assert ways_out(parts(deep)) == {Way.RETURN, *ALL_ERRORS}
