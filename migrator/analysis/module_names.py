"""The names of one module, as Python's own parser sees them: what it binds, uses, exports, asks of other modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from codemods.syntax.carried import bound_by, module_level, tree_of

Origin = tuple[str, int]
"""A module as an import statement names it: dotted name, and the number of leading dots."""

SDK = "assemblyai"
"""The vendor's package."""

_BY_TEXT = frozenset({"getattr", "hasattr", "setattr", "delattr", "object"})
"""What asks a module for a name, or gives it one, by its text: `patch.object(stt, "Client")`."""

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")


@dataclass(slots=True)
class ModuleNames:
    """What `parsed` found.

    Attributes:
        bound: names that the module has once it is imported, to the line that binds them first.
        everywhere: names bound in whatever scope.
        used: names read in whatever scope.
        exported: the strings in `__all__`.
        taken: (module, name, line) of each `from module import name`.
        stars: each module of `from module import *`.
        aliases: what a name or dotted name stands for that an import, or `import_module`, binds to a module.
        copies: the dotted name that a plain assignment gives another name to.
        chains: dotted names read, such as `stt.Client.connect`, those in `getattr(stt, "Client")` included.
        strings: text that has the form of a dotted name, as `mock.patch` takes it.
    """

    bound: dict[str, int] = field(default_factory=dict)
    everywhere: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    exported: set[str] = field(default_factory=set)
    taken: list[tuple[Origin, str, int]] = field(default_factory=list)
    stars: list[Origin] = field(default_factory=list)
    aliases: dict[str, list[Origin]] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    chains: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)

    def of_class(self, package: str, classes: Collection[str]) -> set[str]:
        """Return the names that stand for one of some classes of a package, by import or by assignment."""
        found = {name for name, origins in self.aliases.items() if any(_is_in(o, package, classes) for o in origins)}
        return found | {
            name
            for name, chain in self.copies.items()
            if chain in found or (chain.rpartition(".")[2] in classes and "." in chain)
        }


def parsed(text: str) -> ModuleNames | None:
    """Return the names of a module; None if the running Python does not take it for one."""
    tree = tree_of(text)
    if tree is None:
        return None
    names = ModuleNames()
    for node in ast.walk(tree):
        _note(node, names)
    for node in module_level(tree.body):
        for name in bound_by(node):
            names.bound.setdefault(name, getattr(node, "lineno", 0))
    return names


def _note(node: ast.AST, names: ModuleNames) -> None:
    names.everywhere.update(bound_by(node))
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            names.used.add(name)
        case ast.Global(names=declared):
            for name in declared:  # whoever says so binds it sooner or later
                names.bound.setdefault(name, node.lineno)
        case ast.Attribute():
            chain = _chain(node)
            if chain:
                names.chains.add(chain)
        case ast.Call(
            func=ast.Name(id=asked) | ast.Attribute(attr=asked), args=[owner, ast.Constant(value=str(name)), *_]
        ) if asked in _BY_TEXT:
            chain = _chain(owner)
            if chain:
                names.chains.add(f"{chain}.{name}")
        case ast.Call() if (origin := _imported(node)) is not None:
            names.aliases.setdefault(_chain(node), []).append(origin)
        case ast.Constant(value=str(text)) if len(text) < 200 and _DOTTED.fullmatch(text):
            names.strings.add(text)
        case ast.Import(names=aliases):
            for alias in aliases:
                names.aliases.setdefault(alias.asname or alias.name, []).append((alias.name, 0))
                parts = [] if alias.asname else alias.name.split(".")[:-1]
                for end in range(1, len(parts) + 1):
                    names.aliases.setdefault(".".join(parts[:end]), []).append((".".join(parts[:end]), 0))
        case ast.ImportFrom(module=module, names=aliases, level=level):
            _note_from(module or "", level, aliases, node.lineno, names)
        case ast.Assign(targets=targets, value=value):
            _note_assigned([target.id for target in targets if isinstance(target, ast.Name)], value, names)
        case (
            ast.AugAssign(target=ast.Name(id=name), value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ):
            _note_assigned([name], value, names)


def _note_from(module: str, level: int, aliases: list[ast.alias], line: int, names: ModuleNames) -> None:
    for alias in aliases:
        if alias.name == "*":
            names.stars.append((module, level))
            continue
        names.taken.append(((module, level), alias.name, line))
        below = f"{module}.{alias.name}" if module else alias.name
        names.aliases.setdefault(alias.asname or alias.name, []).append((below, level))


def _note_assigned(targets: list[str], value: ast.expr, names: ModuleNames) -> None:
    if "__all__" in targets:
        constants = (node.value for node in ast.walk(value) if isinstance(node, ast.Constant))
        names.exported.update(text for text in constants if isinstance(text, str))
    origin = _imported(value)
    if origin is not None:
        for name in targets:
            names.aliases.setdefault(name, []).append(origin)
    elif isinstance(value, ast.Attribute | ast.Name):
        names.copies.update(dict.fromkeys(targets, _chain(value)))


def _is_in(origin: Origin, package: str, classes: Collection[str]) -> bool:
    module, level = origin
    return level == 0 and module.split(".")[0] == package and module.rpartition(".")[2] in classes


def _imported(node: ast.AST) -> Origin | None:
    """Return the module that a call such as `importlib.import_module(".stt", __package__)` gives."""
    match node:
        case ast.Call(
            func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(module)), *_],
        ):
            name = module.lstrip(".")
            return name, len(module) - len(name)
    return None


def _chain(node: ast.AST) -> str:
    """Return a dotted name; an imported module at its head is written as it stands."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    elif _imported(node) is not None:
        parts.append(ast.unparse(node))
    else:
        return ""
    return ".".join(reversed(parts))
