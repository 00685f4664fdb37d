"""Edits of a tree: planned by rules, applied together in one traversal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import libcst as cst

from codemods.model import Safety
from codemods.syntax.tree import Statement


@dataclass(frozen=True, slots=True)
class Replace:
    """Put something else in place of `node`.

    Attributes:
        build: makes the new node from `node` as it looks once everything inside it has been edited.
        whole: whether nothing of `node` is left, so that edits inside it would be lost.
    """

    node: cst.CSTNode
    build: Callable[[cst.CSTNode], cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Take out a simple statement that nothing needs any more."""

    statement: cst.BaseSmallStatement


@dataclass(frozen=True, slots=True)
class InsertBefore:
    """Put a statement, given as source, in front of a statement: if `first`, in front of what others put there."""

    statement: Statement
    code: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class InsertAfter:
    """Put statements, given as source, behind a statement."""

    statement: Statement
    code: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Move a statement, with what is put in front of it and behind it, into a `finally`.

    Attributes:
        opening: the statement that the `try` follows; `ending` itself if that is all that goes into it.
        ending: what is moved.
        within: the `try` in front of `ending` that gets the `finally`, or the `with` whose block holds `opening` and
            gets all of it; None if both statements stand in one block, and what is between them goes into a new `try`.
        added: what the `finally` does instead, as source; `ending` is then the last statement within the `try`.
    """

    opening: Statement
    ending: Statement
    within: cst.Try | cst.With | None = None
    added: str = ""


@dataclass(frozen=True, slots=True)
class AddImport:
    """Make sure that `import module` or `from module import name` stands where a name is used.

    Attributes:
        asname: what the module calls it instead.
        place: the import statement next to which it belongs, inside the same function, `try` or `if`; a function that
            is to import it itself; None for the top of the module.
    """

    module: str
    name: str | None = None
    asname: str | None = None
    place: cst.Import | cst.ImportFrom | cst.BaseSmallStatement | cst.FunctionDef | None = None


@dataclass(frozen=True, slots=True)
class AddHelper:
    """Make sure that a top-level definition of `name`, given as source, stands below the imports."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Unused:
    """A name (an import, usually) that goes if the edits took its last use."""

    name: str


Edit = Replace | Remove | InsertBefore | InsertAfter | Guard | AddImport | AddHelper | Unused


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule has to say about one place.

    Attributes:
        node: the place, for the report.
        edits: what rewrites it; empty when a person has to.
        covers: nodes, of any module, that this deals with as a whole, beside those that the edits take away: no later
            rule sees them, or what is below them.
        explains: other places, of any module, of which nothing need be said once this has been said.
    """

    code: str
    node: cst.CSTNode
    message: str
    safety: Safety = Safety.SAFE
    edits: Sequence[Edit] = ()
    covers: Sequence[cst.CSTNode] = ()
    explains: Sequence[cst.CSTNode] = ()
    path: str = ""
    """The module of `node`, filled in by the driver; `edits` may reach into other modules."""

    @property
    def covered(self) -> Sequence[cst.CSTNode]:
        """All that this change covers."""
        gone = [edit.statement for edit in self.edits if isinstance(edit, Remove)]
        return [*self.covers, *gone, *(edit.node for edit in self.edits if isinstance(edit, Replace) and edit.whole)]
