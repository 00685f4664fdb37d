"""Names of the SDK, as a module spells them."""

from __future__ import annotations

from functools import cached_property

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import Const, External, ModuleRef
from codemods.libraries.assemblyai import EXPORTS
from codemods.syntax.tree import SourceModule, dotted

V3 = "assemblyai.streaming.v3"

RENAMED = {
    "RealtimeTranscriber": "StreamingClient",
    "RealtimeTranscript": "TurnEvent",
    "RealtimePartialTranscript": "TurnEvent",
    "RealtimeFinalTranscript": "TurnEvent",
    "RealtimeSessionOpened": "BeginEvent",
    "RealtimeSessionInformation": "TerminationEvent",
    "RealtimeError": "StreamingError",
    "RealtimeWord": "Word",
    "AudioEncoding": "Encoding",
}
"""What `assemblyai` exported up to 0.64.2 and what stands for it in `assemblyai.streaming.v3`."""

EXTRAS = EXPORTS["assemblyai.extras"]
"""What `assemblyai.extras` had until it was removed in 1.0.0."""

_NAMED = (cst.Name, cst.Attribute)

MODEL_METHODS = frozenset({"dict", "json", "copy", "model_dump", "model_dump_json", "model_copy"})
"""What the SDK's objects have from pydantic: in v3 it gives v3's fields."""

HOMES = ("assemblyai", "assemblyai.types", "assemblyai.transcriber")
"""The modules of the SDK that have the classes of the legacy API."""


class Names:
    """Resolves names and dotted names of one module by its imports, annotations included."""

    def __init__(self, program: Program, module: SourceModule) -> None:
        self._program = program
        self._module = module
        self._aliases: dict[str, str] = {}
        self._star: dict[str, str] = {}
        rebound: set[str] = set()
        assigned: set[str] = set()
        missing: set[str] = set()
        for node in module.find(cst.Import, cst.ImportFrom, cst.ClassDef, cst.FunctionDef, cst.Assign):
            match node:
                case cst.Import():
                    for alias in node.names:
                        self._import(alias)
                case cst.ImportFrom():
                    self._import_from(node)
                case cst.ClassDef() | cst.FunctionDef():
                    rebound.add(node.name.value)
                case cst.Assign():
                    names = {item.target.value for item in node.targets if isinstance(item.target, cst.Name)}
                    # where a package is missing its names are None: that gives them no other meaning
                    is_none = isinstance(node.value, cst.Name) and node.value.value == "None"
                    (missing if is_none else assigned).update(names)
        assigned |= missing - self._aliases.keys()
        for name in rebound | assigned:
            self._aliases.pop(name, None)  # what it is where, the flow of values tells
        self.rebound = frozenset(rebound)
        others = {name for name, dotted in self._aliases.items() if not dotted.startswith("assemblyai.streaming.")}
        self.own = frozenset(rebound | assigned | others)
        """Names that mean something else here than in `assemblyai.streaming.v3`."""
        foreign = {name for name, dotted in self._aliases.items() if not dotted.startswith("assemblyai.")}
        self.taken = frozenset(rebound | assigned | foreign)
        """Names that are not the SDK's."""

    @staticmethod
    def of(program: Program, module: SourceModule) -> Names:
        """Return the names of a module, worked out once."""
        return program.get(_AllNames).of(module)

    def _import(self, alias: cst.ImportAlias) -> None:
        full = dotted(alias.name)
        if self._program.resolve(self._module.path, full, 0) is not None:
            return
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            self._aliases[alias.asname.name.value] = full
        else:
            head = full.split(".", 1)[0]
            self._aliases[head] = head

    def _import_from(self, node: cst.ImportFrom) -> None:
        if node.relative or node.module is None:
            return  # of the project: what its names are, the flow of values tells
        home = dotted(node.module)
        if self._program.resolve(self._module.path, home, 0) is not None:
            return
        if isinstance(node.names, cst.ImportStar):
            self._star |= {name: f"{home}.{name}" for name in EXPORTS.get(home, ())}
            return
        for alias in node.names:
            bound = alias.asname.name if alias.asname is not None else alias.name
            if isinstance(bound, cst.Name):
                self._aliases[bound.value] = f"{home}.{dotted(alias.name)}"

    def dotted(self, node: cst.CSTNode, *, optional: bool = False) -> str | None:
        """Return the library name that an expression spells, such as `assemblyai.RealtimeError`.

        Args:
            node: the expression.
            optional: whether it may also be None, which stands for a package that is missing.
        """
        found = self._dotted(node)
        if found is None:
            values = self._program.values(node)
            if optional:
                values = frozenset(v for v in values if not isinstance(v, Const) or v.value is not None)
            known = [value.name for value in values if isinstance(value, External)]
            # a class of the program's own that takes the name later is not the SDK's
            found = known[0] if len(values) == len(known) == 1 else None
        if found is None or not found.startswith("assemblyai"):
            return None
        home, _, last = found.rpartition(".")
        return f"assemblyai.{last}" if home in HOMES else found

    def is_starred(self, name: str) -> bool:
        """Return whether a name is there because the module imports everything from the SDK."""
        return name in self._star and name not in self.rebound

    def is_direct(self, node: cst.CSTNode) -> bool:
        """Return whether an expression spells a name of a library by the module's own imports."""
        return self._dotted(node) is not None

    def resolve_text(self, dotted: str) -> str | None:
        """Return the legacy class that a dotted name in a quoted annotation means, at the top of the module.

        None for anything else.
        """
        head, _, rest = dotted.partition(".")
        base = self._aliases.get(head, self._star.get(head) if head not in self.rebound else None)
        if base is None and head not in self.rebound:
            scope = self._program.scope(self._module.tree)
            values = [v for v in self._program.variable(scope, head) if not isinstance(v, Const)]
            if len(values) == 1 and isinstance(values[0], External):
                base = values[0].name
            elif len(values) == 1 and isinstance(values[0], ModuleRef) and rest and "." not in rest:
                if values[0].path not in self._program.modules:
                    return None  # nothing of the SDK's: it names nothing of the vendor's, and was not read
                other = self._program.scope(self._program.modules[values[0].path].tree)
                values = [v for v in self._program.variable(other, rest) if not isinstance(v, Const)]
                base, rest = (values[0].name, "") if values and isinstance(values[0], External) else (None, "")
        if base is None:
            return None
        home, _, last = (f"{base}.{rest}" if rest else base).rpartition(".")
        return last if home in HOMES and last in RENAMED else None

    def _dotted(self, node: cst.CSTNode) -> str | None:
        match node:
            case cst.Name():
                starred = self._star.get(node.value) if node.value not in self.rebound else None
                return self._aliases.get(node.value, starred)
            case cst.Attribute():
                base = self._dotted(node.value)
                return f"{base}.{node.attr.value}" if base is not None else None
        return None

    def legacy(self, node: cst.CSTNode) -> str | None:
        """Return the bare name if an expression spells something of `assemblyai` that v3 calls otherwise."""
        dotted = self.dotted(node, optional=True)
        if dotted is None:
            return None
        head, _, last = dotted.rpartition(".")
        return last if head == "assemblyai" and last in RENAMED else None

    def extra(self, node: cst.CSTNode) -> str | None:
        """Return the bare name if an expression spells something of `assemblyai.extras`."""
        dotted = self.dotted(node, optional=True)
        if dotted is None or not dotted.startswith("assemblyai.extras."):
            return None
        last = dotted.removeprefix("assemblyai.extras.")
        return last if last in EXTRAS else None

    @cached_property
    def only_v3(self) -> bool:
        """Whether the module streams with the v3 client, and with nothing of the legacy one."""
        v3 = any(f"{dotted}.".startswith("assemblyai.streaming.") for dotted in self._aliases.values())
        return v3 and not any(self.legacy(node) for node in self._module.walk() if isinstance(node, _NAMED))


class _AllNames:
    """The names of every module of a program that was asked for."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._found: dict[str, Names] = {}

    def of(self, module: SourceModule) -> Names:
        if module.path not in self._found:
            self._found[module.path] = Names(self._program, module)
        return self._found[module.path]
