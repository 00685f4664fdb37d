"""The pages for whoever carries on: what they print is printed, and following them works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import values

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "developing"


def test_the_interpreter_knows_what_its_page_says() -> None:
    page = (PAGES / "interpreter.md").read_text()
    program = page.split("```python\n")[1].split("```")[0]
    shown = page.split("```text\n")[1].split("```")[0].splitlines()
    printed = [" ".join(line.split()) for line in values.lines({"bot.py": program})]
    assert len(printed) > len(shown) > 3
    for line in shown:
        assert " ".join(line.split()) in printed


def test_every_module_of_the_table_exists() -> None:
    page = (PAGES / "interpreter.md").read_text()
    names = re.findall(
        r"`([\w/]+)`", "".join(row.split("|")[1] for row in re.findall(r"^\|.*\|$", page, re.MULTILINE)[2:])
    )
    assert len(names) > 6
    for name in names:
        path = ROOT / "codemods" / "interpreter" / name
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_a_rule_is_written_by_following_the_page(tmp_path: Path) -> None:
    """In a copy of the repository: its files, then its commands; nothing else is touched."""
    page = (PAGES / "writing-a-rule.md").read_text()
    assert len(_followed(page, tmp_path)) == 5
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    commands = page.split("```sh\n")[1].split("```")[0].splitlines()
    assert [command.split()[0] for command in commands] == ["python", "v3-migrate"]
    tested = subprocess.run(
        [sys.executable, *commands[0].split()[1:]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout
    assert re.search(r"\b4 passed", tested.stdout)  # the example, its second run, the counterexample, the advice
    explained = subprocess.run(
        [sys.executable, "-m", "v3_migrate", *commands[1].split()[1:]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert explained.stdout.startswith("# V3M198: a key is written into the program\n")


def test_a_library_is_added_by_one_file_and_its_place_among_the_others(tmp_path: Path) -> None:
    """The page's library, in a copy of the repository: the rules of every family apply to a program that uses it."""
    files = _followed((PAGES / "interpreter.md").read_text().split("## A new library")[1], tmp_path)
    assert list(files) == ["codemods/libraries/wires.py", "bot.py", "bot.py, migrated"]
    subprocess.run(
        [sys.executable, "-m", "v3_migrate", "bot.py", "--write"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert (tmp_path / "bot.py").read_text() == files["bot.py, migrated"]


def _followed(page: str, folder: Path) -> dict[str, str]:
    """Write a page's files, and apply its diff, in a copy of the repository; return the files."""
    for name in ("codemods", "migrator", "tests", "runtime"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "v3_migrate.py"):
        shutil.copy(ROOT / name, folder)
    files = dict(re.findall(r'```python title="([^"]+)"\n(.*?)```', page, re.DOTALL))
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (listed,) = re.findall(r'```diff title="[^"]+"\n(.*?)```', page, re.DOTALL)
    subprocess.run(["git", "apply", "-"], cwd=folder, input=listed, text=True, check=True)
    return files
