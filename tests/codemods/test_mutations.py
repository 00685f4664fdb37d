"""Programs turned into other spellings, and into half-converted ones: each comes out whole, or is told.

The seeds are the bundled programs; which mutations a program gets is drawn from `random.Random(seed)`.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.analysis import ModulePlan, analyse
from codemods.model import Options
from migrator.analysis.coverage import unexplained
from tests.codemods.test_output_is_simple import pointless
from tests.codemods.tools import NoWorkspace

ROOT = Path(__file__).parent.parent.parent
PROGRAMS = {
    path.parent.parent.name: path.read_text(encoding="utf-8").replace("\r\n", "\n")
    for path in sorted((ROOT / "fixtures" / "legacy").glob("*/v2/*.py"))
    if "assemblyai.com/v2/realtime/ws" in path.read_text(encoding="utf-8")
}
SEEDS = range(2)

Mutation = Callable[[str], str]


def _replaced(pattern: str, new: str) -> Mutation:
    return lambda source: re.sub(pattern, new, source)


MUTATIONS: dict[str, Mutation] = {
    "v3's host": _replaced(r"api\.assemblyai\.com/v2/realtime/ws", "streaming.assemblyai.com/v2/realtime/ws"),
    "v3's path": _replaced(r"api\.assemblyai\.com/v2/realtime/ws", "api.assemblyai.com/v3/ws"),
    "v3's URL": _replaced(r"api\.assemblyai\.com/v2/realtime/ws", "streaming.assemblyai.com/v3/ws"),
    "either type": _replaced(r"(\w+)\.get\((['\"])message_type\2\)", r"(\1.get(\2type\2) or \1.get(\2message_type\2))"),
    "either type, read": _replaced(r"(\w+)\[(['\"])message_type\2\]", r"(\1.get(\2type\2) or \1[\2message_type\2])"),
    "end in another word": _replaced(r"(['\"])terminate_session\1: True", r"\1type\1: \1terminate\1"),
    "end with company": _replaced(
        r"(['\"])terminate_session\1: True", r"\1terminate_session\1: True, \1reason\1: None"
    ),
    "end in v3's words": _replaced(r"(['\"])terminate_session\1: True", r"\1type\1: \1Terminate\1"),
    "types in a tuple": _replaced(r"== (['\"])FinalTranscript\1", r"in (\1FinalTranscript\1,)"),
    "v3's types as well": _replaced(r"== (['\"])SessionTerminated\1", r"in (\1SessionTerminated\1, \1Termination\1)"),
    "get instead of item": _replaced(r"(\w+)\[(['\"])text\2\](?!\s*=)", r"\1.get(\2text\2)"),
    "other names": _replaced(r"\b(message|msg|data|response|event)\b(?=\s*(?:=|\[|\.get|\)))", r"\1_v2"),
}


def mutated(name: str, seed: int) -> str:
    """Return a bundled program with some of the mutations, the same ones each time."""
    chance = random.Random(f"{name} {seed}")
    source = PROGRAMS[name]
    for chosen in chance.sample(sorted(MUTATIONS), 4):
        changed = MUTATIONS[chosen](source)
        try:
            ast.parse(changed)
        except SyntaxError:
            continue  # a text pattern that does not fit this program
        source = changed
    return source


def migrated(source: str) -> ModulePlan:
    plan = analyse({"app.py": source}, NoWorkspace(), Options(todo=False))["app.py"]
    assert isinstance(plan, ModulePlan)
    return plan


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_mutated_program_comes_out_whole_or_is_told(name: str, seed: int) -> None:
    source = mutated(name, seed)
    plan = migrated(source)
    after = plan.render()
    assert unexplained(source, plan.explained) == []
    assert pointless(after) <= pointless(source)
    assert migrated(after).render() == after
    if all(finding.fixed for finding in plan.findings):
        assert unexplained(after, ()) == []
        assert "streaming.assemblyai.com/v3/ws" in after
        assert "speech_model" in after
