"""What a program does with `aai.extras.MicrophoneStream`: if all it does is iterate, a generator serves as well."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import Bound, External, Function
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.syntax.children import walk
from codemods.syntax.navigate import given_to, keyword
from codemods.syntax.tree import SourceModule

_CLASS = "assemblyai.extras.MicrophoneStream"
_ITERATING = frozenset({"iter", "next", "enumerate"})
_MISSING = frozenset({"ImportError", "ModuleNotFoundError", "AssemblyAIExtrasNotInstalledError"})


def only_iterated(program: Program) -> bool:
    """Return whether the microphones of a program are made, passed on and iterated over, and nothing else."""
    imports = program.get(SdkImports)
    bindings = [binding for found in imports.bindings.values() for binding in found]
    if any(binding.legacy == "MicrophoneStream" and binding.provider is not None for binding in bindings):
        return False
    for module in (module for module in program.own if "MicrophoneStream" in module.text):
        names = Names.of(program, module)
        named = (*module.find(cst.Name), *module.find(cst.Attribute))
        if not all(_is_made(name, module) for name in named if names.extra(name) == "MicrophoneStream"):
            return False
    made = External(f"{_CLASS}()")
    closed = False
    found: list[tuple[cst.CSTNode, SourceModule]] = []
    for node, values in program.all_values.items():
        if made in values:
            home = program.module_of(node)
            if home is None:
                return False
            found.append((node, home))
            if not _is_passed_on(node, home, program):
                if not _is_closed(node, home):
                    return False
                closed = True
    return not closed or _stays_with_its_maker(found)


def _is_closed(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a microphone is closed here, and nothing else; a generator has that method, too."""
    match module.parent(node):
        case cst.Attribute(attr=cst.Name(value="close")) as method:
            match module.parent(method):
                case cst.Call(args=[]) as call:
                    return isinstance(module.parent(call), cst.Expr)
    return False


def _stays_with_its_maker(found: Sequence[tuple[cst.CSTNode, SourceModule]]) -> bool:
    """Return whether only one function, which made them, holds its microphones, and what it hands them to.

    A generator cannot be closed while it runs: by another thread, or by what is called with what it gives.
    """
    homes = set()
    for node, module in found:
        function = next((up for up in module.ancestors(node) if isinstance(up, cst.FunctionDef | cst.Lambda)), None)
        match node:
            case cst.Name(value=name) if function is not None and any(
                param.name.value == name for param in function.params.params
            ):
                # what it is handed to only iterates
                if _is_closed(node, module):
                    return False
            case cst.Name() | cst.Call():
                homes.add((module, function))
            case cst.Param():
                pass
            case _:
                return False
    return len(homes) == 1


def taken_one_by_one(program: Program) -> bool:
    """Return whether some microphone may be asked for its next chunk by itself, or is told which device to take."""
    made = External(f"{_CLASS}()")
    for node, values in program.all_values.items():
        if made not in values:
            continue
        module = program.module_of(node)
        parent = module.parent(node) if module is not None else None
        if module is None or (isinstance(parent, cst.Attribute) and parent.attr.value == "__next__"):
            return True
        if isinstance(node, cst.Call):
            if len(node.args) > 1 or keyword(node, "device_index") or any(argument.star for argument in node.args):
                return True
        if isinstance(parent, cst.Arg) and not _is_passed_on(node, module, program):
            return True
        call = given_to(node, module)
        if call is not None and isinstance(call.func, cst.Name) and call.func.value == "next":
            return True
    return False


def _is_made(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether the class is called here, with a sample rate at most, and nobody waits for it to be missing."""
    parent = module.parent(node)
    if isinstance(parent, cst.ImportAlias) or (isinstance(parent, cst.Attribute) and parent.attr is node):
        return True  # judged where it is used, or as the whole
    if not isinstance(parent, cst.Call) or parent.func is not node or len(parent.args) > 1:
        return False
    if any(arg.star or (arg.keyword is not None and arg.keyword.value != "sample_rate") for arg in parent.args):
        return False
    tried = [up for up, child in module.climb(node) if isinstance(up, cst.Try) and up.body is child]
    kinds = [handler.type for each in tried for handler in each.handlers if handler.type is not None]
    return not any(isinstance(item, cst.Name) and item.value in _MISSING for kind in kinds for item in walk(kind))


def _is_passed_on(node: cst.CSTNode, module: SourceModule, program: Program) -> bool:
    """Return whether a microphone is only bound here, given to a session or a function, or iterated over."""
    parent = module.parent(node)
    match parent:
        case cst.Assign() | cst.AnnAssign() | cst.AssignTarget() | cst.NamedExpr() | cst.Return() | cst.Param():
            return True
        case cst.For() | cst.CompFor():
            return parent.iter is node
        case cst.Arg():
            call = module.parent(parent)
            if not isinstance(call, cst.Call) or parent.star:
                return False
            if isinstance(call.func, cst.Attribute) and call.func.attr.value == "stream":
                return True
            if isinstance(call.func, cst.Name) and call.func.value in _ITERATING:
                return True
            called = program.values(call.func)
            return bool(called) and all(isinstance(value, Function | Bound) for value in called)
    return False
