"""Which rewrite ends which session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.sessions import Session, Sessions
from codemods.libraries.values import Connection
from codemods.syntax.edits import Edit

Endings: TypeAlias = dict[cst.CSTNode, list[Edit]]
"""Rewrites that end a session, by the node they stand at."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to end a session.

    Attributes:
        code: the rule that tells of it.
        endings: what it would do about a session; nothing where it does not apply.
        beside: the codes of those which leave something to it, as they end a session on the way out only.
        replaces: when it looks at sessions that the program ends itself, too, and sees to that.
    """

    code: str
    endings: Callable[[Session, ShutdownPlan], Endings]
    beside: tuple[str, ...] = ()
    replaces: Literal["never", "hardened", "always"] = "never"


class ShutdownPlan:
    """The rewrites that end the sessions of a program: the first strategy that applies to a session ends it.

    Attributes:
        made: what each strategy does, by its code.
        ended: the connections whose session some rewrite ends, with the code of the strategy.
    """

    def __init__(self, program: Program, strategies: Sequence[Strategy]) -> None:
        self.sessions = program.get(Sessions)
        self.made: dict[str, Endings] = {}
        self.ended: dict[Connection, str] = {}
        for strategy in strategies:
            self.made[strategy.code] = {}
            takes = strategy.replaces == "always" or (strategy.replaces == "hardened" and program.options.harden)
            if program.options.selects(strategy.code) and (takes or not self.sessions.terminates):
                self._ask(strategy)

    def _ask(self, strategy: Strategy) -> None:
        for session in self.sessions.live:
            if self.ended.get(session.connection) in (None, *strategy.beside):
                here = strategy.endings(session, self)
                if here:
                    self.ended.setdefault(session.connection, strategy.code)
                    self.made[strategy.code].update(here)
