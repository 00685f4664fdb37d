"""How a web application is started that does not start itself: by the server of its framework."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from migrator.smoke.parsing import parsed

_ASGI = ("FastAPI", "Starlette", "Quart", "ProtocolTypeRouter", "get_asgi_application")
_SERVED = re.compile(rb"\b(FastAPI|Starlette|Quart|Flask|ProtocolTypeRouter)\(")
_IMPORTS = rb"^\s*(?:import|from)\s+(%s)\b"
_PERSONAL = re.compile(
    _IMPORTS % b"streamlit|telegram|telebot|aiogram|pyrogram|telethon|discord|nextcord|disnake|slack_bolt|tkinter|"
    b"customtkinter|PyQt[456]|PySide[26]|wx|kivy",
    re.MULTILINE,
)
_PAGES = re.compile(_IMPORTS % b"flask_socketio|nicegui|dash", re.MULTILINE)
#: Any free port; the sandbox hears which.
_PORT = "0"


def served(path: Path, folder: Path, source: bytes) -> tuple[str, ...] | None:
    """Return the command that serves the application that the module at `path` makes; None if it makes none.

    Args:
        path: relative to where the command is run.
        folder: where the module lies.
    """
    if not _SERVED.search(source):
        return None
    module = ".".join(path.with_suffix("").parts)
    # Django's own application is one of those that the router leads to.
    for name, kind in sorted(_applications(source), key=lambda made: made[1] == "get_asgi_application"):
        if kind == "Flask":
            return "-m", "flask", "--app", f"{module}:{name}", "run", "--port", _PORT
        if kind == "ProtocolTypeRouter" and b"daphne" in _settings(folder):
            return "-m", "daphne", "-p", _PORT, f"{module}:{name}"
        return "-m", "uvicorn", f"{module}:{name}", "--port", _PORT
    return None


def stubbed(source: bytes) -> str:
    """Return the framework that a stub replaces, since it waits for a person: at a window, at a page, in a chat."""
    found = _PERSONAL.search(source)
    return found[1].decode() if found else ""


def only_a_browser(source: bytes) -> bool:
    """Return whether a program is made with a framework whose pages speak a protocol of their own."""
    return _PAGES.search(source) is not None


def _applications(source: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and class of each application that the module makes when it is imported."""
    tree = parsed(source)
    for statement in tree.body if tree is not None else ():
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)):
                kind = ast.unparse(function).split(".")[-1]
                if kind == "Flask" or kind in _ASGI:
                    yield name, kind


def _settings(folder: Path) -> bytes:
    """Return the settings of a Django project beside its `asgi.py`."""
    path = folder / "settings.py"
    return path.read_bytes() if path.is_file() else b""
