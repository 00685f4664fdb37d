"""Starts the program: behind walls of the kernel where it allows that, else with what the interpreter can hold back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

_LAUNCHER = Path(__file__).with_name("launcher.py")
#: Seconds that the launcher may take to build its walls.
_PATIENCE = 20.0
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Plan:
    """What the program gets.

    Attributes:
        command: what is executed, by its path.
        folder: where it starts.
        environment: all of it.
        writable: the folder of the run, the only one that can be written.
        hidden: folders that are replaced, each by one in `writable`.
        kept: what stays visible under those.
        port: where the stand-in for the service listens, outside and inside.
    """

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    writable: Path
    hidden: Mapping[str, Path]
    kept: Sequence[str]
    port: int


@dataclass(slots=True)
class Started:
    """A running program. `walls` is empty if they are the kernel's, else why they are not."""

    process: subprocess.Popen[bytes]
    walls: str = ""
    control: socket.socket | None = None
    listener: socket.socket | None = None
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def connect(self, port: int, seconds: float) -> socket.socket:
        """Return a connection to a port at which the program listens.

        Raises:
            OSError: there is none.
        """
        if self.control is None or self.walls:
            return socket.create_connection(("127.0.0.1", port), seconds)
        with self._asking:
            self.control.sendall(str(port).encode())
            answer, handles, _, _ = socket.recv_fds(self.control, 256, 1)
        if not handles:
            raise ConnectionRefusedError(answer.decode() or "the program has ended")
        connection = socket.socket(fileno=handles[0])
        connection.settimeout(seconds)
        return connection

    def close(self) -> None:
        """Let go of it; the launcher ends what is left."""
        for part in (self.listener, self.control):
            if part is not None:
                with contextlib.suppress(OSError):
                    part.shutdown(socket.SHUT_RDWR)  # It wakes the thread that waits there; closing does not.
                part.close()


def start(plan: Plan) -> Started:
    """Start the program.

    Raises:
        OSError: it cannot be started.
    """
    if sys.platform != "linux":
        process = _popen(list(plan.command), plan, ())
        return Started(process, f"{sys.platform} has no namespaces")
    for mode in _MODES:
        if mode in _refused:
            continue
        started = _launched(plan, mode)
        if not started.walls:
            return started
        # What is forbidden once is forbidden for the rest of this process.
        _refused[mode] = started.walls
        started.close()
        started.process.kill()
        started.process.communicate()
    started = _launched(plan, "reaper")
    started.walls = "; ".join(f"{mode}: {reason}" for mode, reason in _refused.items())
    return started


#: Ways to namespaces: by ourselves, or by Bubblewrap, which some systems allow what they forbid everyone else.
_MODES = ("unshare", "bwrap")
_refused: dict[str, str] = {}


def walls_are_possible() -> bool:
    """Return whether the kernel may build walls here; it may still turn out that it does not."""
    return sys.platform == "linux" and not all(mode in _refused for mode in _MODES)


def _launched(plan: Plan, mode: str) -> Started:
    wrapper = shutil.which("bwrap") if mode == "bwrap" else None
    ours, theirs = socket.socketpair()
    with theirs:
        told = {
            "mode": mode,
            "port": plan.port,
            "cwd": str(plan.folder),
            "writable": [str(plan.writable)],
            "hidden": {place: str(folder) for place, folder in plan.hidden.items()},
            "kept": list(plan.kept),
        }
        # Isolated: neither the program's environment nor its folder is for the launcher to see.
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(theirs.fileno()), json.dumps(told), *plan.command]
        if wrapper is not None:
            launcher = [*_IGNORING, wrapper, *_wrapped(plan), "--", *launcher]
        elif mode == "bwrap":
            launcher = [sys.executable, "-c", ""]
        process = _popen(launcher, plan, (theirs.fileno(),))
    ours.settimeout(_PATIENCE)
    try:
        answer, handles, _, _ = socket.recv_fds(ours, 1 << 12, 1)
    except (TimeoutError, ConnectionResetError):
        answer, handles = b"", []
    ours.settimeout(None)
    listener = socket.socket(fileno=handles[0]) if handles else None
    refused = "" if listener or mode == "reaper" else _reason(answer)
    if mode == "bwrap" and wrapper is None:
        refused = "not installed"
    return Started(process, refused, ours, listener)


#: Only the program is to hear Ctrl+C, and to write down its stacks: what is ignored stays so for what is started.
_IGNORING = ("/bin/sh", "-c", 'trap "" INT USR2; exec "$@"', "sh")


def _wrapped(plan: Plan) -> Iterator[str]:
    """Yield the arguments with which Bubblewrap builds what `launcher` builds otherwise."""
    yield from ("--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts")
    yield from ("--die-with-parent", "--ro-bind", "/", "/")
    for place, folder in plan.hidden.items():
        yield from ("--bind", str(folder), place)
    for path in plan.kept:
        if any(path.startswith(place + os.sep) for place in plan.hidden):
            yield from ("--dev-bind-try" if path.startswith("/dev/") else "--ro-bind-try", path, path)
    # Our own interpreter starts the program from inside.
    for path in dict.fromkeys((sys.prefix, sys.base_prefix, str(_LAUNCHER.parent))):
        yield from ("--ro-bind", path, path)
    yield from ("--bind", str(plan.writable), str(plan.writable), "--proc", "/proc")
    # Root would keep its privileges otherwise, and could undo all this.
    yield from ("--remount-ro", "/proc", "--cap-drop", "ALL", "--chdir", str(plan.folder))


def _popen(command: list[str], plan: Plan, handles: tuple[int, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=plan.folder,
        env=dict(plan.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=handles,
    )


def _reason(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["refused"])
    except (ValueError, KeyError):
        return "the launcher did not start"


def relay(listener: socket.socket, port: int) -> None:
    """Hand every connection made inside on to the server outside, until the listener is closed."""

    def accept() -> None:
        while True:
            try:
                inside, _ = listener.accept()
                outside = socket.create_connection(("127.0.0.1", port))
            except OSError:
                return
            for source, target in ((inside, outside), (outside, inside)):
                _in_background(partial(_pump, source, target))

    _in_background(accept)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(_PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # One side is gone, so the other one is told; closing would not wake the thread that waits there.
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="relay", daemon=True).start()


#: Devices that every program may use, and those of graphics cards, on which models run.
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "dri", "kfd", "nvidia*")


def hidden_folders(run: Path) -> dict[str, Path]:
    """Return what is hidden from the program, each with the folder in `run` that it sees instead."""
    places = {
        # Discs, microphones.
        "dev": Path("/dev"),
        "home": Path.home(),
        "tmp": Path("/tmp"),
        "var-tmp": Path("/var/tmp"),
        # Sockets of services on this machine: Docker, databases, the desktop.
        "run": Path("/run"),
    }
    found = {}
    for name, place in places.items():
        if place.is_dir() and place != Path(os.sep):
            (run / name).mkdir(exist_ok=True)
            found[os.path.realpath(place)] = run / name
    if sys.platform == "linux":
        (run / "dev" / "shm").mkdir()
        for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
            (run / "dev" / name).symlink_to(f"/proc/self/fd{target}")
    return found


def devices() -> list[str]:
    """Return the devices that stay visible."""
    return [str(path) for pattern in _DEVICES for path in Path("/dev").glob(pattern)]
