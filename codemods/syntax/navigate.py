"""Questions about where a node stands: what it is part of, what comes after it, where names live."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import libcst as cst

from codemods.syntax.tree import SourceModule, Statement, dotted

ScopeNode = cst.Module | cst.FunctionDef | cst.Lambda | cst.ClassDef


def function_of(node: cst.CSTNode, module: SourceModule) -> ScopeNode:
    """Return the function, lambda or module whose code `node` is part of."""
    for up in module.ancestors(node):
        if isinstance(up, cst.FunctionDef | cst.Lambda | cst.Module):
            return up
    return module.tree


def given_to(node: cst.CSTNode, module: SourceModule) -> cst.Call | None:
    """Return the call that a node is an argument of, by itself; None if it is none."""
    argument = module.parent(node)
    call = module.parent(argument) if isinstance(argument, cst.Arg) else None
    return call if isinstance(call, cst.Call) else None


def parts(body: cst.BaseSuite | cst.Module) -> Iterator[cst.CSTNode]:
    """Yield the statements of a block: small ones by themselves, be several on a line, and compound ones."""
    for line in body.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body
        else:
            yield line


def operands(node: cst.BaseExpression, operator: type[cst.BaseBooleanOp]) -> list[cst.BaseExpression]:
    """Return what stands between the operators of one kind: `a`, `b`, `c` in `a or b or c`."""
    if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, operator):
        return [*operands(node.left, operator), *operands(node.right, operator)]
    return [node]


def operands_beside(
    node: cst.BaseExpression, operator: type[cst.BaseBooleanOp], module: SourceModule
) -> list[cst.BaseExpression]:
    """Return the operands, `node` among them, of the longest condition around it that has operators of one kind."""
    for up in module.ancestors(node):
        if not isinstance(up, cst.BooleanOperation) or not isinstance(up.operator, operator):
            break
        node = up
    return operands(node, operator)


def is_read(node: cst.CSTNode, module: SourceModule) -> bool:
    """Return whether a name is read where it stands: not part of an import, nor the name of something."""
    match module.parent(node):
        case cst.ImportAlias() | cst.AsName() | cst.Param():
            return False
        case cst.Attribute(attr=name) if name is node:
            return False
        case cst.Arg(keyword=name) if name is node:
            return False
        case cst.Attribute() | cst.ImportFrom():
            return not any(isinstance(up, cst.Import | cst.ImportFrom) for up in module.ancestors(node))
    return True


def is_docstring(part: cst.CSTNode) -> bool:
    """Return whether a small statement is nothing but a text."""
    return isinstance(part, cst.Expr) and isinstance(part.value, cst.SimpleString)


def last_name(node: cst.CSTNode) -> str:
    """Return the name of a variable, or of an attribute without what it belongs to; empty for anything else."""
    match node:
        case cst.Name(name) | cst.Attribute(attr=cst.Name(name)):
            return name
    return ""


def head(node: cst.CSTNode) -> str:
    """Return the variable that a dotted name begins with; empty for what is no name."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def keyword(call: cst.Call, *names: str) -> cst.Arg | None:
    """Return the first argument of a call that is given under one of some names; None if none is."""
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value in names:
            return argument
    return None


def following(node: cst.CSTNode, module: SourceModule) -> Iterator[cst.CSTNode]:
    """Yield the statements that may be run after `node` in the same turn of its loop, or call of its function."""
    for up, child in module.climb(node):
        match up:
            case cst.IndentedBlock() | cst.Module():
                yield from up.body[list(up.body).index(child) + 1 :]  # type: ignore[arg-type]
            case cst.FunctionDef() | cst.For() | cst.While():
                return


def first_statement(function: cst.FunctionDef) -> cst.CSTNode:
    """Return the first statement of a function, below its docstring if there is anything below."""
    match function.body.body:
        case [cst.SimpleStatementLine(body=[cst.Expr(cst.SimpleString() | cst.ConcatenatedString()), *_]), below, *_]:
            return below
        case [first, *_]:
            return first
    return function


def enclosing(node: cst.CSTNode, top: cst.CSTNode, module: SourceModule) -> Iterator[cst.CSTNode]:
    """Yield the nodes around `node`, innermost first, that are part of `top`."""
    return takewhile(lambda up: up is not top, module.ancestors(node))


def is_statement(call: cst.CSTNode, module: SourceModule, *, awaited: bool) -> bool:
    """Return whether a call, awaited or not, is all that a statement does."""
    holder = module.parent(call)
    if awaited:
        holder = module.parent(holder) if isinstance(holder, cst.Await) else None
    return isinstance(holder, cst.Expr)


def assigned_to(node: cst.CSTNode, module: SourceModule) -> cst.BaseExpression | None:
    """Return the one target of the assignment whose value a node is, be it awaited."""
    holder = module.parent(node)
    match module.parent(holder) if isinstance(holder, cst.Await) else holder:
        case cst.Assign(targets=[cst.AssignTarget(target=target)]) | cst.AnnAssign(target=target):
            return target
    return None


def statements_behind(statement: cst.CSTNode | None, module: SourceModule) -> list[Statement]:
    """Return the statements behind one, in its block."""
    block = module.parent(statement) if statement is not None else None
    body = list(block.body) if isinstance(block, cst.IndentedBlock | cst.Module) else []
    place = next((index for index, each in enumerate(body) if each is statement), len(body))
    return [each for each in body[place + 1 :] if isinstance(each, Statement)]


def only_part(line: cst.CSTNode | None) -> cst.BaseSmallStatement | None:
    """Return the one simple statement on a line; None for several, or a compound statement."""
    return line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None


def home_of(node: cst.CSTNode, module: SourceModule) -> tuple[cst.ClassDef | None, str]:
    """Return the class whose method a node is part of (None outside), and what that method calls the instance."""
    functions: list[cst.FunctionDef] = []
    for up in module.ancestors(node):
        match up:
            case cst.FunctionDef():
                functions.append(up)
            case cst.ClassDef():
                if not functions:
                    return up, ""
                *inner, method = functions
                if method.decorators or not method.params.params:
                    return up, ""
                owner = method.params.params[0].name.value
                hidden = any(param.name.value == owner for function in inner for param in function.params.params)
                return up, "" if hidden else owner
    return None, ""


def init_of(home: cst.ClassDef, owner: str) -> cst.FunctionDef | None:
    """Return the `__init__` of a class, if it calls the instance as the other methods do."""
    for statement in home.body.body:
        if isinstance(statement, cst.FunctionDef) and statement.name.value == "__init__":
            params = statement.params.params
            return statement if params and params[0].name.value == owner and not _has_slots(home) else None
    return None


def _has_slots(home: cst.ClassDef) -> bool:
    """Return whether a class spells out the attributes that its instances can have."""
    assigned = (target for part in parts(home.body) if isinstance(part, cst.Assign) for target in part.targets)
    return any(dotted(target.target) == "__slots__" for target in assigned)
