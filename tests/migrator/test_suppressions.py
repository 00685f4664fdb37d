"""Comments that silence: what they hold for, what is said of those that do nothing, what becomes of them."""

from __future__ import annotations

import pytest

from tests.migrator.conftest import Tool
from tests.migrator.programs import put

URL = 'wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"'
LINE = f'URL = "{URL}'
SPREAD = f'URL = (\n    "{URL}\n)'
BARE = "suppression that names no rule and would hide later mistakes: write ignore[V3M101]"


@pytest.mark.parametrize(
    ("program", "told", "after"),
    [
        (f"{LINE}  # v3-migrate: ignore[V3M101]\n", [], None),
        (f"{LINE}  # noqa: E501  # v3-migrate: ignore [V3M101]\n", [], None),
        # Alone on a line, for the statement below, however many lines that has and whatever else stands above it.
        (f"# v3-migrate: ignore[V3M101]\n# The old one.\n\n{SPREAD}\n", [], None),
        (f"def f():\n    # v3-migrate: ignore[V3M101]\n    {LINE}\n    return URL\n", [], None),
        # Within a statement, for its line only.
        (SPREAD.replace('"\n', '"  # v3-migrate: ignore[V3M101]\n') + "\n", [], None),
        (f"{LINE}  # v3-migrate: ignore\n", [(1, BARE)], None),
        (f"{LINE}  # v3-migrate: ignore, it is for a test\n", [(1, BARE)], None),
        (f"# v3-migrate: ignore\n{SPREAD}\n", [(1, BARE)], None),
        (
            f"{LINE}  # v3-migrate: ignore[V3M999, V3M101]\n",
            [(1, "suppression of V3M999, a code that no rule has")],
            None,
        ),
        # What silences nothing goes, and no more than that.
        ("x = 1  # v3-migrate: ignore[V3M101]\n", [(1, "unused suppression of V3M101 is removed")], "x = 1\n"),
        ("x = 1  # v3-migrate: ignore\n", [(1, "unused suppression is removed")], "x = 1\n"),
        ("if x:\n    # v3-migrate: ignore[V3M101]\n    y = 1\n", [(2, "unused")], "if x:\n    y = 1\n"),
        ("x = 1  # why  # v3-migrate: ignore[V3M101]  # noqa\n", [(1, "unused")], "x = 1  # why  # noqa\n"),
        (
            f"{LINE}  # v3-migrate: ignore[V3M303, V3M101, V3M301]\n",
            [(1, "unused suppression of V3M303"), (1, "unused suppression of V3M301")],
            f"{LINE}  # v3-migrate: ignore[V3M101]\n",
        ),
        ("x = 1  # v3-migrate: ignore[V3M101]\r\ny = 2\r\n", [(1, "unused")], "x = 1\r\ny = 2\r\n"),
        ("x = '# v3-migrate: ignore[V3M101]'\n", [], None),
    ],
)
def test_what_a_comment_silences(tool: Tool, program: str, told: list[tuple[int, str]], after: str | None) -> None:
    put(tool.folder, {"bot.py": program})
    checked = tool(".", "--check", "--format", "json")
    findings = [(f["line"], f["message"]) for file in checked.json["files"] for f in file["findings"]]
    assert len(findings) == len(told)
    assert all(
        line == at and message.startswith(says) for (line, message), (at, says) in zip(findings, told, strict=True)
    )
    assert checked.code == bool(told)
    assert tool(".", "--write").code == int(bool(told) and after is None)
    assert tool.read("bot.py") == (program if after is None else after)
    assert tool(".", "--check").code == int(bool(told) and after is None)


def test_comments_are_told_apart_where_rewrites_move_lines(tool: Tool) -> None:
    kept, useless = "  # v3-migrate: ignore[V3M101]", "  # v3-migrate: ignore[V3M303]"
    put(tool.folder, {"bot.py": f"A = 1{useless}\n{LINE}\nB = 2{useless}\n{LINE.replace('URL', 'C')}{kept}\n"})
    assert tool(".", "--write").code == 0
    lines = tool.read("bot.py").splitlines()
    assert (lines[0], lines[2]) == ("A = 1", "B = 2")
    assert "/v3/ws" in lines[1] and lines[3].endswith(kept)
