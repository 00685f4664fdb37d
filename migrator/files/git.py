"""What git knows about files that are about to be looked at, shown or written. Nothing else runs git.

A repository may name programs of its own: `core.fsmonitor`, hooks, filters, text conversions, diff drivers, pagers,
aliases, remote helpers for objects that are not there yet (gitattributes(5), githooks(5), git-config(1), read
2026-11-29). None of them is run for us, by two means. Only commands are called that list, search or print objects
(`ls-files`, `ls-tree`, `cat-file`, `grep`, `check-attr`, `check-ignore`, `rev-parse`, `merge-base`, `config --get`),
never one that compares the work tree, converts a file or writes the index; and each is told to go without whatever
these would still start. A folder is git's only if a `.git` lies in or above it, and git is always called where that
`.git` is: a bare repository buried in the tree, which comes along with a clone, is a folder like any other.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_WITHOUT = (
    "--no-pager",
    *("-c", "core.fsmonitor="),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "submodule.recurse=false"),
)
# git takes what is on its command line before any file, and `GIT_ALLOW_PROTOCOL` before any configuration: no object
# that a partial clone lacks is fetched by a helper that the repository names.
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "LC_ALL": "C",  # searches are for bytes, and complaints are read
}
Process = subprocess.Popen[bytes]

PATIENCE = 300.0
"""Seconds for an answer. Only a file that never ends, such as a pipe called .gitignore, takes git longer."""

_AT_ONCE = 500
"""Names in one call, so that no system's limit on arguments is met."""


class GitError(RuntimeError):
    """git gave no answer; the message is git's own, or says why it could not be asked."""


@dataclass(frozen=True, slots=True)
class Base:
    """The folder that paths in a patch count from.

    Attributes:
        top: top of the git work tree, or a folder outside any.
        git_dir: where git keeps its own files; None outside a work tree, and if git refuses.
        refusal: why git does not answer about this work tree; empty if it does, and outside of any.
    """

    top: str
    git_dir: str | None
    refusal: str = ""

    def relative(self, path: str) -> str:
        """Return the name of a file in a patch."""
        return os.path.relpath(real(path), self.top).replace(os.sep, "/")


def real(path: str) -> str:
    """Return the path of the very file, links followed: what a link leads to is what gets written."""
    return os.path.realpath(path)


def top_of(folder: str) -> str | None:
    """Return the nearest folder in or above `folder`, links followed, that has a `.git`.

    None without. Git is not asked.
    """
    here = real(folder)
    while not os.path.lexists(os.path.join(here, ".git")):
        parent = os.path.dirname(here)
        if parent == here:
            return None
        here = parent
    return here


def start(top: str, *arguments: str | bytes, asks: bool = False) -> Process:
    """Start one of the commands that only read, at the top of a work tree.

    Args:
        asks: whether something will be written to its standard input.

    Raises:
        GitError: there is no git.
    """
    program = _program()
    if program is None:
        raise GitError("git is not installed")
    try:
        return subprocess.Popen(
            [program, "-C", top, *_WITHOUT, *arguments],
            stdin=subprocess.PIPE if asks else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
    except OSError as error:
        raise GitError(f"git cannot be started: {error.strerror}") from None


def answer(process: Process, given: bytes | None = None, fine: Sequence[int] = (0,), complaints: bool = True) -> bytes:
    """Return what a command prints.

    Args:
        fine: exit codes of a command that did its work.
        complaints: whether it may have done so and still complain, of a file that it could not read, say.

    Raises:
        GitError: it failed, or never ended.
    """
    try:
        output, complaint = process.communicate(given, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise GitError(f"git did not answer within {PATIENCE:.0f} s") from None
    except BaseException:
        process.kill()
        raise
    if process.returncode not in fine or (complaint and not complaints):
        said = complaint.decode("utf-8", "replace").strip().splitlines()
        raise GitError(said[0] if said else f"git ended with {process.returncode}")
    return output


def _ask(top: str, *arguments: str, given: bytes | None = None, fine: Sequence[int] = (0,)) -> bytes:
    return answer(start(top, *arguments, asks=given is not None), given, fine)


def _environment() -> dict[str, str]:
    # A hook sets GIT_DIR and friends for its own repository; GIT_CONFIG_* say where the user's configuration lies.
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name[:11] == "GIT_CONFIG_"
    }
    return kept | _ENVIRONMENT


def _program() -> str | None:
    # By hand: an empty entry of the path, a relative one, and on Windows always, would be the folder under migration.
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.get_exec_path():
        program = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    return None


def literal(folder: str) -> str:
    """Return how a pattern for names below `folder`, which ends with `/` or is empty, begins in git."""
    return re.sub(r"([\\*?\[\]:])", r"\\\1", folder)


def ignores(top: str, name: str) -> bool:
    """Return whether git leaves out a file or folder of a work tree that it does not track.

    Raises:
        GitError: git gave no answer.
    """
    process = start(top, "check-ignore", "-q", "--", name)
    answer(process, fine=(0, 1))
    return process.returncode == 0


def by_base(paths: Iterable[str]) -> dict[Base, list[str]]:
    """Return the files of each git work tree; those outside any count from the working directory, or from the root."""
    bases: dict[str, Base] = {}
    found: dict[Base, list[str]] = {}
    for path in paths:
        folder = os.path.dirname(real(path))
        if folder not in bases:
            bases[folder] = base_of(folder)
        found.setdefault(bases[folder], []).append(path)
    return found


def base_of(folder: str) -> Base:
    """Return what paths in `folder`, which has no links in it, count from."""
    top = top_of(folder)
    if top is None:
        here = os.path.realpath(os.curdir)
        below = folder == here or folder.startswith(here.rstrip(os.sep) + os.sep)
        return Base(here if below else folder, None)
    try:
        output = os.fsdecode(_ask(top, "rev-parse", "--show-toplevel", "--absolute-git-dir"))
    except GitError as error:
        return Base(top, None, str(error))
    stated, git_dir = output.removesuffix("\n").rsplit("\n", 1)
    if os.path.realpath(stated) != top:
        return Base(top, None, f"core.worktree: the work tree of {git_dir} is {stated}")
    return Base(top, git_dir)


def uncommitted(base: Base, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Return those files that git could not bring back as they are, each with a reason, empty where it is plain.

    A file is safe if the last commit and the index have just these bytes, or ignore the file. The bytes are compared
    here: git, asked for changes, would run the filters that a repository names and believe its index about a file.

    Args:
        contents: path to the bytes that are there now.

    Raises:
        GitError: git gave no answer.
    """
    if base.refusal:
        raise GitError(base.refusal)
    if base.git_dir is None:
        return {}
    names = {base.relative(path): path for path in contents}
    dirty: dict[str, str] = {}
    listed = sorted(names)
    for begin in range(0, len(listed), _AT_ONCE):
        chunk = {name: contents[names[name]] for name in listed[begin : begin + _AT_ONCE]}
        dirty |= {names[name]: reason for name, reason in _dirty(base.top, chunk).items()}
    return dirty


_MARKS = {"h": "marked assume-unchanged: git does not look at it", "S": "marked skip-worktree: git does not look at it"}
"""By the letter of `ls-files -v`."""


def _dirty(top: str, contents: Mapping[str, bytes]) -> dict[str, str]:
    staged, marks = _index(top, contents)
    committed = _last_commit(top, contents)
    ignored = _ignored(top, [name for name in contents if name not in staged and name not in committed])
    dirty: dict[str, str] = {}
    differing: dict[str, str] = {}
    for name in contents:
        if name in ignored:
            continue
        if name not in committed or staged.get(name) != committed[name]:
            dirty[name] = ""
        elif _blob(contents[name], committed[name]) != committed[name]:
            differing[name] = committed[name]
    dirty |= _unless_by_line_ends(top, {name: (contents[name], blob) for name, blob in differing.items()})
    return {name: marks.get(name) or reason for name, reason in dirty.items()}


def _index(top: str, names: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the blob of each name, empty in a merge that is not done, and the marks that hide a name from git."""
    blobs: dict[str, str] = {}
    marks: dict[str, str] = {}
    for entry in _fields(_ask(top, "--literal-pathspecs", "ls-files", "-v", "-s", "-z", "--", *names)):
        details, name = entry.split("\t", 1)
        letter, _, blob, stage = details.split(" ")
        blobs[name] = blob if stage == "0" else ""
        if letter in _MARKS or letter.islower():
            marks[name] = _MARKS.get(letter, _MARKS["h"])
    return blobs, marks


def _last_commit(top: str, names: Iterable[str]) -> dict[str, str]:
    if not _ask(top, "rev-parse", "--verify", "--quiet", "HEAD^{tree}", fine=(0, 1)):
        return {}  # nothing is committed yet
    return _blobs(top, "HEAD", list(names))


def _ignored(top: str, names: Sequence[str]) -> frozenset[str]:
    if not names:
        return frozenset()
    given = b"".join(os.fsencode(name) + b"\0" for name in names)
    return frozenset(_fields(_ask(top, "check-ignore", "-z", "--stdin", given=given, fine=(0, 1))))


def _unless_by_line_ends(top: str, differing: Mapping[str, tuple[bytes, str]]) -> dict[str, str]:
    """Return the names whose bytes are not those of their blob even if git has converted line ends, with a reason.

    What else it may convert a file with is a program, or is not undone by it; so these count as changed.
    """
    if not differing:
        return {}
    automatic = _ask(top, "config", "--get", "core.autocrlf", fine=(0, 1)).strip().lower() in (b"true", b"input")
    asked = ("text", "eol", *_CONVERTERS)
    fields = _fields(_ask(top, "--literal-pathspecs", "check-attr", "-z", *asked, "--", *differing))
    attributes = dict(zip(zip(fields[::3], fields[1::3], strict=True), fields[2::3], strict=True))
    reasons: dict[str, str] = {}
    for name, (data, blob) in differing.items():
        has = {key: attributes[name, key] for key in asked if attributes[name, key] not in ("unspecified", "unset")}
        text = "text" in has or "eol" in has or (automatic and attributes[name, "text"] == "unspecified")
        if not text or _blob(data.replace(b"\r\n", b"\n"), blob) != blob:
            converters = [f"{key}={has[key]}" for key in _CONVERTERS if key in has]
            reasons[name] = (
                f"git would convert it ({', '.join(converters)}): not done, not compared" if converters else ""
            )
    return reasons


_CONVERTERS = ("filter", "ident", "working-tree-encoding")


def _blob(data: bytes, like: str) -> str:
    """Return git's name for a file with this content, in the hash that `like` is one of."""
    import hashlib

    new = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return new(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _fields(output: bytes) -> list[str]:
    return [field for field in os.fsdecode(output).split("\0") if field]


def stored(revision: str, paths: Iterable[str]) -> dict[str, bytes]:
    """Return the files as they were where `HEAD` branched off a revision; those that were not there are left out.

    Raises:
        GitError: there is no such revision, or git gave no answer.
    """
    found: dict[str, bytes] = {}
    for base, inside in by_base(paths).items():
        if base.refusal:
            raise GitError(base.refusal)
        if base.git_dir is not None:
            names = {base.relative(path): path for path in inside}
            blobs = _blobs(base.top, _branched_off(base.top, revision), sorted(names))
            contents = _contents(base.top, list(blobs.values()))
            found |= {names[name]: data for name, data in zip(blobs, contents, strict=True)}
    return found


def _branched_off(top: str, revision: str) -> str:
    unknown = GitError(f"no such revision in {top}: {revision}")
    if revision.startswith("-"):
        raise unknown
    commit = _ask(top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", fine=(0, 1)).decode().strip()
    if not commit:
        raise unknown
    base = _ask(top, "merge-base", commit, "HEAD", fine=(0, 1)).decode().strip()
    if not base:
        raise GitError(f"HEAD did not branch off {revision}: they have no commit in common (a shallow clone?)")
    return base


def _blobs(top: str, commit: str, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for begin in range(0, len(names), _AT_ONCE):
        chunk = names[begin : begin + _AT_ONCE]
        listed = _ask(top, "--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *chunk)
        for details, name in (entry.split("\t", 1) for entry in _fields(listed)):
            found[name] = details.split(" ")[2]
    return found


_ODD = {"", ".", "..", ".git"}
"""Parts of names that git itself never makes; a tree made by hand may have them, and they would lead elsewhere."""


def committed(folder: str) -> Iterator[tuple[str, bytes]]:
    """Yield the regular files that the last commit has below `folder`: the name from there, and the content as stored.

    Raises:
        GitError: there is no such commit, or git gave no answer.
    """
    here = real(folder)
    top = top_of(here)
    if top is None:
        raise GitError(f"not a git repository: {folder}")
    inner = os.path.relpath(here, top).replace(os.sep, "/")
    names, blobs = [], []
    for entry in _fields(
        _ask(top, "ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", *([] if inner == "." else [inner + "/"]))
    ):
        details, name = entry.split("\t", 1)
        mode, _, blob = details.split(" ")
        if mode.startswith("100") and not _ODD & set(name.split("/")):
            names.append(os.path.relpath(name, inner))
            blobs.append(blob)
    yield from zip(names, _contents(top, blobs), strict=True)


def _contents(top: str, blobs: Sequence[str]) -> list[bytes]:
    output = _ask(top, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    contents = []
    at = 0
    for _ in blobs:
        end = output.index(b"\n", at)
        size = int(output[at:end].split()[2])
        contents.append(output[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return contents
