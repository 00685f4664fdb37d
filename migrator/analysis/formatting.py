"""Files that black, or ruff in its place, has formatted stay so: what is written into them is formatted alike."""

from __future__ import annotations

from itertools import product

from codemods.model import Workspace


def formatted_alike(path: str, before: str, after: str, workspace: Workspace) -> str:
    """Return a module's new text, formatted by black if its project says how long lines are and black made the old one.

    Nothing changes but what was edited: black had nothing to say of the rest.
    """
    length = workspace.line_length(path)
    newline = "\r\n" if "\r\n" in before else "\n"
    old, new = before.replace(newline, "\n"), after.replace(newline, "\n")
    if length is None or new == old or "\r" in old + new:
        return after
    import black  # takes a moment, and most runs have no use for it

    for quotes, comma in product((True, False), repeat=2):
        mode = black.Mode(line_length=length, string_normalization=quotes, magic_trailing_comma=comma)
        try:
            if black.format_str(old, mode=mode) == old:
                return black.format_str(new, mode=mode).replace("\n", newline)
        except ValueError:  # Python that black does not read
            return after
    return after
