"""The children of a node are those that libcst tells, in its order."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import libcst as cst
import pytest

from codemods.syntax.children import children

ODD = """\
#!/usr/bin/env python
@decorated(1)
async def f(a, /, b: int = 1, *args: str, c, **kwargs) -> None:
    async with one() as two, three: pass
    x = f"{a!r:>{b}} {c=}" "more" ; del x, y
    for i, *j in range(3): continue
    else: return
    try: raise E from e
    except* (A, B) as error: pass
    finally: assert a, "b"
match a, b:
    case {"k": 1, **rest} | [1, *_] if rest: ...
    case Point(x=0, y=_) as p: pass
class A[T: int = str](B, metaclass=C): z: int = lambda *, q: (yield)
type Alias[**P] = list[P]
global g
import a.b as c, d
from .. import (e as f, g,)
w = [i async for i in a if i] + {**a, 1: 2}[1:2, ::3] if (n := 1) else not -a @ b is not c
"""


@pytest.mark.parametrize(
    "text", [ODD, *(Path(sysconfig.get_path("stdlib"), f"{n}.py").read_text() for n in ("ast", "enum"))]
)
def test_they_are_those_that_libcst_tells(text: str) -> None:
    waiting: list[cst.CSTNode] = [cst.parse_module(text)]
    while waiting:
        node = waiting.pop()
        assert [id(child) for child in children(node)] == [id(child) for child in node.children], node
        waiting += node.children


def test_what_one_node_of_a_class_has_not_another_may() -> None:
    texts = [cst.parse_expression(text) for text in ('f"{a}"', 'f"{a:>3}"', 'f"{a=}"', 'f"{a!r}"')]
    for text in texts:
        (part,) = cst.ensure_type(text, cst.FormattedString).parts
        assert list(children(part)) == list(part.children)
