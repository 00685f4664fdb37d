"""Stands in for uvloop, which resolves host names past the sandbox: the same names, on asyncio's own loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

__version__ = "0.0.0"

new_event_loop = asyncio.new_event_loop
EventLoopPolicy = asyncio.DefaultEventLoopPolicy
Loop = asyncio.SelectorEventLoop


def install() -> None:
    """Nothing to install: the loop is asyncio's."""


def run(main: Coroutine[Any, Any, Any], **options: Any) -> Any:
    """Run `main` as `asyncio.run` does."""
    options.pop("loop_factory", None)
    return asyncio.run(main, **options)
