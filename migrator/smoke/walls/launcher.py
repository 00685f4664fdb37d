"""Starts the program behind walls of the Linux kernel, and stays as the first process there. Run as a script, alone.

Namespaces of its own for users, network, mounts, processes and IPC: loopback is all the network there is; what is
listed as hidden is an empty folder; the rest of the file system can only be read; whatever the program starts ends with
it. Over the control socket it sends the listening socket of the stand-in for the service, and connects to the program
for its caller.

Standard library only, and everything is imported before folders are hidden: this interpreter's own may be among them.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import stat
import struct
import sys
from collections.abc import Mapping
from typing import Any

#: Namespaces: mounts, host name, IPC, users, processes, network.
_NEW = 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_MS_RDONLY, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 0x1000, 0x4000, 0x40000
_AT_FDCWD, _AT_RECURSIVE, _RDONLY = -100, 0x8000, 1
#: The system call has the same number everywhere (Linux 5.12 and newer).
_MOUNT_SETATTR = 442
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_SET_PDEATHSIG, _SET_CHILD_SUBREAPER, _SET_SECUREBITS, _CAPBSET_DROP, _SET_NO_NEW_PRIVS = 1, 36, 28, 24, 38
#: Root has no privileges by being root, and that stays so.
_NOROOT = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    plan = json.loads(sys.argv[2])
    command = sys.argv[3:]
    # Only the program is to hear Ctrl+C, and to write down its stacks.
    for number in (signal.SIGINT, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL)
    try:
        if plan["mode"] == "unshare":
            _unshare()
            _raise_loopback()
        listener = socket.create_server(("127.0.0.1", plan["port"])) if plan["mode"] != "reaper" else None
        if plan["mode"] == "unshare":
            _build(plan)
    except OSError as error:
        control.sendall(json.dumps({"refused": f"{error.strerror} ({error.filename or 'namespaces'})"}).encode())
        sys.exit(1)
    if listener is not None:
        socket.send_fds(control, [b'{"walls": "kernel"}'], [listener.fileno()])
        listener.close()
    else:
        control.sendall(b'{"walls": "none"}')
    sys.exit(_first_process(control, plan, command) if plan["mode"] == "unshare" else _stay(control, plan, command))


def _check(result: int, what: str = "") -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what or None)


# --- walls ---


def _unshare() -> None:
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(_NEW))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(handle, _SIOCGIFFLAGS, request))
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))
    with contextlib.suppress(OSError), open("/proc/sys/net/ipv4/ip_unprivileged_port_start", "w") as file:
        file.write("0")  # This namespace only; where the program is root, it may be used to low ports.


def _build(plan: Mapping[str, Any]) -> None:
    """Hide folders behind empty ones, but for what is needed there; let only the run's own folder be written."""
    _mount(None, "/", _MS_REC | _MS_PRIVATE)
    # Opened before they are hidden.
    kept = [(path, os.open(path, os.O_PATH)) for path in plan["kept"] if os.path.exists(path)]
    empty = [(path, os.open(folder, os.O_PATH)) for path, folder in plan["hidden"].items()]
    for path, handle in empty:
        if os.path.isdir(path):
            _mount(f"/proc/self/fd/{handle}", path, _MS_BIND)
    for path, handle in kept:
        if any(path == place or path.startswith(place + os.sep) for place in plan["hidden"]):
            if stat.S_ISDIR(os.fstat(handle).st_mode):
                os.makedirs(path, exist_ok=True)
            else:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDONLY))
            _mount(f"/proc/self/fd/{handle}", path, _MS_BIND | _MS_REC)
    for _, handle in (*kept, *empty):
        os.close(handle)
    _protect("/", _AT_RECURSIVE, set_=_RDONLY)
    for path in (*plan["hidden"], *plan["writable"]):
        if os.path.isdir(path):
            with contextlib.suppress(OSError):
                _protect(path, 0, clear=_RDONLY)
    _mount(plan["writable"][0], plan["writable"][0], _MS_BIND | _MS_REC)
    _protect(plan["writable"][0], 0, clear=_RDONLY)
    os.chdir(plan["cwd"])


def _mount(source: "str | None", target: str, flags: int, kind: "str | None" = None) -> None:
    names = [text.encode() if text is not None else None for text in (source, target, kind)]
    _check(_libc.mount(names[0], names[1], names[2], ctypes.c_ulong(flags), None), target)


def _protect(path: str, flags: int, set_: int = 0, clear: int = 0) -> None:
    attributes = struct.pack("QQQQ", set_, clear, 0, 0)
    _check(_libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, path.encode(), flags, attributes, len(attributes)), path)


# --- processes ---


def _first_process(control: socket.socket, plan: Mapping[str, Any], command: "list[str]") -> int:
    """Fork the first process of the new namespace, whose end is that of all others there; return its exit code."""
    child = os.fork()
    if child == 0:
        _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            # Containers that mask parts of theirs forbid a new one; then the old one shows processes it cannot reach.
            # Read-only: where the user is root, the settings of the whole machine are there.
            _mount("proc", "/proc", _MS_RDONLY, "proc")
        os._exit(_stay(control, plan, command))
    control.close()
    for handle in (0, 1, 2):
        os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF


def _stay(control: socket.socket, plan: Mapping[str, Any], command: "list[str]") -> int:
    """Start the program, reap what it leaves, connect to it when asked, and return its exit code."""
    _libc.prctl(_SET_CHILD_SUBREAPER, 1)
    program = os.fork()
    if program == 0:
        control.close()
        if plan["mode"] != "reaper":
            _drop_privileges()
        for number in (signal.SIGINT, signal.SIGUSR2, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        try:
            os.execve(command[0], command, dict(os.environ))
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)
    # The pipes are the program's: they end when it does.
    for handle in (0, 1, 2):
        os.close(handle)
    while True:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == program:
                    _end_all()
                    code = os.waitstatus_to_exitcode(ended[1])
                    return code if code >= 0 else 128 - code
        if select.select([control], [], [], 0.02)[0]:
            request = control.recv(64)
            if not request:  # It is over.
                _end_all()
                return 1
            _connect(control, request)


def _connect(control: socket.socket, request: bytes) -> None:
    """Connect to a port of the program, for its caller."""
    try:
        with socket.create_connection(("127.0.0.1", int(request)), timeout=5) as connection:
            socket.send_fds(control, [b"connected"], [connection.fileno()])
    except OSError as error:
        control.sendall(f"refused {error.strerror}".encode())


def _drop_privileges() -> None:
    """Take from the program what it could undo the walls with: root in a namespace may mount there."""
    _libc.prctl(_SET_SECUREBITS, _NOROOT)
    capability = 0
    while _libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    _libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _end_all() -> None:
    """Kill every process that is left, those that made themselves independent, too."""
    if os.getpid() == 1:
        return  # The kernel does it once the first process ends.
    while True:
        try:
            with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as file:
                children = [int(number) for number in file.read().split()]
        except OSError:
            return
        if not children:
            return
        for child in children:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


if __name__ == "__main__":
    main()
