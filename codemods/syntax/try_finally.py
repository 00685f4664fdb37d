"""Puts statements of a block into `try ... finally`, once everything in them has been edited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import dropwhile

import libcst as cst

from codemods.syntax.comments import leading
from codemods.syntax.edits import Guard

Block = cst.IndentedBlock | cst.Module
Result = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]


class Guards:
    """The guards of one module, and what has become of the statements that they are about."""

    def __init__(self, guards: Iterable[Guard], config: cst.PartialParserConfig) -> None:
        self._config = config
        self._guards = list(dict.fromkeys(guards))
        several = ((guard.opening, guard.ending, guard.within) for guard in self._guards)
        self.known = {node for nodes in several for node in nodes if node is not None}
        """The statements that they are about."""
        self._now: dict[cst.CSTNode, list[cst.BaseStatement]] = {}

    def noted(self, original: cst.CSTNode, result: Result) -> Result:
        """Remember what a statement has become, and return it."""
        if original in self.known:
            several = list(result) if isinstance(result, cst.FlattenSentinel) else [result]
            self._now[original] = [each for each in several if isinstance(each, cst.BaseStatement)]
        return result

    def renewed(self, old: cst.BaseStatement, new: cst.BaseStatement) -> cst.BaseStatement:
        """Remember that a statement has changed once more, and return it."""
        for several in self._now.values():
            several[:] = [new if each is old else each for each in several]
        return new

    def applied(self, original: Block, block: Block) -> Block:
        """Return a block with the guards of the statements that end in it."""
        places = {statement: index for index, statement in enumerate(original.body)}
        here = [guard for guard in self._guards if guard.ending in places and self._now.get(guard.ending)]
        # of two, one inside the other, the inner one goes first
        for guard in sorted(here, key=lambda guard: places[guard.ending] - places.get(guard.opening, 0)):
            block = block.with_changes(body=self._guarded(list(block.body), guard, _indent(block)))
        return block

    def _guarded(self, body: list[cst.BaseStatement], guard: Guard, indent: str | None) -> list[cst.BaseStatement]:
        ending = self._now[guard.ending]
        start, end = body.index(ending[0]), body.index(ending[-1]) + 1
        moved = body[start:end]
        if guard.added:
            start, moved = end, [cst.parse_statement(guard.added, self._config)]
        opened = self._now[guard.opening][-1]
        several = self._now[guard.within] if guard.within is not None else []
        around = next((each for each in several if isinstance(each, cst.Try | cst.With)), None)
        alone = guard.opening is guard.ending  # what is put in front of it stays there
        if around is None or (opened in body and len(several) > 1 and not alone):  # what is beside it is guarded, too
            first = body.index(opened) + (not alone)
            new = _try(body[first:start], moved, indent)
            self._moved(body[first:end], new)
            return [*body[:first], new, *body[end:]]
        if isinstance(around, cst.Try):
            guarded: cst.BaseStatement = around.with_changes(finalbody=_finally(moved, indent))
        else:
            inner = cst.ensure_type(around.body, cst.IndentedBlock)
            inside = list(inner.body)
            first = inside.index(opened) + 1
            new = _try(inside[first:], moved, _indent(inner))
            guarded = around.with_deep_changes(inner, body=[*inside[:first], new])
        self._moved([around, *moved], guarded)
        return [*(guarded if each is around else each for each in body[:start]), *body[end:]]

    def _moved(self, statements: Sequence[cst.BaseStatement], into: cst.BaseStatement) -> None:
        """Remember what has become of statements as far as others are concerned."""
        for several in self._now.values():
            several[:] = dict.fromkeys(into if each in statements else each for each in several)


def _try(region: Sequence[cst.BaseStatement], ending: Sequence[cst.BaseStatement], indent: str | None) -> cst.Try:
    lines = leading(region[0])
    inside = list(dropwhile(_is_blank, lines))
    body = [_without_spaces(each) for each in (region[0].with_changes(leading_lines=inside), *region[1:])]
    return cst.Try(
        body=cst.IndentedBlock(body, indent=indent),
        finalbody=_finally(ending, indent),
        leading_lines=lines[: len(lines) - len(inside)],
    )


def _finally(ending: Sequence[cst.BaseStatement], indent: str | None) -> cst.Finally:
    first = ending[0].with_changes(leading_lines=list(dropwhile(_is_blank, leading(ending[0]))))
    return cst.Finally(cst.IndentedBlock([_without_spaces(each) for each in (first, *ending[1:])], indent=indent))


def _indent(block: Block) -> str | None:
    """Return the indentation of a block if it is not that of the module."""
    return block.indent if isinstance(block, cst.IndentedBlock) else None


def _is_blank(line: cst.EmptyLine) -> bool:
    return line.comment is None


def _without_spaces(statement: cst.BaseStatement) -> cst.BaseStatement:
    """Return a statement whose blank lines get no indentation with it."""
    new = statement.visit(_BlankLines())
    assert isinstance(new, cst.BaseStatement)
    return new


class _BlankLines(cst.CSTTransformer):
    def leave_EmptyLine(self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine) -> cst.EmptyLine:
        if updated_node.comment is not None:
            return updated_node
        return updated_node.with_changes(indent=False, whitespace=cst.SimpleWhitespace(""))
