"""The promises of the repository itself: what the README says works, what is shipped, what is never committed."""

from __future__ import annotations

import argparse
import importlib
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from codemods.rules import RULES
from migrator.cli import COMMANDS, parser

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


def test_every_option_and_command_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text()
    known = set(re.findall(r"--[a-z][a-z-]+", parser().format_help())) | {"--python-before"}
    calls = re.findall(r"v3-migrate [^\n`#;]*", readme)
    assert len(calls) > 10
    for call in calls:
        name = call.split()[1]
        if name in COMMANDS:
            command = argparse.ArgumentParser()
            importlib.import_module(COMMANDS[name][0]).configure(command)
            options = set(re.findall(r"--[a-z][a-z-]+", command.format_help()))
        else:
            options = known
        assert set(re.findall(r"(?<=\s)--[a-z][a-z-]+", call.split(" -- ")[0])) <= options, call


def _built(kind: str, source: Path, folder: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(_built("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.glob("v3_migrate-*")
    again = _built("wheel", source, tmp_path / "wheel")
    contents = [
        {name: archive.read(name) for name in archive.namelist()} for archive in map(zipfile.ZipFile, (wheel, again))
    ]
    assert contents[0] == contents[1]


def test_a_wheel_works_where_nothing_else_is(wheel: Path, tmp_path: Path) -> None:
    base = getattr(sys, "_base_executable", None) or sys.executable
    subprocess.run([base, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(tmp_path / "venv" / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", str(wheel)], check=True, stdin=subprocess.DEVNULL)
    program = tmp_path / "venv" / "bin" / "v3-migrate"
    for name in ("migrator", "codemods", "runtime"):  # names that a project may have, too
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('a module of the project was run')\n")
    (tmp_path / "bot.py").write_text('URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"\n')

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": "."}
        return subprocess.run(
            [program, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert run("--version").stdout == f"v3-migrate {version('v3-migrate')}\n"
    assert run("bot.py", "--write").returncode == 0
    assert "streaming.assemblyai.com/v3/ws" in (tmp_path / "bot.py").read_text()
    for command in COMMANDS:
        assert run(command, "--help").returncode == 0


def test_the_wheel_holds_the_packages_their_types_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    (page,) = (name for name in names if ".data/" in name)
    assert page.endswith(".data/data/share/man/man1/v3-migrate.1")  # where pip and pipx let `man` find it
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name and name != page}
    assert tops == {"migrator", "codemods", "runtime", "v3_migrate.py", "v3_migrate_pytest.py"}
    assert {f"{top}/py.typed" for top in tops if not top.endswith(".py")} <= set(names)
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
    command = [sys.executable, "-X", "importtime", "-c", "import sys; from v3_migrate import main; sys.exit(main())"]
    result = subprocess.run([*command, str(tmp_path), "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    imported = set(re.findall(r"^import time:.*\| +(\S+)$", result.stderr, re.MULTILINE))
    assert "migrator.cli" in imported
    assert not imported & {"asyncio", "libcst", "rich", "runtime", "websocket", "websockets"}


def test_only_the_facts_of_a_program_know_the_interpreter_s_tables() -> None:
    """Rules and what they plan ask `Program`, which answers; nobody else holds the interpreter."""
    for folder in ("rules", "rewrites", "facts"):
        for path in (ROOT / "codemods" / folder).rglob("*.py"):
            if "examples" not in path.parts and path.name != "program.py":
                assert not re.search(r"program\._?run\b", path.read_text()), path


def test_every_rule_stands_in_the_list_of_its_family() -> None:
    defined = [
        (path.parent.name, name)
        for path in (ROOT / "codemods" / "rules").glob("*/*.py")
        for name in re.findall(r"^class (\w+)\((?:Ending)?Rule\[", path.read_text(), re.MULTILINE)
    ]
    listed = [(rule.__module__.split(".")[2], rule.__name__) for rule in RULES]
    assert sorted(listed) == sorted(defined)


def test_the_tests_of_a_rule_are_called_after_it() -> None:
    """`test_<rule>.py`, or `test_<rule>_<what about it>.py`; its examples are tested wherever they stand."""
    for path in (ROOT / "tests" / "codemods" / "rules").glob("*/test_*.py"):
        rules = [rule.stem for rule in (ROOT / "codemods" / "rules" / path.parent.name).glob("*.py")]
        assert any(f"{path.stem}_".startswith(f"test_{rule}_") for rule in rules), path


def test_tests_stand_where_what_they_test_stands() -> None:
    for path in (ROOT / "tests" / "codemods").rglob("test_*.py"):
        folder = path.parent.relative_to(ROOT / "tests")
        assert (ROOT / folder).is_dir(), path
