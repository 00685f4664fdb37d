"""Source of the small functions that end a session properly, put into the user's program where a rewrite calls them.

A session that is not terminated stays open on the server, and is billed, for up to three hours; the transcripts of what
was said last arrive after `Terminate`, before the service closes the connection (vendor's documentation of v3).
"""

from __future__ import annotations

import re

import libcst as cst

from codemods.facts.sessions import Sessions
from codemods.libraries.values import Connection, Transport
from codemods.syntax.build import indented
from codemods.syntax.edits import AddHelper, AddImport, Edit
from codemods.syntax.tree import SourceModule

_CLIENT = re.compile(r"from\s+websocket\b|import\s.*\bwebsocket\b")
END = "end_session"
RUN = "run_session"
ENDING = "ending_session"
MESSAGES = "session_messages"
RECEIVE = "session_receive"

_END_WEBSOCKETS = '''\
async def end_session(ws):
    """Tell the service that no more audio comes, and let it send the last transcripts and close."""
    try:
        await ws.send('{"type": "Terminate"}')
        await asyncio.wait_for(ws.wait_closed(), timeout=5)
    except Exception:
        pass  # the connection is gone already, or the service does not answer
'''

_END_AIOHTTP = '''\
async def end_session(ws):
    """Tell the service that no more audio comes, and let it send the last transcripts and close."""
    try:
        await ws.send_str('{"type": "Terminate"}')
        for _ in range(50):
            if ws.closed:
                break
            await asyncio.sleep(0.1)
    except Exception:
        pass  # the connection is gone already
'''

_END_APP = '''\
def end_session(ws):
    """Tell the service that no more audio comes, and let it send the last transcripts and close."""
    try:
        ws.send('{"type": "Terminate"}')
        for _ in range(50):
            if not ws.keep_running:
                break
            time.sleep(0.1)
    except Exception:
        pass  # the connection is gone already
'''

_END_SOCKET = _END_APP.replace("ws.keep_running", "ws.connected")

_RUN = '''\
async def run_session(ws, send, receive):
    """Run both until one of them ends; then end the session while the last transcripts are received."""
    sender, receiver = asyncio.ensure_future(send), asyncio.ensure_future(receive)
    try:
        await asyncio.wait([sender, receiver], return_when=asyncio.FIRST_COMPLETED)
        for task in (sender, receiver):
            if task.done():
                task.result()
    finally:
        sender.cancel()
        await asyncio.wait([sender])
        await end_session(ws)
        await asyncio.wait([receiver], timeout=1)  # it may be busy with the last of them
        receiver.cancel()
        await asyncio.gather(sender, receiver, return_exceptions=True)
'''
# A task whose result the program never asks for raised nothing: its error gets a line instead.
_RAISES = """        for task in (sender, receiver):
            if task.done():
                task.result()
"""
_SAYS = """        if not receiver.done() and not sender.cancelled() and sender.exception():
            logging.getLogger(__name__).error("sending stopped: %r", sender.exception())
"""
_RECEIVED = """        await asyncio.gather(sender, receiver, return_exceptions=True)
    if not receiver.cancelled():
        receiver.result()
"""
_RUN_TASK = _RUN.replace(_RAISES, _SAYS).replace(_RECEIVED.splitlines(keepends=True)[0], _RECEIVED)

_ENDING = '''\
@contextlib.asynccontextmanager
async def ending_session(ws):
    """End the session on the way out, whatever the way."""
    try:
        yield
    finally:
        await end_session(ws)
'''

_OWNING = '''\
@contextlib.asynccontextmanager
async def {name}(ws):
    """Give {what}; on every way out, end the session, once."""
    ending = None

    async def finish():
        await end_session(ws)
        await ws.close()  # if the service did not

    def end(sender=None):
        nonlocal ending
        if ending is None:
            if sender and not sender.cancelled() and sender.exception() and ws.close_code is None:
                logging.getLogger(__name__).error("sending stopped: %r", sender.exception())
            ending = asyncio.ensure_future(finish())
        return ending

{inner}
    try:
        yield {inner_name}
    finally:
        await end()
'''
_MESSAGES = _OWNING.format(
    name=MESSAGES,
    what="`messages(sender)`, which yields what the service sends",
    inner_name="messages",
    inner='''\
    async def messages(sender):
        """When the sender ends, or on Ctrl+C (cancellation), the session is ended; what still comes is yielded."""
        sender.add_done_callback(end)
        try:
            async for message in ws:
                yield message
        except asyncio.CancelledError:
            sender.cancel()
            with contextlib.suppress(Exception):
                async for message in ws:
                    yield message
            raise
''',
)
_RECEIVE = _OWNING.format(
    name=RECEIVE,
    what="`receive(sender)`, which returns what the service sends next",
    inner_name="receive",
    inner='''\
    cancelled = None

    async def receive(sender):
        """When the sender ends, or on Ctrl+C (cancellation), the session is ended; what still comes is returned."""
        nonlocal cancelled
        sender.add_done_callback(end)
        try:
            return await ws.recv()
        except asyncio.CancelledError as error:
            if cancelled:
                raise
            cancelled = error
            sender.cancel()
            return await receive(sender)
        except Exception:
            if cancelled:
                raise cancelled from None
            raise
        finally:
            sender.remove_done_callback(end)
''',
)


def fits(module: SourceModule, sessions: Sessions, *names: str) -> bool:
    """Return whether `names` (and `end_session`) are free in a module, and one `end_session` suits all its sessions.

    What the helpers import has to be free, too.
    """
    connections = [s.connection for s in sessions.found.values() if module.owns(s.connect.call)]
    threads = any(connection.transport is Transport.WEBSOCKET_CLIENT for connection in connections)
    imports = ("threading", "time") if threads else ("asyncio", "contextlib", "logging")
    return (
        len({_kind(connection) for connection in connections}) <= 1
        and not module.names & {END, *names}
        and sessions.program.can_import(module, *imports)
    )


def source(name: str, transport: Transport, *, app: bool = False) -> str:
    """Return the source of a helper as it stands in a module indented by four spaces."""
    helpers = {RUN: _RUN, ENDING: _ENDING, MESSAGES: _MESSAGES, RECEIVE: _RECEIVE}
    if name in helpers:
        return helpers[name]
    if transport is Transport.WEBSOCKETS:
        return _END_WEBSOCKETS
    if transport is Transport.AIOHTTP:
        return _END_AIOHTTP
    return _END_APP if app else _END_SOCKET


def end_session(module: SourceModule, connection: Connection) -> list[Edit]:
    """Return the edits that give a module `end_session`."""
    transport, app = _kind(connection)
    code = source(END, transport, app=app)
    return [_helper(module, END, code), AddImport("time" if transport is Transport.WEBSOCKET_CLIENT else "asyncio")]


def run_session(module: SourceModule, connection: Connection, *, quiet: bool = False) -> list[Edit]:
    """Return the edits that give a module `run_session`.

    `quiet` is whether an error of the sender becomes a line of the log, because the program never asks for it.
    """
    code = _RUN_TASK if quiet else _RUN
    # each new helper stands above those added before it
    return [_helper(module, RUN, code), *[AddImport("logging")] * quiet, *end_session(module, connection)]


def ending_session(module: SourceModule, connection: Connection) -> list[Edit]:
    """Return the edits that give a module `ending_session`."""
    return [_helper(module, ENDING, _ENDING), AddImport("contextlib"), *end_session(module, connection)]


def session_block(module: SourceModule, connection: Connection, name: str) -> list[Edit]:
    """Return the edits that give a module `session_messages` or `session_receive`."""
    code = source(name, connection.transport)
    imports = [AddImport("contextlib"), AddImport("logging")]
    return [_helper(module, name, code), *imports, *end_session(module, connection)]


def client_name(module: SourceModule, name: str) -> tuple[str, AddImport] | None:
    """Return how a module calls something of websocket-client, and the import that this takes.

    None where the module loads without that library, too: functions import it, or a `try` does.
    """
    imports = [
        node
        for node in module.walk()
        if isinstance(node, cst.Import | cst.ImportFrom) and _CLIENT.match(module.code(node))
    ]
    if imports and not any(module.parent(module.statement(node) or node) is module.tree for node in imports):
        return None
    plain = any(
        isinstance(node, cst.ImportAlias) and node.evaluated_name == "websocket" and node.asname is None
        for node in module.walk()
    )
    return (f"websocket.{name}", AddImport("websocket")) if plain else (name, AddImport("websocket", name))


def _kind(connection: Connection) -> tuple[Transport, bool]:
    func = connection.site.func
    name = func.attr.value if isinstance(func, cst.Attribute) else func.value if isinstance(func, cst.Name) else ""
    return connection.transport, name == "WebSocketApp"


def _helper(module: SourceModule, name: str, code: str) -> AddHelper:
    return AddHelper(name, indented(module, code))
