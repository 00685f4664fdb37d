"""Imports of a module: new ones in the order that import sorters keep, unused ones taken out."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from codemods.syntax.children import children
from codemods.syntax.comments import leading, still_true
from codemods.syntax.edits import AddImport, Edit
from codemods.syntax.navigate import first_statement, head, parts
from codemods.syntax.sequences import only
from codemods.syntax.tree import SourceModule, Statement, dotted


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
        match node:
            case cst.Import() | cst.ImportFrom():
                continue
            case cst.Name():
                found.add(node.value)
            case cst.SimpleString() if node.raw_value.isidentifier():
                found.add(node.raw_value)
            case cst.SimpleString() if len(node.raw_value) < 200:
                # a string annotation: "base64.Something"
                found.update(re.findall(r"[A-Za-z_]\w*(?=\.)", node.raw_value))
        if isinstance(node, cst.Attribute | cst.Arg):
            stack.append(node.value)  # neither `.name` nor `name=` is a use of a variable
        else:
            stack.extend(children(node))
    return frozenset(found)


def drop_unused(old: cst.Module, new: cst.Module, candidates: set[str]) -> cst.Module:
    """Remove imports of `candidates` whose last use is gone."""
    dead = {name for name in candidates if name in _names_used(old)} - _names_used(new)
    if not dead:
        return new
    new = cst.ensure_type(new.visit(_InBlocks(dead)), cst.Module)
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


class _InBlocks(cst.CSTTransformer):
    """Removes names from the imports inside blocks; one that would be empty keeps a `pass`."""

    def __init__(self, dead: AbstractSet[str]) -> None:
        super().__init__()
        self._dead = set(dead)

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.BaseSuite:
        kept = [_without_names(line, self._dead) for line in updated_node.body]
        if all(new is old for new, old in zip(kept, updated_node.body, strict=True)):
            return updated_node
        body = [line for line in kept if line is not None]
        return updated_node.with_changes(body=body or [cst.SimpleStatementLine([cst.Pass()])])


def _without_names(statement: cst.CSTNode, dead: set[str]) -> cst.CSTNode | None:
    """Return a top-level line without imports of `dead` names; None when nothing is left of it."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return statement
    left: list[cst.BaseSmallStatement] = []
    for part in statement.body:
        match part:
            case cst.Import(names=[*aliases]) | cst.ImportFrom(names=[*aliases]):
                kept = only(aliases, lambda alias: bound_name(alias) not in dead)
                if kept:
                    left.append(part.with_changes(names=kept) if len(kept) < len(aliases) else part)
            case _:
                left.append(part)
    if not left:
        return None
    if left[-1] is not statement.body[-1]:
        left[-1] = left[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    elif len(left) == len(statement.body) and all(new is old for new, old in zip(left, statement.body, strict=True)):
        return statement
    return statement.with_changes(body=left)


def bound_name(alias: cst.ImportAlias) -> str:
    """Return the variable that one name of an import statement sets."""
    return head(alias.asname.name if alias.asname is not None else alias.name)


def bound_names(part: cst.CSTNode) -> list[str]:
    """Return the variables that an import statement sets, without those of a star."""
    match part:
        case cst.Import(names=[*aliases]) | cst.ImportFrom(names=[*aliases]):
            return [bound_name(alias) for alias in aliases]
    return []


def _guards_imports(statement: cst.Try | cst.If) -> bool:
    """Return whether a statement is there for imports: `try: ... except ImportError:`, `if TYPE_CHECKING:`."""
    body = statement.body.body
    parts = [part for line in body if isinstance(line, cst.SimpleStatementLine) for part in line.body]
    imports = (isinstance(part, cst.Import | cst.ImportFrom) for part in parts)
    rest = (isinstance(part, cst.Import | cst.ImportFrom | cst.Assign) for part in parts)
    return len(parts) >= len(body) and any(imports) and all(rest)


def import_end(tree: cst.Module, *, guarded: bool = False) -> int:
    """Return the index of the first statement below docstring and leading imports.

    Args:
        guarded: whether imports that are tried, or made for a type checker alone, are among them.
    """
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
            end = index + 1 if guarded and _guards_imports(statement) else end
            continue
        elif not isinstance(statement, cst.SimpleStatementLine):
            break  # what a definition names (annotations, bases) has to be there already
        if index > end + 6:
            break
    return end


def first_use(tree: cst.Module, names: Iterable[str]) -> int:
    """Return the index of the first statement, other than an import, that names one of `names`."""
    wanted = set(names)
    for index, statement in enumerate(tree.body):
        if wanted & _names_in(statement):
            return index
    return len(tree.body)


@dataclass(slots=True)
class Wanted:
    """What is to be imported from one module: the module itself, and names of it with what each is called here."""

    itself: bool = False
    names: dict[str, str] = field(default_factory=dict)

    def statements(self, module: str, indent: str, width: int) -> list[str]:
        """Return the import statements, as source, in lines of `width`."""
        found = [f"import {module}"] if self.itself else []
        if self.names:
            found.append(_from_import(module, _spelled(self.names), indent, width))
        return found


def _spelled(names: Mapping[str, str]) -> list[str]:
    """Return names in the order of import sorters, each with `as` where it is called something else."""
    ordered = sorted(names.items(), key=lambda item: (name_order(item[1]), item[0]))
    return [_as(local, name) for local, name in ordered]


def _as(local: str, name: str) -> str:
    return name if name == local else f"{name} as {local}"


def name_order(name: str) -> tuple[int, str]:
    """Return the key by which import sorters order names: constants, classes, the rest."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)


def _from_import(module: str, names: Sequence[str], indent: str, width: int) -> str:
    code = f"from {module} import {', '.join(names)}"
    if len(code) > width:
        rows = "".join(f"{indent}{name},\n" for name in names)
        code = f"from {module} import (\n{rows})"
    return code


def _grouped(edits: Iterable[AddImport]) -> dict[str, Wanted]:
    found: dict[str, Wanted] = {}
    for edit in edits:
        wanted = found.setdefault(edit.module, Wanted())
        if edit.name is None:
            wanted.itself = True
        else:
            wanted.names[edit.asname or edit.name] = edit.name
    return found


# imports that stay where the old ones were


@dataclass(slots=True)
class Placed:
    """Imports with a place of their own: inside a function, a `try`, an `if`.

    Attributes:
        behind: statements, as source, by the statement which they follow.
        ahead: by the statement which they precede.
        rest: the imports that go to the top of the module.
    """

    behind: dict[cst.CSTNode, list[str]] = field(default_factory=dict)
    ahead: dict[cst.CSTNode, list[str]] = field(default_factory=dict)
    rest: list[AddImport] = field(default_factory=list)


def placed(module: SourceModule, edits: Iterable[Edit]) -> Placed:
    """Return where each import goes that edits ask for."""
    found = Placed()
    by_line: dict[Statement, list[AddImport]] = {}
    by_function: dict[cst.FunctionDef, list[AddImport]] = {}
    for edit in edits:
        if not isinstance(edit, AddImport):
            continue
        line = module.parent(edit.place) if edit.place is not None else None
        if isinstance(edit.place, cst.FunctionDef) and isinstance(edit.place.body, cst.IndentedBlock):
            by_function.setdefault(edit.place, []).append(edit)
        elif isinstance(line, cst.SimpleStatementLine):
            by_line.setdefault(line, []).append(edit)
        else:
            found.rest.append(edit)
    indent = module.tree.default_indent
    top = {_key(edit) for edit in found.rest}
    for line, wanted in by_line.items():
        block = module.parent(line)
        missing = [edit for edit in wanted if not _in_block(block, edit) and _key(edit) not in top]
        found.behind.setdefault(line, []).extend(_statements(missing, indent, module.width))
        names = sorted({edit.asname or edit.name or edit.module.split(".")[0] for edit in missing})
        for lines in fallbacks(module, line) if names else ():
            found.behind.setdefault(lines[0], []).extend(_set_to_none(names, module.width))
    for function, wanted in by_function.items():
        missing = [edit for edit in wanted if not _in_block(function.body, edit) and _key(edit) not in top]
        first = first_statement(function)
        found.ahead.setdefault(first, []).extend(_statements(missing, indent, module.width))
    return found


def _statements(edits: Iterable[AddImport], indent: str, width: int) -> list[str]:
    """Return the statements that make some imports, in the order of import sorters."""
    found = [code for module, item in _grouped(edits).items() for code in item.statements(module, indent, width)]
    return sorted(found, key=lambda code: (code.startswith("from"), code))


def _set_to_none(names: Sequence[str], width: int) -> list[str]:
    """Return the statements that set variables to None, as few as fit the lines."""
    found: list[str] = []
    for name in names:
        if found and len(found[-1]) + len(name) + len(" = ") <= width - len(" = None"):
            found[-1] += f" = {name}"
        else:
            found.append(name)
    return [f"{line} = None" for line in found]


def _key(edit: AddImport) -> tuple[str, str | None, str | None]:
    return edit.module, edit.name, edit.asname


def _in_block(block: cst.CSTNode | None, edit: AddImport) -> bool:
    """Return whether a block imports a name already."""
    if not isinstance(block, cst.IndentedBlock | cst.Module):
        return False
    return any(isinstance(part, cst.ImportFrom) and _brings(part, edit) for part in parts(block))


def _brings(part: cst.ImportFrom, edit: AddImport) -> bool:
    if edit.name is None or _home(part) != edit.module:
        return False
    if isinstance(part.names, cst.ImportStar):
        return True
    wanted = edit.asname or edit.name
    return any(dotted(alias.name) == edit.name and bound_name(alias) == wanted for alias in part.names)


def _home(part: cst.ImportFrom) -> str:
    """Return the module that a statement imports from, with its leading dots."""
    return "." * len(part.relative) + (dotted(part.module) if part.module is not None else "")


def fallbacks(module: SourceModule, line: cst.CSTNode) -> Iterator[list[cst.SimpleStatementLine]]:
    """Yield, for each `except` around an import, the statements that set to None what it would have set."""
    block = module.parent(line)
    guard = module.parent(block) if block is not None else None
    if not isinstance(guard, cst.Try) or guard.body is not block or not isinstance(line, cst.SimpleStatementLine):
        return
    bound = {name for part in line.body for name in bound_names(part)}
    for handler in guard.handlers:
        lines = [item for item in handler.body.body if isinstance(item, cst.SimpleStatementLine)]
        found = [item for item in lines if bound & none_targets(item)]
        if found:
            yield found


def none_targets(line: cst.SimpleStatementLine) -> frozenset[str]:
    """Return the variables that a statement sets to None and nothing else."""
    match line.body:
        case [cst.Assign(targets=targets, value=cst.Name("None"))]:
            return frozenset(item.target.value for item in targets if isinstance(item.target, cst.Name))
        case [cst.AnnAssign(target=cst.Name(name), value=cst.Name("None"))]:
            return frozenset({name})
    return frozenset()


def is_emptied(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    """Return whether an `if` or a `try` had nothing but imports in its block, and has lost them all."""
    if not isinstance(old, cst.If | cst.Try) or not isinstance(new, cst.If | cst.Try):
        return False
    if old.orelse is not None or not isinstance(old.body, cst.IndentedBlock) or not _passes(new.body):
        return False
    imported = [bound_names(part) for part in parts(old.body)]
    if not all(imported):
        return False
    if isinstance(old, cst.If):
        return True
    bound = {name for names in imported for name in names}
    assert isinstance(new, cst.Try)
    return old.finalbody is None and all(_passes(h.body) or _only_sets(h.body, bound) for h in new.handlers)


def _passes(body: cst.BaseSuite) -> bool:
    lines = body.body
    return all(isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.Pass) for line in lines)


def _only_sets(body: cst.BaseSuite, names: AbstractSet[str]) -> bool:
    """Return whether a block does nothing but set some of `names` to None, or end the program."""
    return all(
        isinstance(line, cst.SimpleStatementLine)
        and (set() < none_targets(line) <= names or isinstance(line.body[0], cst.Raise))
        for line in body.body
    )


# imports at the top


def add_imports(tree: cst.Module, edits: Iterable[AddImport], width: int) -> cst.Module:
    """Make every import that edits ask for, at the top of the module, the standard library's first."""
    for module, wanted in sorted(_grouped(edits).items(), key=lambda item: _section(item[0]) > _STANDARD):
        if wanted.itself and not _imports_itself(tree, module):
            tree = _insert_import(tree, f"import {module}")
        missing = {local: name for local, name in wanted.names.items() if not _has_name(tree, module, name, local)}
        if missing:
            extended = _extend_import(tree, module, missing, width)
            if extended is None:
                code = _from_import(module, _spelled(missing), tree.default_indent, width)
                extended = _insert_import(tree, code)
            tree = extended
    return tree


def _parts_above(tree: cst.Module, name: str) -> Iterator[cst.Import | cst.ImportFrom]:
    """Return the import statements at the top of a module, above the first statement that uses `name`."""
    above = tree.with_changes(body=tree.body[: first_use(tree, [name])])
    return (part for part in parts(above) if isinstance(part, cst.Import | cst.ImportFrom))


def _imports_itself(tree: cst.Module, module: str) -> bool:
    return any(
        isinstance(part, cst.Import)
        and any(dotted(alias.name) == module and alias.asname is None for alias in part.names)
        for part in _parts_above(tree, module.split(".", 1)[0])
    )


def _has_name(tree: cst.Module, module: str, name: str, local: str) -> bool:
    wanted = AddImport(module, name, local)
    return any(isinstance(part, cst.ImportFrom) and _brings(part, wanted) for part in _parts_above(tree, local))


def _extend_import(tree: cst.Module, module: str, missing: Mapping[str, str], width: int) -> cst.Module | None:
    """Add names to a `from module import ...` that stands at the top already, above their first use."""
    limit = first_use(tree, missing)
    for statement in tree.body[:limit]:
        match statement:
            case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*aliases]) as part]) if _home(part) == module:
                code = tree.code_for_node(part)
            case _:
                continue
        if "#" in code or "\\" in code:
            continue
        old = {bound_name(alias): dotted(alias.name) for alias in aliases}
        if list(old.values()) == sorted(old.values(), key=name_order):
            spelled = _spelled({**old, **missing})
        else:
            spelled = [_as(local, name) for local, name in {**old, **missing}.items()]
        rows = part.lpar is not None and "\n" in code  # one a row, as they are
        new = _from_import(module, spelled, tree.default_indent, 0 if rows else width)
        parsed = cst.ensure_type(cst.parse_statement(new, tree.config_for_parsing), cst.SimpleStatementLine).body[0]
        return cst.ensure_type(tree.deep_replace(part, parsed), cst.Module)
    return None


_STANDARD, _OTHERS, _OWN = range(3)


def _section(module: str) -> int:
    """Return the section of import sorters that a module belongs to."""
    if module.startswith("."):
        return _OWN
    return _STANDARD if module.split(".", 1)[0] in sys.stdlib_module_names else _OTHERS


def _is_import(statement: cst.CSTNode) -> bool:
    """Return whether a line imports something other than features of Python itself."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    part = statement.body[0]
    future = isinstance(part, cst.ImportFrom) and part.module is not None and dotted(part.module) == "__future__"
    return isinstance(part, cst.Import | cst.ImportFrom) and not future


def _module_of(statement: cst.CSTNode) -> str:
    """Return what an import statement at the top names first, with its leading dots."""
    part = cst.ensure_type(statement, cst.SimpleStatementLine).body[0]
    return dotted(part.names[0].name) if isinstance(part, cst.Import) else _home(cst.ensure_type(part, cst.ImportFrom))


def _plain_first(statement: cst.CSTNode) -> tuple[bool, str]:
    """Return the key of sorters that put `import x` before `from x import y`: isort and ruff, unless told otherwise."""
    part = cst.ensure_type(statement, cst.SimpleStatementLine).body[0]
    return isinstance(part, cst.ImportFrom), _module_of(statement).lower()


def _by_module(statement: cst.CSTNode) -> tuple[str, bool]:
    """Return the key of `force-sort-within-sections`."""
    plain, module = _plain_first(statement)
    return module, plain


def _insert_import(tree: cst.Module, code: str) -> cst.Module:
    """Put an import where a sorter would leave it: in its section, in the order that the section has."""
    statement = cst.ensure_type(cst.parse_statement(code, tree.config_for_parsing), cst.SimpleStatementLine)
    limit = min(import_end(tree), first_use(tree, bound_names(statement.body[0])))
    body = list(tree.body)
    present = [index for index, item in enumerate(body[:limit]) if _is_import(item)]
    section = _section(_module_of(statement))
    peers = [index for index in present if _section(_module_of(body[index])) == section]
    if peers:
        return _inserted(tree, statement, _among(body, peers, statement), blank=False)
    above = [index for index in present if _section(_module_of(body[index])) < section]
    if above:
        return _inserted(tree, statement, above[-1] + 1, blank=True)
    if present:
        return _inserted(tree, statement, present[0], blank=True)
    return _inserted(tree, statement, limit, blank=False)


def _among(body: Sequence[cst.CSTNode], peers: Sequence[int], new: cst.SimpleStatementLine) -> int:
    """Return where among the imports of its section a new one goes."""
    runs: list[list[int]] = []
    for index in peers:
        apart = not runs or runs[-1][-1] != index - 1 or any(line.comment is None for line in leading(body[index]))
        if apart:
            runs.append([])
        runs[-1].append(index)
    package = _module_of(new).split(".", 1)[0]
    related = [index for index in peers if _module_of(body[index]).split(".", 1)[0] == package]
    run = next((run for run in runs if related and related[-1] in run), runs[0])
    for key in (_plain_first, _by_module):
        keys = [key(body[index]) for index in run]
        if keys == sorted(keys):
            return next((index for index, known in zip(run, keys, strict=True) if known > key(new)), run[-1] + 1)
    return (related or run)[-1] + 1


def _inserted(tree: cst.Module, new: cst.SimpleStatementLine, place: int, *, blank: bool) -> cst.Module:
    """Insert an import; `blank` is whether a blank line keeps it apart from the imports around it."""
    body = list(tree.body)
    gap = cst.EmptyLine(indent=False)
    follower = body[place] if place < len(body) else None
    first = not any(_is_import(item) for item in body[:place])
    if follower is not None and first:
        # what stands above the first import (blank lines, a comment on the file) stays above
        new = new.with_changes(leading_lines=leading(follower))
        definition = isinstance(follower, cst.FunctionDef | cst.ClassDef)
        apart = blank or not _is_import(follower)
        body[place] = follower.with_changes(leading_lines=(gap,) * (1 + definition) if apart else ())
    elif blank:
        new = new.with_changes(leading_lines=(gap,))
    elif follower is not None and _is_import(follower) and leading(follower):
        # the blank lines above a group of imports stay above it
        lines = list(leading(follower))
        cut = max((index + 1 for index, line in enumerate(lines) if line.comment is None), default=0)
        if (_section(_module_of(follower)) == _section(_module_of(new)) and not _is_import(body[place - 1])) or (
            _is_import(body[place - 1]) and _section(_module_of(body[place - 1])) != _section(_module_of(new))
        ):
            new = new.with_changes(leading_lines=lines[:cut])
            body[place] = follower.with_changes(leading_lines=lines[cut:])
    body.insert(place, new)
    return tree.with_changes(body=body)
