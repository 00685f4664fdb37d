"""Whether an expression means the same at another place of the program."""

from __future__ import annotations

import libcst as cst

from codemods.facts.program import Program
from codemods.interpreter.scopes import Scope
from codemods.syntax.children import children
from codemods.syntax.navigate import ScopeNode, function_of
from codemods.syntax.tree import SourceModule


def class_of(node: cst.CSTNode, module: SourceModule) -> cst.ClassDef | None:
    """Return the class whose method `node` is part of; None for a function of its own."""
    function = function_of(node, module)
    while isinstance(function, cst.Lambda):
        function = function_of(function, module)
    if not isinstance(function, cst.FunctionDef):
        return None
    parent = module.parent(module.parent(function) or function)
    return parent if isinstance(parent, cst.ClassDef) else None


def first_parameter(function: ScopeNode) -> str | None:
    """Return the name of a function's first parameter; None if it has none."""
    if isinstance(function, cst.FunctionDef | cst.Lambda):
        parameters = (*function.params.posonly_params, *function.params.params)
        return parameters[0].name.value if parameters else None
    return None


def is_portable(
    program: Program, node: cst.CSTNode, module: SourceModule, place: cst.CSTNode, place_module: SourceModule
) -> bool:
    """Return whether `node`, written at `place` instead, means the same.

    True inside one function; elsewhere only for what the module or the same object (`self`) provides.
    """
    if place_module is not module:
        return not any(isinstance(inner, cst.Name | cst.Lambda | cst.Await) for inner in module.walk(node))
    here, there = function_of(node, module), function_of(place, module)
    while isinstance(here, cst.Lambda) and first_parameter(here) is None:
        here = function_of(here, module)  # what such a lambda does is what the code around it could do
    if here is there:
        return True
    scope: Scope = program.scope(here)
    target: Scope = program.scope(there)
    same_object = (
        class_of(node, module) is not None
        and class_of(node, module) is class_of(place, module)
        and first_parameter(here) == first_parameter(there)
    )
    for inner in _variables(node):
        if inner.value == first_parameter(here) and same_object:
            continue
        owner = scope.owner(inner.value)
        if owner is None or isinstance(owner.node, cst.Module):
            if target.owner(inner.value) is owner:
                continue
            return False
        if owner is target or owner is target.owner(inner.value):
            continue
        return False
    return not any(isinstance(inner, cst.Lambda | cst.Await | cst.NamedExpr) for inner in module.walk(node))


def _variables(node: cst.CSTNode) -> list[cst.Name]:
    """Return the names that are read as variables below `node`: no attributes, no keywords."""
    match node:
        case cst.Name():
            return [node]
        case cst.Attribute(value=inner) | cst.Arg(value=inner):
            return _variables(inner)
    return [found for child in children(node) for found in _variables(child)]


def occurs(name: str, node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether `name` is used as an identifier below `node`."""
    return any(isinstance(inner, cst.Name) and inner.value == name for inner in module.walk(node))
