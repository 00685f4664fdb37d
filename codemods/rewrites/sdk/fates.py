"""What becomes of each use of a legacy name: another name, nothing, or what it is: then its import stays, too."""

from __future__ import annotations

import builtins
import re
from enum import Enum
from functools import cached_property

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.scopes import Scope
from codemods.interpreter.values import Bound, ClassRef, Function
from codemods.rewrites.sdk.names import RENAMED, Names
from codemods.rewrites.sdk.plan import Plans
from codemods.rewrites.sdk.sdk_imports import ImportedName, SdkImports, spelled
from codemods.rewrites.sdk.turns import FINAL, PARTIAL, kind_test
from codemods.syntax.imports import bound_name
from codemods.syntax.navigate import function_of, head, is_read, last_name
from codemods.syntax.tree import SourceModule

_GENERIC = frozenset(
    {"Annotated", "Callable", "Dict", "List", "Optional", "Sequence", "Set", "Tuple", "Type", "Union"}
    | {"dict", "list", "set", "tuple", "type"}
)
ENCODINGS = frozenset({"pcm_s16le", "pcm_mulaw", "value", "name"})
DOTTED = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


class Fate(Enum):
    """What becomes of a use of a legacy name."""

    RENAMED = "it becomes the v3 name"
    DISSOLVED = "a test that another rule rewrites, without the name"
    LEFT = "it stays"
    KINDS = "it stays: v3 has one class for both kinds"
    TAKEN = "it stays: the v3 name means something else here"
    UNKNOWN = "it stays: nobody ever had it"
    FAR = "it stays: it comes from a module that is not rewritten"
    HANDED_ON = "it stays: who makes the object is out of sight"
    UNCLEAR = "it stays: it may mean something else as well"


STAYS = frozenset({Fate.LEFT, Fate.KINDS, Fate.TAKEN, Fate.UNKNOWN, Fate.FAR, Fate.HANDED_ON, Fate.UNCLEAR})


class LegacyNames:
    """Every use of a legacy name in a program, and what becomes of it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.imports = program.get(SdkImports)
        self.plans = program.get(Plans)
        self.fates: dict[cst.CSTNode, Fate] = {}
        self.staying: dict[ImportedName, list[cst.CSTNode]] = {}
        self.wanted: set[ImportedName] = set()
        """Those whose name is still needed, under whatever name v3 has for it."""
        self._made = {session.call.func: session for session in self.plans.of}
        self._left = self._left_functions()
        self._assigned = {binding.node for found in self.imports.bindings.values() for binding in found}
        for node, module in program.walk() if self.imports.sources or self.imports.is_inline else ():
            match node:
                case cst.Name() | cst.Attribute() if _is_read(node, module):
                    self._use(node, module)
                case cst.Call() if spelled(node) is not None:
                    self._use(node, module)
                case cst.SimpleString() if _is_quoted_annotation(node, module):
                    self._quoted(node, module)
        for binding in (item for found in self.imports.bindings.values() for item in found):
            if binding.legacy in RENAMED:
                self._unclear(binding)
                self._asked_by_text(binding)

    def exhaust_star(self, module: SourceModule) -> bool:
        """Return whether all that a module uses of `from assemblyai import *` gets another name, or goes."""
        names = Names.of(self.program, module)
        found = False
        for node in module.find(cst.Name):
            if _is_read(node, module):
                scope = self.program.scope(function_of(node, module))
                if names.is_starred(node.value):
                    if names.extra(node) is None and self.fates.get(node) not in (Fate.RENAMED, Fate.DISSOLVED):
                        return False
                    found = True
                elif scope.owner(node.value) is None and not hasattr(builtins, node.value):
                    return False  # it may be anything of the SDK
        return found and not module.listed

    def _use(self, node: cst.Name | cst.Attribute | cst.Call, module: SourceModule) -> None:
        legacy = Names.of(self.program, module).legacy(node)
        if legacy is None or module.parent(node) in self._assigned:
            return
        self._note(node, self._fate(node, legacy, module), node, module)

    def _unclear(self, binding: ImportedName) -> None:
        """Keep an import whose name may mean something else as well: a stub where the package is missing, say."""
        module = binding.module
        scope = self._scope(binding.part, module)
        for node in module.walk():
            match node:
                case cst.ClassDef() | cst.FunctionDef():
                    again = node.name.value == binding.local and self._scope(node, module) is scope
                case cst.AssignTarget(target=cst.Name(value=name)) if name == binding.local:
                    if module.parent(node) is binding.node:
                        continue
                    given = cst.ensure_type(module.parent(node) or node, cst.Assign).value
                    missing = isinstance(given, cst.Name) and given.value == "None"
                    again = not missing and self._scope(node, module) is scope
                case cst.ImportFrom(names=[*aliases]) if node is not binding.part:
                    again = self._scope(node, module) is scope and any(
                        bound_name(alias) == binding.local and alias not in self._assigned
                        for alias in aliases
                        if isinstance(alias, cst.ImportAlias)
                    )
                case cst.Name(value=name) if name == binding.local and _is_read(node, module):
                    again = self._scope(node, module).owner(name) is scope and node not in self.fates
                case _:
                    continue
            if again:
                self._record(binding, Fate.UNCLEAR, node)

    def _asked_by_text(self, binding: ImportedName) -> None:
        """Keep an import whose name others ask for by a text that is not rewritten: `vars(stt)[name]`."""
        for node, names in self.imports.by_text.get(binding.module.path, ()):
            if not names or binding.local in names:
                self._record(binding, Fate.UNCLEAR, node)
        if _serves_names(binding.part, binding.module):
            self._record(binding, Fate.UNCLEAR, binding.part)

    def _scope(self, node: cst.CSTNode, module: SourceModule) -> Scope:
        return self.program.scope(function_of(node, module))

    def _quoted(self, node: cst.SimpleString, module: SourceModule) -> None:
        names = Names.of(self.program, module)
        for match in DOTTED.finditer(node.value):
            legacy = names.resolve_text(match[0])
            if legacy is None:
                continue
            fate = Fate.RENAMED
            if RENAMED[legacy] in names.own:
                fate = Fate.TAKEN
            elif self._is_left(node, module):
                fate = Fate.LEFT
            if self.fates.get(node) not in STAYS:
                self.fates[node] = fate
            spelled = cst.parse_expression(match[0])
            for binding in self._text_chain(spelled, module):
                self._record(binding, fate, node)

    def _text_chain(self, node: cst.BaseExpression, module: SourceModule) -> list[ImportedName]:
        return self.imports.chain(cst.Name(head(node)), module)

    def _note(self, node: cst.CSTNode, fate: Fate, use: cst.CSTNode, module: SourceModule) -> None:
        self.fates[node] = fate
        for binding in self.imports.chain(use, module):
            self._record(binding, fate, node)

    def _record(self, binding: ImportedName, fate: Fate, node: cst.CSTNode) -> None:
        if fate in STAYS:
            self.staying.setdefault(binding, []).append(node)
        elif fate is Fate.RENAMED:
            self.wanted.add(binding)

    def _fate(self, node: cst.Name | cst.Attribute | cst.Call, legacy: str, module: SourceModule) -> Fate:
        parent = module.parent(node)
        session = self._made.get(node)
        if session is not None:
            return Fate.LEFT if self.plans.of[session].problem is not None else Fate.RENAMED
        if self.imports.out_of_reach(node, module) is not None:
            return Fate.FAR
        if _serves_names(node, module):
            return Fate.UNCLEAR
        if legacy in (FINAL, PARTIAL) and not is_type(node, module):
            return Fate.DISSOLVED if self._is_asked_for(node, module) else Fate.KINDS
        if RENAMED[legacy] in Names.of(self.program, module).own:
            return Fate.TAKEN
        if legacy == "AudioEncoding" and isinstance(parent, cst.Attribute) and parent.attr.value not in ENCODINGS:
            return Fate.UNKNOWN
        if self._is_left(node, module):
            return Fate.LEFT
        if isinstance(parent, cst.Arg) and isinstance(module.parent(parent), cst.ClassDef):
            owners = [s for s in self.plans.of if s.owner is module.parent(parent)]
            if len(owners) != 1 or self.plans.of[owners[0]].problem is not None:
                return Fate.LEFT
        if legacy == "RealtimeTranscriber" and isinstance(parent, cst.Arg) and not is_type(node, module):
            call = module.parent(parent)
            if isinstance(call, cst.Call) and not self._is_known(call):
                return Fate.HANDED_ON
        return Fate.RENAMED

    def _is_known(self, call: cst.Call) -> bool:
        """Return whether a call asks something about a class, or hands it to a function of the program."""
        if isinstance(call.func, cst.Name) and call.func.value in ("isinstance", "issubclass", "cast"):
            return True
        called = self.program.values(call.func)
        return bool(called) and all(isinstance(value, Function | Bound | ClassRef) for value in called)

    def _is_asked_for(self, node: cst.CSTNode, module: SourceModule) -> bool:
        """Return whether a test that is rewritten names the class."""
        return any(
            isinstance(up, cst.Call | cst.Comparison) and kind_test(self.program, module, up) is not None
            for up in module.ancestors(node)
        )

    # sessions that are left

    def _left_functions(self) -> frozenset[cst.CSTNode]:
        """Return the functions in which something of a session is seen that is left."""
        if not self.plans.left:
            return frozenset()
        nodes = self.program.walk()
        found: set[cst.CSTNode] = {
            function_of(node, module) for node, module in nodes if self.plans.are_left(self.program.values(node))
        }
        for function in self.program.functions:
            params = (*function.params.posonly_params, *function.params.params, *function.params.kwonly_params)
            if any(self.plans.are_left(self.program.passed(function, param.name.value)) for param in params):
                found.add(function)
        return frozenset(found)

    def _is_left(self, node: cst.CSTNode, module: SourceModule) -> bool:
        """Return whether a name is part of a function, or of its signature, that a session which is left runs.

        A type of what holds a session stays where no session of the program moves.
        """
        if is_type(node, module) and self.plans.none_moves:
            return True
        return any(up in self._left for up in module.ancestors(node) if isinstance(up, cst.FunctionDef | cst.Lambda))

    @cached_property
    def kept(self) -> tuple[cst.CSTNode, ...]:
        """The names that mean v3's class from now on and are spelled as before: variables that got it elsewhere."""
        found: list[cst.CSTNode] = []
        for path in self.program.targets:
            module = self.program.modules[path]
            for node in module.walk():
                if self.fates.get(node) is Fate.RENAMED and isinstance(node, cst.Name | cst.Attribute):
                    found += [node] if self.imports.spelling(node, module)[0] == module.code(node) else []
        for binding in (item for bound in self.imports.bindings.values() for item in bound):
            if binding.provider is not None and self.imports.renamed(binding.provider, binding.name) == binding.name:
                found.append(binding.node)
        return tuple(found)

    @property
    def left(self) -> tuple[cst.CSTNode, ...]:
        """The names, and texts that name kinds, that stay because a session does."""
        names = [node for node, fate in self.fates.items() if fate is Fate.LEFT]
        texts = [
            node
            for module in (self.program.modules[path] for path in self.program.targets)
            for node in module.walk()
            if isinstance(node, cst.SimpleString)
            and node.evaluated_value in (*v.V2_TYPES, *RENAMED)
            and any(up in self._left for up in module.ancestors(node) if isinstance(up, cst.FunctionDef | cst.Lambda))
        ]
        return (*names, *texts)

    def stand_ins(self, binding: ImportedName) -> list[cst.CSTNode]:
        """Return where the name of an import is bound to `None`, for when the package is missing."""
        return [
            node
            for node in binding.module.walk()
            if isinstance(node, cst.AssignTarget) and binding.module.code(node.target) == binding.local
        ]


def _serves_names(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a node is part of a module's `__getattr__`, which tells names by their texts."""
    function = function_of(node, module)
    return isinstance(function, cst.FunctionDef) and function.name.value == "__getattr__"


def is_type(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a class is named as a type only: in an annotation, or between the brackets of a generic type."""
    for up, child in module.climb(node):
        match up:
            case cst.Annotation():
                return True
            case cst.Subscript(value=generic) if generic is not child:
                return last_name(generic) in _GENERIC
    return False


def _is_read(node: cst.Name | cst.Attribute, module: SourceModule) -> bool:
    """Return whether a name is used where it stands: not bound, not the name of an attribute or of an argument."""
    match module.parent(node):
        case cst.AssignTarget() | cst.NameItem():
            return False
        case cst.AnnAssign(target=target) if target is node:
            return False
    return is_read(node, module)


def _is_quoted_annotation(node: cst.SimpleString, module: SourceModule) -> bool:
    for up in module.ancestors(node):
        match up:
            case cst.Annotation():
                return True
            case cst.BaseStatement():
                return False
    return False
