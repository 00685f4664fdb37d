"""The shape of a program that drives code which nobody runs yet: classes and functions that wait to be imported."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from migrator.smoke.parsing import parsed
from migrator.smoke.programs import SPEAKS, python_files

_STARTS = re.compile(r"start|run|connect|listen|stream|transcribe|open|begin|main|record", re.IGNORECASE)
_ENDS = re.compile(r"stop|close|end|disconnect|finish|terminate|shutdown", re.IGNORECASE)
FILE = "smoke_driver.py"


def shape(folder: Path) -> str | None:
    """Return a driver, to be completed by hand, for the first class or function that opens a session."""
    for name in sorted(python_files(folder)):
        source = Path(name).read_bytes()
        if SPEAKS.search(source) and not Path(name).name.startswith(("test_", "conftest")):
            if (tree := parsed(source)) is None:
                continue
            module = ".".join(Path(os.path.relpath(name, folder)).with_suffix("").parts).removesuffix(".__init__")
            for definition in tree.body:
                lines = list(_driver(module, definition))
                if lines:
                    return "\n".join(lines)
    return None


def _driver(module: str, definition: ast.stmt) -> Iterator[str]:
    match definition:
        case ast.ClassDef(name=name, body=body) if not name.startswith("_"):
            methods = {item.name: item for item in body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
            starts = _first(methods, _STARTS)
            if starts is None:
                return
            ends = _first(methods, _ENDS)
            made = f"bot = {name}({_arguments(methods.get('__init__'))})"
            yield f"from {module} import {name}"
            yield from _calls(made, methods[starts], methods[ends] if ends else None)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
            if _STARTS.search(name):
                yield f"from {module} import {name}"
                call = f"{name}({_arguments(definition, first=0)})"
                if isinstance(definition, ast.AsyncFunctionDef):
                    yield from ("import asyncio", "", f"asyncio.run({call})")
                else:
                    yield from ("", call)


def _calls(
    made: str,
    starts: ast.FunctionDef | ast.AsyncFunctionDef,
    ends: ast.FunctionDef | ast.AsyncFunctionDef | None,
) -> Iterator[str]:
    functions = [starts, *([ends] if ends else [])]
    waits = any(isinstance(function, ast.AsyncFunctionDef) for function in functions)
    calls = [
        ("await " if isinstance(function, ast.AsyncFunctionDef) else "")
        + f"bot.{function.name}({_arguments(function)})"
        for function in functions
    ]
    enter = "input()  # smoke presses Enter once everything was said"
    if not waits:
        yield from ("", made, calls[0], *([enter, calls[1]] if ends else []))
        return
    enter = enter.replace("input()", "await asyncio.to_thread(input)")
    yield from ("import asyncio", "", "", "async def main():", f"    {made}", f"    {calls[0]}")
    yield from ([f"    {enter}", f"    {calls[1]}"] if ends else [])
    yield from ("", "", "asyncio.run(main())")


def _first(names: Iterable[str], wanted: re.Pattern[str]) -> str | None:
    return next((name for name in names if not name.startswith("_") and wanted.search(name)), None)


def _arguments(function: ast.stmt | None, first: int = 1) -> str:
    """Return what has to be given: a place for each argument without a default."""
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args][first:]
    needed = named[: len(named) - len(arguments.defaults)] if len(arguments.defaults) <= len(named) else []
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    lone = [argument for argument, default in pairs if default is None]
    return ", ".join(f"{argument.arg}=..." for argument in [*needed, *lone])
