"""Which files a run looks at: git's own list where there is a repository, a walk elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from migrator.files import git
from migrator.files.paths import regular, shown

SUFFIXES = (".py", ".pyi", ".pyw", ".ipynb")

# What is no Python even when a user names it; a script may have any other ending, or none.
_NOT_PYTHON = re.compile(
    r"""^\.[^/]*$|\w*file(?:\.\w+)?$|(?:README|CHANGELOG|LICENSE)\b[^/]*$
    |\.(?:bat|c|cc|cfg|cjs|cmd|conf|cpp|cs|css|csv|dart|env|ex|exs|fish|go|h|hcl|hpp|html?|ini|j2|java|js|json|jsonc|jsx
    |kts?|less|lock|lua|m|map|mdx?|mjs|mts|php|pl|properties|ps1|r|rb|rs|rst|scala|scss|service|sh|sql|svelte|swift|tf
    |tfvars|toml|tsx?|txt|vue|xml|ya?ml|zsh)$""",
    re.IGNORECASE | re.VERBOSE,
)

# What a walk does not enter: version control, caches, environments, build products.
NOT_WALKED = frozenset(
    {
        *(".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d", ".pyenv"),
        *(".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__"),
        *("__pypackages__", "_build", "build", "dist", "node_modules", "site-packages", "venv"),
    }
)


NO_PROGRAM = "no Python file or notebook in this folder"

_MANY = 300
"""Files. Fewer are read in less time than a search takes to start."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that could not be looked at, and why, in one line."""

    path: str
    message: str


@dataclass(slots=True)
class Discovery:
    """The files under the paths of one command line.

    Attributes:
        arguments: the paths as given.
        excluded: says whether the user keeps a file out of the run.
        problems: filled while `batches` is consumed, as are `notes`: what a user should know, though it is no error,
            and `others`: files that were named and are neither modules nor notebooks.
        words: what the caller will look for in the files.
        without: files that have none of `words`, as git has found, which reads many files faster than we can; those of
            a batch are known when it is yielded.
    """

    arguments: Sequence[str]
    excluded: Callable[[str], bool] = lambda path: False
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    words: Sequence[bytes] = ()
    without: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def batches(self) -> Iterator[tuple[str, list[str]]]:
        """Yield (root, files) as lists become known; links are not to be followed out of root."""
        for argument in self.arguments:
            path = shown(argument)
            if os.path.isdir(path):
                found = 0
                for batch, search in self._folder(path):
                    found += len(batch)
                    fresh = self._fresh(batch)  # while git searches
                    if search is not None:
                        self.without.update(search.without(fresh))
                    yield path, fresh
                if not found:
                    self.problems.append(Problem(path, NO_PROGRAM))
            elif os.path.isfile(path) and not is_python(path):
                self.others.append(path)
            elif os.path.isfile(path):
                # Named by hand: wherever its link leads is meant.
                yield os.path.dirname(os.path.realpath(path)), self._fresh([path])
            elif os.path.islink(path) and not os.path.exists(path):
                self.problems.append(Problem(path, "broken symbolic link"))
            elif os.path.lexists(path):
                self.problems.append(Problem(path, "not a regular file"))
            else:
                self.problems.append(Problem(path, "no such file or folder"))

    def _fresh(self, batch: Iterable[str]) -> list[str]:
        kept = [name for name in batch if name not in self._seen and not self.excluded(name)]
        self._seen.update(kept)
        return kept

    def _folder(self, folder: str) -> Iterator[tuple[list[str], _Search | None]]:
        """Yield the names of files, and git's search through them if there is one."""
        top = git.top_of(folder)
        if top is None:
            yield from ((names, None) for names in self._walk(folder))
            return
        inner = os.path.relpath(git.real(folder), top).replace(os.sep, "/")
        below = "" if inner == "." else inner + "/"
        patterns = [f"{git.literal(below)}*{suffix}" for suffix in SUFFIXES]
        listed: list[str] = []
        new: list[str] = []
        try:
            tracked = git.start(top, "ls-files", "-z", "-v", "--cached", "--recurse-submodules", "--", *patterns)
            # Untracked files need a walk by git: it runs while the tracked ones are being read.
            everything = f"{git.literal(below)}*" if below else "."
            untracked = git.start(top, "ls-files", "-z", "--others", "--exclude-standard", "--", everything)
            states = os.fsdecode(git.answer(tracked))
            listed = _names((state[2:] for state in states.split("\0")), below, folder)
            if self.words and len(listed) >= _MANY and os.name != "nt":
                # git searches what it has in its index for a file that it need not look at
                odd = {state[2:] for state in states.split("\0") if state[:1] != "H"}
                words = [argument for word in self.words for argument in ("-e", word)]
                options = ("--recurse-submodules", "--no-textconv", "-lzaF")
                process = git.start(top, "grep", *options, *words, "--", *patterns)
                yield listed, _Search(process, below, folder, {*_names(odd, below, folder)})
            elif listed:
                yield listed, None
            new = _names(os.fsdecode(git.answer(untracked)).split("\0"), below, folder)
            ignored = not (listed or new) and git.ignores(top, inner)
        except git.GitError as error:
            self.notes.append(f"{folder}: git does not say which files it ignores, so all are looked at: {error}")
            ignored = True
        yield [name for name in new if name.endswith(SUFFIXES)], None
        for nested in (name for name in new if name.endswith("/")):
            yield from self._folder(nested.rstrip("/"))  # a repository of its own
        if ignored:  # the very folder that the user named: then the user's word counts
            yield from ((names, None) for names in self._walk(folder))

    def _walk(self, folder: str) -> Iterator[list[str]]:
        stack = [folder]
        while stack:
            here = stack.pop()
            files: list[str] = []
            try:
                entries = sorted(os.scandir(here), key=lambda entry: entry.name)
            except OSError as error:
                self.problems.append(Problem(here, f"cannot be listed: {error.strerror}"))
                continue
            for entry in entries:
                path = entry.name if here == "." else f"{here}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in NOT_WALKED and not os.path.exists(os.path.join(path, "pyvenv.cfg")):
                        stack.append(path)
                elif entry.name.endswith(SUFFIXES) and (entry.is_symlink() or entry.is_file()):
                    files.append(path)
            if files:
                yield files


@dataclass(frozen=True, slots=True)
class _Search:
    """A search of git's for some words.

    Attributes:
        below, folder: how the names begin that it prints, and how ours do.
        odd: files that it may have looked up elsewhere than on disk.
    """

    process: git.Process
    below: str
    folder: str
    odd: Set[str]

    def without(self, names: Iterable[str]) -> Set[str]:
        """Wait for the end, and return those of some files that have none of the words; none if git is unsure."""
        try:
            output = git.answer(self.process, fine=(0, 1), complaints=False)
        except git.GitError:
            return frozenset()
        return frozenset(names) - self.odd - {*_names(os.fsdecode(output).split("\0"), self.below, self.folder)}


def _names(listed: Iterable[str], below: str, folder: str) -> list[str]:
    prefix = "" if folder == "." else folder.rstrip("/") + "/"
    # A file with merge conflicts is listed once a stage.
    return [prefix + name[len(below) :] for name in dict.fromkeys(listed) if name]


def beside(folder: str) -> list[str]:
    """Return the modules in a folder, not those further down."""
    try:
        names = sorted(os.listdir(folder or os.curdir))
    except OSError:
        return []
    return [f"{folder}/{name}" if folder else name for name in names if name.endswith(SUFFIXES)]


def is_python(path: str) -> bool:
    """Return whether a file that a user names may be Python; a script is known by its first line, whatever its name."""
    if path.lower().endswith(SUFFIXES):
        return True
    try:
        with open(path, "rb", opener=regular) as file:
            first = file.readline(200)
    except OSError:
        return True  # whoever reads it will say why that cannot be done
    if first.startswith(b"#!"):
        return b"python" in first
    return not _NOT_PYTHON.search(path.rpartition("/")[2])
