"""Imports of the program: its own modules are loaded on first use, others stay names."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.expressions import Expressions
from codemods.interpreter.heap import Env
from codemods.interpreter.values import External, ModuleRef, Value, Values
from codemods.model import ParseError, Workspace
from codemods.syntax.tree import SourceModule, dotted

FOLLOWED = 400_000
"""Characters of modules that are read only because others import them. All that a large project imports, directly or
not, would take minutes; what counts is near, and the nearest are read first."""


class Imports(Expressions):
    """Executes import statements."""

    workspace: Workspace
    _followed = 0

    def import_module(self, alias: cst.ImportAlias, env: Env) -> None:
        name = dotted(alias.name)
        self.imports[self.path].add(name)
        loaded = self._module(name, 0)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            value: Value = ModuleRef(loaded) if loaded else External(name)
            self.bind(alias.asname.name.value, alias.asname.name, frozenset({value}), env, None, "import")
            return
        head = name.split(".", 1)[0]
        first = self._module(head, 0) if loaded else None
        value = ModuleRef(first) if first else External(head)
        node: cst.CSTNode = alias.name
        while isinstance(node, cst.Attribute):
            node = node.value
        self.bind(head, node, frozenset({value}), env, None, "import")

    def import_from(self, part: cst.ImportFrom, env: Env) -> None:
        module = dotted(part.module) if part.module is not None else ""
        level = len(part.relative)
        self.imports[self.path].add("." * level + module)
        loaded = self._module(module, level) if module or level else None
        if isinstance(part.names, cst.ImportStar):
            if loaded is not None:
                for name in sorted(self.scopes[self.modules[loaded].tree].local):
                    found = self.module_attribute(loaded, name)
                    self.join_cell(self.scope.module, name, found)
                return
            for known in self.models:
                home, _, name = known.rpartition(".")
                if home == module:
                    self.join_cell(self.scope.module, name, frozenset({External(known)}))
            return
        for alias in part.names:
            name = alias.name.value if isinstance(alias.name, cst.Name) else ""
            target = alias.asname.name if alias.asname is not None else alias.name
            if not isinstance(target, cst.Name):
                continue
            values: Values
            if loaded is not None:
                values = self.module_attribute(loaded, name)
                if not values and (inner := self._module(f"{module}.{name}".strip("."), level)):
                    values = frozenset({ModuleRef(inner)})
            elif level and (inner := self._module(f"{module}.{name}".strip("."), level)):
                values = frozenset({ModuleRef(inner)})
            else:
                inner_path = self._module(f"{module}.{name}", level)
                values = frozenset({ModuleRef(inner_path) if inner_path else External(f"{module}.{name}")})
            self.bind(target.value, target, values, env, None, "import")

    def _module(self, dotted: str, level: int) -> str | None:
        """Return the program's module of that name, loaded on first use."""
        path = self.workspace.resolve(self.path, dotted, level)
        if path is None:
            return None
        if path not in self.modules:
            text = self.workspace.read(path)
            if text is None or self._followed + len(text) > FOLLOWED:
                return None
            try:
                self.add_module(SourceModule(path, text))
            except (ParseError, RecursionError):
                return None
            self._followed += len(text)
        return path
