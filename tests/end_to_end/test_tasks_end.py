"""Sessions whose sender and receiver are tasks, in the forms that programs give them: each ends well.

The programs are migrated and run against the replay server; what is not rewritten stands in
`tests/codemods/rules/shutdown/test_session_tasks.py`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from migrator.cli import main
from migrator.smoke import sandbox
from runtime.replay import SessionRecord
from scripts import matrix
from tests.end_to_end.apps import SPEED, dictation
from tests.end_to_end.ending import EVENTS, LIMIT, Ending, Event, _Run

_SPEAKING = next(event for event in EVENTS if event.interrupt_at == 4500)
_DEVICE = next(event for event in EVENTS if event.device_fails)
_EVENTS = (_SPEAKING, _DEVICE)
_LEGACY, _BETWEEN, _NEWEST = "websockets-10.4", "websockets-13.1", "websockets-newest"

WEBSOCKETS = """\
import asyncio
import json
import os

import pyaudio
import websockets

URL = "wss://api.assemblyai.com/v2/realtime/ws?sample_rate=16000"
HEADERS = {"Authorization": os.environ["ASSEMBLYAI_API_KEY"]}
audio = pyaudio.PyAudio()
microphone = audio.open(format=pyaudio.paInt16, channels=1, rate=16000, input=True, frames_per_buffer=3200)


async def send(ws):
    while True:
        await ws.send(await asyncio.to_thread(microphone.read, 3200, exception_on_overflow=False))


def show(message):
    event = json.loads(message)
    if event["message_type"] == "FinalTranscript":
        print(event["text"])


async def receive(ws):
    async for message in ws:
        await asyncio.sleep(0.01)  # it is not done with a message at once
        show(message)


async def listen():
    async with websockets.connect(URL, extra_headers=HEADERS) as ws:
{body}

try:
    asyncio.run(listen())
except KeyboardInterrupt:
    print("bye")
"""
AIOHTTP = (
    WEBSOCKETS.replace("import websockets\n", "import aiohttp\n")
    .replace("await ws.send(await", "await ws.send_bytes(await")
    .replace("show(message)\n\n\nasync def listen", "show(message.data)\n\n\nasync def listen")
    .replace(
        "    async with websockets.connect(URL, extra_headers=HEADERS) as ws:\n",
        "    async with aiohttp.ClientSession() as session, session.ws_connect(URL, headers=HEADERS) as ws:\n",
    )
)
_SENDER = "        sender = asyncio.create_task(send(ws))\n"
_STOPPED = "        finally:\n            sender.cancel()\n            await asyncio.wait([sender])\n"
PROGRAMS = {
    "a loop": (
        WEBSOCKETS,
        _SENDER + "        try:\n            async for message in ws:\n                show(message)\n" + _STOPPED,
        (_LEGACY, _BETWEEN, _NEWEST),
    ),
    "a loop that nothing guards": (
        WEBSOCKETS.replace("asyncio.run(listen())", "asyncio.get_event_loop().run_until_complete(listen())"),
        "        asyncio.create_task(send(ws))\n        async for message in ws:\n            show(message)\n",
        (_NEWEST,),
    ),
    "a loop that receives one by one": (
        WEBSOCKETS,
        "        print(await ws.recv())\n" + _SENDER + "        try:\n            while True:\n"
        "                show(await ws.recv())\n        except websockets.ConnectionClosed:\n"
        "            print('closed')\n" + _STOPPED,
        (_LEGACY, _BETWEEN, _NEWEST),
    ),
    "a loop of aiohttp": (
        AIOHTTP,
        _SENDER + "        try:\n            async for message in ws:\n                show(message.data)\n" + _STOPPED,
        ("aiohttp-newest",),
    ),
    "a coroutine of aiohttp": (
        AIOHTTP,
        _SENDER + "        try:\n            await receive(ws)\n" + _STOPPED,
        ("aiohttp-newest",),
    ),
    "a coroutine beside a task": (
        WEBSOCKETS,
        _SENDER + "        try:\n            await receive(ws)\n" + _STOPPED,
        (_LEGACY, _NEWEST),
    ),
    "two tasks awaited": (
        WEBSOCKETS,
        _SENDER + "        receiver = asyncio.create_task(receive(ws))\n        await sender\n        await receiver\n",
        (_LEGACY, _NEWEST),
    ),
    "two tasks gathered": (
        WEBSOCKETS,
        "        tasks = [asyncio.create_task(receive(ws)), asyncio.create_task(send(ws))]\n"
        "        await asyncio.gather(*tasks)\n",
        (_NEWEST,),
    ),
    "a task group": (
        WEBSOCKETS,
        "        async with asyncio.TaskGroup() as group:\n            group.create_task(send(ws))\n"
        "            group.create_task(receive(ws))\n",
        (_LEGACY, _NEWEST),
    ),
    "a task that receives": (
        WEBSOCKETS,
        "        receiver = asyncio.create_task(receive(ws))\n        try:\n            while True:\n"
        "                await ws.send(await asyncio.to_thread(microphone.read, 3200, exception_on_overflow=False))\n"
        "        finally:\n            receiver.cancel()\n",
        (_LEGACY, _NEWEST),
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_ctrl_c_terminates_a_session_of_tasks(name: str, tmp_path: Path) -> None:
    program, body, environments = PROGRAMS[name]
    environment = environments[-1]
    _migrated(program.replace("{body}", body), tmp_path / "project", environment)
    ending, session = _run(tmp_path / "project", environment, _SPEAKING)
    controls = [frame.control for frame in session.frames if frame.control]
    looped = "get_event_loop" in program  # Ctrl+C does not reach what it runs, as before (V3M522)
    assert (controls, bool(ending.tracebacks)) == ([] if looped else [{"type": "Terminate"}], False), ending
    assert (ending.how, ending.seconds < LIMIT, ending.threads, ending.finals > 0) == ("interrupt", True, (), True)
    loop = "receive(ws)" not in body
    assert loop or not ending.missed, ending


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_session_of_tasks_ends_well(name: str, tmp_path: Path) -> None:
    program, body, environments = PROGRAMS[name]
    for environment in environments:
        _migrated(program.replace("{body}", body), tmp_path / environment, environment, "--harden")
    runs = list(product(environments, _EVENTS))
    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(runs, pool.map(lambda run: _faults(tmp_path / run[0], *run), runs), strict=True))
    # A machine that is busy with other things makes programs late; what is wrong with them is wrong again.
    again = {run: _faults(tmp_path / run[0], *run) for run, faults in found.items() if faults}
    assert {(name, event.name): faults for (name, event), faults in again.items() if faults} == {}


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("Ctrl+C while a message is dealt with", "await asyncio.sleep(30)"),
        ("the loop is left", "if 'Good morning' in message:\n                    break"),
        ("an error of its own", "if 'Good morning' in message:\n                    raise KeyError"),
    ],
)
def test_a_loop_that_is_left_asks_for_the_end_once(what: str, body: str, tmp_path: Path) -> None:
    lines = f"                show(message)\n                {body}\n"
    loop = f"        try:\n            async for message in ws:\n{lines}"
    for environment in (_LEGACY, _NEWEST):
        project = tmp_path / environment
        _migrated(WEBSOCKETS.replace("{body}", _SENDER + loop + _STOPPED), project, environment, "--harden")
        ending, session = _run(project, environment, _SPEAKING)
        controls = [frame.control for frame in session.frames if frame.control]
        assert (controls, session.frames[-1].control) == ([{"type": "Terminate"}], {"type": "Terminate"}), ending
        assert (ending.how, ending.seconds < LIMIT) == ("interrupt" if "Ctrl+C" in what else "itself", True), ending


def _migrated(source: str, project: Path, environment: str, *options: str) -> None:
    """Write a program, with the headers' name of its library, and migrate it."""
    project.mkdir()
    if source.count("receive(ws)") == 1:  # nobody calls it: what it would be given is unknown, and reported
        before, _, after = source.partition("async def receive(ws):")
        source = before + after[after.index("async def listen") :]
    name = "additional_headers" if environment == _NEWEST else "extra_headers"
    (project / "listen.py").write_text(source.replace("extra_headers", name))
    assert main([str(project), "--write", "--allow-dirty", "--jobs", "1", "--ignore", "V3M504", *options]) == 0


def _faults(project: Path, environment: str, event: Event) -> list[str]:
    """Return what is wrong with how a program ends."""
    return list(_wrong(*_run(project, environment, event), event))


def _run(project: Path, environment: str, event: Event) -> tuple[Ending, SessionRecord]:
    program = sandbox.Program(project, ("listen.py",), matrix.interpreter(environment))
    with tempfile.TemporaryDirectory() as folder:
        run = _Run(program, sandbox.Conditions(dictation(), "v3", None, SPEED), Path(folder), event, LIMIT)
        seen = run.observe()
    (session,) = seen.sessions
    return run.ending(seen), session


def _wrong(ending: Ending, session: SessionRecord, event: Event) -> Iterator[str]:
    controls = [frame.control for frame in session.frames if frame.control]
    if controls != [{"type": "Terminate"}] or not session.frames[-1].control:
        yield f"it asks for the end {len(controls)} times, or goes on sending"
    if ending.missed or not ending.finals:
        yield f"finals are lost: {ending}"
    if ending.seconds > LIMIT or ending.how != ("interrupt" if event is _SPEAKING else "itself"):
        yield f"it does not end in time, or not by itself: {ending}"
    if ending.threads or ending.devices:
        yield f"something is left open: {ending}"
    if event is _SPEAKING and ending.tracebacks:
        yield f"Ctrl+C prints a traceback: {ending}"
