"""Files that are no Python modules: nothing in them is migrated, but those that mention v2 are named.

git searches them, while the modules are being screened.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

KINDS = (
    *("md", "mdx", "rst", "txt", "html", "htm", "js", "jsx", "mjs", "cjs", "ts", "tsx", "vue", "svelte"),
    *("env", "env.*", "ini", "cfg", "conf", "toml", "yaml", "yml", "json", "sh"),
)
"""Endings of the names of files worth a note."""

_WORDS = ("assemblyai.com/v2/realtime", "RealtimeTranscriber")


class Mentions:
    """A search of some folders, under way from the moment it is made.

    Args:
        folders: as they are to be shown, with `/`; files are left out.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self._searches = [(folder, search) for folder in folders if os.path.isdir(folder) and (search := _grep(folder))]

    def paths(self) -> list[str]:
        """Wait for the end and return the files that mention v2."""
        found: dict[str, None] = {}
        for folder, search in self._searches:
            output, _ = search.communicate()
            prefix = "" if folder == "." else folder.rstrip("/") + "/"
            found.update((prefix + name, None) for name in os.fsdecode(output).split("\0") if name)
        return sorted(found)


def _grep(folder: str) -> subprocess.Popen[bytes] | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    words = [argument for word in _WORDS for argument in ("-e", word)]
    where = ["--untracked"] if _in_repository(folder) else ["--no-index", "--exclude-standard"]
    command = ["git", "-C", folder, "grep", "-lzIF", *where, *words, "--"]
    pathspecs = [f"*.{kind}" for kind in KINDS] + [":(exclude)*node_modules/*", ":(exclude)*site-packages/*"]
    try:
        return subprocess.Popen(
            [*command, *pathspecs], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
    except OSError:
        return None  # git is not installed


def _in_repository(folder: str) -> bool:
    here = os.path.realpath(folder)
    while not os.path.exists(os.path.join(here, ".git")):
        parent = os.path.dirname(here)
        if parent == here:
            return False
        here = parent
    return True
