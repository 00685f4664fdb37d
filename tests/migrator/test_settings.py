"""What a project decides for itself: `[tool.v3-migrate]` in pyproject.toml, and comments in its code."""

from __future__ import annotations

import os
import subprocess
from itertools import permutations

import pytest

from codemods.model import Options
from codemods.protocol import HOSTS
from migrator.configuration import Configuration
from migrator.files.globs import Globs
from migrator.settings import Choices, Settings, SettingsError
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, LEFT, LIKELY, V2, V3, put, repository


def configured(tool: Tool, table: str) -> None:
    put(tool.folder, {"pyproject.toml": f"[tool.v3-migrate]\n{table}\n"})


def test_settings_of_the_project_and_the_command_line_before_them(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2})
    configured(tool, 'region = "eu"\nspeech-model = "u3-rt-pro"')
    assert "streaming.eu.assemblyai.com/v3/ws?sample_rate=16000&speech_model=u3-rt-pro" in tool(".", "--diff").text
    line = tool(".", "--diff", "--region", "us", "--speech-model", "universal-streaming-english").text
    assert "+URL = " + V3.split("URL = ")[1].splitlines()[0] in line


def test_rules_files_and_comments_to_leave_out(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LEFT, "old/bot.py": LEFT, "samples/a.py": LEFT})
    configured(
        tool,
        'exclude = ["old"]\nignore = ["V3M101"]\ntodo = false\n[tool.v3-migrate.per-file-ignores]\n'
        '"samples/*" = ["V3M3"]\n"bot.py" = ["V3M301"]',
    )
    ran = tool(".", "--format", "json")
    assert ran.findings() == [("bot.py", "V3M304", False), ("bot.py", "V3M303", True)]
    assert "TODO" not in tool(".", "--diff").text


def test_likely_rewrites_can_be_the_projects_choice(tool: Tool) -> None:
    put(tool.folder, {"bot.py": LIKELY})
    configured(tool, "unsafe = true")
    assert {fixed for _, _, fixed in tool(".", "--format", "json").findings()} == {True}


def test_the_nearest_pyproject_counts_even_from_elsewhere(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tool.folder, {"app/bot.py": V2, "app/pyproject.toml": "[tool.v3-migrate]\nignore = ['V3M3']\n", "x/y": ""})
    monkeypatch.chdir(tool.folder / "x")
    assert tool("../app", "--format", "json").findings() == [("../app/bot.py", "V3M101", True)]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("region = 'mars'", "region"),
        ("regoin = 'us'", "unknown key 'regoin': did you mean 'region'?"),
        ("[tool.v3_migrate]\nregion = 'eu'", "[tool.v3_migrate] is not read: did you mean [tool.v3-migrate]?"),
        ("speech-model = 'x\"+print(1)+\"'", "tool.v3-migrate: speech-model: letters, digits"),
        ("per-file-ignores = { '/' = ['E5'] }", "no rule has a code like 'E5'"),
        ("exclude = 'old'", "exclude: a list of strings expected"),
        ("unsafe = 'yes'", "unsafe: bool expected"),
        ("ignore = ['E501']", "no rule has a code like 'E501'"),
        ("per-file-ignores = ['V3M3']", "per-file-ignores: a table"),
        ("ignore = [", "pyproject.toml: "),
    ],
)
def test_settings_that_mean_nothing_are_named(tool: Tool, table: str, complaint: str) -> None:
    put(tool.folder, {"bot.py": V2})
    configured(tool, table)
    ran = tool(".", "--check")
    assert (ran.code, ran.out) == (2, b"")
    assert complaint in ran.err
    assert ran.err.count("\n") == 1


def test_a_comment_silences_its_line(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2.replace('16000"\n', '16000"  # v3-migrate: ignore[V3M101] staging still has v2\n')})
    assert tool(".", "--check", "--format", "json").findings() == [
        ("bot.py", "V3M301", True),
        ("bot.py", "V3M303", True),
    ]
    assert tool(".", "--write").code == 0
    assert "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000" in tool.read("bot.py")


def test_a_comment_at_the_top_silences_the_file(tool: Tool) -> None:
    put(tool.folder, {"bot.py": f"# v3-migrate: ignore-file\n{LEFT}"})
    assert tool(".", "--check").text == "1 file checked: no AssemblyAI v2 usage.\n"
    assert tool(".", "--write").code == 0


def test_a_comment_that_silences_nothing_is_found(tool: Tool) -> None:
    put(tool.folder, {"bot.py": V2.replace("import json\n", "import json  # v3-migrate: ignore[V3M303]\n")})
    assert ("bot.py", "V3M901", True) in tool(".", "--check", "--format", "json").findings()
    assert tool(".", "--check", "--ignore", "V3M901", "--format", "json").findings()[0] == ("bot.py", "V3M101", True)


@pytest.mark.parametrize("name", ['x"+print(1)+"', "{x}", "%s", "a b", "a\\", "a&region=x", "", "-x", "a'", "ü", "x\n"])
def test_no_setting_becomes_code(tool: Tool, name: str) -> None:
    put(tool.folder, {"bot.py": V2})
    for option in ("--speech-model", "--region"):
        ran = tool(".", "--write", f"{option}={name}")
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, b"", 1)
    assert tool.read("bot.py") == V2


def test_every_model_and_region_there_is_can_be_named() -> None:
    for model in ("universal-streaming-english", "universal-streaming-multilingual", "u3-rt-pro", "whisper_rt.2"):
        assert Choices(speech_model=model).speech_model == model
    assert {Choices(region=region).region for region in HOSTS} == set(HOSTS)
    assert Options().region in HOSTS


PHONE, CAPTIONS = "services/phone", "services/captions"
HOST = {"us": "wss://streaming.assemblyai.com/", "eu": "wss://streaming.eu.assemblyai.com/"}


@pytest.fixture
def monorepo(tool: Tool) -> Tool:
    """Two services in two regions, one of them with a library pinned, beside code that belongs to neither."""
    connect = (
        'import websockets\n\nws = websockets.connect("wss://api.assemblyai.com/v2/realtime/ws", extra_headers={})\n'
    )
    repository(
        tool.folder,
        {
            "pyproject.toml": "[tool.v3-migrate]\nregion = 'us'\nexclude = ['/services/*/old']\n",
            f"{PHONE}/pyproject.toml": "[tool.v3-migrate]\nregion = 'eu'\nexclude = ['attic/', '!attic/kept.py']\n",
            f"{PHONE}/src/bot.py": V2,
            f"{PHONE}/attic/bot.py": V2,
            f"{PHONE}/connect.py": connect,
            f"{PHONE}/requirements.txt": "websockets>=14\n",
            f"{CAPTIONS}/pyproject.toml": "[project]\nname = 'captions'\n",
            f"{CAPTIONS}/bot.py": V2,
            f"{CAPTIONS}/old/bot.py": V2,
            f"{CAPTIONS}/connect.py": connect,
            f"{CAPTIONS}/requirements.txt": "websockets==12.0\n",
            "tools/bot.py": V2,
        },
    )
    return tool


def regions(patch: bytes) -> dict[str, str]:
    """Return the region that each file of a patch comes to."""
    found = {}
    for part in patch.decode().split("diff --git ")[1:]:
        found[part.split()[0].removeprefix("a/")] = "eu" if HOST["eu"] in part else "us"
    return found


def test_each_file_has_the_settings_nearest_to_it_in_any_order_of_paths(monorepo: Tool) -> None:
    expected = {
        f"{PHONE}/src/bot.py": "eu",
        f"{PHONE}/connect.py": "eu",
        f"{CAPTIONS}/bot.py": "us",
        f"{CAPTIONS}/connect.py": "us",
        "tools/bot.py": "us",
    }
    assert regions(monorepo(".", "--diff").out) == expected
    for paths in permutations([PHONE, f"{PHONE}/src/bot.py", CAPTIONS, "tools"]):
        assert regions(monorepo(*paths, "--diff").out) == expected
    assert regions(monorepo(f"{PHONE}/src/bot.py", f"{CAPTIONS}/bot.py", "--diff").out) == {
        f"{PHONE}/src/bot.py": "eu",
        f"{CAPTIONS}/bot.py": "us",
    }
    assert set(regions(monorepo(".", "--diff", "--region", "eu").out).values()) == {"eu"}


def test_each_file_has_the_requirements_of_its_own_project(monorepo: Tool) -> None:
    assert monorepo(".", "--write", "--no-todo").code in (0, 1)
    assert "additional_headers=" in monorepo.read(f"{PHONE}/connect.py")
    assert "extra_headers=" in monorepo.read(f"{CAPTIONS}/connect.py")


def test_the_settings_are_the_same_from_inside_a_folder(monorepo: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    from_above = monorepo(".", "--diff").out
    monkeypatch.chdir(monorepo.folder / PHONE / "src")
    for place in ("bot.py", ".", "..", "../../.."):
        assert regions(monorepo(place, "--diff").out).items() <= regions(from_above).items()


def test_a_module_that_two_services_share_has_its_own_settings(tool: Tool) -> None:
    put(
        tool.folder,
        {
            "a/pyproject.toml": "[tool.v3-migrate]\nregion = 'eu'\n",
            "a/bot.py": V2.replace("import json\n", "import json\nimport shared\n"),
            "b/bot.py": V2.replace("import json\n", "import json\nimport shared\n"),
            "shared.py": 'URL = "wss://api.assemblyai.com/v2/realtime/ws"\n',
        },
    )
    assert regions(tool(".", "--diff").out) == {"a/bot.py": "eu", "b/bot.py": "us", "shared.py": "us"}


def test_a_table_above_the_top_of_a_repository_is_not_its_business(tool: Tool) -> None:
    put(tool.folder, {"pyproject.toml": "[tool.v3-migrate]\nregion = 'eu'\n"})
    repository(tool.folder / "clone", {"bot.py": V2})
    assert regions(tool("clone", "--diff").out) == {"clone/bot.py": "us"}


def test_a_table_that_is_wrong_is_named_wherever_it_lies(monorepo: Tool) -> None:
    put(monorepo.folder, {f"{PHONE}/pyproject.toml": "[tool.v3-migrate]\nregion = 'mars'\n"})
    ran = monorepo(".", "--write")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err == f"v3-migrate: error: {PHONE}/pyproject.toml: tool.v3-migrate: region: 'us' or 'eu', not 'mars'\n"


GLOBS = (
    "tests",
    "tests/",
    "/tests",
    "tests/*",
    "**/tests/**",
    "src/*.py",
    "*.py",
    "a?b.py",
    r"\[x\].py",
    "src/**",
    "./src",
)


def test_globs_are_those_of_gitignore(tool: Tool) -> None:
    files = ["bot.py", "tests/bot.py", "src/tests/bot.py", "tests/deep/er/bot.py", "src/a.py", "a b.py", "src/[x].py"]
    repository(tool.folder, dict.fromkeys(files, CLEAN))
    for glob in GLOBS:
        put(tool.folder, {".gitignore": glob.removeprefix("./")})
        ask = ["git", "check-ignore", "--no-index", *files]
        ignored = subprocess.run(ask, cwd=tool.folder, capture_output=True, text=True, check=False).stdout
        assert [path for path in files if Globs((glob,)).match(path)] == ignored.splitlines(), glob
        below = Globs((glob,), str(tool.folder))
        assert [path for path in files if below.match(path)] == ignored.splitlines(), glob


def test_globs_mean_the_same_wherever_they_stand(tool: Tool) -> None:
    put(tool.folder, dict.fromkeys(["samples/a.py", "src/samples/a.py", "src/b.py"], V2))
    expected = {"src/samples/a.py", "src/b.py"}

    def told(*arguments: str) -> set[str]:
        return {file["path"] for file in tool(".", "--format", "json", *arguments).json["files"]}

    assert told("--exclude", "samples/*") == expected
    for table in ("exclude = ['samples/*']", "per-file-ignores = { 'samples/*' = ['V3M'] }"):
        configured(tool, table)
        assert told() == expected


def test_settings_are_frozen_and_checked_when_they_are_made() -> None:
    with pytest.raises(AttributeError):
        Settings((".",)).jobs = 2  # type: ignore[misc]
    with pytest.raises(SettingsError):
        Settings(("-", "."))
    configuration = Configuration(Settings((os.curdir,), chosen=Choices(region="eu", todo=False)))
    assert (configuration.options("x.py").region, configuration.options("x.py").todo) == ("eu", False)
