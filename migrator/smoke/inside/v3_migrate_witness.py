"""Says where in the user's program things happen: what fails, and which line connects, sends audio, sends messages.

Standard library only, and nothing newer than Python 3.8.
"""

from __future__ import annotations

import builtins
import faulthandler
import os
import signal
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import v3_migrate_reach

#: Mistakes in a program; what a network does to it is told by the wire.
_MISTAKES = (AttributeError, LookupError, NameError, TypeError, ValueError, AssertionError, ImportError)
_LIBRARIES = ("websocket", "websockets", "asyncio", "assemblyai", "aiohttp")
#: First byte of a client's WebSocket frame, compressed or not, to what is sent.
_FRAMES = {0x81: "text", 0xC1: "text", 0x82: "audio", 0xC2: "audio", 0x88: "close"}

_project = ""
_report: Callable[..., None]


def install(project: str, stacks: str, report: Callable[..., None]) -> None:
    """Report from now on what the program under `project` does and what goes wrong in it; `stacks` is a file."""
    global _project, _report
    _project, _report = os.path.realpath(project) + os.sep, report
    _watch_exceptions()
    _watch_logging()
    _watch_print()
    _watch_mistakes()
    _watch_sending()
    _watch_stacks(stacks)
    v3_migrate_reach.install(_own_name, report)


# --- where ---


def _is_own(file: str) -> bool:
    return file.startswith(_project) and "site-packages" not in file


def _own_name(file: str) -> str:
    """Return a file of the program as a person names it; nothing for another."""
    whole = file if os.path.isabs(file) or file.startswith("<") else _project + file
    return whole[len(_project) :] if _is_own(whole) else ""


def _file(code: Any) -> str:
    """Return the file of some code; Python 3.8 keeps the name of the script as it was typed."""
    name: str = code.co_filename
    return name if os.path.isabs(name) or name.startswith("<") else _project + name


def _place(file: str, line: int) -> str:
    """Return a line as a person names it: relative to the project, or to where the libraries are."""
    if file.startswith(_project):
        return "%s:%d" % (file[len(_project) :], line)
    for root in sys.path:
        if root and file.startswith(root + os.sep):
            return "%s:%d" % (file[len(root) + 1 :], line)
    return "%s:%d" % (os.path.basename(file), line)


def _where(trace: Any) -> str:
    """Return the innermost line of the program itself, else of a library."""
    found = ""
    own = False
    while trace is not None:
        file = _file(trace.tb_frame.f_code)
        if _is_own(file) or not own:
            found, own = _place(file, trace.tb_lineno), own or _is_own(file)
        trace = trace.tb_next
    return found


def _caller() -> str:
    """Return the line of the program that is being executed in this thread; empty if there is none."""
    frame = sys._getframe(2)
    while frame is not None:
        if _is_own(_file(frame.f_code)):
            return _place(_file(frame.f_code), frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def _facts(error: BaseException) -> dict[str, object]:
    """Return what is told of an exception, and of those that led to it."""
    return {
        "kind": type(error).__name__,
        "message": str(error),
        "where": _where(error.__traceback__),
        "causes": [
            {"kind": type(cause).__name__, "message": str(cause), "where": _where(cause.__traceback__)}
            for cause in _causes(error)
        ],
    }


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    while True:
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None or id(cause) in seen:
            return
        seen.add(id(cause))
        yield cause
        error = cause


# --- what fails: exceptions that nobody caught, and errors that libraries only log ---


def _watch_exceptions() -> None:
    excepthook, thread_excepthook = sys.excepthook, threading.excepthook

    def watched(kind: Any, error: Any, trace: Any) -> None:
        _report("exception", **_facts(error))
        excepthook(kind, error, trace)

    def watched_thread(args: Any) -> None:
        if args.exc_type is not SystemExit and args.exc_value is not None:
            _report("exception", **_facts(args.exc_value))
        thread_excepthook(args)

    sys.excepthook, threading.excepthook = watched, watched_thread


def _watch_logging() -> None:
    """Report what libraries log when a callback raises: mostly nobody sees it."""
    import logging

    handle = logging.Logger.handle

    def watched(self: logging.Logger, record: logging.LogRecord) -> None:
        # Some log only the text, but do so while they handle it.
        error = (record.exc_info and record.exc_info[1]) or sys.exc_info()[1]
        if record.levelno >= logging.ERROR and not _is_own(record.pathname) and _matters(record.name, error):
            told = _facts(error) if error is not None else {"message": record.getMessage()}
            _report("logged-error", logger=record.name, text=record.getMessage(), **told)
        else:
            _tell_handled()
        handle(self, record)

    logging.Logger.handle = watched  # type: ignore[method-assign]


def _matters(logger: str, error: BaseException | None) -> bool:
    """Return whether a library's error is about the program: the library talks to the service, or calls the program."""
    if logger.split(".")[0] in _LIBRARIES:
        return True
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        if _is_own(_file(trace.tb_frame.f_code)):
            return True
        trace = trace.tb_next
    return False


# --- mistakes that the program itself swallows ---

_told: set[object] = set()


def _tell_handled() -> None:
    """Report the exception that is being handled, if it is a mistake that was made in a line of the program."""
    error = sys.exc_info()[1]
    if isinstance(error, _MISTAKES):
        where = _where(error.__traceback__)
        if (type(error), where) not in _told:
            _told.add((type(error), where))
            _report("handled", **_facts(error))


def _watch_print() -> None:
    """`except Exception as error: print(error)` is the end of many an error."""
    write = builtins.print

    def watched(*args: Any, **kwargs: Any) -> None:
        _tell_handled()
        write(*args, **kwargs)

    watched.__name__ = watched.__qualname__ = "print"
    builtins.print = watched


def _watch_mistakes() -> None:
    """From Python 3.12 on, what is caught and dropped without a word is seen as well."""
    monitoring: Any = getattr(sys, "monitoring", None)
    if monitoring is None or monitoring.get_tool(4) is not None:
        return

    def raised(code: Any, _: int, error: BaseException) -> None:
        if isinstance(error, _MISTAKES) and _is_own(_file(code)):
            where = _where(error.__traceback__)
            if (type(error), where) not in _told:
                _told.add((type(error), where))
                _report("handled", **_facts(error))

    monitoring.use_tool_id(4, "v3-migrate smoke")
    monitoring.register_callback(4, monitoring.events.RAISE, raised)
    monitoring.set_events(4, monitoring.events.RAISE)


# --- which line sends ---


def _watch_sending() -> None:
    """What goes into TLS is still readable here, and the caller is still on the stack."""
    _watch_writes(ssl.SSLSocket, "send")
    _watch_writes(ssl.SSLObject, "write")


def _watch_writes(owner: Any, name: str) -> None:
    write = getattr(owner, name)

    def watched(self: Any, data: Any, *rest: Any) -> Any:
        kind = _kind(memoryview(data))
        if kind:
            where = _caller()
            if where and (kind, where) not in _told:
                _told.add((kind, where))
                _report("place", what=kind, where=where)
        return write(self, data, *rest)

    setattr(owner, name, watched)


def _kind(data: memoryview) -> str:
    """Return what a client begins to send; empty for the rest of something."""
    start = bytes(data[:2])
    if len(start) < 2:
        return ""
    if start == b"GE":
        return "connect" if b"upgrade: websocket" in bytes(data).lower() else "token"
    if start == b"PO":
        return "token"
    # Frames of a client are masked.
    return _FRAMES.get(start[0], "") if start[1] & 0x80 else ""


# --- where it hangs ---


def _watch_stacks(path: str) -> None:
    """On request, every thread's stack is written down, whatever it is waiting for."""
    number = getattr(signal, "SIGUSR2", None)
    if number is not None:
        faulthandler.register(number, file=os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT))
