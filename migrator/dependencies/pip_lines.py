"""Lines of a notebook that install the SDK: `%pip install "assemblyai[extras]"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.model import Finding, Options, Safety, Span
from migrator.dependencies import requirement
from migrator.dependencies.project import BY_HAND, RAISED
from migrator.dependencies.versions import UnclearError
from migrator.documents.notebook import Notebook

_INSTALLS = re.compile(r"[%!]?\s*(?:uv\s+|python3?\s+-m\s+)?pip3?\s+install\s")
_WORD = re.compile(r"(?<!\S)(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]*)(?P=quote)|(?P<bare>[A-Za-z0-9][^\s\"']*))(?!\S)")


def raised(notebook: Notebook, options: Options) -> tuple[Notebook, list[Finding]]:
    """Return the notebook with a recent SDK, and PyAudio by itself, in the lines that install them."""
    lines, findings = [], []
    for cell, number, line in notebook.magic_lines():
        new, notes = _raised(line, options) if _INSTALLS.match(line) else (line, [])
        lines.append(new)
        for message, fixed in notes:
            code, safety = (RAISED, Safety.SAFE) if fixed else (BY_HAND, Safety.MANUAL)
            span = Span(number, 1, number + line.count("\n"), 1)
            findings.append(Finding(code, span, message, safety, fixed, cell.number, notebook.in_file(cell, span)))
    return notebook.with_magic_lines(lines), findings


def _raised(line: str, options: Options) -> tuple[str, list[tuple[str, bool]]]:
    """Return an installing line as it has to be, and what is to be said of it: (message, whether it was done)."""
    pieces, notes, at = [], [], 0
    present = {found.name for _, text in _words(line) if (found := requirement.parsed(text)) is not None}
    for word, text in _words(line):
        try:
            wanted = requirement.wanted(text)
        except UnclearError as error:
            if options.selects(BY_HAND):
                notes.append((f"assemblyai: {error}", False))
            continue
        if wanted is None or not options.selects(RAISED):
            continue
        quote = word["quote"] or '"'  # a shell takes `>` for something else
        new = f"{quote}{wanted.text}{quote}"
        if wanted.companion is not None and "pyaudio" not in present:
            new += f" {quote}{wanted.companion}{quote}"
        pieces += [line[at : word.start()], new]
        at = word.end()
        notes.append((wanted.reason, True))
    return "".join([*pieces, line[at:]]), notes


def _words(line: str) -> Iterator[tuple[re.Match[str], str]]:
    return ((match, match["quoted"] or match["bare"] or "") for match in _WORD.finditer(line))
