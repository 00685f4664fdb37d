"""Finds the files to be looked into, by content: git searches them while the modules are being screened."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from migrator.files import git
from migrator.files.discovery import SUFFIXES
from migrator.files.paths import regular
from migrator.files.prefilter import SIZE_LIMIT

WORDS = (
    "assemblyai.com/v2/realtime",
    r"assemblyai.com\/v2\/realtime",
    "RealtimeTranscriber",
    "NewRealTimeClient",
    "v2/realtime/ws",
    "v2/realtime/token",
    "realtime.transcriber(",
    "realtime.createTemporaryToken(",
    "FinalTranscript",
    # The SDK's pins that stand outside of requirement files; old ones are told apart later.
    *("assemblyai=", "assemblyai<", "assemblyai~=", "assemblyai[", "assemblyai ==", "assemblyai <", "assemblyai ~"),
    *("assemblyai>", "assemblyai >"),
    *("assemblyai@0", "assemblyai@^0", "assemblyai@~0"),
)
"""One of these stands in every file that is of interest; git looks for all of them at once."""

WEBSOCKETS = tuple(f"websockets{sign}" for sign in ("=", "<", ">", "~=", " ==", " <", " >", " ~"))
"""What pins websockets; of interest beside programs that use a recent SDK."""


class Mentions:
    """A search of some folders, under way from the moment it is made.

    Args:
        folders: as they are to be shown, with `/`; files are left out.
        words: what to look for.
    """

    def __init__(self, folders: Sequence[str], words: Sequence[str] = WORDS) -> None:
        self._searches = [search for folder in folders if os.path.isdir(folder) for search in _grep(folder, words)]

    def paths(self) -> list[str]:
        """Wait for the end and return the files that may mention v2."""
        found: dict[str, None] = {}
        for folder, below, search in self._searches:
            with suppress(git.GitError):  # discovery has told
                output = git.answer(search, fine=(0, 1))
                prefix = "" if folder == "." else folder.rstrip("/") + "/"
                found.update((prefix + name[len(below) :], None) for name in os.fsdecode(output).split("\0") if name)
        return sorted(found)


def is_sourced(path: str) -> bool:
    """Return whether some file beside one, or in the working directory, has a shell read it."""
    folder, name = os.path.split(path)
    words = [f"{command} {way}{name}" for command in ("source", ".") for way in ("", "./", "../")]
    return bool(Mentions(list(dict.fromkeys([folder or ".", "."])), words).paths())


def installs_sdk(path: str) -> bool:
    """Return whether a Python file, which git does not search here, may install the SDK."""
    with suppress(OSError), open(path, "rb", opener=regular) as file:
        return b"assemblyai" in file.read(SIZE_LIMIT)
    return False


def _grep(folder: str, sought: Sequence[str]) -> Iterator[tuple[str, str, git.Process]]:
    """Yield the folder, how names in it begin for git, and the search; nothing if there is no git."""
    words = [argument for word in sought for argument in ("-e", word)]
    top, below = git.top_of(folder), ""
    where = ["--no-index", "--exclude-standard"] if top is None else ["--untracked"]
    if top is not None:
        below = os.path.relpath(git.real(folder), top).replace(os.sep, "/") + "/"
        below = "" if below == "./" else below
    patterns = [f"{git.literal(below)}*" if below else ".", *(f":(exclude)*{suffix}" for suffix in SUFFIXES)]
    patterns += [":(exclude)*node_modules/*", ":(exclude)*site-packages/*"]
    with suppress(git.GitError):
        search = git.start(top or folder, "grep", "--no-textconv", "-lzIF", *where, *words, "--", *patterns)
        yield folder, below, search
