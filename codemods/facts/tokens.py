"""Requests for a temporary token: which client makes them, where URL and body stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from codemods import protocol as v
from codemods.facts import endpoints
from codemods.facts.endpoints import EndpointText
from codemods.facts.program import Program
from codemods.interpreter.values import External, Str
from codemods.syntax.tree import SourceModule

_URLLIB = ("urllib.request.Request", "urllib.request.urlopen")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One call that asks v2 for a temporary token.

    Attributes:
        url: the argument that gives the URL.
        body: the argument that gives the body, if there is one.
        verb: what says that it is a POST: the method's name, or the argument that spells "POST".
        urllib: whether it is made with the standard library, whose requests have no `params=`.
        shared: whether the same call also asks for other URLs.
        has_params: whether the call has query parameters of its own.
    """

    call: cst.Call
    module: SourceModule
    url: cst.Arg
    body: cst.Arg | None
    verb: cst.CSTNode | None
    urllib: bool
    endpoints: tuple[EndpointText, ...]
    shared: bool
    has_params: bool


def find(program: Program) -> Iterator[TokenRequest]:
    """Return every request for a v2 token in the modules under migration."""
    requests = (_request(node, module, program) for node, module in program.find(cst.Call))
    return (request for request in requests if request is not None)


def _request(call: cst.Call, module: SourceModule, program: Program) -> TokenRequest | None:
    name = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    external = next((value.name for value in program.values(call.func) if isinstance(value, External)), "")
    name = name or external.rsplit(".", 1)[-1]
    urllib = external in _URLLIB
    if name not in ("post", "request") and not urllib:
        return None
    positional = [argument for argument in call.args if argument.keyword is None and not argument.star]
    keywords = {argument.keyword.value: argument for argument in call.args if argument.keyword is not None}
    first = 1 if name == "request" and not urllib else 0
    url = keywords.get("url") or (positional[first] if len(positional) > first else None)
    if url is None:
        return None
    texts = [value for value in program.values(url.value) if isinstance(value, Str)]
    found = tuple(text for text in (endpoints.find(value, v.V2_TOKEN) for value in texts) if text is not None)
    if not found:
        return None
    verb: cst.CSTNode | None = call.func
    if name == "request" or urllib:
        named = keywords.get("method") or (positional[0] if name == "request" and positional else None)
        verb = named.value if named is not None else None
        if named is not None and not urllib and program.constants(named.value) != ["POST"]:
            return None
    body = keywords.get("json") or keywords.get("data") or keywords.get("content")
    if body is None and name != "request" and len(positional) > first + 1:
        body = positional[first + 1]
    shared = len(found) < len(texts)
    return TokenRequest(call, module, url, body, verb, urllib, found, shared, "params" in keywords)
