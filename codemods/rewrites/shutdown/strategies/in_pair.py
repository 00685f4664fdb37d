"""A coroutine that sends and one that receives, run side by side."""

from __future__ import annotations

from functools import partial

import libcst as cst

from codemods.facts.lifetimes import is_done_with
from codemods.facts.sessions import Session, Sessions, own_nodes
from codemods.rewrites.shutdown import helpers
from codemods.rewrites.shutdown.in_pair import Pair, in_group, second_await
from codemods.rewrites.shutdown.plan import Endings, ShutdownPlan
from codemods.rewrites.shutdown.sender_task import can_be_stopped, without_ends
from codemods.rewrites.shutdown.terminate import asked_by_sender
from codemods.syntax.edits import Edit, Remove, Replace
from codemods.syntax.tree import SourceModule

CODE = "V3M501"


def endings(session: Session, plan: ShutdownPlan) -> Endings:
    """Return what ends a session where the two are awaited."""
    found: Endings = {}
    done: set[cst.CSTNode] = set()
    sessions = plan.sessions
    for node, module in sessions.program.walk() if session.connection.transport.awaited else ():
        edits: list[Edit] = []
        match node:
            case cst.Await() if sessions.function(node) not in done:
                edits = _edits(node, session, sessions, module)
            case cst.With() if sessions.function(node) not in done:
                edits = _in_group(node, session, sessions, module)
        if edits and is_done_with(node, session, sessions):
            found[node] = edits
            done.add(sessions.function(node))  # further places there wait for the same two
    return found


def _edits(node: cst.Await, session: Session, sessions: Sessions, module: SourceModule) -> list[Edit]:
    awaited, holder = node.expression, module.parent(node)
    if not isinstance(holder, cst.Expr | cst.Assign):
        return []
    pair = Pair.of(node, session, sessions, module)
    if pair is None or not can_be_stopped(pair.sender, sessions):
        return []
    socket = _socket(node, session, sessions, module)
    if not sessions.program.options.harden:
        if sessions.terminates:  # it asks for the end itself: at most not on every way out of the loop that sends
            return asked_by_sender(pair.sender, session, sessions) or []
        if socket is not None and (edits := pair.in_place(node, socket, session, sessions)) is not None:
            second = second_await(node, sessions, module) if pair.form == "receive" else None
            return [*edits, *([Remove(second)] if second is not None else [])]
    if not helpers.fits(module, sessions, helpers.RUN):
        return []
    if socket is None or (isinstance(holder, cst.Assign) and not _ignored(holder, sessions)):
        return []
    ends = without_ends(pair.sender, session, sessions, behind=node)
    if ends is None:
        return []
    edits = [Replace(awaited, partial(pair.run, socket=socket)), *ends, *pair.binding]
    if isinstance(awaited, cst.Name) and (second := second_await(node, sessions, module)) is not None:
        edits.append(Remove(second))
    if isinstance(holder, cst.Assign):
        edits.append(Replace(holder, lambda updated: cst.Expr(cst.ensure_type(updated, cst.Assign).value)))
    return [*edits, *helpers.defined(module, session.connection, helpers.RUN, quiet=pair.quiet)]


def _in_group(node: cst.With, session: Session, sessions: Sessions, module: SourceModule) -> list[Edit]:
    """Return the edits by which a task group runs the session as one task: it cancels all of them at once."""
    found = in_group(node, session, sessions)
    socket = _socket(node, session, sessions, module)
    if found is None or socket is None or not helpers.fits(module, sessions, helpers.RUN):
        return []
    pair, statement, first, second = found
    ends = without_ends(pair.sender, session, sessions)
    if sessions.terminates and not sessions.program.options.harden:
        return asked_by_sender(pair.sender, session, sessions) or []
    if ends is None or not can_be_stopped(pair.sender, sessions):
        return []
    receiver = first if pair.swapped else second
    both = f"{module.code(pair.sender)}, {module.code(receiver)}"
    run = cst.parse_expression(f"{helpers.RUN}({socket}, {both})")
    edits: list[Edit] = [Remove(statement), Replace(second, lambda updated: run), *ends]
    return [*edits, *helpers.defined(module, session.connection, helpers.RUN)]


def _socket(node: cst.CSTNode, session: Session, sessions: Sessions, module: SourceModule) -> str | None:
    """Return source for the connection, as it can be named where `node` stands."""
    statement = module.statement(node)
    env = sessions.program.variables_at(statement)
    for name, binding in env.items():
        if binding.values == frozenset({session.connection}):
            return name
    # or an attribute of `self`, as the same function writes it
    for inner in own_nodes(sessions.function(node)):
        if isinstance(inner, cst.Attribute) and isinstance(inner.value, cst.Name) and sessions.only(inner) is session:
            return module.code(inner)
    return None


def _ignored(assign: cst.Assign, sessions: Sessions) -> bool:
    """Return whether nothing reads what an assignment stores."""
    targets: list[cst.BaseExpression] = []
    for target in assign.targets:
        if isinstance(target.target, cst.Tuple):
            targets += [element.value for element in target.target.elements]
        else:
            targets.append(target.target)
    if not all(isinstance(target, cst.Name) for target in targets):
        return False
    read = {definition.node for definition in sessions.program.uses_of}
    return not any(target in read for target in targets)
