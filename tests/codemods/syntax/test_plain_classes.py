"""The classes of libcst answer as they would without us."""

from __future__ import annotations

import itertools
from abc import ABCMeta

import libcst as cst
import pytest

import codemods.syntax.tree  # noqa: F401  # makes them plain

KINDS = [kind for kind in vars(cst).values() if isinstance(kind, type) and issubclass(kind, cst.CSTNode)]


def test_the_answers_are_the_same() -> None:
    assert len(KINDS) > 100
    for first, second in itertools.product(KINDS, repeat=2):
        assert issubclass(first, second) is ABCMeta.__subclasscheck__(second, first)
    for node in (cst.Name("a"), cst.Call(cst.Name("a")), cst.SimpleStatementLine([cst.Pass()]), cst.Plus()):
        for kind in KINDS:
            assert isinstance(node, kind) is ABCMeta.__instancecheck__(kind, node)


def test_nodes_are_compared_by_identity() -> None:
    name = cst.Name("a")
    assert {kind.__hash__ for kind in KINDS} == {object.__hash__}
    assert name == name and name != cst.Name("a") and name != 1
    assert {name, name, cst.Name("a")} - {name} != set()


def test_what_is_abstract_stays_so() -> None:
    with pytest.raises(TypeError, match="abstract"):
        cst.BaseExpression()  # type: ignore[abstract]
