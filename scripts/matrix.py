"""The library versions that users' programs run on, each in a virtual environment of its own under `.matrix/`.

Tests run migrated programs with `interpreter("websockets-10.4")` and so on. An environment is built when it is first
asked for, and again when its requirements or the Python version change. `python scripts/matrix.py [NAME...]` builds
ahead of time.

Standard library only. Built without pip, filled by the pip of the running interpreter (`pip --python`, pip >= 22.3).
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".matrix"

REQUIREMENTS: dict[str, tuple[str, ...]] = {
    # `requests` because programs fetch their temporary token with it.
    "websockets-10.4": ("websockets==10.4", "requests"),
    "websockets-13.1": ("websockets==13.1", "requests"),
    "websockets-newest": ("websockets", "requests"),
    "websocket-client-1.8.0": ("websocket-client==1.8.0", "requests"),
    "websocket-client-newest": ("websocket-client", "requests"),
    "aiohttp-newest": ("aiohttp",),
    # With aiodns, aiohttp resolves names without the system's resolver.
    "aiohttp-aiodns": ("aiohttp", "aiodns"),
    # 0.64.2 is the last with the legacy class, 0.64.16 the first with every name that migrated code uses.
    "sdk-0.64.2": ("assemblyai==0.64.2",),
    "sdk-0.64.16": ("assemblyai==0.64.16",),
    "sdk-newest": ("assemblyai",),
    "http-clients": ("httpx", "requests"),
    # What reads subtitles in the world outside.
    "subtitles": ("srt", "webvtt-py"),
    # What decodes audio files, in either form.
    "decoders": ("av", "imageio-ffmpeg"),
    "uvloop": ("uvloop", "websockets"),
    # Runs our hooks as it does for its users.
    "pre-commit": ("pre-commit",),
    # Web applications that take telephone calls.
    "flask-sdk-0.64.2": ("assemblyai==0.64.2", "flask", "flask-sock"),
    "flask-sdk-newest": ("assemblyai", "flask", "flask-sock"),
    "channels": ("channels", "daphne", "websockets"),
    # A worker.
    "celery": ("celery", "websockets"),
    "fastapi": ("fastapi", "uvicorn[standard]", "websockets"),
    # The tests of people's programs, with the pytest plug-in: v3-migrate itself is installed on top.
    "plugin": (
        *("pytest", "pytest-asyncio", "pytest-xdist", "trustme"),
        *("aiohttp", "assemblyai", "websocket-client", "websockets"),
    ),
    # What the plug-ins below import and a stand-in cannot be.
    "voice-plugins": ("aiohttp", "pydantic", "python-dotenv", "websockets"),
}

ALONE: dict[str, tuple[str, ...]] = {
    # The current AssemblyAI plug-ins of frameworks for voice agents, without these frameworks, whose models and codecs
    # are a gigabyte. Pinned, since it is their own methods that are called: what they do changes with each release.
    "plugin": ("--editable", str(FOLDER.parent)),
    "voice-plugins": (
        "bolna==0.11.9",
        "livekit-plugins-assemblyai==1.8.9",
        "pipecat-ai==1.14.0",
        "videosdk-plugins-assemblyai==1.0.30",
        "vision-agents-plugins-assemblyai==0.6.9",
    ),
}
"""What is installed on top without its dependencies, and whatever Python it asks for."""


def interpreter(name: str) -> Path:
    """Return the Python of the environment `name`, building it first when it is missing or out of date.

    Raises:
        KeyError: no such environment.
        subprocess.CalledProcessError: pip could not install the requirements; its output is on stderr.
    """
    requirements, alone = REQUIREMENTS[name], ALONE.get(name, ())
    environment = FOLDER / name
    python = environment / "bin" / "python"
    stamp = environment / "stamp.json"
    wanted = json.dumps({"python": sys.version, "requirements": [*requirements, *alone]})
    with _locked(name):
        if not (stamp.is_file() and stamp.read_text() == wanted):
            _build(environment, python, requirements, alone)
            stamp.write_text(wanted)
    return python


def _build(environment: Path, python: Path, requirements: Sequence[str], alone: Sequence[str]) -> None:
    shutil.rmtree(environment, ignore_errors=True)
    # Not the venv of a venv: its base may be gone when the outer one is rebuilt.
    base = getattr(sys, "_base_executable", None) or sys.executable
    subprocess.run([base, "-m", "venv", "--without-pip", environment], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *requirements], check=True, stdin=subprocess.DEVNULL)
    if alone:
        words = ["--no-deps", "--ignore-requires-python", *alone]
        subprocess.run([*pip, "install", "--quiet", *words], check=True, stdin=subprocess.DEVNULL)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Keep test workers from building the same environment at once."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(names: Sequence[str]) -> int:
    """Build the environments `names`, all of them when empty; print each interpreter."""
    unknown = [name for name in names if name not in REQUIREMENTS]
    if unknown:
        known = ", ".join(REQUIREMENTS)
        print(f"matrix: no environment named {', '.join(unknown)}; there are {known}", file=sys.stderr)
        return 2
    chosen = names or tuple(REQUIREMENTS)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, python in zip(chosen, pool.map(interpreter, chosen), strict=True):
            print(f"{name}: {python.relative_to(FOLDER.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
