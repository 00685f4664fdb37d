"""Which form of the report goes where."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from migrator.reporting.report import Report

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = {
    "terminal": "plain",
    "concise": "concise",
    "json": "json_report",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
}
"""Name of a format to the module that renders it."""


def rendered(report: Report, module: str) -> bytes:
    """Return the report as the module of `migrator.reporting` lays it out; only that one is loaded."""
    render = cast("Callable[[Report], bytes]", import_module(f"migrator.reporting.{module}").render)
    return render(report)


def console(choice: str) -> Console | None:
    """Return what lays text out for a person on standard output; None where plain text is wanted, or nobody looks.

    Args:
        choice: "auto", "always" or "never".
    """
    forced = choice == "always" or (choice == "auto" and bool(os.environ.get("FORCE_COLOR")))
    looks = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    if choice == "never" or not (looks or forced):
        return None
    from rich.console import Console

    # Who wants no colours (https://no-color.org) still has a terminal, with its width, bold and dim.
    colourless = choice != "always" and bool(os.environ.get("NO_COLOR"))
    return Console(force_terminal=True, no_color=colourless, highlight=False, markup=False, emoji=False)


def put(data: bytes, output: str | None, stream: BinaryIO | None = None) -> None:
    """Write a rendered report to the file `output`, or to a stream, standard output by default."""
    if output is not None:
        Path(output).write_bytes(data)
        return
    target = stream or sys.stdout.buffer
    target.write(data)
    target.flush()


def show(report: Report, name: str, output: str | None, color: str) -> None:
    """Put out the report in the format `name`."""
    screen = console(color) if name == "terminal" and output is None else None
    if screen is not None:
        from migrator.reporting import pretty

        pretty.show(report, screen)
    else:
        put(rendered(report, FORMATS[name]), output)
