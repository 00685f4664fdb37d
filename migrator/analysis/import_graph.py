"""The files around a file: which one an import means, and which files have to be looked at together."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from migrator.documents.document import decode, is_notebook
from migrator.documents.module import DecodingError, Module
from migrator.files import line_lengths
from migrator.files.paths import PARSE_LIMIT, regular
from migrator.files.prefilter import is_distinctive, may_speak_v2

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<dots>\.*)(?P<module>[\w.]*)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\r\n#]*)"
    rb"|import[ \t]+(?P<plain>[^\r\n#]+))",
    re.MULTILINE,
)
_NAME = re.compile(r"[\w.]+")
_PACKAGE = "__init__.py"


@dataclass(slots=True)
class Folder:
    """A `codemods.model.Workspace` on disk. Plain data, so that it can be sent to a worker process.

    Attributes:
        overlay: texts that stand in for those on disk: outcomes not yet written.
        variables: see `Group`.
    """

    overlay: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    _found: dict[tuple[str, str, int], str | None] = field(default_factory=dict)

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """Return the path of the project file that `importer` means by `module`, or None if it is not the project's."""
        key = (os.path.dirname(importer), module, level)
        if key not in self._found:
            self._found[key] = next((path for path in _candidates(*key) if os.path.isfile(path)), None)
        return self._found[key]

    def environment(self, name: str) -> Sequence[tuple[str, str]]:
        """Return the constants of the project's settings that the environment variable `name` may be."""
        return self.variables.get(name, ())

    def line_length(self, path: str) -> int | None:
        """Return how long the project's formatter lets lines of a file be; None if nothing says so."""
        return line_lengths.of(os.path.realpath(os.path.dirname(path)))

    def is_settings(self, path: str) -> bool:
        """Return whether a module stands for a file of settings."""
        return any(path == home for places in self.variables.values() for home, _ in places)

    def read(self, path: str) -> str | None:
        """Return the text of a project file, or None if it cannot be read."""
        if path in self.overlay:
            return self.overlay[path]
        data = _content(path, certain=False)
        try:
            return None if data is None else Module.decode(data).text
        except DecodingError:
            return None


def _candidates(folder: str, module: str, level: int) -> Iterator[str]:
    tail = module.replace(".", "/")
    if level:
        start = os.path.normpath(os.path.join(folder, *[os.pardir] * (level - 1))).replace(os.sep, "/")
        yield from _files(start, tail)
        return
    if not tail:
        return
    # The folder of a script is on its path; for a package it is some folder further up. Never above the project.
    here = folder or "."
    while True:
        yield from _files(here, tail)
        if os.path.exists(os.path.join(here, ".git")) or here in (".", "/", "") or here.endswith(".."):
            break
        here = os.path.dirname(here) or "."
    yield from _files(f"{here}/src", tail)


def _files(folder: str, tail: str) -> Iterator[str]:
    base = "/".join(part for part in (folder, tail) if part and part != ".") or "."
    if tail:
        yield f"{base}.py"
    yield f"{base}/{_PACKAGE}" if base != "." else _PACKAGE


def imports(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield (module, level) for what a file may import; `from a import b` may mean module a or a.b."""
    for match in _IMPORT.finditer(data):
        if match["plain"] is not None:
            for part in match["plain"].decode("latin-1").split(","):
                name = part.split()[:1]
                if name:
                    yield name[0], 0
            continue
        module, level = match["module"].decode("latin-1"), len(match["dots"])
        yield module, level
        names = re.sub(rb"#[^\r\n]*", b"", match["names"]).decode("latin-1").strip("() \t\r\n\\")
        for part in names.split(","):
            name = _NAME.findall(part)[:1]
            if name:
                yield f"{module}.{name[0]}".lstrip("."), level


@dataclass(frozen=True, slots=True)
class Group:
    """Files that import each other, directly or through one another, and are understood together.

    Attributes:
        hits: those with a v2 word of their own; the others are there because facts flow through them.
        variables: environment variable to the places that set it: (path of a file of settings, its name there).
    """

    paths: tuple[str, ...]
    hits: frozenset[str]
    variables: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def configuration(self) -> frozenset[str]:
        """The files of settings among `paths`."""
        return frozenset(path for places in self.variables.values() for path, _ in places)


def groups(hits: Iterable[str], files: Iterable[str], folder: Folder) -> list[Group]:
    """Return the connected groups around `hits`.

    Args:
        hits: files that speak v2 beyond doubt.
        files: every file of the run; those with a weaker v2 word, and neighbours of a hit, join in.
    """
    certain = dict.fromkeys(hits)
    # A link is no file of its own: its target is in the run under its own name, or is not the run's business.
    graph = _Graph([path for path in files if path not in certain and not os.path.islink(path)], certain, folder)
    weak = certain.keys() | graph.distinctive  # what cannot be read any more stays: whoever migrates it says so
    graph.join(weak)
    # A word that others use, too, says nothing by itself; in a file that has to do with one that speaks v2 it does.
    waiting = graph.common - weak
    while joining := {path for path in waiting if path in graph.edges or graph.imported(path) & graph.edges.keys()}:
        weak |= joining
        waiting -= joining
        graph.join(joining)
    return [Group(tuple(sorted(part)), frozenset(part & weak)) for part in _components(graph.edges)]


class _Graph:
    """What imports what, as far as it has been asked; contents are not kept, there may be a gigabyte of them.

    Attributes:
        readable: the files that can be read.
        distinctive: those of them with a v2 word that hardly anybody else uses.
        common: those with one that others use, too.
        edges: the files that have joined, each with its neighbours.
    """

    def __init__(self, paths: Iterable[str], certain: Collection[str], folder: Folder) -> None:
        self._certain = certain
        self._folder = folder
        self.readable: set[str] = set()
        self.distinctive: set[str] = set()
        self.common: set[str] = set()
        self.edges: dict[str, set[str]] = {}
        self._mentions: dict[str, list[str]] = {}
        self._imported: dict[str, set[str]] = {}
        self._passed_on: dict[str, frozenset[str]] = {}
        for path in [*certain, *paths]:
            data = self._content(path)
            if data is not None:
                self._enter(path, data)

    def _enter(self, path: str, data: bytes) -> None:
        self.readable.add(path)
        if may_speak_v2(data):
            (self.distinctive if is_distinctive(data) else self.common).add(path)
        here = os.path.dirname(path)
        for name in {name for module, level in imports(data) for name in mentioned(here, module, level)}:
            self._mentions.setdefault(name, []).append(path)

    def _content(self, path: str) -> bytes | None:
        return _content(path, path in self._certain)

    def imported(self, path: str) -> set[str]:
        """Return the files of the run that a file imports."""
        if path not in self._imported:
            data = self._content(path) or b""
            found = (self._folder.resolve(path, module, level) for module, level in imports(data))
            self._imported[path] = {target for target in found if target in self.readable and target != path}
        return self._imported[path]

    def join(self, paths: Iterable[str]) -> None:
        """Take in some files, what they import, whatever imports them, and whoever has from there what is the SDK's."""
        frontier, providers = set(paths), set[str]()
        for path in frontier:
            self.edges.setdefault(path, set())
            self._connect(path)
            if names := _sdk_names(self._content(path) or b""):
                self._passed_on[path] = names
        while self._passed_on and sum(map(self._take, sorted(frontier))):
            pass
        while frontier or providers:
            asked_for = (self._mentions.get(stem(path), ()) for path in frontier | providers)
            others = {path for paths in asked_for for path in paths if path not in self.edges}
            # the name alone proves nothing: every project has some `types` or `client`
            importers = [path for path in sorted(others) if self._uses(path, frontier, providers)]
            for path in importers:
                self._connect(path)
            # A package passes on what its modules define: whoever imports the package is a neighbour too.
            frontier = {path for path in importers if path in self.edges and os.path.basename(path) == _PACKAGE}
            # So does a module that has names of the SDK from another one: whoever uses them has them from there.
            providers = {path for path in importers if self._take(path)}

    def _uses(self, importer: str, frontier: AbstractSet[str], providers: AbstractSet[str]) -> bool:
        """Return whether a module imports one that is looked at, or uses what one passes on."""
        targets = self.imported(importer)
        if targets & frontier:
            return True
        names = {name.encode() for target in targets & providers for name in self._passed_on[target]}
        data = self._content(importer) or b"" if names else b""
        return any(name in data for name in names)

    def _take(self, importer: str) -> bool:
        """Note what a module has of the SDK by way of others; return whether that is more than was known."""
        known = self._passed_on.get(importer, frozenset())
        found = known | _taken(
            self._content(importer) or b"",
            lambda module, level: self._passed_on.get(self._folder.resolve(importer, module, level) or "", frozenset()),
        )
        if len(found) == len(known):
            return False
        self._passed_on[importer] = found
        return True

    def _connect(self, importer: str) -> None:
        for target in self.imported(importer):
            self.edges.setdefault(importer, set()).add(target)
            self.edges.setdefault(target, set()).add(importer)


def mentioned(folder: str, module: str, level: int) -> Iterator[str]:
    """Yield the names that the file of an imported module may have, without its ending."""
    if module:
        yield from module.split(".")
    elif level:  # `from .. import name`: the package above
        yield os.path.basename(os.path.normpath(os.path.join(os.path.abspath(folder), *[os.pardir] * (level - 1))))


def stem(path: str) -> str:
    """Return the last name by which a module is imported."""
    return os.path.basename(_module(os.path.abspath(path) if os.path.basename(path) == _PACKAGE else path))


def _sdk_names(data: bytes) -> frozenset[str]:
    """Return the names under which a module has the SDK, or something of it, as far as its text tells."""
    return _taken(
        data, lambda module, level: None if not level and module.split(".")[0] == "assemblyai" else frozenset()
    )


def _taken(data: bytes, offered: Callable[[str, int], AbstractSet[str] | None]) -> frozenset[str]:
    """Return the names that a module imports out of those that others offer, and what it assigns from them.

    Args:
        data: the module.
        offered: what a module offers, by name and number of leading dots; None for everything it has.
    """
    found: set[str] = set()
    for match in _IMPORT.finditer(data):
        if match["plain"] is not None:
            for part in match["plain"].decode("latin-1").split(","):
                words = part.split()
                if words and offered(words[0], 0) is None:
                    found.add(words[-1].split(".")[0])
            continue
        names = offered(match["module"].decode("latin-1"), len(match["dots"]))
        listed = re.sub(rb"#[^\r\n]*", b"", match["names"]).decode("latin-1").strip("() \t\r\n\\")
        for part in listed.split(","):
            words = part.split()
            if words == ["*"]:
                found |= names or set()
            elif words and (names is None or words[0] in names):
                found.add(words[-1])
    if found:
        made = re.compile(
            rb"^[ \t]*(\w+)[ \t]*=[ \t]*(?:%s)\b" % b"|".join(name.encode() for name in sorted(found)), re.M
        )
        found |= {name.decode("latin-1") for name in made.findall(data)}
    return frozenset(found)


def _module(path: str) -> str:
    return os.path.dirname(path) if os.path.basename(path) == _PACKAGE else os.path.splitext(path)[0]


def _content(path: str, certain: bool) -> bytes | None:
    try:
        with open(path, "rb", opener=regular) as file:
            if is_notebook(path):
                return _program(path, file.read(), certain)
            data = file.read(PARSE_LIMIT + 1)
    except OSError:
        return None
    return data if len(data) <= PARSE_LIMIT else None


def _program(path: str, data: bytes, certain: bool) -> bytes | None:
    """Return the program in a notebook; what it has printed and drawn counts for nothing.

    A neighbour without a v2 word is left out: a folder may hold thousands, and all that one can add is a call.
    """
    if not certain and not may_speak_v2(data):
        return None
    try:
        return decode(path, data).text.encode("utf-8", "replace")
    except DecodingError:
        return data  # whoever migrates it says why


def _components(edges: Mapping[str, set[str]]) -> list[set[str]]:
    left = dict.fromkeys(sorted(edges))
    parts = []
    while left:
        part: set[str] = set()
        stack = [next(iter(left))]
        while stack:
            path = stack.pop()
            if path not in part:
                part.add(path)
                left.pop(path, None)
                stack.extend(edges[path])
        parts.append(part)
    return parts
