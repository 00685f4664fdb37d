"""Sessions that end when the program does, by its own doing."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from codemods.facts.program import Program
from codemods.facts.sessions import functions
from codemods.rewrites.sdk.lifetimes import Happening, Holder, Kind, Lifetimes
from codemods.rewrites.sdk.sessions import SdkSession
from codemods.syntax.navigate import function_of, last_name
from codemods.syntax.tree import SourceModule


class AtExit:
    """What the program hands to `atexit.register` itself."""

    def __init__(self, program: Program, lifetimes: Lifetimes) -> None:
        self.program = program
        self.lifetimes = lifetimes
        self._places: set[Holder] = set()
        self._sessions: set[SdkSession] = set()
        for call, module in program.find(cst.Call):
            if call.args and last_name(call.func) == _REGISTER:
                given = call.args[0].value
                self._places.update(self._ended(given, module))
                self._sessions.update(self._closed(given))
        for function, _ in program.find(cst.FunctionDef):
            if any(last_name(each.decorator) == _REGISTER for each in function.decorators):
                self._places.update(self._ended_by(function))

    def ends(self, begin: Happening) -> bool:
        """Return whether the session that begins is ended when the program ends."""
        sessions = self.lifetimes.sessions(begin)
        return begin.place in self._places or (bool(sessions) and sessions <= self._sessions)

    def _ended(self, given: cst.BaseExpression, module: SourceModule) -> Iterator[Holder]:
        if isinstance(given, cst.Attribute) and given.attr.value == Kind.ENDS.value:
            place = self.lifetimes.place(given.value, self.program.scope(function_of(given, module)))
            yield from [place] if place is not None else []
        for function in functions(self.program.values(given)):
            if isinstance(function, cst.FunctionDef):
                yield from self._ended_by(function)

    def _ended_by(self, function: cst.FunctionDef) -> Iterator[Holder]:
        return (each.place for each in self.lifetimes.leaves_open(function) if each.kind is Kind.ENDS)

    def _closed(self, given: cst.BaseExpression) -> set[SdkSession]:
        found = self.lifetimes.plans.at(given) if isinstance(given, cst.Attribute) else None
        if found is None or found[0].name != Kind.ENDS.value:
            return set()
        return {plan.session for plan in found[1]}


_REGISTER = "register"
"""The last name of `atexit.register`."""
