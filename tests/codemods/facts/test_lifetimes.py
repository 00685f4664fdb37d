"""Who runs a place and how often, and whether a connection is used again behind one: loops, calls, threads, tasks."""

from __future__ import annotations

import libcst as cst
import pytest

from codemods.facts.concurrency import callers, may_repeat, on_main_thread, runs_once
from codemods.facts.lifetimes import is_done_with, is_outlived, is_used_behind
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions
from codemods.syntax.tree import SourceModule
from tests.codemods.programs import Sources


def sessions_of(code: str) -> Sessions:
    """Return the sessions of a program of one module."""
    return Sessions(Program({"app.py": SourceModule("app.py", code)}, Sources({"app.py": code})))


def call(sessions: Sessions, text: str) -> cst.Call:
    """Return the first call that is written `text`."""
    (module,) = sessions.program.own
    return next(node for node in module.walk() if isinstance(node, cst.Call) and module.code(node) == text)


@pytest.mark.parametrize(
    ("code", "once", "again"),
    [
        ("work()", True, False),
        ("for a in range(3):\n    work()", False, True),
        ("for a in work():\n    pass", True, False),
        ("[work() for a in b]", False, True),
        ("def main():\n    work()\n\n\nmain()", True, False),
        ("def main():\n    work()\n\n\nmain()\nmain()", False, True),
        ("def main():\n    work()\n\n\nwhile True:\n    main()", False, True),
        ("def inner():\n    work()\n\n\ndef main():\n    inner()\n\n\nmain()", True, False),
        ("def main():\n    work()\n    main()\n\n\nmain()", False, True),
        ("def main():\n    work()", False, False),
        ("import threading\n\n\ndef main():\n    work()\n\n\nthreading.Thread(target=main).start()", False, False),
    ],
)
def test_how_often_a_place_is_run(code: str, once: bool, again: bool) -> None:
    sessions = sessions_of(code)
    place = call(sessions, "work()")
    assert (runs_once(place, sessions), may_repeat(place, sessions)) == (once, again)


def test_callers_of_callers_are_found_and_a_circle_ends() -> None:
    sessions = sessions_of("def a():\n    work()\n    b()\n\n\ndef b():\n    a()\n\n\nb()\n")
    (module,) = sessions.program.own
    assert [module.code(each) for each in callers(call(sessions, "work()"), sessions)] == [
        "work()",
        "a()",
        "b()",
        "b()",
    ]


SENDING = """\
import threading

import websocket

ws = websocket.create_connection("wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000")


def send():
    while True:
        ws.send_binary(b"")


START
"""


@pytest.mark.parametrize(
    ("start", "threads", "main"),
    [
        ("send()", 0, True),
        ("threading.Thread(target=send).start()", 1, False),
        ("threading.Thread(target=lambda: send()).start()", 1, False),
        ("def begin(ws):\n    send()\n\n\nthreading.Thread(target=begin, args=(ws,)).start()", 1, False),
    ],
)
def test_in_which_threads_a_session_sends(start: str, threads: int, main: bool) -> None:
    sessions = sessions_of(SENDING.replace("START", start))
    (session,) = sessions.live
    assert len(sessions.threads_of(session.sends)) == threads
    assert on_main_thread(session.sends[0], sessions) is main


PAIR = """\
import asyncio

import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"


async def both(ws):
    await asyncio.gather(ws.send(b""), ws.recv())
    BEHIND


async def main():
    CALLED


asyncio.run(main())
"""
ONCE = "async with websockets.connect(URL) as ws:\n        await both(ws)"
ROUNDS = "while True:\n        async with websockets.connect(URL) as ws:\n            await both(ws)"
KEPT = "async with websockets.connect(URL) as ws:\n        while True:\n            await both(ws)"
TRIED = "ws = await websockets.connect(URL)\n    try:\n        await both(ws)\n    except OSError:\n        REST"


@pytest.mark.parametrize(
    ("behind", "called", "done"),
    [
        ("return", ONCE, True),
        ("await ws.close()", ONCE, True),
        ("await ws.recv()", ONCE, False),
        ("return", ONCE + "\n        await ws.recv()", False),
        ("return", ONCE + "\n    print('done')", True),
        ("return", ROUNDS, True),
        ("return", KEPT, False),
        ("return", TRIED.replace("REST", "await ws.recv()"), False),
        ("return", TRIED.replace("REST", "await ws.close()"), True),
        ("return\n    await ws.recv()", ONCE, True),
        ("await ws.send('{\"terminate_session\": true}')", ONCE, True),
    ],
)
def test_whether_a_connection_is_used_again(behind: str, called: str, done: bool) -> None:
    sessions = sessions_of(PAIR.replace("BEHIND", behind).replace("CALLED", called))
    (session,) = sessions.found.values()
    place = call(sessions, 'asyncio.gather(ws.send(b""), ws.recv())')
    assert is_done_with(place, session, sessions) is done
    if done:
        assert not is_used_behind(place, session, sessions)


TASKS = """\
import asyncio


async def work():
    audio()


async def main():
    RUNS


asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("runs", "outlived"),
    [
        ("await work()", False),
        ("asyncio.create_task(work())", True),
        ("task = asyncio.create_task(work())\n    await task", False),
        ("await asyncio.create_task(work())", False),
        ("async with asyncio.TaskGroup() as group:\n        group.create_task(work())", False),
        ("asyncio.create_task(work())\n    while True:\n        await asyncio.sleep(1)", False),
        ("asyncio.create_task(work())\n    while True:\n        if audio:\n            break", True),
        ("asyncio.create_task(work())\n    await asyncio.Future()", False),
        ("asyncio.get_running_loop().call_soon(work)", True),
    ],
)
def test_whether_a_task_outlives_what_starts_it(runs: str, outlived: bool) -> None:
    sessions = sessions_of(TASKS.replace("RUNS", runs))
    (module,) = sessions.program.own
    main = next(n for n in module.walk() if isinstance(n, cst.FunctionDef) and n.name.value == "main")
    assert is_outlived(main, [call(sessions, "audio()")], sessions) is outlived
