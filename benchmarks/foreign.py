"""Packages from PyPI and npm: what does not speak v2 is neither changed nor told of.

    python benchmarks/foreign.py            downloads them (wheels and npm archives, nothing of them is run) and looks
    python benchmarks/foreign.py ws flask   some of them

Each package is unpacked and looked at alone, with likely rewrites included. A file speaks v2 if one of `V2` stands in
it; of every other file there must be no finding, and no change. Exits with 1 if there is.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

PYPI = (
    "aiohttp", "assemblyai", "boto3", "celery", "click", "deepgram-sdk", "discord.py", "django", "elevenlabs",
    "fastapi", "flask", "gradio-client", "httpx", "jinja2", "livekit-agents", "livekit-plugins-assemblyai", "openai",
    "pipecat-ai", "pydantic", "requests", "rich", "speechrecognition", "sqlalchemy", "starlette", "twilio", "uvicorn",
    "websocket-client", "websockets",
)  # fmt: skip
NPM = (
    "@deepgram/sdk", "assemblyai", "axios", "express", "lodash", "microsoft-cognitiveservices-speech-sdk", "openai",
    "react", "rxjs", "socket.io-client", "twilio", "vue", "ws", "zod",
)  # fmt: skip
V2 = re.compile(
    rb"assemblyai\.com/v2/realtime|\bRealtime(?:Transcriber|Transcript|FinalTranscript|PartialTranscript)\b"
    rb"|realtime\.(?:transcriber|createTemporaryToken)\(|/v2/realtime"
)


def unpacked(name: str, registry: str, folder: Path) -> Path:
    """Download a package and return the folder with what is in it."""
    archives, here = folder / "archives", folder / "package"
    archives.mkdir(parents=True)
    here.mkdir()
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
        "-d",
        archives,
        name,
    ]
    npm = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", archives, name]
    subprocess.run(pip if registry == "PyPI" else npm, check=True, stdout=subprocess.DEVNULL)
    (archive,) = archives.iterdir()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(here)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(here, filter="data")
    return here


def look(folder: Path) -> tuple[int, list[str], list[str]]:
    """Return how many files there are, which of them speak v2, and what is told of, or changed in, the others."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    speaking = {path for path in files if V2.search(path.read_bytes())}
    # A package has at least one module; an npm archive has none, so that a look at it would be refused.
    (folder / "empty.py").touch()
    tool = [sys.executable, "-m", "v3_migrate", ".", "--check", "--unsafe", "--format", "json"]
    report = json.loads(subprocess.run(tool, cwd=folder, capture_output=True, check=False).stdout)
    told = [
        f"{file['path']}:{finding['line']} {finding['code']}"
        for file in report["files"]
        for finding in file["findings"] or [{"line": 0, "code": file["error"]}]
        if folder / file["path"] not in speaking
    ]
    return len(files), sorted(str(path.relative_to(folder)) for path in speaking), told


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("packages", nargs="*", help="only these")
    wanted = parser.parse_args(argv).packages
    packages = [(name, "PyPI") for name in PYPI] + [(name, "npm") for name in NPM]
    total, wrong = 0, 0
    for name, registry in packages:
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as place:
            count, speaking, told = look(unpacked(name, registry, Path(place)))
        total, wrong = total + count, wrong + len(told)
        of_v2 = f", {len(speaking)} speak v2" if speaking else ""
        print(
            f"{registry:<5} {name:<40} {count:>6} files{of_v2}" + "".join(f"\n      {line}" for line in told),
            flush=True,
        )
    print(f"{total} files, {wrong} findings in files that do not speak v2")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
