"""Imports of the program: its own modules are loaded on first use, others stay names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import TYPE_CHECKING

import libcst as cst

from codemods.interpreter.values import NOTHING, External, ModuleRef, Unread, Value, Values
from codemods.interpreter.variables import Env
from codemods.model import ParseError, Workspace
from codemods.syntax.tree import dotted, parsed

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter

FOLLOWED = 400_000
"""Characters of modules that are read only because others import them. All that a large project imports, directly or
not, would take minutes; what counts is near, and the nearest are read first."""
BESIDE = 30_000
"""Characters of modules that are read at once though they name nothing of interest: settings, small helpers."""


class Imports:
    """Executes import statements."""

    def __init__(self, run: Interpreter, workspace: Workspace) -> None:
        self.workspace = workspace
        self.imported: dict[str, set[str]] = defaultdict(set)
        """By module, the dotted names of the modules it imports."""
        self.taken: set[tuple[str, str]] = set()
        """Names (with the module they stand in) that other modules import or read from there."""
        self._run = run
        self._followed = 0
        self._beside = 0
        self._unread: dict[str, str] = {}
        self._starred: dict[str, set[str]] = defaultdict(set)
        """By module, the names that it has by `import *`."""

    def member(self, path: str, name: str) -> Values:
        """Return what a module of the program exports under `name`."""
        self._run.work.read(self, path)
        module = self._run.modules.get(path)
        if module is None:
            return frozenset({Unread(path, name)}) if path in self._unread else NOTHING
        if path != self._run.path:
            self.taken.add((path, name))
        variables = self._run.variables
        return variables.cells.read((variables.scopes[module.tree], name))

    def bound(self, path: str) -> AbstractSet[str]:
        """Return the names that a module of the program has at its top, those of `import *` included."""
        return self._run.variables.scopes[self._run.modules[path].tree].local | self._starred[path]

    def submodule(self, package: str, name: str) -> Values:
        """Return the module `name` of a package, given the path of its `__init__`, which need not exist."""
        if not package.endswith(_INIT):
            return NOTHING
        path, folder = self._module(name, 1, package), f"{package.removesuffix(_INIT)}{name}/"
        if path is None and any(known.startswith(folder) for known in (*self._run.modules, *self._unread)):
            path = f"{folder}{_INIT}"  # of a package without one
        return frozenset({ModuleRef(path)}) if path is not None else NOTHING

    def environment(self, names: Iterable[str]) -> Values:
        """Return what the project's settings say environment variables are."""
        places = [place for name in names for place in self.workspace.environment(name)]
        return frozenset(value for path, name in places for value in self.member(path, name))

    def plain(self, alias: cst.ImportAlias, env: Env) -> None:
        """Execute one name of `import a.b, c as d`."""
        name = dotted(alias.name)
        self.imported[self._run.path].add(name)
        loaded = self._module(name, 0)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            value: Value = ModuleRef(loaded) if loaded else External(name)
            self._bind(alias.asname.name, alias.asname.name.value, frozenset({value}), env)
            return
        head = name.split(".", 1)[0]
        value = ModuleRef(self._module(head, 0) or _package(loaded, name.count("."))) if loaded else External(head)
        node: cst.CSTNode = alias.name
        while isinstance(node, cst.Attribute):
            node = node.value
        self._bind(node, head, frozenset({value}), env)

    def names(self, part: cst.ImportFrom, env: Env) -> None:
        """Execute `from a import b, c as d`."""
        module = dotted(part.module) if part.module is not None else ""
        level = len(part.relative)
        self.imported[self._run.path].add("." * level + module)
        loaded = self._module(module, level) if module or level else None
        if isinstance(part.names, cst.ImportStar):
            self._star(module, loaded)
            return
        for alias in part.names:
            name = alias.name.value if isinstance(alias.name, cst.Name) else ""
            target = alias.asname.name if alias.asname is not None else alias.name
            if not isinstance(target, cst.Name):
                continue
            values = self.member(loaded, name) if loaded is not None else NOTHING
            if not values or loaded in self._unread:
                inner = self._module(f"{module}.{name}".strip("."), level)
                if inner:
                    values = frozenset({ModuleRef(inner)})
                elif loaded is None:
                    values = frozenset({External(f"{module}.{name}")})
            self._bind(target, target.value, values, env)

    def _star(self, module: str, loaded: str | None) -> None:
        variables, here = self._run.variables, self._run.scope.module
        if loaded is not None:
            self.load(loaded)
        if loaded in self._run.modules:
            self._run.work.read(self, loaded)
            found = {name: self.member(loaded, name) for name in sorted(self.bound(loaded))}
        else:
            found = {name: frozenset({External(f"{module}.{name}")}) for name in self._run.library.exported(module)}
        for name, values in found.items():
            variables.cells.join((here, name), values)
        if not found.keys() <= self._starred[here.path]:
            self._starred[here.path] |= found.keys()
            self._run.work.grown(self, here.path)

    def _bind(self, node: cst.CSTNode, name: str, values: Values, env: Env) -> None:
        self._run.expressions.bind(name, node, values, env, None, "import")

    def by_name(self, names: Iterable[str]) -> Values:
        """Return what `importlib.import_module("name")` gives for each of some names."""
        levels = {name: len(name) - len(name.lstrip(".")) for name in names}
        paths = {name: self._module(name[level:], level) for name, level in levels.items()}
        return frozenset(ModuleRef(path) if path else External(name) for name, path in paths.items())

    def _module(self, dotted: str, level: int, importer: str = "") -> str | None:
        """Return the program's module of that name; small ones and those with telling words are read at once."""
        path = self.workspace.resolve(importer or self._run.path, dotted, level)
        if path is None or path in self._run.modules or path in self._unread:
            return path
        text = self.workspace.read(path)
        if text is None:
            return None
        self._unread[path] = text
        if self._run.library.speaks(text):
            self.load(path)
        elif self._beside + len(text) <= BESIDE:
            self._beside += len(text)
            self.load(path)
        return path if path in self._run.modules or path in self._unread else None

    def load(self, path: str) -> None:
        """Read a module that was left unread so far; whoever has asked for a name of it is run again."""
        text = self._unread.pop(path, None)
        if text is None or self._followed + len(text) > FOLLOWED:
            return
        self._followed += len(text)
        with suppress(ParseError, RecursionError):
            self._run.add_module(parsed(path, text))
        self._run.work.grown(self, path)


_INIT = "__init__.py"


def _package(path: str, depth: int) -> str:
    """Return the `__init__` of the package that is `depth` above the module at `path`."""
    parts = path.removesuffix(f"/{_INIT}").split("/")
    return "/".join([*parts[:-depth], _INIT])
