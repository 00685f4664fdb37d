"""Which rewrite ends which session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.sessions import Session, Sessions
from codemods.libraries.values import Connection
from codemods.model import Options
from codemods.syntax.edits import Edit

Endings: TypeAlias = dict[cst.CSTNode, list[list[Edit]]]
"""Rewrites that end a session, by the node they stand at."""


class ShutdownPlan:
    """The rewrites that end the sessions of a program: rules are asked in turn, the first that applies ends a session.

    Attributes:
        ended: the connections whose session some rewrite ends, with the code of the rule that does.
    """

    def __init__(self, program: Program) -> None:
        self._sessions = Sessions.of(program)
        self._made: dict[str, Endings] = {}
        self.ended: dict[Connection, str] = {}

    def plan(
        self,
        code: str,
        options: Options,
        endings: Callable[[Session, Sessions], Endings],
        *,
        beside: Sequence[str] = (),
        replacing: bool = False,
    ) -> Endings:
        """Return the rewrites by which the rule `code` ends v2 sessions that nothing ends so far, worked out once.

        Those that the rules `beside` end are looked at as well; if `replacing`, so are those that the program ends
        itself, and it is for `endings` to see to that.
        """
        if code not in self._made:
            self._made[code] = {}
            self._made[code].update(self._plan(code, options, endings, beside, replacing))
        return self._made[code]

    def _plan(
        self,
        code: str,
        options: Options,
        endings: Callable[[Session, Sessions], Endings],
        beside: Sequence[str],
        replacing: bool,
    ) -> Endings:
        found: Endings = {}
        if (self._sessions.terminates and not replacing) or not options.selects(code):
            return found
        for session in self._sessions.found.values():
            ended = self.ended.get(session.connection)
            if ended is not None and ended not in beside:
                continue
            if session.legacy and session.audio and (here := endings(session, self._sessions)):
                self.ended.setdefault(session.connection, code)
                found.update(here)
        return found
