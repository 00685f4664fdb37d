"""Wrapped audio, traced back from the send to the bytes, and the steps in between taken away."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from codemods.facts.audio import Carried, heads
from codemods.facts.program import Program
from codemods.interpreter.values import Const, Encoded, External, Function
from codemods.interpreter.variables import Def
from codemods.syntax.build import as_edited, expression, keep_parentheses
from codemods.syntax.edits import AddImport, Edit, Remove, Replace
from codemods.syntax.navigate import function_of, is_docstring, last_name, parts
from codemods.syntax.tree import SourceModule

_OTHER_ENCODINGS = frozenset({"hexlify", "b2a_hex", "hex", "b16encode", "b32encode", "b85encode", "a85encode"})
_GIVE_BYTES = frozenset({"tobytes", "bytes", "read", "readframes", "tostring", "getvalue", "pack", "get", "recv"})
_NOT_BYTES = {"sounddevice", "numpy", "soundfile", "librosa"}


@dataclass(slots=True)
class Unwrapped:
    """The bytes behind a piece of wrapped audio.

    Attributes:
        code: source of the expression for the bytes, valid where the wrapped audio stood.
        names: the variables in it and the definitions they are meant to have.
        edits: what strips or removes the steps in between.
        dead: definitions that go with those steps.
        loose: names whose last use may have gone (imports).
        node: the expression in the program that `code` is, where it is no other: there may be edits of what it holds.
    """

    code: str
    names: dict[str, frozenset[Def]]
    edits: list[Edit] = field(default_factory=list)
    dead: set[Def] = field(default_factory=set)
    loose: set[str] = field(default_factory=set)
    node: cst.BaseExpression | None = None

    def build(self, root: cst.CSTNode, updated: cst.CSTNode) -> cst.BaseExpression:
        """Return the bytes, for a place in the edited form of `root`."""
        found = as_edited(root, updated, self.node) if self.node is not None else None
        return found if isinstance(found, cst.BaseExpression) else expression(self.code)


class Tracer:
    """Follows wrapped audio back to the bytes, within one function and into small helpers."""

    def __init__(self, program: Program, module: SourceModule) -> None:
        self.program = program
        self.module = module

    def unwrap(self, node: cst.BaseExpression, at: cst.CSTNode) -> Unwrapped | None:
        """Return the bytes behind the base64 text `node`, for use in the statement that holds `at`.

        None where the bytes are out of reach.
        """
        found = self._raw(node)
        if found is not None and self._reaches(found, at):
            return found
        return self._decoded(node, at)

    def _decoded(self, node: cst.BaseExpression, at: cst.CSTNode) -> Unwrapped | None:
        """Return what undoes the encoding on the spot, for text encoded out of sight or needed elsewhere too."""
        if isinstance(node, cst.SimpleString) or self._is_no_base64(node):
            return None
        names = self._variables(node)
        found = self._undone(node, names)
        if found is None:
            found = Unwrapped(f"base64.b64decode({self.module.code(node)})", names, [AddImport("base64")])
        return found if self._reaches(found, at) else None

    def _undone(self, node: cst.BaseExpression, names: dict[str, frozenset[Def]]) -> Unwrapped | None:
        """Return `node` as it is, the encoding left out far from here, where all that comes is encoded for it only."""
        values = self.program.values(node)
        encoded = [value for value in values if isinstance(value, Encoded)]
        nothing = [value for value in values if isinstance(value, Const) and value.value is None]
        if not encoded or len(encoded) + len(nothing) < len(values):
            return None
        found = Unwrapped(self.module.code(node), names, node=node)
        for value in encoded:
            if not self.module.owns(value.call) or not self.program.get(Carried).only_to(value, node):
                return None
            found.edits.append(in_place(self._encoding(value.call), self._plain(value.call.args[0].value)))
            found.loose |= heads(value.call.func)
        return found

    def _encoding(self, call: cst.Call) -> cst.Call:
        """Return the whole of `b64encode(...).decode()`."""
        method = self.module.parent(call)
        outer = self.module.parent(method) if isinstance(method, cst.Attribute) else None
        return outer if isinstance(outer, cst.Call) else call

    def _is_no_base64(self, node: cst.CSTNode) -> bool:
        """Return whether a text is made by another encoding, here, where its variable is set, or further away."""
        for value in self.program.values(node):
            if isinstance(value, External) and any(f"{name}()" in value.name for name in _OTHER_ENCODINGS):
                return True
        for inner in self.module.walk(node):
            match inner:
                case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))) if (
                    name in _OTHER_ENCODINGS
                ):
                    return True
                case cst.Name() if inner is node:
                    made = [item.value for item in self.program.definitions(inner) if item.value is not None]
                    if any(self.module.owns(value) and self._is_no_base64(value) for value in made):
                        return True
        return False

    def _raw(self, node: cst.BaseExpression) -> Unwrapped | None:
        if isinstance(node, cst.Name):
            return self._variable(node)
        if not isinstance(node, cst.Call):
            return None
        func = node.func
        match func:
            case cst.Name(value="str") if len(node.args) >= 1:
                return self._raw(node.args[0].value)
            case cst.Attribute() if func.attr.value in ("decode", "strip", "replace"):
                return self._raw(func.value)
        if self._encodes(node) and node.args:
            found = self._plain(node.args[0].value)
            found.loose.update(heads(func))
            return found
        return self._helper(node)

    def _encodes(self, node: cst.Call) -> bool:
        return any(isinstance(value, Encoded) and value.call is node for value in self.program.values(node))

    def _plain(self, node: cst.BaseExpression) -> Unwrapped:
        """Return the expression that was encoded, as it is."""
        code = self.module.code(node.with_changes(lpar=(), rpar=()) if isinstance(node, cst.Name) else node)
        if self._may_be_no_bytes(node):
            return Unwrapped(f"bytes({code})", self._variables(node))
        return Unwrapped(code, self._variables(node), node=node)

    def _variables(self, node: cst.BaseExpression) -> dict[str, frozenset[Def]]:
        names = (inner for inner in self.module.walk(node) if isinstance(inner, cst.Name))
        return {name.value: self.program.definitions(name) for name in names if self.program.is_use(name)}

    def _may_be_no_bytes(self, node: cst.BaseExpression) -> bool:
        """Return whether base64 may have taken an array where a socket takes only bytes."""
        heads = {name.split(".", 1)[0] for name in self.program.imports(self.module.path)}
        if not heads & _NOT_BYTES:
            return False
        if isinstance(node, cst.Name):
            defs = self.program.definitions(node)
            return not defs or not all(item.value is not None and _gives_bytes(item.value) for item in defs)
        return not _gives_bytes(node)

    def _variable(self, node: cst.Name) -> Unwrapped | None:
        defs = self.program.definitions(node)
        if len(defs) != 1:
            return None
        definition = next(iter(defs))
        if definition.kind != "assign" or definition.value is None or not self.module.owns(definition.node):
            return None
        inner = self._raw(definition.value)
        if inner is None:
            return None
        assign = self.assignment(definition)
        others = [use for use in self.program.uses_of.get(definition, []) if use is not node]
        if assign is None:
            return None
        simple = inner.code.isidentifier() and set(inner.names) == {inner.code}
        if simple and not others:
            inner.edits.append(Remove(assign))
            inner.dead.add(definition)
            return inner
        if not others:
            # keep the variable, drop the encoding: `chunk = b64encode(read()).decode()` -> `chunk = read()`
            edits = [*inner.edits, in_place(definition.value, inner)]
            return Unwrapped(node.value, {node.value: defs}, edits, set(inner.dead), inner.loose)
        if simple and inner.code != node.value and not inner.edits:
            return Unwrapped(inner.code, inner.names)
        return None

    def assignment(self, definition: Def) -> cst.Assign | cst.AnnAssign | None:
        """Return the statement that makes a definition, if it makes no other."""
        target = self.module.parent(definition.node)
        assign = self.module.parent(target) if isinstance(target, cst.AssignTarget) else target
        if isinstance(assign, cst.Assign) and len(assign.targets) == 1:
            return assign
        return assign if isinstance(assign, cst.AnnAssign) else None

    def only_kept_as(self, name: cst.CSTNode | None, made: cst.CSTNode) -> cst.Assign | cst.AnnAssign | None:
        """Return the statement by which a variable keeps what `made` gives, if nothing but `name` ever reads it."""
        defs = self.program.definitions(name) if isinstance(name, cst.Name) else frozenset()
        only = next(iter(defs)) if len(defs) == 1 else None
        if only is None or only.value is not made or only.kind != "assign":
            return None
        return self.assignment(only) if all(use is name for use in self.program.uses_of.get(only, [])) else None

    def _helper(self, node: cst.Call) -> Unwrapped | None:
        """See through `encode(chunk)`, a function that does nothing but encode its argument."""
        if len(node.args) != 1 or node.args[0].star or node.args[0].keyword:
            return None
        for value in self.program.values(node.func):
            target = getattr(value, "target", value)
            if isinstance(target, Function) and self._only_encodes(target):
                return self._plain(node.args[0].value)
        return None

    def _only_encodes(self, function: Function) -> bool:
        if isinstance(function.node, cst.Lambda):
            return False
        match [part for part in parts(function.node.body) if not is_docstring(part)]:
            case [cst.Return(value=cst.BaseExpression() as returned)]:
                params = [param.name.value for param in function.node.params.params if param.name.value != "self"]
                return self._encodes_only(returned, params)
        return False

    def _encodes_only(self, node: cst.BaseExpression, params: list[str]) -> bool:
        match node:
            case cst.Call(args=[cst.Arg(value=argument), *_]) if self._encodes(node):
                return isinstance(argument, cst.Name) and [argument.value] == params
            case (
                cst.Call(func=cst.Attribute(value=inner, attr=cst.Name("decode")))
                | cst.Call(func=cst.Name("str"), args=[cst.Arg(value=inner), *_])
            ):
                return self._encodes_only(inner, params)
        return False

    def _reaches(self, found: Unwrapped, at: cst.CSTNode) -> bool:
        """Return whether the variables in `found` still mean the same in the statement of `at`."""
        statement = self.module.statement(at)
        env = self.program.variables_at(statement)
        for name, defs in found.names.items():
            binding = env.get(name)
            if binding is None:
                # a variable of a surrounding function or the module: the same everywhere, unless it is local here
                if any(item.scope.node is not self.module.tree for item in defs) and self._is_local(defs, at):
                    return False
                continue
            if binding.defs != defs and not binding.defs <= found.dead:
                return False
        return True

    def _is_local(self, defs: frozenset[Def], at: cst.CSTNode) -> bool:
        here = function_of(at, self.module)
        return not isinstance(here, cst.Module) and any(item.scope.node is here for item in defs)


def in_place(node: cst.CSTNode, bytes_: Unwrapped) -> Replace:
    """Return the edit that puts the bytes where they were wrapped."""
    return Replace(node, lambda updated: keep_parentheses(updated, bytes_.build(node, updated)), whole=True)


def _gives_bytes(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and last_name(node.func) in _GIVE_BYTES
