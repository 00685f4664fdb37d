"""What stands in for an event loop of a stubbed package: a bot's, a window's. It starts what somebody would start.

Such a program hands functions to its framework, and then the control: nobody writes the bot a message here, or presses
a button. So the functions that start something are called once the framework is given control, and those that stop
something once Ctrl+C is pressed. Standard library only, and nothing newer than Python 3.8.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import threading
import types
from collections.abc import Callable
from typing import Any

START = re.compile(r"(^|[\W_])(start|begin|record|listen|transcribe|dictate|join|on_ready|caption)", re.IGNORECASE)
STOP = re.compile(r"(^|[\W_])(stop|end|close|closing|quit|exit|shutdown|leave|delete_window)", re.IGNORECASE)
#: Calls by which a program gives control away: bots, Qt and Tk, web pages.
GIVES = re.compile(
    r"\.(run|run_polling|start_polling|infinity_polling|run_forever|run_until_disconnected|mainloop|exec_?|launch)\(\)$"
)

_starts: list[Callable[..., Any]] = []
_stops: list[Callable[..., Any]] = []


def noted(function: Any, label: str) -> bool:
    """Note a function that was handed over, under what is written on it; return whether it is one."""
    if not isinstance(function, (types.FunctionType, types.MethodType)):
        return False
    for pattern, kept in ((STOP, _stops), (START, _starts)):
        if pattern.search(label) or pattern.search(function.__name__):
            if function not in kept:
                kept.append(function)
            break
    return True


def hooks(thing: object) -> None:
    """Note what the framework would call of an object by its name."""
    for name in ("on_ready", "closeEvent"):
        noted(getattr(type(thing), name, None) and getattr(thing, name), name)


def take(make: Callable[[str], Any]) -> Any:
    """Do what a person would do, until Ctrl+C; return None if there was nothing, else what to return to the program.

    Args:
        make: makes an argument, by its name.
    """
    if not _starts:
        return None
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio_runs = False
    else:
        asyncio_runs = True
    if asyncio_runs:
        return _take(make)
    known = set(threading.enumerate())
    try:
        while _starts:
            result = _next(make)
            if inspect.iscoroutine(result):
                asyncio.run(result)
        while any(thread.is_alive() for thread in set(threading.enumerate()) - known):
            threading.Event().wait(0.1)
    except KeyboardInterrupt:
        if not _stops:
            raise
    finally:
        for function in _stops:
            result = _called(function, make)
            if inspect.iscoroutine(result):
                asyncio.run(result)
    return 0


async def _take(make: Callable[[str], Any]) -> None:
    """Do the same where a loop is running."""
    try:
        while _starts:
            result = _next(make)
            if inspect.isawaitable(result):
                await result
    finally:
        for function in _stops:
            result = _called(function, make)
            if inspect.isawaitable(result):
                await result


def _next(make: Callable[[str], Any]) -> Any:
    # What a bot does once it is there comes before what it is told.
    _starts.sort(key=lambda function: function.__name__ != "on_ready")
    return _called(_starts.pop(0), make)


def _called(function: Callable[..., Any], make: Callable[[str], Any]) -> Any:
    parameters = inspect.signature(function).parameters.values()
    needed = [one for one in parameters if one.default is one.empty and one.kind in (0, 1)]
    return function(*(make(one.name) for one in needed))
