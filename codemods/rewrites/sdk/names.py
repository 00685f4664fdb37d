"""Names of the SDK, as a module spells them."""

from __future__ import annotations

from functools import cached_property

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import External
from codemods.syntax.tree import SourceModule

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

EXTRAS = frozenset({"MicrophoneStream", "stream_file", "file_from_stream", "AssemblyAIExtrasNotInstalledError"})
"""What `assemblyai.extras` had until it was removed in 1.0.0."""

_NAMED = (cst.Name, cst.Attribute)
_EXPORTED = {"assemblyai": [*RENAMED, "settings"], "assemblyai.extras": EXTRAS}
"""What `from ... import *` brings."""

MODEL_METHODS = frozenset({"dict", "json", "copy", "model_dump", "model_dump_json", "model_copy"})
"""What the SDK's objects have from pydantic: in v3 it gives v3's fields."""

_HOMES = ("assemblyai.types.", "assemblyai.transcriber.")


class Names:
    """Resolves names and dotted names of one module by its imports, annotations included."""

    def __init__(self, program: Program, module: SourceModule) -> None:
        self._program = program
        self._module = module
        self._aliases: dict[str, str] = {}
        self._star: dict[str, str] = {}
        rebound: set[str] = set()
        assigned: set[str] = set()
        for node in module.walk():
            if isinstance(node, cst.Import):
                for alias in node.names:
                    self._import(alias)
            elif isinstance(node, cst.ImportFrom):
                self._import_from(node)
            elif isinstance(node, cst.ClassDef | cst.FunctionDef):
                rebound.add(node.name.value)
            elif isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Name):
                assigned.add(node.target.value)
        for name in rebound:
            self._aliases.pop(name, None)
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
        return program.memo((Names, module.path), lambda: Names(program, module))

    def _import(self, alias: cst.ImportAlias) -> None:
        dotted = spelled(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            self._aliases[alias.asname.name.value] = dotted
        else:
            head = dotted.split(".", 1)[0]
            self._aliases[head] = head

    def _import_from(self, node: cst.ImportFrom) -> None:
        if node.relative or node.module is None:
            return
        home = spelled(node.module)
        if isinstance(node.names, cst.ImportStar):
            self._star |= {name: f"{home}.{name}" for name in _EXPORTED.get(home, ())}
            return
        for alias in node.names:
            bound = alias.asname.name if alias.asname is not None else alias.name
            if isinstance(bound, cst.Name):
                self._aliases[bound.value] = f"{home}.{spelled(alias.name)}"

    def dotted(self, node: cst.CSTNode) -> str | None:
        """Return the library name that an expression spells, such as `assemblyai.RealtimeError`."""
        found = self._dotted(node)
        if found is None:
            values = self._program.values(node)
            known = [value.name for value in values if isinstance(value, External)]
            # a class of the program's own that takes the name later is not the SDK's
            found = known[0] if len(values) == len(known) == 1 else None
        if found is None or not found.startswith("assemblyai"):
            return None
        for home in _HOMES:
            if found.startswith(home):
                return "assemblyai." + found.removeprefix(home)
        return found

    def _dotted(self, node: cst.CSTNode) -> str | None:
        if isinstance(node, cst.Name):
            starred = self._star.get(node.value) if node.value not in self.rebound else None
            return self._aliases.get(node.value, starred)
        if isinstance(node, cst.Attribute):
            base = self._dotted(node.value)
            return f"{base}.{node.attr.value}" if base is not None else None
        return None

    def legacy(self, node: cst.CSTNode) -> str | None:
        """Return the bare name if an expression spells something of `assemblyai` that v3 calls otherwise."""
        dotted = self.dotted(node)
        if dotted is None:
            return None
        head, _, last = dotted.rpartition(".")
        return last if head == "assemblyai" and last in RENAMED else None

    def extra(self, node: cst.CSTNode) -> str | None:
        """Return the bare name if an expression spells something of `assemblyai.extras`."""
        dotted = self.dotted(node)
        if dotted is None or not dotted.startswith("assemblyai.extras."):
            return None
        last = dotted.removeprefix("assemblyai.extras.")
        return last if last in EXTRAS else None

    @cached_property
    def only_v3(self) -> bool:
        """Whether the module streams with the v3 client, and with nothing of the legacy one."""
        v3 = any(f"{dotted}.".startswith("assemblyai.streaming.") for dotted in self._aliases.values())
        return v3 and not any(self.legacy(node) for node in self._module.walk() if isinstance(node, _NAMED))

    @property
    def package(self) -> str | None:
        """The name under which the module has `assemblyai` itself."""
        return next((name for name, dotted in self._aliases.items() if dotted == "assemblyai"), None)

    @property
    def settings(self) -> str | None:
        """How the module spells `assemblyai.settings`, if it can."""
        for name, dotted in self._aliases.items():
            if dotted == "assemblyai.settings":
                return name
        return f"{self.package}.settings" if self.package is not None else None


def spelled(node: cst.BaseExpression) -> str:
    """Return a dotted name as text, "" for anything else."""
    if isinstance(node, cst.Attribute):
        return f"{spelled(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
