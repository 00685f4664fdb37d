"""Which form of the report goes where."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from migrator.reporting.report import Report

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


def coloured(choice: str, stream: object = None) -> bool:
    """Return whether to use colours on a stream: by choice, NO_COLOR, FORCE_COLOR, or a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    isatty = getattr(stream or sys.stdout, "isatty", None)
    return bool(isatty and isatty()) and os.environ.get("TERM") != "dumb"


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
    if name == "terminal" and output is None and coloured(color):
        from rich.console import Console

        from migrator.reporting import pretty

        console = Console(force_terminal=True, no_color=False, highlight=False, markup=False, emoji=False)
        pretty.show(report, console)
    else:
        put(rendered(report, FORMATS[name]), output)
