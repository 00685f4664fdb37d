"""A sound device that one function, run in a thread, opens and reads."""

from __future__ import annotations

import libcst as cst

from codemods.facts.concurrency import stray_functions
from codemods.facts.sessions import Sessions, own_nodes
from codemods.rewrites.shutdown.terminate import finally_behind
from codemods.syntax.edits import Replace
from codemods.syntax.navigate import assigned_to
from codemods.syntax.tree import SourceModule


def freed_by_its_reader(made: cst.Call, sessions: Sessions, module: SourceModule) -> Replace | None:
    """Return the edit by which the function that makes a PyAudio frees it, behind the loop that it ends with.

    None unless nobody else can have the device: the function runs in a thread, and neither the PyAudio nor a stream
    opened on it leaves it.
    """
    function = sessions.function(made)
    if not isinstance(function, cst.FunctionDef) or function.asynchronous or function not in stray_functions(sessions):
        return None
    audio = _variable(made, module)
    last = function.body.body[-1]
    if audio is None or not isinstance(last, cst.While | cst.For) or module.statement(made) not in function.body.body:
        return None
    uses = [node for node in module.walk(function) if isinstance(node, cst.Name) and node.value == audio]
    for use in uses:
        holder = module.parent(use)
        if isinstance(holder, cst.AssignTarget) and module.parent(holder) is module.parent(made):
            continue
        if not isinstance(holder, cst.Attribute) or holder.value is not use:
            return None
        if holder.attr.value == "open" and not _stays(holder, function, module):
            return None
    if len(set(uses) & set(own_nodes(function))) != len(uses):
        return None
    return finally_behind(last, f"{audio}.terminate()\n", module)


def _variable(made: cst.CSTNode, module: SourceModule) -> str | None:
    """Return the variable that what is made is put into, if that is all that happens to it."""
    target = assigned_to(made, module)
    return target.value if isinstance(target, cst.Name) else None


def _stays(opening: cst.Attribute, function: cst.FunctionDef, module: SourceModule) -> bool:
    """Return whether the stream that is opened stays in a variable of a function."""
    call = module.parent(opening)
    stream = _variable(call, module) if isinstance(call, cst.Call) else None
    if stream is None:
        return False
    own = set(own_nodes(function))
    for node in module.walk(function):
        match node:
            case cst.Global() | cst.Nonlocal() if any(item.name.value == stream for item in node.names):
                return False
            case cst.Name() if node.value == stream:
                holder = module.parent(node)
                is_target = isinstance(holder, cst.AssignTarget) and module.parent(holder) is module.parent(
                    call or node
                )
                is_asked = isinstance(holder, cst.Attribute) and holder.value is node
                if node not in own or not (is_target or is_asked):
                    return False
    return True
