"""Says which lines that deal with a session are reached: where something is missing, the others tell why.

Standard library only, and nothing newer than Python 3.8. Each line is told once, and costs nothing from then on: where
Python can watch single lines (3.12 and newer), else by a trace function that leaves all other code alone.
"""

from __future__ import annotations

import dis
import linecache
import os
import re
import sys
import threading
from collections.abc import Callable
from types import CodeType
from typing import Any

#: What a line says that reads a turn, tests what it is, sends or connects.
_TURNS = re.compile(
    r"end_of_turn|turn_is_formatted|transcript|\bwords\b|\btext\b|\.(send\w*|stream|connect|ws_connect)\(|WebSocketApp\("
)

#: Of each code object, the lines that are still to be reached.
_left: dict[CodeType, set[int]] = {}
#: Files by the names that the program's code has them under; empty for those of others.
_names: dict[str, str] = {}
_NONE: set[int] = set()
_own: Callable[[str], str]
_report: Callable[..., None]


def install(own: Callable[[str], str], report: Callable[..., None]) -> None:
    """Report from now on each such line once; `own` names a file of the program, and gives nothing for others."""
    global _own, _report
    _own, _report = own, report
    monitoring: Any = getattr(sys, "monitoring", None)
    if monitoring is not None:
        if monitoring.get_tool(_TOOL) is None:
            _monitor(monitoring)
            report("watching")
    elif sys.implementation.name == "cpython" and sys.gettrace() is None:
        threading.settrace(_entered)
        sys.settrace(_entered)
        report("watching")


_TOOL = 3


def _monitor(monitoring: Any) -> None:
    def line(code: CodeType, number: int) -> Any:
        _reached(code, number)
        return monitoring.DISABLE

    monitoring.use_tool_id(_TOOL, "v3-migrate smoke, lines")
    monitoring.register_callback(_TOOL, monitoring.events.LINE, line)
    monitoring.set_events(_TOOL, monitoring.events.LINE)


def _entered(frame: Any, event: str, _: Any) -> Any:
    return _line if _lines(frame.f_code) else None


def _line(frame: Any, event: str, _: Any) -> Any:
    if event == "line":
        _reached(frame.f_code, frame.f_lineno)
        if not _lines(frame.f_code):
            frame.f_trace_lines = False
    return _line


def _lines(code: CodeType) -> set[int]:
    """Return the lines of some code that are still to be reached; none for code that is not the program's."""
    file = code.co_filename
    if file not in _names:
        _names[file] = _own(file)
    if not _names[file]:
        return _NONE
    if code not in _left:
        lines = linecache.getlines(file if os.path.isabs(file) else os.path.abspath(file))
        numbers = {number for _, number in dis.findlinestarts(code) if number}
        telling = {number for number in numbers if _TURNS.search("".join(lines[number - 1 : number]))}
        # The first of them says whether it was called at all.
        body = [number for number in numbers if number > code.co_firstlineno]
        _left[code] = telling | {min(body, default=code.co_firstlineno)} if telling else telling
    return _left[code]


def _reached(code: CodeType, number: int) -> None:
    lines = _lines(code)
    if number in lines:
        lines.discard(number)
        _report("reached", where="%s:%d" % (_names[code.co_filename], number))
