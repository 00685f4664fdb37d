"""`pyproject.toml`: PEP 621, dependency groups, Poetry. And `Pipfile`, whose tables are like Poetry's."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.dependencies import tables
from migrator.dependencies.edits import Declarations, Edited


def declared(text: str) -> Declarations:
    """Yield what the project asks for, its extras and groups included."""
    document = tables.document(text)
    for array in _lists(document):
        yield from tables.listed(array)
    for entries in _poetry(document):
        yield from tables.constrained(entries)


def edit(text: str) -> Edited:
    """Raise the SDK, and list PyAudio where the SDK brought it."""
    editor = tables.Editor(text)
    for array in _lists(editor.document):
        present = {name for name, _ in tables.listed(array)}
        editor.array(array, "pyaudio" in present)
    for entries in _poetry(editor.document):
        present = {name for name, _ in tables.constrained(entries)}
        editor.entries(entries, "pyaudio" in present, poetry=True)
    return editor.result()


def declared_pipfile(text: str) -> Declarations:
    """Yield what a Pipfile asks for."""
    document = tables.document(text)
    for section in ("packages", "dev-packages"):
        yield from tables.constrained(document.get(section))


def edit_pipfile(text: str) -> Edited:
    """Raise the SDK in a Pipfile, and list PyAudio where the SDK brought it."""
    editor = tables.Editor(text)
    for section in ("packages", "dev-packages"):
        entries = editor.document.get(section)
        present = {name for name, _ in tables.constrained(entries)}
        editor.entries(entries, "pyaudio" in present, poetry=False)
    return editor.result()


def _lists(document: object) -> Iterator[object]:
    table = tables.table
    project = table(table(document).get("project"))
    yield project.get("dependencies")
    yield from table(project.get("optional-dependencies")).values()
    yield from table(table(document).get("dependency-groups")).values()
    tool = table(table(document).get("tool"))
    yield table(tool.get("uv")).get("dev-dependencies")
    yield from table(table(tool.get("pdm")).get("dev-dependencies")).values()


def _poetry(document: object) -> Iterator[object]:
    table = tables.table
    poetry = table(table(table(document).get("tool")).get("poetry"))
    yield poetry.get("dependencies")
    yield poetry.get("dev-dependencies")
    for group in table(poetry.get("group")).values():
        yield table(group).get("dependencies")
