"""Programs in pages of documentation: migrated, byte for byte the same around them, or left with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.documents.module import DecodingError
from migrator.documents.page import Page
from tests.migrator.conftest import Tool
from tests.migrator.programs import CLEAN, LEFT, V2, V3, put, repository

CONNECT = """\
import json

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws")
"""
READ = """\
while raw := ws.recv():
    data = json.loads(raw)

    if data["message_type"] == "FinalTranscript":
        print(data["text"])
"""
READ_V3 = READ.replace(
    'data["message_type"] == "FinalTranscript"',
    'data["type"] == "Turn" and data["end_of_turn"] and data["turn_is_formatted"] and data["transcript"]',
).replace('data["text"]', 'data["transcript"]')
NO_PYTHON = "```python\nthis is ... no Python\n```\n"


def indented(code: str, by: str) -> str:
    return "".join(by + line if line.strip() else line for line in code.splitlines(keepends=True))


FORMS = {
    "README.md": "# Bot\n\n```python\n{}```\n",
    "docs/tilde.markdown": "~~~~ py title='x'\n{}~~~~\n\n```sh\nbot\n```\n",
    "docs/list.md": "1. Do:\n\n   ```python3\n   {3}   ```\n\n2. Go.\n",
    "docs/quote.md": "> ```python\n> {>}> ```\n",
    "docs/myst.md": "```{code-block} python\n{}```\n",
    "docs/pandoc.md": "``` {.python .numberLines}\n{}```\n",
    "docs/page.mdx": "import X from './x'\n\n<X />\n\n```python\n{}```\n",
    "docs/page.rst": "Bot\n===\n\n.. code-block:: python\n   :linenos:\n\n   {3}\nMore.\n",
    "docs/end.rst": ".. code:: python\n\n    {4}",
    "docs/page.adoc": "= Bot\n\n[source,python]\n----\n{}----\n",
}


def page(form: str, code: str) -> str:
    for mark, by in (("{3}", "   "), ("{4}", "    "), ("{>}", "> "), ("{}", "")):
        form = form.replace(by + mark if mark != "{}" else mark, indented(code, by))
    return form


def test_every_form_of_a_block(tool: Tool) -> None:
    code = {name: V2 if name != "docs/quote.md" else V2.replace("\n\n", "\n") for name in FORMS}
    put(tool.folder, {"clean.py": CLEAN, **{name: page(form, code[name]) for name, form in FORMS.items()}})
    assert tool(".", "--check").code == 1
    assert tool(".", "--write").code == 0
    for name, form in FORMS.items():
        new = V3 if name != "docs/quote.md" else V3.replace("\n\n", "\n")
        assert tool.read(name) == page(form, new), name
    assert tool(".", "--check").text == "1 file checked: no AssemblyAI v2 usage.\n"


def test_the_blocks_of_a_page_are_one_program(tool: Tool) -> None:
    text = "Connect:\n\n```python\n{}```\n\nRead `message_type`:\n\n```python\n{}```\n\n" + NO_PYTHON
    put(tool.folder, {"clean.py": CLEAN, "README.md": text.replace("{}", CONNECT, 1).replace("{}", READ)})
    assert tool(".", "--write").code == 0
    new = tool.read("README.md")
    assert READ_V3 in new
    assert new.startswith("Connect:\n\n```python\nimport json\n\nimport websocket\n")
    assert "assemblyai.com/v3/ws" in new
    assert new.endswith(NO_PYTHON)
    assert "TODO" not in new


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("CHANGELOG.md", "# 1.0\n\n```python\n{}```\n", "CHANGELOG.md tells what was"),
        ("docs/migrating-to-v3.md", "```python\n{}```\n", "migrating-to-v3.md tells what was"),
        ("a.md", "# From v2 to v3\n\n```python\n{}```\n", 'its title "From v2 to v3" says so'),
        (
            "a.rst",
            "The legacy API\n==============\n\n.. code:: python\n\n    {4}",
            'its title "The legacy API" says so',
        ),
        ("a.md", "```python\n{}```\n\nToday: wss://streaming.assemblyai.com/v3/ws\n", "it shows v3 as well"),
        (
            "a.md",
            "```python\n{}```\n\n```python\nU = 'wss://streaming.assemblyai.com/v3/ws'\n```\n",
            "it shows v3 as well",
        ),
    ],
)
def test_a_page_that_teaches_v2_on_purpose_is_left_and_told_why(tool: Tool, name: str, text: str, reason: str) -> None:
    put(tool.folder, {"clean.py": CLEAN, name: page(text, V2)})
    ran = tool(".", "--write")
    assert (ran.code, tool.read(name)) == (0, page(text, V2))
    (finding,) = next(f for f in tool(".", "--check", "--format", "json").json["files"] if f["path"] == name)[
        "findings"
    ]
    assert (finding["code"], finding["severity"]) == ("V3M803", "note")
    assert finding["message"].endswith(f"; left as it is: {reason}")


def test_a_page_whose_code_needs_a_person_is_left_as_a_whole(tool: Tool) -> None:
    put(tool.folder, {"clean.py": CLEAN, "README.md": f"```python\n{LEFT}```\n"})
    assert tool(".", "--write").code == 0
    assert LEFT in tool.read("README.md")
    (told,) = tool(".", "--check", "--format", "json").json["files"]
    assert "left as it is: its code needs a person (line 12, V3M304: " in told["findings"][0]["message"]


def test_a_block_that_was_whole_stays_whole() -> None:
    first, second = "import json\nprint(json.dumps(1))\n", "x = 1\n"
    found = Page.decode(f"```python\n{first}```\n```python\n{second}```\n".encode())
    with pytest.raises(DecodingError, match="the block in line 6 would need json of another one"):
        found.encode(found.text.replace("x = 1", "x = json"))


PROSE = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), max_size=5)


@settings(max_examples=200, deadline=None)
@given(PROSE, PROSE, st.sampled_from(sorted(FORMS)), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_byte_around_the_blocks_stays(
    before: list[str], after: list[str], name: str, newline: str, mark: bool
) -> None:
    code = "x = 1\nif x:\n    print('old')\n"
    middle = page(FORMS[name], code)
    text = "".join(f"{line}\n" for line in before) + "\n" + middle + "\n" + "\n".join(after)
    data = (b"\xef\xbb\xbf" if mark else b"") + text.replace("\n", newline).encode()
    try:
        found = Page.decode(data)
    except DecodingError:
        return  # a line that looks like an encoding cookie
    assert found.encode() == found.encode(found.text) == data
    if code not in found.text:
        return  # the prose opened a block of its own
    changed = found.encode(found.text.replace("'old'", "'new'"))
    assert changed == data.replace(b"'old'", b"'new'")
    assert found.reads_back(changed, found.text.replace("'old'", "'new'"))


def test_a_page_that_did_not_change_is_no_business_of_since(tool: Tool) -> None:
    repository(tool.folder, {"clean.py": CLEAN, "README.md": f"```python\n{V2}```\n"})
    assert tool(".", "--check", "--since", "HEAD").code == 0
    put(tool.folder, {"README.md": f"```python\n{V2}```\n\n```python\n{V2}```\n"})
    assert tool(".", "--check", "--since", "HEAD").code == 1


def test_a_folder_of_pages_alone_is_no_wrong_path(tool: Tool) -> None:
    put(tool.folder, {"docs/a.md": f"```python\n{V2}```\n", "other/notes.txt": "nothing\n"})
    assert tool("docs", "--write").code == 0
    assert tool.read("docs/a.md") == f"```python\n{V3}```\n"
    assert "no Python file or notebook in this folder" in tool("other", "--check").text


def test_imports_that_a_page_takes_for_granted(tool: Tool) -> None:
    code = CONNECT.replace("import json\n\nimport websocket\n\n", "") + READ
    put(tool.folder, {"README.md": f"```python\n{code}```\n"})
    assert tool(".", "--write").code == 0
    query = "?speech_model=universal-streaming-english&format_turns=true&inactivity_timeout=300"
    connected = code.replace(READ, "").replace(
        "api.assemblyai.com/v2/realtime/ws", f"streaming.assemblyai.com/v3/ws{query}"
    )
    assert tool.read("README.md") == f"```python\n{connected}{READ_V3}```\n"
