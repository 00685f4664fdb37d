"""A program that looks around: what it can reach, import and leave behind. It prints one JSON object."""

import json
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

found = {}


def outcome(action):
    """Return the name of the exception that `action` raises."""
    try:
        action()
    except Exception as error:
        return type(error).__name__
    return "done"


def datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", ("192.0.2.1", 53))


found["url"] = outcome(lambda: urllib.request.urlopen("https://tracker.example/collect"))
found["address"] = outcome(lambda: socket.create_connection(("192.0.2.7", 443), timeout=1))
found["lookup"] = outcome(lambda: socket.gethostbyname_ex("names.example"))
found["datagram"] = outcome(datagram)
server = socket.create_server(("0.0.0.0", 0))
found["served"] = server.getsockname()[0]
found["loopback"] = outcome(lambda: socket.create_connection(server.getsockname(), timeout=5).close())
found["ours"] = [
    name for name in ("v3_migrate", "migrator", "codemods", "runtime", "trustme", "libcst") if find_spec(name)
]
found["proxies"] = urllib.request.getproxies()
found["answers"] = [input("name? "), input("microphone number? ")]
found["file"] = tempfile.mkstemp()[1]
# A process that stays, and keeps the port open.
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[server.fileno()])
found["port"] = server.getsockname()[1]
Path("notes.txt").write_text("something")
print(json.dumps(found))
