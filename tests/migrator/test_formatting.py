"""Formatters and linters have nothing to say of a migrated project that they did not say of the original."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import black
import pytest

from migrator.cli import main

LEGACY = Path(__file__).parents[2] / "fixtures" / "legacy"
APPS = ("aiohttp_notes", "boosted_token", "captions_callbacks", "radio_booth", "sdk_agent", "sdk_phone", "wav_file")
RUFF = "[tool.ruff]\nline-length = {0}\n"
BLACK = "[tool.black]\nline-length = {0}\n\n" + RUFF


def project(folder: Path, settings: str, mode: black.Mode | None, change: str = "") -> Path:
    """Make a project of the bundled programs, formatted by black and with its imports in ruff's order."""
    for app in APPS:
        shutil.copytree(LEGACY / app / "v2", folder / app)
    (folder / "pyproject.toml").write_text(settings)
    for path in folder.rglob("*.py"):
        text = path.read_text("utf-8")
        docstring = text.startswith('"""')
        if change == "future":
            head, _, rest = text.partition("\n") if docstring else ("", "", text)
            text = f"{head}\nfrom __future__ import annotations\n{rest}"
        elif change == "tabs":
            text = text.replace("    ", "\t")
        elif change == "two":
            text = text.replace("    ", "  ")
        path.write_text(text, "utf-8")
    ruff(folder, "--fix", "--select", "I")
    for path in folder.rglob("*.py") if mode is not None else ():
        path.write_text(black.format_str(path.read_text("utf-8"), mode=mode), "utf-8")
    return folder


def ruff(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "json", *options, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def complaints(folder: Path, mode: black.Mode | None, rules: str) -> Counter[tuple[str, str]]:
    """Return what ruff and black find wrong with each file, TODO comments aside: they are for the reader to remove."""
    found: Counter[tuple[str, str]] = Counter()
    for told in json.loads(ruff(folder, "--select", rules)):
        found[Path(told["filename"]).name, told["code"]] += 1
    for path in folder.rglob("*.py") if mode is not None else ():
        text = path.read_text("utf-8")
        found[path.name, "black"] += int(black.format_str(text, mode=mode) != text)
    return found


@pytest.mark.parametrize(
    ("settings", "mode", "change"),
    [
        (BLACK.format(79), black.Mode(line_length=79), ""),
        (BLACK.format(100), black.Mode(line_length=100, string_normalization=False), "future"),
        (RUFF.format(120), black.Mode(line_length=120), ""),
        (RUFF.format(88), black.Mode(line_length=88), "future"),
        ("[tool.isort]\nprofile = 'black'\n", None, "tabs"),
        ("", None, "two"),
    ],
    ids=["black-79", "black-100-quotes", "ruff-120", "ruff-88", "tabs", "two-spaces"],
)
def test_no_new_complaints(settings: str, mode: black.Mode | None, change: str, tmp_path: Path) -> None:
    folder = project(tmp_path, settings, mode, change)
    rules = "I,F,E501" if mode is not None else "I,F"
    before = complaints(folder, mode, rules)
    texts = {path: path.read_text("utf-8") for path in folder.rglob("*.py")}
    assert main([str(folder), "--write", "--allow-dirty", "--no-todo", "--jobs", "1"]) in (0, 1)
    assert sum(path.read_text("utf-8") != text for path, text in texts.items()) >= len(APPS)
    assert complaints(folder, mode, rules) - before == Counter()


def test_what_black_has_not_formatted_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(BLACK.format(88))
    path = tmp_path / "bot.py"
    path.write_text(
        "import websocket\nodd   =  [ 1,2 ]\n"
        'ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", timeout=9)\n'
    )
    main([str(path), "--write", "--allow-dirty", "--no-todo", "--jobs", "1"])
    lines = path.read_text().splitlines()
    assert "odd   =  [ 1,2 ]" in lines
    assert lines[-1].endswith("timeout=9)")


def test_line_ends_of_windows_stay(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(BLACK.format(88))
    path = tmp_path / "bot.py"
    text = "import websocket\n\nws = websocket.create_connection(\n"
    text += '    "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000", timeout=9\n)\n'
    path.write_bytes(text.replace("\n", "\r\n").encode())
    main([str(path), "--write", "--allow-dirty", "--no-todo", "--jobs", "1"])
    lines = path.read_bytes().split(b"\r\n")
    assert lines[-3:] == [b"    timeout=9,", b")", b""]
    assert not any(b"\n" in line for line in lines)
