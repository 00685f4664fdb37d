"""Every command in README and documentation is run, in the order of its page, or a table says what runs it instead.

Settings that are shown are read, files for others are parsed.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.migrator.conftest import PROGRAM, Tool
from tests.migrator.programs import V2, put, repository

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

ELSEWHERE = {
    r"python3 scripts/demo\.py": "a person, and the note of each release: it installs into the checkout",
    r"python3 scripts/test\.py": "CI: it is the suite that this test is part of",
    r"pipx install .*": "tests/test_house.py, by pip into an environment of its own",
    r"cd my-bot": "nobody: it names the reader's folder",
    r"v3-migrate smoke .*|.* --write --smoke": "tests/smoke; scripts/pictures.py for the README's picture",
    r"v3-migrate replay .*|ASSEMBLYAI.* listen .*": "tests/runtime: test_listen.py, test_replay_command.py",
    r"v3-migrate record .*": "tests/runtime/test_record_command.py, test_record_program.py",
    r"v3-migrate doctor .*": "tests/runtime/test_doctor.py, against a service of its own",
    r"v3-migrate listen .*": "tests/runtime/test_listen.py",
    r"man v3-migrate": "tests/test_house.py: it is in the wheel",
    r"python -m tests\..*": "a person: minutes to hours; with fixed seeds in .ci/run",
    r"python scripts/.*": "tests/test_developing.py",
    r"multi-gitter .*": "tests/test_documentation.py runs its script and the body that it makes",
}


def blocks(page: Path, *languages: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [text for language, text in found if language in languages]


def commands(page: Path) -> list[str]:
    lines = "".join(blocks(page, "sh")).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith(("#", "test "))]


def is_elsewhere(command: str) -> bool:
    words = shlex.join(shlex.split(command, comments=True)).replace("'", "")
    return any(re.fullmatch(pattern, words) for pattern in ELSEWHERE)


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: str(page.name))
def test_every_command_runs(tool: Tool, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = (".", "path", "path/to/project", "services/phone")
    repository(tool.folder, {f"{folder}/bot.py": V2 for folder in folders})
    monkeypatch.setenv("PR_BODY", str(tool.folder / "body.md"))
    for command in commands(page):
        if is_elsewhere(command):
            continue
        words = shlex.split(command, comments=True)
        assert words[0] == "v3-migrate", command
        if ">" in words:
            target = words[words.index(">") + 1]
            assert target.startswith("~/.local/share/"), command  # one's own folder, which a test leaves alone
            words = words[: words.index(">")]
        ran = tool(*(word.replace("$PR_BODY", "body.md") for word in words[1:]), given=b"n\n")
        assert ran.code in (0, 1), (command, ran.err)
        assert "error" not in ran.err, command
        if "--write" in words:
            subprocess.run(["git", "-C", tool.folder, "commit", "--quiet", "--all", "-m", "x"], check=False)


def test_what_stands_in_the_table_is_there() -> None:
    everything = [command for page in PAGES for command in commands(page)]
    for pattern in ELSEWHERE:
        if not pattern.startswith(("python scripts", "multi-gitter", "v3-migrate listen")):
            assert any(
                re.fullmatch(pattern, shlex.join(shlex.split(c, comments=True)).replace("'", "")) for c in everything
            )
    assert sum(not is_elsewhere(command) for command in everything) > 15


def test_settings_that_are_shown_are_read(tool: Tool) -> None:
    shown = [block for page in PAGES for block in blocks(page, "toml") if "[tool.v3-migrate]" in block]
    assert len(shown) >= 2
    for block in shown:
        put(tool.folder, {"pyproject.toml": block, "bot.py": V2})
        assert "streaming.eu.assemblyai.com" in tool("--diff").text


def test_files_for_others_are_what_those_read() -> None:
    shown = [yaml.safe_load(block) for page in PAGES for block in blocks(page, "yaml")]
    hooks = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    inputs = set(yaml.safe_load((ROOT / "action.yml").read_text())["inputs"])
    used = 0
    for document in shown:
        for repo in document.get("repos", []):
            used += 1
            assert {hook["id"] for hook in repo["hooks"]} <= set(hooks)
        for job in document.get("jobs", {}).values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("v3-migrate/"):
                    used += 1
                    assert set(step.get("with", {})) <= inputs
    assert used >= 3


def test_the_script_for_many_repositories(tool: Tool) -> None:
    """Run as the engine runs it: a shell in a clone, and a change in the work tree is what becomes a pull request."""
    (script,) = (block for block in blocks(ROOT / "docs" / "guide" / "many.md", "sh") if block.startswith("#!"))
    shutil.copytree(ROOT / "fixtures" / "legacy" / "split_modules" / "v2", tool.folder / "app")
    repository(tool.folder, {"bot.py": V2})
    body = tool.state / "body.md"
    body.parent.mkdir()
    environment = {"PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "PR_BODY": str(body), "HOME": str(tool.state)}
    put(tool.state, {"migrate.sh": script})
    ran = subprocess.run(
        ["sh", tool.state / "migrate.sh"], cwd=tool.folder, env=environment, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "streaming.assemblyai.com" in tool.read("bot.py")
    assert body.read_text().startswith("## v3-migrate\n")
    assert "| rule | what | rewrites | left |" in body.read_text()
