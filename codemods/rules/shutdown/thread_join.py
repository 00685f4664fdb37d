"""V3M511: an audio thread that nothing waits for."""

from __future__ import annotations

import libcst as cst

from codemods import protocol as v
from codemods.facts.concurrency import kept_as
from codemods.facts.control_flow import is_endless, stays
from codemods.facts.sessions import Session, Sessions, own_nodes
from codemods.rewrites.shutdown import strategies
from codemods.rewrites.shutdown.sender_thread import SenderThread, frees_device
from codemods.rewrites.shutdown.strategies import in_app, in_thread
from codemods.rewrites.shutdown.thread_block import stopped_in_block
from codemods.rewrites.shutdown.thread_callbacks import stopped_by_who_ends
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.edits import AddImport, InsertBefore
from codemods.syntax.navigate import last_name
from codemods.syntax.tree import SourceModule


class ThreadJoin(Rule[cst.Call]):
    """Waits for the audio thread before the sound device is freed under its hands."""

    code = "V3M511"
    summary = "the audio thread is waited for before the sound device is freed"
    source = v.MIGRATION
    why = "A stream that is closed while another thread reads from it crashes PortAudio, at worst the whole process."

    def visit(self, node: cst.Call, context: Context) -> Changes:
        sessions = context.get(Sessions)
        if node not in sessions.threads or not sessions.legacy:
            return
        session = next((s for s in sessions.live if node in sessions.threads_of(s.sends)), None)
        if session is None or _is_joined(node, sessions):
            return
        ended = context.get(strategies.plan).ended.get(session.connection)
        if ended in (in_app.CODE, in_thread.CODE) or (ended is None and not sessions.terminates):
            return  # the thread is stopped, or V3M510 says what there is to do for this session
        edits: list[Edit] = []
        if session.connection.transport.callbacks:
            ways = (_edits, stopped_by_who_ends, stopped_in_block)
            edits = next((found for way in ways if (found := way(session, sessions))), [])
        if edits:
            yield self.change(node, "nothing waits for this thread; migrated, the end of the program does", *edits)
        elif _may_outlive(node, sessions, context.module):
            yield self.report(node, "nothing waits for this thread: stop it and join it, with a time limit, at the end")


def _may_outlive(call: cst.Call, sessions: Sessions, module: SourceModule) -> bool:
    """Return whether a thread is cut off at the end of the program, or keeps it from ending.

    The interpreter waits for a thread that is no daemon and comes to an end.
    """
    if "daemon" in module.code(call) or ".daemon = True" in module.text or ".setDaemon(" in module.text:
        return True
    return any(stays(node) for target in sessions.threads[call] for node in own_nodes(target))


def _is_joined(call: cst.CSTNode, sessions: Sessions) -> bool:
    """Return whether the program waits for the thread that `call` makes, under the name it gives it."""
    names = kept_as(call, sessions.program)
    if not names:
        # one that is started without a name cannot be waited for; one that goes into a list can
        module = sessions.home(call)
        return not isinstance(module.parent(call), cst.Attribute)
    return any(
        node.attr.value == "join" and last_name(node.value) in names for node, _ in sessions.program.find(cst.Attribute)
    )


def _edits(session: Session, sessions: Sessions) -> list[Edit]:
    """Return the edits that keep the thread, and join it wherever the device is freed."""
    sender = SenderThread.of(session, sessions)
    if sender is None or any(isinstance(loop, cst.For) or is_endless(loop) for loop in sender.loops[:1]):
        return []
    freed = sender.first_places(lambda node: frees_device(node, sessions), sessions.reach(sender.sender), sessions)
    places = [place for place in freed if not sessions.is_for_others(place)]
    kept = sender.kept() if places else None
    if kept is None:
        return []
    name, edits = kept
    return [*edits, *(InsertBefore(place, sender.waited_for(name)) for place in places), AddImport("threading")]
