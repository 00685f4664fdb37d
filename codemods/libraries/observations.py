"""Places of special interest that transports notice while the program is evaluated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter
    from codemods.libraries.transport import Transport
    from codemods.libraries.values import Connection

C = TypeVar("C", bound="Connection")


@dataclass(frozen=True, slots=True)
class Connect:
    """A call that opens a connection, or names the server of one.

    Attributes:
        url: the expression that gives the URL.
        params: a mapping given apart from the URL (aiohttp's `params=`).
    """

    connection: Connection
    call: cst.Call
    url: cst.BaseExpression
    params: cst.BaseExpression | None

    def merged(self, other: Connect) -> Connect:
        """Return what is known when the call is met again."""
        return other


@dataclass(frozen=True, slots=True)
class Send:
    """A call that sends something to a peer.

    Attributes:
        transport: None when it is not known what kind of socket this is.
        method: the name of the method called.
        data: what is sent.
        connections: the connections this can be, empty when flow does not tell.
    """

    call: cst.Call
    transport: Transport | None
    method: str
    data: cst.BaseExpression
    connections: frozenset[Connection]

    def merged(self, other: Send) -> Send:
        """Return what is known when the call is met again, perhaps with another kind of socket."""
        transport = other.transport or self.transport
        return replace(other, transport=transport, connections=self.connections | other.connections)


def connect(
    run: Interpreter,
    connection: C,
    call: cst.Call,
    url: cst.BaseExpression | None,
    params: cst.BaseExpression | None = None,
) -> frozenset[C]:
    """Note a call that opens a connection, and return what it gives: the connection; nothing without a URL."""
    if url is None:
        return frozenset()
    run.events.note(call, Connect(connection, call, url, params))
    return frozenset({connection})


def send(
    run: Interpreter,
    call: cst.Call,
    transport: Transport | None,
    method: str,
    data: cst.BaseExpression | None,
    connection: Connection | None,
) -> None:
    """Note a call that sends `data`."""
    if data is not None:
        run.events.note(call, Send(call, transport, method, data, frozenset({connection} if connection else ())))
