"""The promises of the repository itself: what the README says works, what is shipped, what is never committed."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Written in pieces, so that this file holds none of them.
PRIVATE = {
    "a path of somebody's machine": r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/",
    "a package registry's host": r"(?:pypi|pythonhosted|npmjs|debian)\.org\b",
    "what looks like an API key": r"(?<![0-9a-fA-F])[0-9a-fA-F]{32}(?![0-9a-fA-F])",
}


def _tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listing.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("what", PRIVATE)
def test_nothing_private_is_committed(what: str) -> None:
    pattern = re.compile(PRIVATE[what].encode())
    texts = {path: path.read_bytes() for path in _tracked()}
    assert len(texts) > 20
    found = [
        f"{path.relative_to(ROOT)}: {match[0]!r}"
        for path, text in texts.items()
        if b"\0" not in text
        for match in pattern.finditer(text)
    ]
    assert not found, f"{what} in tracked files"


def test_the_quick_start_is_two_commands_that_exist() -> None:
    section = (ROOT / "README.md").read_text().split("## Quick start\n")[1].split("\n## ")[0]
    commands = [line for block in re.findall(r"```\w*\n(.*?)```", section, re.DOTALL) for line in block.splitlines()]
    assert len(commands) == 2
    for command in commands:
        python, script = command.split()
        assert python == "python3"
        assert (ROOT / script).is_file()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_packages_their_types_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"migrator", "codemods", "runtime"}
    assert {f"{top}/py.typed" for top in tops} <= set(names)
    sources = {
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in tops
    }
    assert sources <= set(names)


def test_the_wheel_brings_the_recordings_that_smoke_and_replay_play(wheel: Path) -> None:
    recordings = {path.name for path in (ROOT / "fixtures" / "sessions").glob("*") if path.suffix in {".jsonl", ".wav"}}
    assert recordings
    assert {f"runtime/sessions/{name}" for name in recordings} <= set(zipfile.ZipFile(wheel).namelist())


def test_a_plain_install_asks_for_no_system_package(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    required = re.findall(r"^Requires-Dist: ([\w-]+)[^;\n]*$", archive.read(metadata).decode(), re.MULTILINE)
    assert "libcst" in required
    assert "pyaudio" not in [name.lower() for name in required]  # Its source needs PortAudio's headers.


def test_a_check_of_clean_code_imports_no_heavy_library(tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text("print('hello')\n")
    command = [sys.executable, "-X", "importtime", "-c", "import sys; from migrator.cli import main; sys.exit(main())"]
    result = subprocess.run([*command, str(tmp_path), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    imported = set(re.findall(r"^import time:.*\| +(\S+)$", result.stderr, re.MULTILINE))
    assert "migrator.cli" in imported
    assert not imported & {"asyncio", "libcst", "rich", "runtime", "websocket", "websockets"}
