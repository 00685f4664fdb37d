"""Sends connections that are meant for the vendor's hosts to a server on this machine, within one Python process.

Names keep their meaning, so that TLS is checked as ever: against the name that was asked for, and an authority made for
the run, which is trusted beside the usual ones. Connections to anybody else are untouched.

This file is also copied into a folder of its own and imported by a program that is redirected from outside (see
`environment`), in whatever Python that program has: standard library only, nothing newer than Python 3.8.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import sys
from typing import Any, Callable, Dict, List, Sequence, Tuple

VARIABLE = "V3_MIGRATE_REDIRECTION"

STAND_IN = "127.86.51.3"
"""What the names resolve to. Some libraries take a name's address and the port they wanted, not the port they are told:
by this address such a connection is recognised as well. Nothing ever connects there."""

_SITE = """\
import importlib.machinery, importlib.util, json, os, sys
import v3_migrate_redirection as redirection

redirection.install(**json.loads(os.environ[redirection.VARIABLE]))
here = os.path.dirname(os.path.abspath(__file__))
others = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
if spec is not None and spec.loader is not None:
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""


def install(hosts: Sequence[str], port: int, authority: str) -> Callable[[], None]:
    """Redirect what this process connects to from now on.

    Args:
        hosts: names, each in full.
        port: where the server listens, on 127.0.0.1.
        authority: file (PEM) of the certificate to trust beside those that are trusted anyway.

    Returns:
        A function that takes it back.
    """
    names = frozenset(name.lower() for name in hosts)
    resolve, connect, connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

    def is_meant(host: Any) -> bool:
        text = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else str(host or "")
        return text.lower().rstrip(".") in names

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> List[Tuple[Any, ...]]:
        if is_meant(host):
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (STAND_IN, port))]
        return resolve(host, *args, **kwargs)

    def target(address: Any) -> Any:
        if isinstance(address, tuple) and address and (address[0] == STAND_IN or is_meant(address[0])):
            return ("127.0.0.1", port)
        return address

    changes: List[Tuple[Any, str, Any]] = [
        (socket, "getaddrinfo", getaddrinfo),
        (socket, "gethostbyname", lambda host, ask=socket.gethostbyname: STAND_IN if is_meant(host) else ask(host)),
        (socket.socket, "connect", lambda self, address: connect(self, target(address))),
        (socket.socket, "connect_ex", lambda self, address: connect_ex(self, target(address))),
        *_trusting(authority, is_meant),
    ]
    missing = object()
    before = [(place, name, vars(place).get(name, missing)) for place, name, _ in changes]
    for place, name, new in changes:
        setattr(place, name, new)
    if "aiodns" not in sys.modules:
        # aiohttp would resolve names with it, past this; without it, it falls back to the changed function.
        sys.modules["aiodns"] = None  # type: ignore[assignment]

    def undo() -> None:
        for place, name, old in before:
            if old is missing:
                delattr(place, name)
            else:
                setattr(place, name, old)
        if sys.modules.get("aiodns", missing) is None:
            del sys.modules["aiodns"]

    return undo


def _trusting(authority: str, is_meant: Callable[[Any], bool]) -> List[Tuple[Any, str, Any]]:
    """Return the methods of TLS contexts that begin a connection, each trusting one more authority if it is meant.

    Not those that load certificates: libraries make contexts when they are imported, long before a test begins.
    """

    def trusting(name: str, place: int) -> Tuple[Any, str, Any]:
        begin = getattr(ssl.SSLContext, name)

        def changed(self: Any, *args: Any, **kwargs: Any) -> Any:
            if is_meant(kwargs.get("server_hostname", args[place] if len(args) > place else None)):
                self.load_verify_locations(authority)
            return begin(self, *args, **kwargs)

        return ssl.SSLContext, name, changed

    return [trusting("wrap_socket", 4), trusting("wrap_bio", 3)]


def environment(
    folder: str, hosts: Sequence[str], port: int, authority: str, base: Dict[str, str] | None = None
) -> Dict[str, str]:
    """Return the environment in which any Python program is redirected as `install` would.

    Args:
        folder: an empty folder, kept while the program runs.
        base: the environment to start from; this process's by default.
    """
    shutil.copyfile(__file__, os.path.join(folder, "v3_migrate_redirection.py"))
    with open(os.path.join(folder, "sitecustomize.py"), "w", encoding="utf-8") as file:
        file.write(_SITE)
    result = dict(os.environ if base is None else base)
    searched = result.get("PYTHONPATH")
    result["PYTHONPATH"] = os.pathsep.join([folder, searched] if searched else [folder])
    # A proxy would be asked to connect to the names, and would do so.
    for name in ("no_proxy", "NO_PROXY"):
        result[name] = ",".join(filter(None, [result.get(name, ""), *hosts]))
    result[VARIABLE] = json.dumps({"hosts": list(hosts), "port": port, "authority": authority})
    return result
