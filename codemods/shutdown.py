"""Source of the small functions that end a session properly, put into the user's program where a rewrite calls them.

A session that is not terminated stays open on the server, and is billed, for up to three hours; the transcripts of what
was said last arrive after `Terminate`, before the service closes the connection (vendor's documentation of v3).
"""

from __future__ import annotations

import libcst as cst

from codemods.build import indented
from codemods.edits import AddHelper, AddImport, Edit
from codemods.facts.sessions import Sessions
from codemods.facts.values import Connection, Transport
from codemods.tree import SourceModule

END = "end_session"
RUN = "run_session"
ENDING = "ending_session"
RUN_APP = "run_until_stopped"

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
        receiver.cancel()
        await asyncio.gather(sender, receiver, return_exceptions=True)
'''

_ENDING = '''\
@contextlib.asynccontextmanager
async def ending_session(ws):
    """End the session on the way out, whatever the way."""
    try:
        yield
    finally:
        await end_session(ws)
'''

_RUN_APP = '''\
def run_until_stopped(app, **options):
    """Run the connection in a thread of its own; when it or the audio ends, or on Ctrl+C, end the session."""
    global audio_thread
    stop_event.clear()
    audio_thread = None
    connection = threading.Thread(target=app.run_forever, kwargs=options, daemon=True)
    try:
        connection.start()
        while connection.is_alive():
            time.sleep(0.1)  # not join: a thread whose join Ctrl+C interrupts counts as ended, before Python 3.13
            if audio_thread is not None and audio_thread.ident and not audio_thread.is_alive():
                break  # no more audio comes
    except KeyboardInterrupt:
        pass  # run_forever returns on Ctrl+C, too
    finally:
        stop_event.set()
        if audio_thread is not None:
            audio_thread.join(timeout=1)
        try:
            app.send('{"type": "Terminate"}')
            connection.join(timeout=5)  # the last transcripts come before the service closes
        except Exception:
            pass  # the connection is gone already
        app.close()
        connection.join(timeout=5)  # an attempt to connect takes 4 s
'''
_SWALLOWED = """    except KeyboardInterrupt:
        pass  # run_forever returns on Ctrl+C, too
"""


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
    if name == RUN:
        return _RUN
    if name == ENDING:
        return _ENDING
    if name == RUN_APP:
        return _RUN_APP
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


def run_session(module: SourceModule, connection: Connection) -> list[Edit]:
    """Return the edits that give a module `run_session`."""
    # each new helper stands above those added before it
    return [_helper(module, RUN, _RUN), *end_session(module, connection)]


def ending_session(module: SourceModule, connection: Connection) -> list[Edit]:
    """Return the edits that give a module `ending_session`."""
    return [_helper(module, ENDING, _ENDING), AddImport("contextlib"), *end_session(module, connection)]


def run_app(module: SourceModule, thread: str, *, goes_through: bool, in_class: bool) -> list[Edit]:
    """Return the edits that give a module `run_until_stopped`, for an audio thread kept under the name `thread`.

    `goes_through` is whether Ctrl+C does, once the session is ended. In a class, the names are attributes.
    """
    code = _RUN_APP.replace(_SWALLOWED, "") if goes_through else _RUN_APP
    if in_class:
        code = code.replace("    global audio_thread\n", "").replace("(app, **options)", "(app, owner, **options)")
        code = code.replace("stop_event", "owner.stop_event").replace("audio_thread", "owner.audio_thread")
    code = code.replace("audio_thread", thread)
    return [_helper(module, RUN_APP, code), AddImport("threading"), AddImport("time")]


def client_name(module: SourceModule, name: str) -> tuple[str, AddImport]:
    """Return how a module calls something of websocket-client, and the import that this takes."""
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
