"""Runs before the first line of the user's program: sends the vendor's names to the local server, reports what happens.

Standard library only, and nothing newer than Python 3.8: this runs in the user's interpreter. It is read from a copy in
a throwaway folder, so that nothing of this tool is on the program's path.
"""

from __future__ import annotations

import atexit
import builtins
import importlib.machinery
import importlib.util
import itertools
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
import types
from collections.abc import Sequence
from typing import Any

CONFIG: dict[str, Any] = json.loads(os.environ["V3_MIGRATE_SMOKE"])
_events = os.open(CONFIG["events"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


#: Reports that a process makes, at most: a program that hands something to a stub for ever would fill the disc.
_MOST = 100_000
_reports = itertools.count()


def report(event: str, **facts: object) -> None:
    """Tell the sandbox; one line, written at once, so that a killed program loses nothing."""
    if next(_reports) > _MOST:
        return
    facts.update(event=event, time=time.time(), thread=threading.current_thread().name, pid=os.getpid())
    os.write(_events, (json.dumps(facts, default=str) + "\n").encode())


# --- the network: the vendor's hosts are the local server, loopback is free, everything else is closed ---

_getaddrinfo, _connect, _connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex
_sendto, _bind, _listen = socket.socket.sendto, socket.socket.bind, socket.socket.listen


def _name(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host or "")


def _is_vendor(host: str) -> bool:
    return any(host == name or host.endswith("." + name) for name in CONFIG["hosts"])


def _is_loopback(host: str) -> bool:
    return host in ("", "localhost", "::1", "0.0.0.0", "::") or host.startswith("127.") or host == socket.gethostname()


def _closed(host: str) -> None:
    report("blocked", host=host)


def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[tuple[Any, ...]]:
    name = _name(host)
    if _is_vendor(name):
        report("redirected", host=name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", CONFIG["port"]))]
    if not _is_loopback(name):
        _closed(name)
        raise socket.gaierror(socket.EAI_NONAME, "the smoke test has no network beyond loopback: " + name)
    return _getaddrinfo(host, port, *args, **kwargs)


def gethostbyname(host: Any) -> str:
    return str(getaddrinfo(host, 0)[0][4][0])


def _target(address: Any) -> Any:
    """Return where a socket may connect to instead of `address`; raise if nowhere."""
    if not isinstance(address, tuple) or not address:
        return address
    name = _name(address[0])
    if _is_vendor(name):
        report("redirected", host=name)
        return ("127.0.0.1", CONFIG["port"])
    if not _is_loopback(name):
        _closed(name)
        raise ConnectionRefusedError("the smoke test has no network beyond loopback: " + name)
    return address


def connect(self: socket.socket, address: Any) -> None:
    return _connect(self, _target(address))


def connect_ex(self: socket.socket, address: Any) -> int:
    return _connect_ex(self, _target(address))


def sendto(self: socket.socket, data: Any, *rest: Any) -> int:
    return _sendto(self, data, *rest[:-1], _target(rest[-1]))


def bind(self: socket.socket, address: Any) -> None:
    """A program that serves the whole network serves this machine only."""
    if isinstance(address, tuple) and address and _name(address[0]) in ("", "0.0.0.0", "::"):
        address = ("::1" if self.family == socket.AF_INET6 else "127.0.0.1", *address[1:])
    _bind(self, address)


def listen(self: socket.socket, *backlog: Any) -> None:
    _listen(self, *backlog)
    if self.family in (socket.AF_INET, socket.AF_INET6):
        report("listening", host=self.getsockname()[0], port=self.getsockname()[1])


socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]
socket.gethostbyname = gethostbyname
socket.gethostbyname_ex = lambda host: (host, [], [gethostbyname(host)])
socket.socket.connect = connect  # type: ignore[method-assign]
socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
socket.socket.sendto = sendto  # type: ignore[method-assign,assignment]
socket.socket.bind = bind  # type: ignore[method-assign]
socket.socket.listen = listen  # type: ignore[method-assign]
# aiohttp would resolve names with it, past the patched function; without it, it falls back to that function.
sys.modules.setdefault("aiodns", None)  # type: ignore[arg-type]

# --- trust: whatever roots a client loads, the throwaway CA is among them ---

_C_CONTEXT: Any = ssl.SSLContext.__mro__[1]
_load_default_certs = ssl.SSLContext.load_default_certs


def load_verify_locations(self: Any, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
    _C_CONTEXT.load_verify_locations(self, cafile, capath, cadata)
    _C_CONTEXT.load_verify_locations(self, CONFIG["ca"])


def load_default_certs(self: Any, purpose: Any = ssl.Purpose.SERVER_AUTH) -> None:
    _load_default_certs(self, purpose)
    _C_CONTEXT.load_verify_locations(self, CONFIG["ca"])


def set_default_verify_paths(self: Any) -> None:
    _C_CONTEXT.set_default_verify_paths(self)
    _C_CONTEXT.load_verify_locations(self, CONFIG["ca"])


ssl.SSLContext.load_verify_locations = load_verify_locations  # type: ignore[method-assign]
ssl.SSLContext.load_default_certs = load_default_certs  # type: ignore[method-assign]
ssl.SSLContext.set_default_verify_paths = set_default_verify_paths  # type: ignore[method-assign]

# --- what fails, and where ---

import v3_migrate_witness  # noqa: E402

v3_migrate_witness.install(CONFIG["project"], CONFIG["stacks"], report)

# --- how it ends ---

_shutdown = threading._shutdown  # type: ignore[attr-defined]


def shutdown() -> None:
    """The main thread is done; the interpreter now waits for these threads."""
    left = [
        thread.name for thread in threading.enumerate() if thread is not threading.main_thread() and not thread.daemon
    ]
    report("main-ended", threads=left)
    _shutdown()


threading._shutdown = shutdown  # type: ignore[attr-defined]


def left() -> None:
    """The program's own exit handlers are done; the threads that still run are cut off now."""
    report(
        "left", threads=[thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    )


# The first to be registered is the last to run.
atexit.register(left)

# A process started in the background ignores Ctrl+C, and so would the program.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# --- the person at the keyboard ---


def answered_input(prompt: object = "") -> str:
    """Ask the sandbox, which knows whether a session is running that an answer might end."""
    print(prompt, end="", flush=True)
    report("input", prompt=str(prompt))
    line = sys.stdin.readline()
    if not line:
        raise EOFError("the smoke test is over")
    return line.rstrip("\n")


builtins.input = answered_input

# --- time: what paces a file has to keep up with the microphone ---

_sleep = time.sleep


def sleep(seconds: float) -> None:
    _sleep(seconds / CONFIG["speed"])


if CONFIG["speed"] != 1:
    time.sleep = sleep


# --- imports that matter: uvloop resolves names in C; the first sitecustomize of the user still runs ---

_here = os.path.dirname(os.path.abspath(__file__))
_path_of_user = [entry for entry in sys.path if os.path.abspath(entry or ".") != _here]


class _Uvloop:
    """Puts asyncio's own loop in the place of uvloop, where that is installed."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None) -> Any:
        if name != "uvloop" or importlib.machinery.PathFinder.find_spec(name) is None:
            return None
        report("uvloop")
        return importlib.util.spec_from_file_location(name, os.path.join(_here, "v3_migrate_uvloop.py"))


sys.meta_path.insert(0, _Uvloop())  # type: ignore[arg-type]

if CONFIG["stub"] or CONFIG["stubbed"]:
    import v3_migrate_stubs

    v3_migrate_stubs.install(CONFIG["project"], CONFIG["stub"], CONFIG["stubbed"], report)

report("started", python=sys.version.split()[0])
_spec = importlib.machinery.PathFinder.find_spec("sitecustomize", _path_of_user)
if _spec is not None and _spec.loader is not None:
    _module = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_module)
