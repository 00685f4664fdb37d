"""Tries to get out, each attempt in its own way, and says as JSON what came of it."""

import _socket
import ctypes
import importlib
import json
import os
import signal
import socket
import subprocess
import sys

OUTSIDE = ("203.0.113.5", 80)  # TEST-NET-3
PATHS = json.loads(sys.argv[1])
found = {}


def tried(name, action):
    try:
        result = action()
    except BaseException as error:
        found[name] = f"{type(error).__name__}: {error}"
    else:
        found[name] = f"done: {result!r}"


def child(*words, **options):
    code = f"import socket; socket.create_connection({OUTSIDE!r}, 2)"
    return subprocess.run([sys.executable, *words, "-c", code], capture_output=True, **options).check_returncode()


def by_libc():
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    address = socket.AF_INET.to_bytes(2, sys.byteorder) + (80).to_bytes(2, "big") + socket.inet_aton(OUTSIDE[0])
    if libc.connect(handle, address + bytes(8), 16):
        raise OSError(ctypes.get_errno(), "refused")


def write(path):
    with open(path, "w") as file:
        file.write("x")


attempt = tried
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
# The network, without the function that was replaced.
attempt("sendmsg", lambda: udp.sendmsg([b"x"], [], 0, OUTSIDE))
attempt("_socket", lambda: _socket.socket().connect(OUTSIDE))
attempt("reload", lambda: importlib.reload(socket).socket().connect(OUTSIDE))
attempt("ctypes", by_libc)
attempt("python -I", lambda: child("-I"))
attempt("empty environment", lambda: child(env={}))
attempt("another language", lambda: subprocess.run(["sh", "-c", "exec 3<>/dev/tcp/203.0.113.5/80"], check=True))
# Services of this machine.
attempt("loopback", lambda: socket.create_connection(("127.0.0.1", PATHS["port"]), 2))
attempt("unix socket", lambda: socket.socket(socket.AF_UNIX).connect(PATHS["socket"]))
attempt("abstract socket", lambda: socket.socket(socket.AF_UNIX).connect("\0" + PATHS["abstract"]))
# Files.
attempt("home", lambda: write(PATHS["home"] + "/left-behind"))
attempt("own home", lambda: write(os.path.expanduser("~/left-behind")))
attempt("absolute", lambda: write(PATHS["folder"] + "/left-behind"))
attempt("above", lambda: write("../../left-behind"))
attempt("temporary", lambda: write("/tmp/v3-migrate-left-behind"))
attempt("link", lambda: write("leads-out/left-behind"))
attempt("secret", lambda: open(PATHS["folder"] + "/secret").read())
if os.getpid() > 2:
    # Not behind the kernel's walls: these would do harm.
    attempt = lambda name, action: None
attempt("system", lambda: write("/etc/v3-migrate-left-behind"))
attempt("disc", lambda: [name for name in os.listdir("/dev") if name.startswith(("sd", "vd", "nvme", "snd"))])
attempt("mount", lambda: ctypes.CDLL(None).mount(b"none", b"/mnt", b"tmpfs", 0, None))
attempt("unmount", lambda: ctypes.CDLL(None).umount2(PATHS["home"].encode(), 2))
attempt("kernel", lambda: write("/proc/sys/kernel/hostname"))
attempt = tried
# Processes.
attempt(
    "daemon",
    lambda: (
        subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(300)", PATHS["mark"]], start_new_session=True
        ).pid
    ),
)
attempt("others", lambda: os.kill(PATHS["pid"], 0))
attempt("parent", lambda: signal.signal(signal.SIGINT, signal.SIG_IGN) and os.getppid())
# Secrets.
attempt("key", lambda: os.environ["ASSEMBLYAI_API_KEY"])
attempt("other key", lambda: os.environ["CLOUD_SECRET"])
attempt("address", lambda: os.environ["DATABASE_URL"])
attempt("handed over", lambda: os.environ["GIVEN_TOKEN"])
attempt("file", lambda: open(".env").read())
print(json.dumps(found))
