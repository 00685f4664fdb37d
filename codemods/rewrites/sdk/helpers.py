"""Definitions that migrated programs on the SDK may need in their own module."""

from __future__ import annotations

import re

from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.syntax.edits import AddHelper, AddImport, Edit
from codemods.syntax.snippet import plain, written
from codemods.syntax.tree import SourceModule


def turn_text(imports: SdkImports, module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the name of a function for the text of a turn, and the edits that bring it."""
    annotated = imports.annotated("TurnEvent", module) if module.annotates_returns else None
    if annotated is None or annotated[0] != "TurnEvent":
        added = written(module, "turn_text", typed=False)[:1]  # nobody has the class at hand
        return _named(added)
    name, edits = _named(written(module, "turn_text"))
    return name, [edits[0], *annotated[1]]


def buffered(module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the name of a client which gathers short frames, and the edits that bring it."""
    return _named(written(module, "buffered_streaming_client"))


def end_at_exit(module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the name of a function that ends a session with the program, and the edits that bring it."""
    added = plain(module, "end_at_exit")
    return added.name, [*(AddImport(name) for name in ("atexit", "sys", "threading", "weakref")), added]


def microphone(
    module: SourceModule, name: str, file: str = "microphone_iterator", *, at_exit: bool = False
) -> list[Edit]:
    """Return the edits that bring the microphone as an object, which the SDK no longer has.

    Args:
        module: where to.
        name: what to call it.
        file: the snippet.
        at_exit: whether the end of the program frees the device, too.
    """
    added, *needed = written(module, file, name)
    assert isinstance(added, AddHelper)
    if not at_exit:
        return [added, *needed]
    code = re.sub(
        r"^( *|\t*)self\._open = True\n", r"\g<0>\1atexit.register(self.close)\n", added.code, flags=re.MULTILINE
    )
    return [AddHelper(added.name, code), AddImport("atexit"), *needed]


def microphone_chunks(module: SourceModule) -> tuple[str, list[Edit]]:
    """Return the name of a generator of what the microphone hears, and the edits that bring it."""
    return _named(written(module, "microphone_chunks"))


def stream_file(module: SourceModule, name: str) -> list[Edit]:
    """Return the edits that bring the file source, which the SDK no longer has."""
    return written(module, "stream_file", name)


def _named(edits: list[Edit]) -> tuple[str, list[Edit]]:
    added = edits[0]
    assert isinstance(added, AddHelper)
    return added.name, edits
