"""What becomes of one session."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from codemods.rewrites.sdk import frames
from codemods.rewrites.sdk.handlers import Handler
from codemods.rewrites.sdk.sessions import SdkSession
from codemods.syntax.edits import Edit
from codemods.syntax.layout import Argument

CARRIED = "session_parameters"
"""The attribute of a client that keeps what `connect` needs."""


@dataclass(eq=False, slots=True)
class SessionPlan:
    """What becomes of one session.

    Attributes:
        target: the variable that holds the client, as source.
        holder: the statement that makes the session.
        shape: `assign`, `return` or `nested`: how the statement uses it.
        parameters: the arguments of `StreamingParameters`, as written where the session is made.
        stored: whether the parameters are kept beside the client, because `connect` cannot see what they are made of.
        carries_parameters: whether the client keeps them, because it is all that `connect` sees.
        closes_at_sites: whether `on_close` can be named where `close` is called; else the client carries it there.
        problem: why nothing of it is rewritten.
        names: what of `assemblyai.streaming.v3` the parameters need.
        edits: what else the arguments need.
    """

    session: SdkSession
    handlers: list[Handler]
    target: str = ""
    holder: cst.SimpleStatementLine | None = None
    shape: str = ""
    parameters: list[Argument] = field(default_factory=list)
    options: list[Argument] = field(default_factory=list)
    sources: list[cst.BaseExpression] = field(default_factory=list)
    stored: bool = False
    carries_parameters: bool = False
    closes_at_sites: bool = False
    notes: list[str] = field(default_factory=list)
    problem: str | None = None
    names: set[str] = field(default_factory=set)
    edits: list[Edit] = field(default_factory=list)
    buffer: frames.Buffer | None = None
    closer_may_be_none: bool = False
    closer_name: str | None = None
    """What `on_close` is called beside the client, if its places cannot name it or should not all repeat a lambda."""

    @property
    def is_rewritten(self) -> bool:
        """Whether its methods are rewritten where they are called; those of a subclass keep their names."""
        return self.problem is None and self.shape != "super"

    @property
    def closer(self) -> cst.BaseExpression | None:
        """The `on_close` callback; None if the constructor is given none."""
        return self.session.value("on_close")

    @property
    def is_closed(self) -> bool:
        """Whether the program closes the session somewhere."""
        return self.session.owner is not None or bool(self.session.named("close"))

    @property
    def carries_closer(self) -> bool:
        """Whether the client keeps the `on_close` callback, for those who close it and cannot name it."""
        return self.closer is not None and self.is_closed and not self.closes_at_sites and self.closer_name is None

    def ending(self, client: str) -> str | None:
        """Return what to do when the session is over, as source: the callback's call, or what a lambda does.

        Args:
            client: the client, as it is named where that happens.
        """
        closer = self.closer
        if closer is None:
            return None
        if self.carries_closer:
            return f"{client}.on_close()"
        if self.closer_name is not None:
            holder, dot, _ = client.rpartition(".")
            return f"{holder}{dot}{self.closer_name}()"
        if isinstance(closer, cst.Lambda):
            return self.session.module.code(closer.body)
        code = self.session.module.code(closer)
        return f"{code}()" if isinstance(closer, cst.Name | cst.Attribute) else f"({code})()"

    def ending_statement(self, client: str) -> str | None:
        """Return the same as a statement, which does nothing when there is no callback after all."""
        ending = self.ending(client)
        if ending is None or not self.closer_may_be_none:
            return ending
        return f"if {ending.removesuffix('()')}:\n    {ending}"
