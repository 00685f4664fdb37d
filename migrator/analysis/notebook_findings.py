"""What a notebook has beside its program: cells as places of findings, cells that are no Python, lines that install."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codemods.model import Finding, Options, Safety, Span
from migrator.analysis.coverage import CODE
from migrator.documents.notebook import Notebook
from migrator.files.prefilter import SDK_RULES, may_speak_v2, needs_recent_sdk


def completed(
    notebook: Notebook, text: str, findings: Sequence[Finding], options: Options
) -> tuple[Notebook, tuple[Finding, ...]]:
    """Return the notebook and all that is to be told of it, when its program becomes `text`.

    Args:
        findings: those of its program.
    """
    told = [*_placed(notebook, findings), *(_unread(notebook) if options.selects(CODE) else ())]
    if needs_recent_sdk(text.encode("utf-8", "replace")) or any(
        f.fixed and f.code.startswith(SDK_RULES) for f in findings
    ):
        from migrator.dependencies.pip_lines import raised  # reads version numbers: not loaded for nothing

        notebook, installed = raised(notebook, options)
        told += installed
    return notebook, tuple(sorted(told, key=lambda f: (f.cell or 0, f.span, f.code)))


def _placed(notebook: Notebook, findings: Sequence[Finding]) -> Iterator[Finding]:
    for finding in findings:
        cell, span, in_file = notebook.place(finding.span)
        yield replace(finding, span=span, cell=cell, in_file=in_file)


def _unread(notebook: Notebook) -> Iterator[Finding]:
    for cell in notebook.cells:
        if cell.problem and may_speak_v2(cell.source.encode("utf-8", "replace")):
            message = f"no Python ({cell.problem}), but it mentions v2: if AssemblyAI's is meant, move it to v3 by hand"
            span = Span(1, 1, cell.source.count("\n") + 1, 1)
            yield Finding(CODE, span, message, Safety.MANUAL, False, cell.number, notebook.in_file(cell, span))
