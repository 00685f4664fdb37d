"""Where a web application is to be called: the routes that its source declares, and what is said there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.smoke.parsing import parsed
from migrator.smoke.programs import SPEAKS, python_files

#: What a handler mentions whose answer sends a telephone call on to a media stream.
_CALLS = re.compile(r"<Stream|\.stream\(|VoiceResponse|TwiML", re.IGNORECASE)
#: What a handler mentions that takes the messages of a telephone call; another one takes plain audio.
_TELEPHONE = re.compile(r"twilio|streamSid|[\"']payload[\"']|[\"']media[\"']", re.IGNORECASE)
#: Words of a route that starts something, and of one that does not.
STARTS = re.compile(r"start|record|transcri|listen|stream|begin|live|caption|dictat|speak|run", re.IGNORECASE)
_IDLE = re.compile(r"^/?$|health|status|ping|stop|end|static|docs|metrics|favicon", re.IGNORECASE)
_RATE = re.compile(r"sample_?rate\W{1,4}(\d{4,5})\b", re.IGNORECASE)
_HTTP = ("route", "api_route", "post", "get", "websocket", "websocket_route")
_ADDED = ("add_get", "add_post", "add_route", "add_api_route", "add_websocket_route", "add_api_websocket_route")
_LISTED = ("Route", "WebSocketRoute", "get", "post", "path", "re_path", "url")


@dataclass(frozen=True, slots=True)
class Route:
    """One route without parameters.

    `kind` is `call` (answers a telephone call), `telephone` (a WebSocket that takes one), `audio` (a WebSocket that
    takes plain audio, 16-bit, at `rate` Hz) or `page` (anything else).
    """

    path: str
    kind: str
    rate: int = 16000


def routes(project: Path) -> list[Route]:
    """Return the routes that are worth calling, the likeliest to open a session first.

    Known are Flask, Flask-Sock, Quart, FastAPI, Starlette, aiohttp.web and Django Channels.
    """
    found: list[Route] = []
    for name in python_files(project):
        source = Path(name).read_text(encoding="utf-8", errors="replace")
        if (tree := parsed(source)) is None:
            continue
        rate = _RATE.search(source)
        for path, handler, is_socket in _declared(tree, source):
            if set(path) & set("<{(*?"):
                continue
            if is_socket or "WebSocketResponse" in handler:
                kind = "telephone" if _TELEPHONE.search(source) else "audio"
            elif _CALLS.search(handler):
                kind = "call"
            elif not _IDLE.search(path) and (SPEAKS.search(source.encode()) or STARTS.search(path)):
                kind = "page"
            else:
                continue
            found.append(Route("/" + path.strip("^$").lstrip("/"), kind, int(rate[1]) if rate else 16000))
    order = ("call", "telephone", "audio", "page")
    return sorted(dict.fromkeys(found), key=lambda route: (order.index(route.kind), not STARTS.search(route.path)))


def _declared(tree: ast.Module, source: str) -> Iterator[tuple[str, str, bool]]:
    """Yield path, source of the handler, and whether it is a WebSocket, of each route."""
    sockets, prefixes = set(_made(tree, ("Sock", "Sockets"))), dict(_prefixes(tree))
    functions = {
        node.name: ast.get_source_segment(source, node) or ""
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for call in node.decorator_list:
                match call:
                    case ast.Call(
                        func=ast.Attribute(value=owner, attr=kind), args=[ast.Constant(value=str(path)), *_]
                    ) if kind in _HTTP:
                        name = ast.unparse(owner)
                        yield (
                            prefixes.get(name, "") + path,
                            functions[node.name],
                            kind.startswith("websocket") or (name in sockets),
                        )
        match node:
            case ast.Call(func=ast.Attribute(attr=kind), args=[ast.Constant(value=str(path)), handler, *_]) if kind in (
                *_ADDED,
                "get",
                "post",
            ):
                yield path, functions.get(_named(handler), ""), "websocket" in kind
            case ast.Call(func=ast.Attribute(attr="add_route"), args=[_, ast.Constant(value=str(path)), handler, *_]):
                yield path, functions.get(_named(handler), ""), False
            case ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(path)), handler, *_]) if kind in _LISTED:
                yield path, functions.get(_named(handler), ""), "WebSocket" in kind or "as_asgi" in ast.unparse(handler)


def _named(handler: ast.expr) -> str:
    return ast.unparse(handler).partition("(")[0].removesuffix(".as_asgi").removesuffix(".as_view").split(".")[-1]


def _made(tree: ast.Module, classes: tuple[str, ...]) -> Iterator[str]:
    """Yield the names of the objects of a class, such as Flask-Sock's, whose `route` takes WebSockets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if ast.unparse(node.value.func).split(".")[-1] in classes:
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _prefixes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield name and prefix of the routers and blueprints that have one."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(keywords=keywords)):
                for keyword in keywords:
                    match keyword:
                        case ast.keyword(arg="prefix" | "url_prefix", value=ast.Constant(value=str(prefix))):
                            yield name, prefix
