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
_ENDS = re.compile(r"(^|_)(a?close|stop|end|disconnect|finish|terminate|shutdown)", re.IGNORECASE)
#: What takes audio: the method, and what its argument is called.
_FEEDS = re.compile(r"(^|_)(send|feed|write|push|process|stream|on)", re.IGNORECASE)
_AUDIO = re.compile(r"audio|chunk|pcm|data|frame|sound|samples", re.IGNORECASE)
FILE = "smoke_driver.py"
#: How a driver is run; what takes audio is given the recording.
_RUN, _RUN_WITH_AUDIO = f"v3-migrate smoke {FILE}", f'v3-migrate smoke -- {FILE} "{{audio}}"'
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def command(driver: str) -> str:
    """Return what to type to run a driver of this `shape`."""
    return _RUN_WITH_AUDIO if "sys.argv" in driver else _RUN


def shape(folder: Path) -> str | None:
    """Return a driver, to be completed by hand, for the first class or function that opens a session.

    None without one.
    """
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
            feeds = next((name for name in methods if _FEEDS.search(name) and _takes_audio(methods[name])), None)
            made = f"bot = {name}({_arguments(methods.get('__init__'))})"
            yield f"from {module} import {name}"
            functions = [methods[name] if name else None for name in (starts, feeds if feeds != starts else None, ends)]
            yield from _calls(made, *functions)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
            if _STARTS.search(name):
                yield f"from {module} import {name}"
                call = f"{name}({_arguments(definition, first=0)})"
                if isinstance(definition, ast.AsyncFunctionDef):
                    yield from ("import asyncio", "", f"asyncio.run({call})")
                else:
                    yield from ("", call)


def _calls(made: str, *called: _Function | None) -> Iterator[str]:
    """Yield the lines, given what starts, what takes audio, and what ends, as far as there is such a thing."""
    starts, feeds, ends = called
    waits = any(isinstance(function, ast.AsyncFunctionDef) for function in called)
    body = [made, *([_call(starts)] if starts else [])]
    if feeds is not None:
        pause = "await asyncio.sleep(0.1)" if waits else "time.sleep(0.1)"
        body += [
            "with wave.open(sys.argv[1]) as audio:",
            "    while chunk := audio.readframes(audio.getframerate() // 10):",
            f"        {_call(feeds, 'chunk')}",
            f"        {pause}",
        ]
    elif ends is not None:
        enter = "await asyncio.to_thread(input)" if waits else "input()"
        body.append(f"{enter}  # smoke presses Enter once everything was said")
    body += [_call(ends)] if ends else []
    needed = [*(["asyncio"] if waits else []), *(["sys", *([] if waits else ["time"]), "wave"] if feeds else [])]
    yield from (f"import {name}" for name in needed)
    if waits:
        yield from ("", "", "async def main():", *(f"    {line}" for line in body), "", "", "asyncio.run(main())")
    else:
        yield from ("", *body)


def _call(function: _Function, given: str = "") -> str:
    waits = "await " if isinstance(function, ast.AsyncFunctionDef) else ""
    return f"{waits}bot.{function.name}({given or _arguments(function)})"


def _takes_audio(function: _Function) -> bool:
    arguments = function.args.args[1:]
    return bool(arguments) and _AUDIO.search(arguments[0].arg) is not None


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
