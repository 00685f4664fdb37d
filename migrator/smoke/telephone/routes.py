"""Where a web application takes calls: the routes that its source declares with decorators."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.smoke.programs import python_files

#: What a handler mentions whose answer sends a telephone call on to a media stream.
_CALLS = re.compile(r"<Stream|\.stream\(|VoiceResponse|TwiML", re.IGNORECASE)
_WEBSOCKET = ("websocket", "websocket_route")
_HTTP = ("route", "api_route", "post", "get")


@dataclass(frozen=True, slots=True)
class Routes:
    """Paths without parameters: those that answer a call, and those that take a WebSocket."""

    calls: list[str]
    streams: list[str]


def routes(project: Path) -> Routes:
    """Return the routes of the application under `project` (Flask, Flask-Sock, FastAPI, Starlette, Quart)."""
    found = Routes([], [])
    for path in python_files(project):
        source = Path(path).read_text(encoding="utf-8", errors="replace")
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        sockets = set(_sockets(tree))
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for owner, kind, route in _declared(node):
                    if kind in _WEBSOCKET or owner in sockets:
                        found.streams.append(route)
                    elif kind in _HTTP and _CALLS.search(ast.get_source_segment(source, node) or ""):
                        found.calls.append(route)
    return found


def _sockets(tree: ast.Module) -> Iterator[str]:
    """Yield the names of Flask-Sock's objects, whose `route` takes WebSockets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            if ast.unparse(node.value.func).split(".")[-1] in ("Sock", "Sockets"):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _declared(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str, str]]:
    """Yield object, method and path of each decorator that declares a route."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.args:
            path = decorator.args[0]
            if isinstance(path, ast.Constant) and isinstance(path.value, str) and not set("<{") & set(path.value):
                yield ast.unparse(decorator.func.value), decorator.func.attr, path.value
