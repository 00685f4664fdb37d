"""Places of special interest that transports notice while the program is evaluated."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from codemods.interpreter.values import Connection, Transport


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
