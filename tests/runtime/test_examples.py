"""One project for each client library: its tests are green with the plug-in, and red when its program is broken.

The plug-in is installed, as users have it; the projects are run as they stand, in processes of their own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.matrix import interpreter
from tests.runtime.sessions import FOLDER

EXAMPLES = FOLDER.parent / "examples"

#: What is broken in each, and part of what its tests say then.
BROKEN = {
    "websockets": ('{"type": "Terminate"}', '{"type": "terminate"}', "RuntimeError: Invalid Message Type: terminate"),
    "websocket_client": (' and message["turn_is_formatted"]', "", "'good morning everyone'"),
    "aiohttp": ("ws.send_bytes(chunk)", "ws.send_str(chunk.hex())", "RuntimeError: Invalid JSON"),
    "sdk_sync": ("disconnect(terminate=True)", "disconnect()", "Please bring your notes."),
    "sdk_async": ("event.transcript", "event.text", "'Good morning everyone.'"),
}
#: Whose tests run side by side.
XDIST = "websockets"


def run(project: Path) -> str:
    """Run its tests; return what pytest said."""
    options = ["-n2"] if project.name == XDIST else []
    words = [interpreter("plugin"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, project]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH"))}
    done = subprocess.run(words, env=clean, capture_output=True, text=True, timeout=120, check=False, cwd=project)
    return done.stdout + done.stderr


def test_every_example_is_green_and_red_when_its_program_is_broken(tmp_path: Path) -> None:
    assert BROKEN.keys() == {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()}
    shutil.copytree(FOLDER, tmp_path / "sessions")
    for kind in ("right", "wrong"):
        shutil.copytree(EXAMPLES, tmp_path / kind, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (old, new, _) in BROKEN.items():
        bot = tmp_path / "wrong" / name / "bot.py"
        text = bot.read_text()
        assert old in text
        bot.write_text(text.replace(old, new))
    with ThreadPoolExecutor(2) as pool:
        said = {
            (kind, name): pool.submit(run, tmp_path / kind / name) for kind in ("right", "wrong") for name in BROKEN
        }
    for name, (_, _, evidence) in BROKEN.items():
        assert "2 passed" in said["right", name].result()
        wrong = said["wrong", name].result()
        assert "FAILED test_bot.py::test_every_sentence_comes_once" in wrong
        assert evidence in wrong
