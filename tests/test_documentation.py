"""The documentation: it builds, its links lead somewhere, its commands exist, its pictures say what the tool says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from codemods.analysis import documentation
from codemods.model import rule_url
from migrator.cli import COMMANDS
from migrator.reporting import json_report
from scripts import pictures
from tests.codemods.programs import migrate
from tests.migrator.programs import V2

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOOL = Path(sys.executable).with_name("v3-migrate")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built as it is published; a broken link or anchor fails."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, str(ROOT / "scripts" / "site_of.py"), str(folder)]
    ran = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder / "site"


def test_every_rule_has_a_page_with_its_examples(site: Path) -> None:
    for rule in documentation():
        page = (site / "rules" / rule.code.lower() / "index.html").read_text(encoding="utf-8")
        assert rule.code in page
        assert rule.source.url in page
        assert ("se instead" in page) == bool(rule.instead)
    assert rule_url("V3M101").startswith(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["site_url"])


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(
            r"""<(?:script|link|img)[^>]*(?:src|href)=["']?https?://(?!v3-migrate\.github\.io)""", text
        ), page


def test_links_of_the_readme_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\((?!https?://)([^)#]+)", readme)
    assert len(links) > 8
    for link in links:
        assert (ROOT / link).is_file(), link


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_the_first_example_is_what_the_tool_does(page: str) -> None:
    (block,) = re.findall(r"```diff\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    lines = block.splitlines(keepends=True)
    # What the example leaves out: the imports, and the client whose callback it is.
    around = "import json\n\nimport websocket\n\n{}\nwebsocket.WebSocketApp(URL, on_message=on_message).run_forever()\n"
    before, after = (
        around.format("".join(line[1:] or "\n" for line in lines if line[0] in f"{sign} \n")) for sign in "-+"
    )
    assert migrate(before).text == after


def _commands() -> list[tuple[str, str]]:
    return [
        (str(page.relative_to(ROOT)), line)
        for page in PAGES
        for block in re.findall(r"```(?:sh|text)\n(.*?)```", page.read_text(), re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
        if line.startswith("v3-migrate")
    ]


@pytest.mark.parametrize(("page", "command"), _commands())
def test_every_command_of_the_documentation_has_options_that_exist(page: str, command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    name = words[0] if words and words[0] in COMMANDS else None
    shown = subprocess.run(
        [TOOL, *([name] if name else []), "--help"], capture_output=True, text=True, check=True
    ).stdout
    known = set(re.findall(r"--[a-z][a-z-]+", shown))
    own = words[: words.index("--")] if "--" in words else words
    assert {word for word in own if word.startswith("--")} <= known


def test_the_page_for_a_broken_bot_does_what_it_says(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its commands, in its order, in a folder with a bot: preview, smoke test, write, check."""
    page = (ROOT / "docs" / "broke.md").read_text()
    commands = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    calls = [shlex.split(line)[1:] for line in commands if line.startswith("v3-migrate")]
    assert calls == [["."], ["smoke", "--migrate"], [".", "--write"], [".", "--check"]]
    shutil.copytree(ROOT / "fixtures" / "legacy" / "radio_booth" / "v2", tmp_path, dirs_exist_ok=True)
    # The environment that a reader has activated: the program's libraries are in it.
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state")), "VIRTUAL_ENV": sys.prefix}
    said = {}
    for call in calls:
        ran = subprocess.run([TOOL, *call], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        said[call[0], call[-1]] = ran.stdout
    assert "3 runs: 3 passed" in said["smoke", "--migrate"]
    assert "streaming.assemblyai.com/v3/ws" in (tmp_path / "booth.py").read_text()


def test_the_report_in_the_documentation_follows_the_schema() -> None:
    page = (ROOT / "docs" / "reference" / "contracts.md").read_text()
    report = json.loads(page.split("```json\n")[1].split("```")[0])
    schema = json.loads(Path(json_report.__file__).with_name("report.schema.json").read_text())
    schema["$defs"]["summary"].pop("required")  # the page leaves some out, and says so
    jsonschema.validate(report, schema)


def test_the_pictures_show_what_the_tool_prints() -> None:
    assert pictures.main(["--check"]) == 0


def test_the_steps_of_the_action_run(tmp_path: Path) -> None:
    """What GitHub's runner would do with the shell steps: the same shell, the variables it sets, in order."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    inputs = {name: text["default"] for name, text in action["inputs"].items()} | {"version": str(ROOT)}
    (tmp_path / "bot.py").write_text(V2)
    files = {name: tmp_path / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    environment = {
        **os.environ,
        "GITHUB_ACTIONS": "true",
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_ACTION_PATH": str(ROOT),
        **{name: str(path) for name, path in files.items()},
    }
    (tmp_path / "temp" / "v3-migrate" / "bin").mkdir(parents=True)
    (tmp_path / "temp" / "v3-migrate" / "bin" / "v3-migrate").symlink_to(TOOL)
    printed, codes = "", {}
    for step in action["runs"]["steps"]:
        if "run" not in step or step["name"] in ("Install", "Smoke"):
            continue
        outputs = (
            dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines()) if printed else {}
        )

        def value(text: str, outputs: dict[str, str] = outputs) -> str:
            text = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], text)
            return re.sub(r"\$\{\{ steps\.check\.outputs\.([\w-]+) \}\}", lambda match: outputs[match[1]], text)

        variables = {name: value(text) for name, text in step.get("env", {}).items()}
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        printed += ran.stdout
        codes[step["name"]] = ran.returncode
    assert codes == {"Check": 0, "Result": 1}
    assert "::error file=bot.py,line=5" in printed
    summary = files["GITHUB_STEP_SUMMARY"].read_text()
    assert summary.startswith("## v3-migrate\n")
    assert "1. To fix: `v3-migrate . --write`" in summary  # to be typed elsewhere than on the runner
    assert json.loads((tmp_path / "temp" / "v3-migrate.sarif").read_text())["version"] == "2.1.0"
