"""What a program does with `aai.extras.MicrophoneStream`: if all it does is iterate, a generator serves as well."""

from __future__ import annotations

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.values import Bound, External, Function
from codemods.rewrites.sdk.imports import SdkImports
from codemods.rewrites.sdk.names import Names
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
    for path in program.targets:
        module = program.modules[path]
        if "MicrophoneStream" not in module.text:
            continue
        names = Names.of(program, module)
        for name in module.find(cst.Name, cst.Attribute):
            if names.extra(name) == "MicrophoneStream":
                if not _is_made(name, module):
                    return False
    made = External(f"{_CLASS}()")
    for node, values in program.all_values.items():
        if made in values:
            home = program.module_of(node)
            if home is None or not _is_passed_on(node, home, program):
                return False
    return True


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
        if isinstance(node, cst.Call) and (len(node.args) > 1 or any(_is_device(arg) for arg in node.args)):
            return True
        if isinstance(parent, cst.Arg) and not _is_passed_on(node, module, program):
            return True
        call = module.parent(parent) if parent is not None else None
        if isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value == "next":
            return True
    return False


def _is_device(argument: cst.Arg) -> bool:
    return bool(argument.star) or (argument.keyword is not None and argument.keyword.value == "device_index")


def _is_made(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether the class is called here, with a sample rate at most, and nobody waits for it to be missing."""
    parent = module.parent(node)
    if isinstance(parent, cst.ImportAlias) or (isinstance(parent, cst.Attribute) and parent.attr is node):
        return True  # judged where it is used, or as the whole
    if not isinstance(parent, cst.Call) or parent.func is not node or len(parent.args) > 1:
        return False
    if any(arg.star or (arg.keyword is not None and arg.keyword.value != "sample_rate") for arg in parent.args):
        return False
    child: cst.CSTNode = node
    for up in module.ancestors(node):
        if isinstance(up, cst.Try) and up.body is child:
            for handler in up.handlers:
                caught = module.walk(handler.type) if handler.type is not None else ()
                names = {item.value for item in caught if isinstance(item, cst.Name)}
                if names & _MISSING:
                    return False
        child = up
    return True


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
