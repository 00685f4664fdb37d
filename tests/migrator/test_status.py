"""`v3-migrate status`: how much is moved; and `--add-ignores`, which leaves the rest in peace."""

from __future__ import annotations

import pytest

from migrator.cli import main
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, LEFT, V2, V3, git, put, repository

SILENCED = V2.replace("import json", "# v3-migrate: ignore-file\nimport json")


def test_how_much_is_moved(tool: Tool) -> None:
    put(tool.folder, {"a.py": V3, "b/b.py": V2, "c.py": LEFT, "d.py": CLEAN, "e.py": SILENCED, "f.py": V2 + "(\n"})
    put(
        tool.folder,
        {"g.py": V3 + "x = 1  # v3-migrate: ignore[V3M101]\n", "run.sh": "x=wss://api.assemblyai.com/v2/realtime/ws\n"},
    )
    ran = tool("status")
    assert ran.code == 2  # one could not be looked at
    assert ran.text.splitlines() == [
        "[######--------------] 33 %: 2 of 6 programs moved to v3",
        "  1 program to rewrite: v3-migrate --write",
        "  1 program with places left for a person",
        "  1 program kept from being moved by a comment",
        "  1 program that could not be looked at",
        "  1 other file to see to",
        "not moved:",
        "  b/b.py: 3 rewrites",
        "  c.py: 3 rewrites, 1 place left for a person",
        "  e.py: silenced",
        "  f.py: error, see v3-migrate --check",
        "  run.sh: 1 place left for a person",
    ]
    document = tool("status", "--format", "json").json
    assert document["programs"] == {"all": 6, "moved": 2, "ready": 1, "left": 1, "silenced": 1, "error": 1}
    assert document["files"][1] == {"path": "b/b.py", "state": "ready", "rewrites": 3, "left": 0}
    assert tool("status", "b").text.startswith("[--------------------] 0 %: 0 of 1 program")
    tool("b", "--write")
    assert tool("status", "b").text == "[####################] 100 %: 1 of 1 program moved to v3\n"
    assert tool("status", "d.py").text == "No program here speaks to AssemblyAI's streaming service.\n"


@pytest.mark.parametrize("words", [["status", "nowhere"], ["--add-ignores", "--write"], ["-", "--add-ignores"]])
def test_wrong_use(tool: Tool, words: list[str]) -> None:
    ran = tool(*words)
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith("v3-migrate: error: ")


AWKWARD = """\
import json

BOTH = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"  # see the wiki
OLD = "wss://api.assemblyai.com/v2/realtime/ws"


def url(rate):
    return \\
        f"wss://api.assemblyai.com/v2/realtime/ws?sample_rate={rate}" \\
        "&encoding=pcm_s16le"


HELP = \"\"\"
Connects to
wss://api.assemblyai.com/v2/realtime/ws
\"\"\"
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_comment_at_every_place_that_is_found(tool: Tool, newline: str) -> None:
    files = {
        "bot.py": LEFT.replace('data["text"])', 'data["text"])  # v3-migrate: ignore[V3M303]  # noqa'),
        "odd.py": AWKWARD.replace("\n", newline),
        "run.sh": "x=wss://api.assemblyai.com/v2/realtime/ws\n",
    }
    repository(tool.folder, dict(files))
    ran = tool("--add-ignores")
    assert ran.code == 0
    assert (
        "silenced in 2 files.\n  Not silenced, no room for comments (--write-baseline knows them): run.sh\n" in ran.text
    )
    assert {path for path, _, _ in tool("--check", "--format", "json").findings()} == {"run.sh"}
    assert 'print(data["created"], data["text"])  # v3-migrate: ignore[V3M303, V3M304]  # noqa\n' in tool.read("bot.py")
    odd = tool.read("odd.py")
    assert f'ws?sample_rate=16000"  # see the wiki  # v3-migrate: ignore[V3M101]{newline}' in odd
    assert f"    # v3-migrate: ignore[V3M101]{newline}    return \\{newline}" in odd
    assert odd.count("\n") == odd.count(newline)
    git(tool.folder, "commit", "--quiet", "--all", "--message", "silenced")
    assert tool("bot.py", "odd.py", "--write").text == "2 files checked: no AssemblyAI v2 usage.\n"
    assert main(["undo"]) == 0
    assert (tool.read("bot.py"), tool.read("odd.py")) == (files["bot.py"], files["odd.py"])


def test_only_the_rules_that_are_chosen_and_nothing_that_is_not_committed(tool: Tool) -> None:
    repository(tool.folder, {"bot.py": LEFT})
    put(tool.folder, {"bot.py": f"{LEFT}\n"})
    ran = tool("--add-ignores", "--select", "V3M304")
    assert ran.code == 2 and "uncommitted changes" in ran.err
    assert tool("--add-ignores", "--select", "V3M304", "--allow-dirty").code == 0
    assert tool.read("bot.py").count("v3-migrate:") == 1
