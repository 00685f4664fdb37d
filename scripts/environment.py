"""What the demo and the tests share: a virtual environment in `.venv`, and Debian packages where something is missing.

Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 10)


def install(*extras: str) -> None:
    """Have v3-migrate with `extras` in `.venv`, editable; does nothing when it is there and pyproject.toml is the same.

    Raises:
        SystemExit: this Python is too old, or a step failed; says which.
    """
    if sys.version_info < OLDEST:
        running = ".".join(map(str, sys.version_info[:3]))
        raise SystemExit(f"v3-migrate needs Python 3.10 or newer and this is {running}. Try python3.12 {sys.argv[0]}")
    stamp = VENV / "v3-migrate.stamp"
    wanted = " ".join([hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest(), *sorted(extras)])
    found = stamp.read_text() if stamp.is_file() else ""
    if found.startswith(wanted):  # The same, or the same with more extras.
        return
    if not PYTHON.exists():
        if importlib.util.find_spec("ensurepip") is None:  # Debian ships venv without it.
            apt_install(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
        _run(sys.executable, "-m", "venv", VENV)
    target = f"{ROOT}[{','.join(extras)}]" if extras else ROOT
    print(f"Installing v3-migrate into {VENV.relative_to(ROOT)} ...", flush=True)
    _run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target)
    stamp.write_text(wanted)


def apt_install(*packages: str) -> None:
    """Install those of `packages` that are missing, on Debian and its likes; elsewhere do nothing.

    Asks for a password through sudo only on a terminal.

    Raises:
        SystemExit: apt-get failed, or there is no right to run it.
    """
    if not shutil.which("apt-get"):
        return
    missing = [package for package in packages if not _has(package)]
    if not missing:
        return
    print(f"Installing Debian packages: {' '.join(missing)} ...", flush=True)
    sudo: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise SystemExit(f"Neither root nor sudo here. Have somebody run: apt-get install {' '.join(missing)}")
        sudo = ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    _run(*apt, "update")
    _run(*apt, "install", "--yes", "--no-install-recommends", *missing)


def _has(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"


def _run(*command: str | Path) -> None:
    """Run without a word, unless it fails. Standard input stays, for sudo's question."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{result.stdout}\nexit code {result.returncode} from: {' '.join(map(str, command))}")


def become(command: Sequence[str | Path]) -> None:
    """Replace this process by `command`, run in the root of the checkout; its exit code becomes ours."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(command[0], [str(part) for part in command])
