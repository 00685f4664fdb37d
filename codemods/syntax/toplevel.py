"""What stands at the top of a module: imports, and the helpers that rewritten code calls."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache

import libcst as cst

from codemods.syntax.comments import leading, still_true
from codemods.syntax.edits import AddHelper, AddImport, Edit
from codemods.syntax.tree import dotted


def _names_used(tree: cst.Module) -> set[str]:
    """Return every identifier that occurs outside import statements, or in `__all__`."""
    return {name for statement in tree.body for name in _names_in(statement)}


# An edit leaves most statements as they are, and for each new import all are asked.
@lru_cache(maxsize=512)
def _names_in(statement: cst.CSTNode) -> frozenset[str]:
    found: set[str] = set()
    stack = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Import | cst.ImportFrom):
            continue
        if isinstance(node, cst.Name):
            found.add(node.value)
        elif isinstance(node, cst.SimpleString) and node.raw_value.isidentifier():
            found.add(node.raw_value)
        elif isinstance(node, cst.SimpleString) and len(node.raw_value) < 200:
            # a string annotation: "base64.Something"
            found.update(re.findall(r"[A-Za-z_]\w*(?=\.)", node.raw_value))
        if isinstance(node, cst.Attribute | cst.Arg):
            stack.append(node.value)  # neither `.name` nor `name=` is a use of a variable
        else:
            stack.extend(node.children)
    return frozenset(found)


def drop_unused(old: cst.Module, new: cst.Module, candidates: set[str]) -> cst.Module:
    """Remove imports of `candidates` whose last use is gone."""
    dead = {name for name in candidates if name in _names_used(old)} - _names_used(new)
    if not dead:
        return new

    body: list[cst.CSTNode] = []
    waiting: list[cst.EmptyLine] = []
    gone = False
    for statement in new.body:
        kept = _without_names(statement, dead)
        if kept is None:
            waiting += [line for line in leading(statement) if line.comment is None or still_true([line])]
            gone = gone or not body
            continue
        lines = list(leading(kept))
        if gone or any(line.comment is None for line in waiting):
            # blank lines below an import that is gone go with it where others stand above it
            while lines and lines[0].comment is None:
                lines.pop(0)
        body.append(kept.with_changes(leading_lines=[*waiting, *lines]) if waiting or gone else kept)
        waiting, gone = [], False
    return new.with_changes(body=body, footer=[*waiting, *new.footer])


def _without_names(statement: cst.CSTNode, dead: set[str]) -> cst.CSTNode | None:
    """Return a top-level line without imports of `dead` names; None when nothing is left of it."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return statement
    parts: list[cst.BaseSmallStatement] = []
    for part in statement.body:
        if isinstance(part, cst.Import | cst.ImportFrom) and not isinstance(part.names, cst.ImportStar):
            kept = [alias for alias in part.names if _bound_name(alias) not in dead]
            if not kept:
                continue
            if len(kept) < len(part.names):
                kept[-1] = kept[-1].with_changes(comma=part.names[-1].comma)
                part = part.with_changes(names=kept)
        parts.append(part)
    if len(parts) == len(statement.body) and all(new is old for new, old in zip(parts, statement.body, strict=True)):
        return statement
    if not parts:
        return None
    if parts[-1] is not statement.body[-1]:
        parts[-1] = parts[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return statement.with_changes(body=parts)


def _bound_name(alias: cst.ImportAlias) -> str:
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    node: cst.BaseExpression = alias.name
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _bound_names(code: str) -> list[str]:
    """Return the variables that an import statement sets."""
    part = cst.ensure_type(cst.parse_statement(code), cst.SimpleStatementLine).body[0]
    assert isinstance(part, cst.Import | cst.ImportFrom) and not isinstance(part.names, cst.ImportStar)
    return [_bound_name(alias) for alias in part.names]


def _import_end(tree: cst.Module) -> int:
    """Return the index of the first statement below docstring and leading imports."""
    end = 0
    for index, statement in enumerate(tree.body):
        if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) >= 1:
            part = statement.body[0]
            if isinstance(part, cst.Import | cst.ImportFrom):
                end = index + 1
                continue
            if index == 0 and isinstance(part, cst.Expr) and isinstance(part.value, cst.SimpleString):
                end = 1
                continue
        elif isinstance(statement, cst.Try | cst.If) and end:
            continue
        elif not isinstance(statement, cst.SimpleStatementLine):
            break  # what a definition names (annotations, bases) has to be there already
        if index > end + 6:
            break
    return end


def _first_use(tree: cst.Module, names: Iterable[str]) -> int:
    """Return the index of the first statement, other than an import, that names one of `names`."""
    wanted = set(names)
    for index, statement in enumerate(tree.body):
        if wanted & _names_in(statement):
            return index
    return len(tree.body)


def _has_import(tree: cst.Module, edit: AddImport) -> bool:
    """Return whether a module has an import, above the first statement that needs it."""
    for statement in tree.body[: _first_use(tree, [edit.name or edit.module.split(".")[0]])]:
        if not isinstance(statement, cst.SimpleStatementLine):
            continue
        for part in statement.body:
            if isinstance(part, cst.Import) and edit.name is None:
                if any(dotted(alias.name) == edit.module and alias.asname is None for alias in part.names):
                    return True
            elif isinstance(part, cst.ImportFrom) and edit.name is not None and not part.relative:
                if part.module is not None and dotted(part.module) == edit.module:
                    if isinstance(part.names, cst.ImportStar):
                        return True
                    if any(dotted(alias.name) == edit.name and alias.asname is None for alias in part.names):
                        return True
    return False


def _grouped(edits: Iterable[Edit]) -> dict[str, list[str | None]]:
    """Return the imports to add: the names by module, None for the module itself."""
    found: dict[str, list[str | None]] = {}
    for edit in edits:
        if isinstance(edit, AddImport) and edit.name not in found.setdefault(edit.module, []):
            found[edit.module].append(edit.name)
    return found


def add_imports(tree: cst.Module, edits: Iterable[Edit]) -> cst.Module:
    """Make every import that edits ask for, the standard library's first."""
    grouped = _grouped(edits).items()
    for module, names in sorted(grouped, key=lambda item: item[0].split(".")[0] not in sys.stdlib_module_names):
        tree = _add_imports(tree, module, names)
    return tree


def add_helpers(tree: cst.Module, edits: Iterable[Edit]) -> cst.Module:
    """Define every helper that edits ask for, below the imports."""
    for edit in edits:
        if isinstance(edit, AddHelper):
            tree = _add_helper(tree, edit)
    return tree


def _add_imports(tree: cst.Module, module: str, names: Sequence[str | None]) -> cst.Module:
    """Import a module (None) and names of it; several new names share one statement."""
    if None in names:
        tree = _add_import(tree, AddImport(module))
    missing = sorted(name for name in names if name is not None and not _has_import(tree, AddImport(module, name)))
    if len(missing) < 2:
        return _add_import(tree, AddImport(module, missing[0])) if missing else tree
    extended: cst.Module | None = tree
    for name in missing:
        extended = _extend_import(extended, AddImport(module, name)) if extended is not None else None
    if extended is not None:
        return extended
    code = f"from {module} import {', '.join(missing)}"
    if len(code) > 88:
        rows = "".join(f"{tree.default_indent}{name},\n" for name in missing)
        code = f"from {module} import (\n{rows})"
    return _insert_import(tree, code)


def _add_import(tree: cst.Module, edit: AddImport) -> cst.Module:
    if _has_import(tree, edit):
        return tree
    extended = _extend_import(tree, edit)
    if extended is not None:
        return extended
    code = f"import {edit.module}" if edit.name is None else f"from {edit.module} import {edit.name}"
    return _insert_import(tree, code)


def _insert_import(tree: cst.Module, code: str) -> cst.Module:
    statement = cst.parse_statement(code, config=tree.config_for_parsing)
    place = _import_place(tree, code)
    body = list(tree.body)
    if body and (place == 0 or (place < _import_end(tree) and not any(_is_import(item) for item in body[:place]))):
        # what stands above the first import (blank lines, a comment on the file) stays above
        follower = body[place]
        statement = statement.with_changes(leading_lines=getattr(follower, "leading_lines", ()))
        definition = isinstance(follower, cst.FunctionDef | cst.ClassDef)
        gap = () if _is_import(follower) else (cst.EmptyLine(indent=False),) * (1 + definition)
        body[place] = follower.with_changes(leading_lines=gap)
    body.insert(place, statement)
    return tree.with_changes(body=body)


def _extend_import(tree: cst.Module, edit: AddImport) -> cst.Module | None:
    """Add a name to a one-line `from module import ...` that stands at the top already."""
    for statement in tree.body:
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            continue
        part = statement.body[0]
        if (
            edit.name is not None
            and isinstance(part, cst.ImportFrom)
            and not part.relative
            and part.lpar is None
            and part.module is not None
            and dotted(part.module) == edit.module
            and not isinstance(part.names, cst.ImportStar)
        ):
            comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            names = [*part.names[:-1], part.names[-1].with_changes(comma=comma), cst.ImportAlias(cst.Name(edit.name))]
            return cst.ensure_type(tree.deep_replace(part, part.with_changes(names=names)), cst.Module)
    return None


def _import_place(tree: cst.Module, code: str) -> int:
    """Return where among the imports a new one belongs: the standard library's come first, in their order."""
    end = min(_import_end(tree), _first_use(tree, _bound_names(code)))
    new = _stdlib_order(cst.parse_statement(code))
    if new is None:
        return end
    after: int | None = None
    for index, statement in enumerate(tree.body[:end]):
        order = _stdlib_order(statement)
        if order is not None and order > new:
            return index
        if order is not None:
            after = index + 1
    return end if after is None else after


def _is_import(statement: cst.CSTNode) -> bool:
    """Return whether a line imports something other than features of Python itself."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    part = statement.body[0]
    future = isinstance(part, cst.ImportFrom) and part.module is not None and dotted(part.module) == "__future__"
    return isinstance(part, cst.Import | cst.ImportFrom) and not future


def _stdlib_order(statement: cst.CSTNode) -> tuple[bool, str] | None:
    """Return the key by which imports of the standard library are sorted; None for everything else."""
    if not isinstance(statement, cst.SimpleStatementLine) or not _is_import(statement):
        return None
    part = statement.body[0]
    name = ""
    if isinstance(part, cst.Import):
        name = dotted(part.names[0].name)
    elif isinstance(part, cst.ImportFrom) and part.module is not None and not part.relative:
        name = dotted(part.module)
    return (isinstance(part, cst.ImportFrom), name) if name.split(".", 1)[0] in sys.stdlib_module_names else None


def _add_helper(tree: cst.Module, edit: AddHelper) -> cst.Module:
    for existing in tree.body:
        if isinstance(existing, cst.FunctionDef | cst.ClassDef) and existing.name.value == edit.name:
            return tree
    statement = cst.parse_statement(edit.code, config=tree.config_for_parsing)
    blank = cst.EmptyLine(indent=False)
    end = min(_import_end(tree), _first_use(tree, (edit.name,)))
    body = list(tree.body)
    body.insert(end, statement.with_changes(leading_lines=(blank, blank) if end else ()))
    if end + 1 < len(body):
        follower = body[end + 1]
        lines = list(getattr(follower, "leading_lines", ()))
        while lines and lines[0].comment is None:
            lines.pop(0)
        body[end + 1] = follower.with_changes(leading_lines=[blank, blank, *lines])
    return tree.with_changes(body=body)
