"""What stands around a read: whether only its truth matters, what follows, whether brackets are needed."""

from __future__ import annotations

import libcst as cst

from codemods.facts.program import Program
from codemods.rewrites.sdk.constructor_arguments import text_of
from codemods.syntax.navigate import is_docstring, parts
from codemods.syntax.tree import SourceModule


def bracketed(code: str) -> str:
    """Return an expression's source in brackets, if it is made of several parts."""
    return f"({code})" if " " in code else code


def fitted(node: cst.Attribute, code: str, program: Program, module: SourceModule) -> str:
    """Return `code` with brackets where its operators would else be torn apart."""
    if " " not in code:
        return code
    match module.parent(node):
        case (
            cst.Arg() | cst.Assign() | cst.AnnAssign() | cst.Return() | cst.DictElement() | cst.Element() | cst.Index()
        ):
            return code
        case cst.FormattedStringExpression() if '"' not in code and "'" not in code:
            return code
    return f"({code})"


def ends_its_function(node: cst.If, program: Program, module: SourceModule) -> bool:
    """Return whether nothing follows a statement in its function."""
    for up, child in module.climb(node):
        match up:
            case cst.FunctionDef():
                return True
            case cst.IndentedBlock() if up.body[-1] is not child:
                return False
        if not isinstance(up, cst.IndentedBlock | cst.If | cst.Else | cst.With):
            return False
    return False


def is_truth_test(node: cst.Attribute, program: Program, module: SourceModule) -> bool:
    """Return whether only the truth of an expression matters."""
    for up, child in module.climb(node):
        match up:
            case cst.If() | cst.While() | cst.IfExp() | cst.Assert() | cst.CompIf():
                return up.test is child
            case cst.UnaryOperation():
                return isinstance(up.operator, cst.Not)
        if not isinstance(up, cst.BooleanOperation):
            return isinstance(up, cst.Call) and isinstance(up.func, cst.Name) and up.func.value == "bool"
    return False


def does_something(body: cst.BaseSuite) -> bool:
    """Return whether a suite does more than leave."""
    return any(
        not isinstance(part, cst.Return | cst.Pass | cst.Continue) and not is_docstring(part) for part in parts(body)
    )


def is_guarded(node: cst.Attribute, program: Program, module: SourceModule) -> bool:
    """Return whether `hasattr(...)` protects the read of an attribute that may not be there."""
    wanted = node.attr.value
    for up in module.ancestors(node):
        test = (
            up.test if isinstance(up, cst.If | cst.IfExp) else up.left if isinstance(up, cst.BooleanOperation) else None
        )
        if test is None:
            continue
        for inner in module.walk(test):
            match inner:
                case cst.Call(func=cst.Name("hasattr"), args=[_, cst.Arg(value=name)]):
                    if text_of(program, name) == wanted:
                        return True
    return False
