"""The files around a file: which one an import means, and which files have to be looked at together."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from codemods.syntax.carried import Outline, words
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
_BY_NAME = re.compile(rb"\b(?:import_module|__import__)\(\s*[\"'](?P<named>[\w.]+)[\"']")
_WORD = re.compile(rb"import")
"""What stands in the line of each of them: a constant is looked for twenty times as fast as an expression."""
_STAR = re.compile(r"\bimport\s*\(?\s*\*")
_NAME = re.compile(r"[\w.]+")
_PACKAGE = "__init__.py"


@dataclass(slots=True)
class ProjectFolder:
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
    end = 0
    for word in _WORD.finditer(data):
        at = word.start()
        if at < end:
            continue
        match = _IMPORT.match(data, max(data.rfind(b"\n", 0, at) + 1, end))
        if match is not None and match.end() > at:
            end = match.end()
            yield from _imported(match)
            continue
        match = _BY_NAME.match(data, at) or _BY_NAME.match(data, max(at - len("__"), end))
        if match is not None:
            end = match.end()
            yield from _named(match["named"])


def _named(modules: bytes) -> Iterator[tuple[str, int]]:
    for part in modules.decode("latin-1").split(","):
        dotted = "".join(part.split()[:1])
        if dotted:
            yield dotted.lstrip("."), len(dotted) - len(dotted.lstrip("."))


def _imported(match: re.Match[bytes]) -> Iterator[tuple[str, int]]:
    plain = match["plain"]
    if plain is not None:
        yield from _named(plain)
        return
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
        variables: environment variable to the places that set it: (path of a file of settings, its name there). A key
            of a file that is parsed has a dot in front.
    """

    paths: tuple[str, ...]
    hits: frozenset[str]
    variables: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def configuration(self) -> frozenset[str]:
        """The files of settings among `paths`."""
        return frozenset(path for places in self.variables.values() for path, _ in places)


class Groups:
    """The connected groups around files that speak v2.

    Args:
        hits: files that speak v2 beyond doubt.
        files: every file of the run; those with a weaker v2 word, and neighbours of a hit, join in.
    """

    def __init__(self, hits: Iterable[str], files: Iterable[str], folder: ProjectFolder) -> None:
        certain = dict.fromkeys(hits)
        # A link is no file of its own: its target is in the run under its own name, or is not the run's business.
        self._graph = _Graph(
            [path for path in files if path not in certain and not os.path.islink(path)], certain, folder
        )
        # what cannot be read any more stays: whoever migrates it says so
        self._weak = certain.keys() | self._graph.distinctive
        self._graph.join(self._weak)
        self._add_common()

    def _add_common(self) -> None:
        # A word that others use, too, says nothing by itself; in a file that has to do with one that speaks v2 it does.
        graph = self._graph
        waiting = graph.common - self._weak
        while joining := {path for path in waiting if path in graph.edges or graph.imported(path) & graph.edges.keys()}:
            self._weak |= joining
            waiting -= joining
            graph.join(joining)

    def found(self) -> list[Group]:
        """Return the groups."""
        return [Group(tuple(sorted(part)), frozenset(part & self._weak)) for part in _components(self._graph.edges)]

    def follow(self, path: str, receivers: Mapping[str, AbstractSet[str]]) -> None:
        """Take in the modules that the messages of a file's program come into, and whoever uses those definitions.

        Args:
            receivers: by module the names of these definitions; see `codemods.model.FilePlan`.
        """
        self._graph.follow(path, receivers)
        self._add_common()


class _Graph:
    """What imports what, as far as it has been asked; contents are not kept, there may be a gigabyte of them.

    Attributes:
        readable: the files that can be read.
        distinctive: those of them with a v2 word that hardly anybody else uses.
        common: those with one that others use, too.
        edges: the files that have joined, each with its neighbours.
    """

    def __init__(self, paths: Iterable[str], certain: Collection[str], folder: ProjectFolder) -> None:
        self._certain = certain
        self._folder = folder
        self.readable: set[str] = set()
        self.distinctive: set[str] = set()
        self.common: set[str] = set()
        self.edges: dict[str, set[str]] = {}
        self._connected: set[str] = set()
        """Those whose own imports are among the edges; others are there because somebody imports them."""
        self._mentions: dict[str, list[str]] = {}
        self._imported: dict[str, set[str]] = {}
        self._carried: dict[str, frozenset[str]] = {}
        self._outlines: dict[str, Outline] = {}
        self._receivers: dict[str, AbstractSet[str]] = {}
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
        """Take in some files, what they import, whatever imports them, and whoever uses what comes of them there."""
        joining = set(paths)
        for path in joining:
            self.edges.setdefault(path, set())
            self._connect(path)
        self._spread(joining | {path for path in sorted(joining) if self._carry(path)}, joining)

    def follow(self, neighbour: str, receivers: Mapping[str, AbstractSet[str]]) -> None:
        """Take in modules that something of a neighbour's comes into, and whoever uses the names by which it does."""
        for path, names in receivers.items():
            if path not in self.readable:
                self._enter(path, self._content(path) or b"")
            self._receivers[path] = self._receivers.get(path, frozenset()) | names
            self.edges.setdefault(path, set()).add(neighbour)
            self.edges.setdefault(neighbour, set()).add(path)
        self._spread({path for path in sorted(receivers) if self._carry(path)}, set())

    def _spread(self, grown: set[str], joining: set[str]) -> None:
        while grown:
            asked_for = (self._mentions.get(stem(path), ()) for path in grown)
            # the name alone proves nothing: every project has some `types` or `client`
            others = sorted({path for paths in asked_for for path in paths if self.imported(path) & grown})
            known = {path for path in others if path in self._connected}
            neighbours = [path for path in others if path in known or self._uses(path, joining)]
            for path in neighbours:
                self._connect(path)
            # A package passes on what its modules define: whoever imports the package imports them.
            packages = {path for path in neighbours if os.path.basename(path) == _PACKAGE} - joining
            joining |= packages
            grown = packages | {path for path in neighbours if self._carry(path) or path not in known}

    def _uses(self, importer: str, joining: AbstractSet[str]) -> bool:
        """Return whether a module imports one that is looked at, or mentions what one carries, or takes all of it."""
        if self.imported(importer) & joining:
            return True
        text = self._text(importer)
        offered, _ = self._offered(importer)
        return not words(text).isdisjoint(offered) or (bool(offered) and _STAR.search(text) is not None)

    def _carry(self, path: str) -> bool:
        """Work out by which names of a module v2 messages may come in; return whether there are more now."""
        known = self._carried.get(path, frozenset())
        self._carried[path] = self._outline(path).carried(*self._offered(path))
        return self._carried[path] > known

    def _offered(self, importer: str) -> tuple[set[str], set[str]]:
        """Return the names of that kind in the modules that a module imports, and the last names of those modules."""
        providers = [target for target in self.imported(importer) if self._carried.get(target)]
        names = {name for target in providers for name in self._carried[target]}
        return names | self._receivers.get(importer, frozenset()), {stem(path) for path in providers}

    def _outline(self, path: str) -> Outline:
        if path not in self._outlines:
            self._outlines[path] = Outline(self._text(path), _speaks)
        return self._outlines[path]

    def _text(self, path: str) -> str:
        return (self._content(path) or b"").decode("utf-8", "replace")

    def _connect(self, importer: str) -> None:
        self._connected.add(importer)
        for target in self.imported(importer):
            self.edges.setdefault(importer, set()).add(target)
            self.edges.setdefault(target, set()).add(importer)


_SDK = re.compile(r"^[ \t]*(?:import|from)[ \t]+assemblyai\b", re.MULTILINE)


def _speaks(statement: str) -> bool:
    return may_speak_v2(statement.encode("utf-8", "replace")) or _SDK.search(statement) is not None


def mentioned(folder: str, module: str, level: int) -> Iterator[str]:
    """Yield the names that the file of an imported module may have, without its ending."""
    if module:
        yield from module.split(".")
    elif level:  # `from .. import name`: the package above
        yield os.path.basename(os.path.normpath(os.path.join(os.path.abspath(folder), *[os.pardir] * (level - 1))))


def stem(path: str) -> str:
    """Return the last name by which a module is imported."""
    return os.path.basename(_module(os.path.abspath(path) if os.path.basename(path) == _PACKAGE else path))


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
