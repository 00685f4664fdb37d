"""How the modules of a program come by the SDK's names: imports, aliases, modules of the project that pass them on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import libcst as cst

from codemods import suppression
from codemods.facts.program import Program
from codemods.interpreter.scopes import Scope
from codemods.interpreter.values import Const, External, ModuleRef, Str, texts
from codemods.rewrites.sdk.names import EXTRAS, HOMES, RENAMED, V3, Names
from codemods.syntax.edits import AddImport, Edit, Unused
from codemods.syntax.imports import bound_name, bound_names
from codemods.syntax.navigate import ScopeNode, function_of, last_name
from codemods.syntax.tree import SourceModule, dotted


@dataclass(eq=False, slots=True)
class ImportedName:
    """One name of an import statement that stands for a class of the legacy API, or something of `assemblyai.extras`.

    `RealtimeError = aai.RealtimeError` at the top of a module is such a statement, too.

    Attributes:
        node: what binds it: an alias of the import, or the assignment.
        legacy: what `assemblyai` calls it.
        name: what it is called where it comes from.
        local: what the module calls it.
        provider: the module of the project that it is imported from; None for the SDK itself.
        aliased: whether the statement calls it something else (`as`).
    """

    module: SourceModule
    part: cst.ImportFrom | cst.Assign
    node: cst.ImportAlias | cst.Assign
    legacy: str
    name: str
    local: str
    provider: str | None
    aliased: bool


class Condition(Enum):
    """What decides whether an import is run."""

    NONE = "none"
    TYPING = "if TYPE_CHECKING"
    OPTIONAL = "try, or another condition"


@dataclass(eq=False, slots=True)
class SdkImport:
    """A statement by which a module comes by the SDK.

    Attributes:
        function: the function that imports it, when it is called.
        provider: the module of the project that it is imported from, and how the statement spells that module.
    """

    part: cst.BaseSmallStatement
    function: cst.FunctionDef | None
    condition: Condition
    provider: tuple[str, str] | None = None


class SdkImports:
    """Every import of the SDK in a program, and what passes its names on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.bindings: dict[tuple[str, str], list[ImportedName]] = {}
        self.sources: dict[str, list[SdkImport]] = {}
        self.is_inline = False
        """Whether an expression imports the SDK where it uses it: `import_module("assemblyai").RealtimeError`."""
        self.by_text: dict[str, list[tuple[cst.Call | cst.Attribute, frozenset[str]]]] = {}
        """By module of the project ("" for the SDK) what reads its names by texts that no rule rewrites, and which
        names: none if they are out of sight."""
        for node, module in program.walk():
            match node:
                case cst.ImportFrom():
                    self._import_from(node, module)
                case cst.Import(names=names):
                    homes = [dotted(alias.name) for alias in names]
                    for home in homes:
                        provider = program.resolve(module.path, home, 0)
                        if provider is not None and self._offers(provider):
                            self._source(node, module, (provider, home))
                    if any(home.split(".")[0] == "assemblyai" for home in homes):
                        if program.resolve(module.path, "assemblyai", 0) is None:
                            self._source(node, module)
                case cst.Assign(value=cst.Call(func=func) as made) if last_name(func) in _IMPORTING:
                    if self._is_package(made):
                        self._source(node, module)
                case cst.Assign(value=cst.Attribute() | cst.Call()):
                    self._assigned(node, module)
                case cst.Call(func=func) if last_name(func) in _IMPORTING:
                    self.is_inline = self.is_inline or self._is_package(node)
                case cst.Call() | cst.Attribute():
                    self._asked(node)

    def _import_from(self, node: cst.ImportFrom, module: SourceModule) -> None:
        level, home = len(node.relative), dotted(node.module) if node.module is not None else ""
        provider = self.program.resolve(module.path, home, level)
        if provider is None and not level and home.split(".")[0] == "assemblyai":
            self._source(node, module)
        brings = False
        for alias in node.names if not isinstance(node.names, cst.ImportStar) else ():
            name, local = dotted(alias.name), bound_name(alias)
            legacy: str | None = None
            if provider is not None:
                legacy = self.exported(provider, name)
                brings = brings or self._brings_package(provider, name)
            elif not level:
                legacy = _gone(home, name)
            inner = self.program.resolve(module.path, f"{home}.{name}".strip("."), level)
            if inner is not None and self._offers(inner):
                self._source(node, module, (inner, "." * level + f"{home}.{name}".strip(".")))
            if legacy is not None:
                brings = True
                home_of_it = provider if provider is not None and not self.is_starred(provider, name) else None
                aliased = alias.asname is not None
                found = ImportedName(module, node, alias, legacy, name, local, home_of_it, aliased)
                self.bindings.setdefault((module.path, local), []).append(found)
        read = provider is not None and provider in self.program.modules
        if provider is not None and read and isinstance(node.names, cst.ImportStar):
            brings = any(self.exported(provider, name) for name in self.program.bound(provider))
        if provider is not None and brings:
            self._source(node, module, (provider, "." * level + home))

    def _asked(self, node: cst.Call | cst.Attribute) -> None:
        names: frozenset[str] = frozenset()
        match node:
            case cst.Attribute(value=base, attr=cst.Name(value="__dict__")):
                pass
            case cst.Call(func=cst.Name(value="vars" | "dir"), args=[cst.Arg(value=base)]):
                pass
            case cst.Call(
                func=cst.Name(value="getattr" | "hasattr"), args=[cst.Arg(value=base), cst.Arg(value=name), *_]
            ) if spelled(node) is None:
                known = self.program.values(name)
                if known and all(isinstance(value, Str) and value.literal is not None for value in known):
                    names = frozenset(texts(known))
            case _:
                return
        for value in self.program.values(base):
            if isinstance(value, ModuleRef) and not is_written(node):  # `_by_name` renames what is written there
                self.by_text.setdefault(value.path, []).append((node, names))
            elif isinstance(value, External) and value.name in HOMES and self._may_be_legacy(node, names):
                self.by_text.setdefault("", []).append((node, names))

    def _may_be_legacy(self, node: cst.Call | cst.Attribute, names: frozenset[str]) -> bool:
        if names or not isinstance(node, cst.Call) or len(node.args) < 2:
            return not names or bool(names & RENAMED.keys())
        return any(isinstance(v, Str) and "Realtime" in v.text for v in self.program.values(node.args[1].value))

    @property
    def is_asked_by_text(self) -> bool:
        """Return whether anything reads names of the SDK, or of a module that has some from it, by such texts."""
        return any(not path or any(home == path for home, _ in self.bindings) for path in self.by_text)

    def is_spelled(self, node: cst.BaseExpression, module: SourceModule) -> bool:
        """Return whether an expression names something of the SDK itself: no variable, no text does it."""
        direct = Names.of(self.program, module).is_direct(node) or spelled(node) is not None
        return direct or self.comes_from_project(node, module) or bool(self.chain(node, module))

    def _assigned(self, node: cst.Assign, module: SourceModule) -> None:
        """Note `RealtimeError = aai.RealtimeError` where the name means nothing else."""
        taken, scope = spelled(node.value), self._scope(module.path)
        match node.targets:
            case [cst.AssignTarget(target=cst.Name(value=local))] if taken is not None and taken[1] == local:
                base, name = taken
            case _:
                return
        if function_of(node, module) is not module.tree or len(self.program.definitions_of(scope, local)) != 1:
            return
        for value in self.program.values(base):
            provider = value.path if isinstance(value, ModuleRef) and not self.is_starred(value.path, name) else None
            legacy = self.exported(value.path, name) if isinstance(value, ModuleRef) else None
            if isinstance(value, External):
                legacy = _gone(value.name, name)
            if legacy is not None:
                found = ImportedName(module, node, node, legacy, name, local, provider, aliased=False)
                self.bindings.setdefault((module.path, local), []).append(found)
                return

    def _source(
        self, part: cst.BaseSmallStatement, module: SourceModule, provider: tuple[str, str] | None = None
    ) -> None:
        condition, function = Condition.NONE, None
        for up, child in module.climb(part):
            if isinstance(up, cst.FunctionDef):
                function = up
                break
            match up:
                case cst.If() if "TYPE_CHECKING" in module.code(up.test) and up.body is child:
                    condition = Condition.TYPING
                case cst.If() | cst.Try() | cst.With() | cst.Else() | cst.ExceptHandler() if (
                    condition is Condition.NONE
                ):
                    condition = Condition.OPTIONAL
        self.sources.setdefault(module.path, []).append(SdkImport(part, function, condition, provider))

    def _scope(self, path: str) -> Scope:
        return self.program.scope(self.program.modules[path].tree)

    def exported(self, path: str, name: str) -> str | None:
        """Return what of the legacy API, or its extras, a module of the project has under `name` at its top.

        None for anything else.
        """
        if path not in self.program.modules:
            return None
        values = [v for v in self.program.variable(self._scope(path), name) if not _is_none(v)]
        dotted = values[0].name if len(values) == 1 and isinstance(values[0], External) else ""
        head, _, last = dotted.rpartition(".")
        return _gone(head, last)

    def _offers(self, path: str) -> bool:
        """Return whether a module of the project has something of the SDK at its top."""
        if path not in self.program.modules:
            return False
        scope = self._scope(path)
        names = self.program.bound(path)
        return any(_is_of_package(value) for name in names for value in self.program.variable(scope, name))

    def _brings_package(self, path: str, name: str) -> bool:
        if path not in self.program.modules:
            return False
        return any(v == External("assemblyai") for v in self.program.variable(self._scope(path), name))

    def _is_package(self, node: cst.BaseExpression) -> bool:
        return any(_is_of_package(value) for value in self.program.values(node))

    def is_starred(self, path: str, name: str) -> bool:
        """Return whether a module has a name because it, or one it takes all of, imports everything from the SDK.

        The name that v3 has instead does not come that way.
        """
        seen: set[str] = set()
        waiting = [path]
        while waiting:
            path = waiting.pop()
            module = self.program.modules.get(path)
            if module is None or path in seen or name in self._scope(path).local:
                continue
            seen.add(path)
            if Names.of(self.program, module).is_starred(name):
                return True
            for node in module.walk():
                if isinstance(node, cst.ImportFrom) and isinstance(node.names, cst.ImportStar):
                    home = dotted(node.module) if node.module is not None else ""
                    provider = self.program.resolve(path, home, len(node.relative))
                    waiting += [provider] if provider is not None else []
        return False

    def is_rewritten(self, path: str) -> bool:
        """Return whether a module takes part: it is in the run and no comment exempts it."""
        return path in self.program.targets and not suppression.ignores_file(self.program.modules[path].text)

    # where a name is from

    def chain(self, node: cst.CSTNode, module: SourceModule) -> list[ImportedName]:
        """Return the import statements by which an expression that names something of the SDK comes by it."""
        found: dict[ImportedName, None] = {}
        for path, name in self._origins(node, module):
            self._follow(path, name, found)
        return list(found)

    def _origins(self, node: cst.CSTNode, module: SourceModule) -> Iterator[tuple[str, str]]:
        match node:
            case cst.Name():
                yield module.path, node.value
                if (module.path, node.value) not in self.bindings:
                    starred = self._starred(module.path, node.value)
                    if starred is not None:
                        yield starred, node.value
            case cst.Attribute() | cst.Call():
                base, name = spelled(node) or (None, "")
                for value in self.program.values(base):
                    if isinstance(value, ModuleRef):
                        yield value.path, name

    def _starred(self, path: str, name: str) -> str | None:
        """Return the module of the project of which another imports everything, and has that name from it."""
        for source in self.sources.get(path, ()):
            star = isinstance(source.part, cst.ImportFrom) and isinstance(source.part.names, cst.ImportStar)
            if star and source.provider is not None and self.exported(source.provider[0], name) is not None:
                return source.provider[0]
        return None

    def _follow(self, path: str, name: str, found: dict[ImportedName, None]) -> None:
        for binding in self.bindings.get((path, name), []):
            if binding not in found:
                found[binding] = None
                if binding.provider is not None:
                    self._follow(binding.provider, binding.name, found)
        starred = self._starred(path, name) if (path, name) not in self.bindings else None
        if starred is not None:
            self._follow(starred, name, found)

    def out_of_reach(self, node: cst.CSTNode, module: SourceModule) -> str | None:
        """Return the module of the project that a name is from and that this run does not rewrite.

        None if there is none.
        """
        homes = [path for path, _ in self._origins(node, module)]
        homes += [binding.provider for binding in self.chain(node, module) if binding.provider is not None]
        return next((path for path in homes if not self.is_rewritten(path)), None)

    def comes_from_project(self, node: cst.CSTNode, module: SourceModule) -> bool:
        """Return whether a module of the project passes a name on that is used here."""
        if any(path != module.path for path, _ in self._origins(node, module)):
            return True
        return any(binding.provider is not None for binding in self.chain(node, module))

    # how a name is spelled from now on

    def renamed(self, path: str, name: str) -> str:
        """Return what a module calls from now on what it has under `name`."""
        known = self.bindings.get((path, name), [])
        if not known:
            if self.is_starred(path, name):
                return RENAMED.get(name, name)
            starred = self._starred(path, name)
            return self.renamed(starred, name) if starred is not None else name  # a variable keeps its name
        binding = known[0]
        if binding.aliased:
            return name
        if binding.provider is not None:
            return self.renamed(binding.provider, binding.name)
        return RENAMED.get(binding.legacy, binding.legacy)

    def spelling(self, node: cst.CSTNode, module: SourceModule) -> tuple[str, bool]:
        """Return how a name of the legacy API is spelled for v3, and whether that name has to be imported here."""
        names = Names.of(self.program, module)
        legacy = names.legacy(node)
        assert legacy is not None
        new = RENAMED[legacy]
        match node:
            case cst.Name():
                known = self.bindings.get((module.path, node.value), [])
                if known and known[0].provider is not None:
                    return self.renamed(module.path, node.value), False
                if known:
                    kept = known[0].aliased and self.is_passed_on(known[0])
                    return (node.value, False) if kept else (new, True)
                if self.is_starred(module.path, node.value):
                    return new, True
                origins = [origin for origin in self._origins(node, module) if origin[0] != module.path]
                return (self.renamed(*origins[0]) if origins else node.value), False
            case cst.Attribute() | cst.Call():
                base, name = spelled(node) or (None, "")
                for value in self.program.values(base):
                    if base is not None and isinstance(value, ModuleRef):
                        if self.is_starred(value.path, name):
                            return new, True
                        return f"{module.code(base)}.{self.renamed(value.path, name)}", False
                if names.is_direct(node) or (base is not None and self._is_package(base)):
                    return new, True
        return module.code(node), False

    def spelling_of_text(self, node: cst.BaseExpression, new: str, module: SourceModule) -> tuple[str, bool]:
        """Return how a dotted name in a quoted annotation is written for v3, and whether it has to be imported here."""
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
            for value in self.program.variable(self._scope(module.path), node.value.value):
                if isinstance(value, ModuleRef) and not self.is_starred(value.path, node.attr.value):
                    return f"{node.value.value}.{self.renamed(value.path, node.attr.value)}", False
            return new, True
        if not isinstance(node, cst.Name):
            return new, True
        known = self.bindings.get((module.path, node.value), [])
        if known and known[0].provider is not None:
            return self.renamed(module.path, node.value), False
        kept = bool(known) and known[0].aliased and self.is_passed_on(known[0])
        return (node.value, False) if kept else (new, True)

    def of(self, part: cst.ImportFrom | cst.Assign, module: SourceModule) -> list[ImportedName]:
        """Return the names of the legacy API that a statement imports."""
        return [
            binding
            for (path, _), bindings in self.bindings.items()
            for binding in bindings
            if path == module.path and binding.part is part
        ]

    def condition(self, binding: ImportedName) -> Condition:
        """Return what decides whether a name is imported."""
        sources = self.sources.get(binding.module.path, ())
        return next((source.condition for source in sources if source.part is binding.part), Condition.NONE)

    def is_out_of_sight(self, part: cst.ImportFrom, alias: cst.ImportAlias, module: SourceModule) -> bool:
        """Return whether a name of a project's module is not seen there for sure: not read, made late, not clear."""
        home, level = dotted(part.module) if part.module is not None else "", len(part.relative)
        if not level and self.program.resolve(module.path, home, 0) is None:
            return False  # a library: its class of that name is its own
        scope = self.program.scope(function_of(part, module))
        values = self.program.variable(scope, bound_name(alias))
        return not values or any(isinstance(v, External) and not v.name.startswith(f"{V3}.") for v in values)

    def is_passed_on(self, binding: ImportedName) -> bool:
        """Return whether other modules get a name from the one that imports it, as far as can be seen."""
        module = binding.module
        if self.program.is_taken(module.path, binding.local) or binding.local in module.listed:
            return True
        if binding.aliased and binding.local == binding.name:
            return True  # `from x import y as y` says so
        if module.path.rpartition("/")[2] == "__init__.py":
            return not _is_read(binding.local, module)
        return not any(_is_read(local, module) for path, local in self.bindings if path == module.path)

    # where new names are imported

    def brought(self, name: str, module: SourceModule, at: cst.CSTNode, *, local: str | None = None) -> list[Edit]:
        """Return the edits that make a name of `assemblyai.streaming.v3` known at a place, as the old ones were.

        Args:
            name: the v3 name.
            at: where it is used.
            local: what the module calls it instead.
        """
        enclosing = list(_evaluated_in(at, module))
        sources = [s for s in self.sources.get(module.path, ()) if s.condition is not Condition.TYPING]
        visible = [s for s in sources if s.function is None or s.function in enclosing]
        own = [s for s in visible if s.provider is None]
        if any(s.function is None and s.condition is Condition.NONE for s in own):
            return [AddImport(V3, name, local)]
        nearest = min(own, key=lambda s: enclosing.index(s.function) if s.function else len(enclosing), default=None)
        if nearest is not None:
            return [AddImport(V3, name, local, nearest.part)]
        for source in visible:
            if source.provider is not None and local is None:
                path, written = source.provider
                passed = self._passed(name, path)
                if passed:
                    place = None if source.function is None and source.condition is Condition.NONE else source.part
                    return [AddImport(written, name, None, place), *passed]
        elsewhere = sources or [
            s
            for path in self.program.targets
            for s in self.sources.get(path, ())
            if s.condition is not Condition.TYPING
        ]
        plain = not elsewhere or any(s.condition is Condition.NONE and s.function is None for s in elsewhere)
        function = next((f for f in enclosing if f is not None), None)
        return [AddImport(V3, name, local, None if plain else function)]

    def _passed(self, name: str, path: str) -> list[Edit]:
        """Return the edits by which a module provides a name, if it does so under a condition; none if it need not."""
        module = self.program.modules[path]
        if not self.is_rewritten(path):
            return []
        edits = self.brought(name, module, module.tree)
        return edits if any(isinstance(edit, AddImport) and edit.place is not None for edit in edits) else []

    def unused(self, module: SourceModule) -> list[Edit]:
        """Return the edits that take out the imports of `assemblyai` itself, should nothing need them any more."""
        scope = self._scope(module.path)
        return [
            Unused(name)
            for source in self.sources.get(module.path, ())
            for name in bound_names(source.part)
            if source.provider is None
            and any(value == External("assemblyai") for value in self.program.variable(scope, name))
        ]

    def annotated(self, name: str, module: SourceModule, *, needed: bool = False) -> tuple[str, list[Edit]] | None:
        """Return how a definition at the top of a module writes a v3 class as an annotation, and what that needs.

        None where the SDK may be missing, or is imported late: an annotation would need it at once.

        Args:
            name: the v3 name.
            module: where it is written.
            needed: whether the module has the name anyhow, to make an object of it.
        """
        sources = [s for s in self.sources.get(module.path, ()) if s.function is None and s.provider is None]
        plain = any(s.condition is Condition.NONE for s in sources)
        typing = next((s for s in sources if s.condition is Condition.TYPING), None)
        if typing is not None and not (plain and needed):
            return f'"{name}"', [AddImport(V3, name, None, typing.part)]
        if plain or (not self.sources.get(module.path) and self._is_sure()):
            return name, [AddImport(V3, name)]
        return None

    def is_at_top(self, module: SourceModule) -> bool:
        """Return whether new names are imported at the top of a module, without a condition."""
        edits = self.brought("StreamingClient", module, module.tree)
        return all(isinstance(edit, AddImport) and edit.place is None for edit in edits)

    def _is_sure(self) -> bool:
        """Return whether some module imports the SDK without a condition."""
        return any(
            s.condition is Condition.NONE and s.function is None
            for path in self.program.targets
            for s in self.sources.get(path, ())
        )

    def package(self, module: SourceModule, at: cst.CSTNode) -> str | None:
        """Return what a module calls `assemblyai` itself at a place; None if it has no name for it there."""
        return self._called("assemblyai", module, at)

    def _called(self, dotted: str, module: SourceModule, at: cst.CSTNode) -> str | None:
        """Return the variable that holds something of a library at a place."""
        homes: list[ScopeNode] = [*_evaluated_in(at, module), module.tree]
        for scope in map(self.program.scope, homes):
            for name in sorted(scope.local):
                if [v for v in self.program.variable(scope, name) if not _is_none(v)] == [External(dotted)]:
                    return name
        return None

    def settings(self, module: SourceModule, at: cst.CSTNode) -> tuple[str, list[Edit]]:
        """Return how `assemblyai.settings` is written at a place, and what that needs."""
        name = self._called("assemblyai.settings", module, at)
        if name is not None:
            return name, []
        package = self.package(module, at)
        if package is not None:
            return f"{package}.settings", []
        edits: list[Edit] = []
        for edit in self.brought("StreamingClient", module, at):
            if isinstance(edit, AddImport):
                # a module that passes the class on under a condition passes the package on as well
                own = edit.module == V3
                edits.append(
                    AddImport("assemblyai" if own else edit.module, None if own else "assemblyai", None, edit.place)
                )
        return "assemblyai.settings", edits


def _gone(home: str, name: str) -> str | None:
    """Return a name if the SDK had it in the module `home`, and has it no longer."""
    legacy = (home in HOMES and name in RENAMED) or (home == "assemblyai.extras" and name in EXTRAS)
    return name if legacy else None


def spelled(node: cst.BaseExpression) -> tuple[cst.BaseExpression, str] | None:
    """Return the module and the name in `module.name`, or `getattr(module, "name")`."""
    match node:
        case cst.Attribute():
            return node.value, node.attr.value
        case cst.Call(
            func=cst.Name(value="getattr"),
            args=[cst.Arg(value=base, keyword=None, star=""), cst.Arg(value=cst.SimpleString() as name, star="")],
        ):
            return base, str(name.evaluated_value)
    return None


def is_written(node: cst.CSTNode) -> bool:
    """Return whether a call asks for a name that is written as its second argument."""
    return isinstance(node, cst.Call) and len(node.args) > 1 and isinstance(node.args[1].value, cst.SimpleString)


def _is_of_package(value: object) -> bool:
    return isinstance(value, External) and value.name.split(".")[0] == "assemblyai"


def _is_none(value: object) -> bool:
    return isinstance(value, Const) and value.value is None


_IMPORTING = frozenset({"import_module", "__import__"})
"""Last names of functions that import a module: of `importlib.import_module`, say."""


def _evaluated_in(node: cst.CSTNode, module: SourceModule) -> Iterator[cst.FunctionDef]:
    """Return the functions whose code a node is part of, innermost first: a signature belongs to what is around it."""
    return (up for up, child in module.climb(node) if isinstance(up, cst.FunctionDef) and up.body is child)


def _is_read(name: str, module: SourceModule) -> bool:
    """Return whether a module uses a name, in code or in a quoted annotation."""
    for node in module.find(cst.Name):
        match module.parent(node):
            case cst.ImportAlias() | cst.AsName() | cst.AssignTarget():
                continue
            case cst.Attribute(attr=attribute) if attribute is node:
                continue
        if node.value == name:
            return True
    texts = (node for node in module.find(cst.SimpleString) if name in node.value)
    return any(isinstance(up, cst.Annotation) for node in texts for up in module.ancestors(node))
