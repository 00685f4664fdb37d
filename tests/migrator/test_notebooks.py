"""Notebooks: their code cells are migrated like the module they make up, and every other byte stays."""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.cli import main
from migrator.documents import json_cells, magics
from migrator.documents.module import DecodingError
from migrator.documents.notebook import Notebook
from migrator.files.prefilter import may_speak_v2
from tests.end_to_end.apps import App, apps
from tests.migrator import programs
from tests.migrator.conftest import Tool
from tests.migrator.programs import V2, put

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
V3_URL = "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
CONNECT = f'import websocket\nws = websocket.create_connection("{URL}")\n'


def notebook(*sources: str, **metadata: object) -> bytes:
    """Return a notebook as Jupyter writes it; a source that begins with `#md` is a Markdown cell."""
    cells = [
        nbformat.v4.new_markdown_cell(source, id=f"cell{number}")
        if source.startswith("#md")
        else nbformat.v4.new_code_cell(source, id=f"cell{number}")
        for number, source in enumerate(sources)
    ]
    text: str = nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata))
    return text.encode()


def sources(data: bytes) -> list[str]:
    """Return the source of each cell, after Jupyter's own check of the notebook."""
    content = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(content)
    return [cell["source"] for cell in content["cells"]]


def cut(program: str) -> list[str]:
    """Return a program as the cells of a notebook: a cell for each definition, one for what comes between."""
    lines = [*io.StringIO(program)]  # not splitlines(), which ends a line at a form feed as well
    starts = [0]
    for node in ast.parse(program).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)]) - 1
            while first and lines[first - 1].startswith("#"):
                first -= 1
            starts += [first, node.end_lineno or 0]
    edges = sorted({*starts, len(lines)})
    return ["".join(lines[a:b]).strip("\n") for a, b in pairwise(edges) if "".join(lines[a:b]).strip()]


def squeezed(text: str) -> list[str]:
    """Return the lines that are not blank, sorted: new variables may stand before another definition."""
    return sorted(line for line in text.splitlines() if line.strip())


def _alone(app: App) -> bool:
    # In a notebook, Ctrl+C ends what a cell does, and not the program: an agent's session is ended another way.
    return app.name != "sdk_agent" and len(list((app.folder / "v2").rglob("*.py"))) == 1


@pytest.mark.parametrize("app", [pytest.param(app, id=app.name) for app in apps() if _alone(app)])
def test_cells_become_what_the_module_becomes(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [path] = (app.folder / "v2").rglob("*.py")
    program = path.read_bytes().decode().replace("\r\n", "\n").removeprefix("\ufeff")
    monkeypatch.chdir(tmp_path)
    before = notebook("#md What v2/realtime/ws was", *cut(program))
    Path("talk.ipynb").write_bytes(before)
    assert main(["talk.ipynb", "--write"]) in (0, 1)
    after = Path("talk.ipynb").read_bytes()
    expected = (app.folder / "v3" / path.relative_to(app.folder / "v2")).read_bytes().decode()
    lines = squeezed("\n".join(sources(after)[1:]))
    # In a module a star goes with its last use; a cell that is yet to be written may want what it brings.
    kept = ["from assemblyai import *"] * program.count("\nfrom assemblyai import *\n")
    assert [line for line in lines if line in kept] == kept
    lines = [line for line in lines if line not in kept]
    assert lines == squeezed(expected.replace("\r\n", "\n").removeprefix("\ufeff"))
    assert len(sources(after)) == len(sources(before))
    Path("talk.ipynb").write_bytes(after)
    main(["talk.ipynb", "--write"])
    assert Path("talk.ipynb").read_bytes() == after


STYLES = {
    "as Jupyter writes it": lambda content: json.dumps(content, indent=1, ensure_ascii=False) + "\n",
    "four spaces": lambda content: json.dumps(content, indent=4, ensure_ascii=False),
    "escapes": lambda content: json.dumps(content, indent=2) + "\n",
    "one line": lambda content: json.dumps(content),
    "no space at all": lambda content: json.dumps(content, separators=(",", ":")),
    "carriage returns": lambda content: json.dumps(content, indent=1).replace("\n", "\r\n"),
    "tabs": lambda content: json.dumps(content, indent="\t"),
}


@pytest.mark.parametrize("whole", [False, True], ids=["lines", "one string"])
@pytest.mark.parametrize("style", STYLES)
def test_every_other_byte_stays(tool: Tool, style: str, whole: bool) -> None:
    content = json.loads(notebook("#md Grüße", 'print("unchanged")', CONNECT + "# ünchanged\n\nx = 1", "y = 2\n"))
    content["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [URL, "\n", 'a "source": [']}]
    content["metadata"] = {"source": ["no cell"], "cells": [{"source": URL}]}
    if whole:
        for cell in content["cells"]:
            cell["source"] = "".join(cell["source"])
    before = STYLES[style](content)
    (tool.folder / "talk.ipynb").write_bytes(before.encode())
    assert tool("talk.ipynb", "--write").code == 0
    after = (tool.folder / "talk.ipynb").read_bytes().decode()
    # the one address in the one cell is all that differs: here the outputs, too, have it
    cell = before.index("create_connection")
    assert after == before[:cell] + before[cell:].replace(URL, V3_URL, 1)


LINES = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
SOURCES = st.lists(st.lists(LINES, max_size=4).map("\n".join), max_size=5)


@given(SOURCES, st.sampled_from(sorted(STYLES)), st.booleans())
def test_sources_are_found_and_written_in_any_json(texts: Sequence[str], style: str, whole: bool) -> None:
    cells = [{"cell_type": "code", "source": text if whole else text.splitlines(keepends=True)} for text in texts]
    content = {"metadata": {"cells": [{"source": "x"}]}, "cells": cells, "nbformat": 4}
    raw = STYLES[style](content)
    found = list(json_cells.spans(raw))
    assert [json.loads(raw[start:end]) for _, start, end in found] == [cell["source"] for cell in cells]
    for index, start, end in found:
        new = json_cells.rewritten(raw[start:end], texts[index] + "!", raw.isascii())
        read = json.loads(new)
        assert (read if whole else "".join(read)) == texts[index] + "!"
        assert whole or len(read) == (texts[index] + "!").count("\n") + 1


MAGIC = """%pip install -q websocket-client
!apt-get install -y portaudio19-dev \\
    libasound2-plugins
files = !ls
if files:
    %matplotlib inline
    !echo {files}
?print
print??
x = 7 % 3
"""


def test_lines_for_ipython_stay(tool: Tool) -> None:
    timed = f"%%time\n{CONNECT}"
    (tool.folder / "talk.ipynb").write_bytes(notebook(MAGIC, timed, f"!curl {URL}\n{CONNECT}", "await main()"))
    assert tool("talk.ipynb", "--write").code == 0
    after = sources((tool.folder / "talk.ipynb").read_bytes())
    assert after == [MAGIC, timed.replace(URL, V3_URL), f"!curl {URL}\n{CONNECT.replace(URL, V3_URL)}", "await main()"]


def test_what_is_hidden_must_come_back() -> None:
    hidden: list[str] = []
    masked = magics.hide("!ls\nx = 1\n%time x\n", hidden)
    assert hidden == ["!ls", "%time x"]
    assert magics.show(masked, hidden) == "!ls\nx = 1\n%time x\n"
    first, x, second = masked.splitlines(keepends=True)
    for lost in (first + x, second + x + first, first + first + second):
        with pytest.raises(magics.MagicsLostError):
            magics.show(lost, hidden)


def test_cells_that_are_no_python_are_reported_if_they_mention_v2(tool: Tool) -> None:
    script = '%%javascript\nnew WebSocket("wss://x/v2/realtime/ws").send({"audio_data": 1})'
    broken = 'if "message_type":\nprint('
    (tool.folder / "talk.ipynb").write_bytes(notebook(script, "%%bash\nls", broken, CONNECT))
    ran = tool("talk.ipynb", "--format", "json", "--write")
    assert ran.code == 1
    left = [(f["cell"], f["line"], f["code"]) for f in ran.json["files"][0]["findings"] if not f["fixable"]]
    assert left == [(1, 1, "V3M900"), (3, 1, "V3M900")]
    after = sources((tool.folder / "talk.ipynb").read_bytes())
    assert after == [script, "%%bash\nls", broken, CONNECT.replace(URL, V3_URL)]
    again = tool("talk.ipynb", "--check", "--format", "json")
    assert [(f["cell"], f["code"]) for f in again.json["files"][0]["findings"]] == [(1, "V3M900"), (3, "V3M900")]


LEFT = 'KINDS = {"FinalTranscript": 1}'
"""A v2 word that no rule can tell anything about."""


def test_places_are_those_of_the_cell_and_of_the_file(tool: Tool) -> None:
    (tool.folder / "talk.ipynb").write_bytes(notebook("#md v2", "x = 1\n\n%time\n", f"\n\n{CONNECT}"))
    lines = (tool.folder / "talk.ipynb").read_text().splitlines()
    [finding] = tool("talk.ipynb", "--check", "--format", "json").json["files"][0]["findings"]
    assert (finding["cell"], finding["line"], finding["column"]) == (3, 4, 34)
    assert tool("talk.ipynb", "--check", "--format", "concise").text.startswith("talk.ipynb:cell 3:4:34 V3M101 ")
    told = re.search(r"line=(\d+)", tool("talk.ipynb", "--check", "--format", "github").text)
    assert told is not None
    assert URL in lines[int(told[1]) - 1]
    sarif = tool("talk.ipynb", "--check", "--format", "sarif").json["runs"][0]["results"][0]
    region = sarif["locations"][0]["physicalLocation"]["region"]
    assert URL in lines[region["startLine"] - 1]
    gitlab = tool("talk.ipynb", "--check", "--format", "gitlab").json
    assert URL in lines[gitlab[0]["location"]["lines"]["begin"] - 1]


def test_suppression_and_todo_comments_work_in_cells(tool: Tool) -> None:
    silenced = CONNECT.replace(")\n", ")  # v3-migrate: ignore[V3M101]\n")
    (tool.folder / "talk.ipynb").write_bytes(notebook("x = 1", silenced, LEFT))
    assert "`talk.ipynb:cell 3:1`" in tool("talk.ipynb", "--check", "--format", "markdown").text
    assert tool("talk.ipynb", "--write").code == 1
    after = sources((tool.folder / "talk.ipynb").read_bytes())
    assert after[:2] == ["x = 1", silenced]
    assert re.fullmatch(rf"# TODO\(v3-migrate\): [^\n]* \[V3M900\] [^\n]*\n{re.escape(LEFT)}", after[2])
    assert tool("talk.ipynb", "--write").code == 1
    assert sources((tool.folder / "talk.ipynb").read_bytes()) == after


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "not a notebook: "),
        (b'{"worksheets": [], "x": "assemblyai.com/v2/realtime"}', "not a notebook of format 4"),
        (b"[]", "not a notebook of format 4"),
        (
            notebook("x", kernelspec={"name": "ir", "display_name": "R", "language": "R"}),
            "a notebook for r: only Python",
        ),
    ],
)
def test_what_is_no_notebook_says_so(data: bytes, reason: str) -> None:
    with pytest.raises(DecodingError, match=re.escape(reason)):
        Notebook.decode(data)


def test_a_damaged_notebook_is_an_error_and_the_rest_goes_on(tool: Tool) -> None:
    (tool.folder / "damaged.ipynb").write_text(f'{{"cells": [{{"source": ["{URL}"')
    (tool.folder / "talk.ipynb").write_bytes(notebook(CONNECT))
    ran = tool(".", "--write")
    assert ran.code == 2
    assert "damaged.ipynb: error: not a notebook" in ran.text
    assert V3_URL in (tool.folder / "talk.ipynb").read_text()


def test_what_a_notebook_has_drawn_does_not_make_it_too_large(tool: Tool) -> None:
    content = json.loads(notebook(CONNECT))
    content["cells"][0]["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0K" * 300_000}}
    ]
    (tool.folder / "talk.ipynb").write_text(json.dumps(content))
    assert tool("talk.ipynb", "--write").code == 0
    assert V3_URL in (tool.folder / "talk.ipynb").read_text()


def test_a_notebook_and_its_module_are_understood_together(tool: Tool) -> None:
    module = 'URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"\n'
    use = (
        "import json\nimport websocket\nfrom service import URL\nws = websocket.create_connection(URL)\n"
        'for frame in ws:\n    message = json.loads(frame)\n    if message["message_type"] == "FinalTranscript":\n'
        '        print(message["text"])\n'
    )
    (tool.folder / "service.py").write_text(module)
    (tool.folder / "talk.ipynb").write_bytes(notebook("# talk", use))
    assert tool(".", "--write").code == 0
    after = sources((tool.folder / "talk.ipynb").read_bytes())[1]
    assert 'message["transcript"]' in after


def test_the_terminal_shows_cells_not_json(tool: Tool) -> None:
    (tool.folder / "talk.ipynb").write_bytes(notebook("#md v2", CONNECT))
    shown = tool("talk.ipynb", "--color", "always").text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert "cell 2\n" in plain
    assert '\\n"' not in plain


SDK = (
    "import assemblyai as aai\n"
    "transcriber = aai.RealtimeTranscriber(on_data=print, on_error=print, sample_rate=16_000)\n"
    "transcriber.connect()\ntranscriber.close()\n"
)


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ('!pip install "assemblyai[extras]"', '!pip install "assemblyai>=0.64.16" "pyaudio>=0.2.13"'),
        ("%pip install -q -U assemblyai numpy  # all", '%pip install -q -U "assemblyai>=0.64.16" numpy  # all'),
        ("pip install 'assemblyai==0.33.0'", "pip install 'assemblyai==0.64.16'"),
        ("!pip install assemblyai[extras] pyaudio", '!pip install "assemblyai>=0.64.16" pyaudio'),
        ("!pip install numpy \\\n    assemblyai", '!pip install numpy \\\n    "assemblyai>=0.64.16"'),
        ("!uv pip install assemblyai>=1.0", "!uv pip install assemblyai>=1.0"),
        ("!echo pip install assemblyai", "!echo pip install assemblyai"),
        ("!pip install ./assemblyai -r assemblyai.txt", "!pip install ./assemblyai -r assemblyai.txt"),
    ],
)
def test_lines_that_install_the_sdk_get_a_recent_one(tool: Tool, line: str, after: str) -> None:
    (tool.folder / "talk.ipynb").write_bytes(notebook("#md pip install assemblyai", f"x = 1\n{line}", SDK))
    ran = tool("talk.ipynb", "--write", "--format", "json")
    assert sources((tool.folder / "talk.ipynb").read_bytes())[1] == f"x = 1\n{after}"
    told = [(f["cell"], f["line"]) for f in ran.json["files"][0]["findings"] if f["code"] == "V3M701"]
    assert told == ([(2, 2)] if after != line else [])
    written = (tool.folder / "talk.ipynb").read_bytes()
    tool("talk.ipynb", "--write")
    assert (tool.folder / "talk.ipynb").read_bytes() == written


def test_lines_that_install_stay_where_the_program_needs_no_sdk(tool: Tool) -> None:
    (tool.folder / "talk.ipynb").write_bytes(notebook("!pip install assemblyai", CONNECT))
    assert tool("talk.ipynb", "--write").code == 0
    assert sources((tool.folder / "talk.ipynb").read_bytes())[0] == "!pip install assemblyai"


def test_an_sdk_from_a_place_of_its_own_is_left_to_a_person(tool: Tool) -> None:
    line = "!pip install 'assemblyai @ git+https://example.org/sdk'"
    (tool.folder / "talk.ipynb").write_bytes(notebook(line, SDK))
    ran = tool("talk.ipynb", "--write", "--format", "json")
    assert sources((tool.folder / "talk.ipynb").read_bytes())[0] == line
    assert ("talk.ipynb", "V3M702", False) in ran.findings()


def test_a_session_that_a_person_begins_and_ends_stays_in_its_cells(tool: Tool) -> None:
    begin, stream, end = (
        SDK.replace("transcriber.close()\n", ""),
        "transcriber.stream(open('a.raw', 'rb'))",
        "transcriber.close()",
    )
    (tool.folder / "talk.ipynb").write_bytes(notebook(begin, stream, end))
    ran = tool("talk.ipynb", "--write")
    assert ran.code == 0
    assert sources((tool.folder / "talk.ipynb").read_bytes())[1:] == [stream, "transcriber.disconnect(terminate=True)"]
    (tool.folder / "talk.ipynb").write_bytes(notebook(begin + stream + "\n" + end))
    assert tool("talk.ipynb", "--write").code == 0
    assert sources((tool.folder / "talk.ipynb").read_bytes())[0].endswith(
        f"try:\n    {stream}\nfinally:\n    transcriber.disconnect(terminate=True)"
    )


def test_what_is_left_in_a_notebook_is_found_again_by_its_comment_alone(tool: Tool) -> None:
    put(tool.folder, {"talk.ipynb": notebook(*cut(programs.LEFT))})
    left = tool(".", "--write", "--format", "json").findings()
    assert ("talk.ipynb", "V3M304", False) in left
    assert not may_speak_v2((tool.folder / "talk.ipynb").read_bytes())
    again = tool(".", "--check", "--format", "json").findings()
    assert again == [finding for finding in left if not finding[2]]


def test_what_a_notebook_has_shown_is_named_and_stays(tool: Tool) -> None:
    shown = {"name": "stdout", "output_type": "stream", "text": ["wss://api.assemblyai.com/v2/realtime/ws\n"]}
    said = {"cell_type": "markdown", "metadata": {}, "source": ["of wss://api.assemblyai.com/v2/realtime/ws"]}
    code = [line + "\n" for line in V2.splitlines()]
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [shown], "source": code}
    book = {"cells": [cell, said], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tool.folder / "bot.ipynb").write_text(json.dumps(book, indent=1))
    assert tool(".", "--write").code == 0
    written = json.loads(tool.read("bot.ipynb"))
    assert written["cells"][0]["outputs"] == [shown]
    assert written["cells"][1] == said
    assert "streaming.assemblyai.com" in "".join(written["cells"][0]["source"])
    ran = tool(".", "--check", "--format", "json")
    assert (ran.code, ran.findings()) == (0, [("bot.ipynb", "V3M803", False)])
    (finding,) = ran.json["files"][0]["findings"]
    assert tool.read("bot.ipynb").splitlines()[finding["line"] - 1].strip().startswith('"wss://api.assemblyai.com')
    assert finding["message"].endswith("run it again")
