"""Sessions whose sender or receiver is a task (V3M501, V3M502, V3M517), and the loop they run in (V3M522).

Here is what becomes of their many forms, and what is left alone; `tests/end_to_end/test_tasks_end.py` runs them.
"""

from __future__ import annotations

import pytest

from codemods.model import Options
from tests.codemods.programs import migrate
from tests.codemods.rules.shutdown.programs import ended, reports, rewrites

HEAD = """\
import asyncio
import json

import websockets


async def send(ws, chunks):
    async for chunk in chunks:
        await ws.send(chunk)


async def receive(ws):
    async for message in ws:
        print(message)


async def main(chunks):
    async with websockets.connect(V2) as ws:
"""
TAIL = "\n\nasyncio.run(main(CHUNKS))\n"
SENDER = "sender = asyncio.create_task(send(ws, chunks))"
RECEIVER = "receiver = asyncio.create_task(receive(ws))"
LOOP = "async for message in ws:\n    print(message)"


def program(*lines: str, head: str = HEAD) -> str:
    """Return a program whose block has the given lines."""
    body = "\n".join(lines)
    return head + "".join(f"        {line}\n" for line in body.splitlines()) + TAIL


@pytest.mark.parametrize(
    ("lines", "call"),
    [
        ((SENDER, RECEIVER, "await asyncio.gather(receiver, sender)"), "await run_session(ws, sender, receiver)"),
        ((SENDER, RECEIVER, "await sender", "await receiver"), "await run_session(ws, sender, receiver)"),
        ((SENDER, RECEIVER, "await receiver", "print('over')"), "await run_session(ws, sender, receiver)"),
        ((SENDER, "await receive(ws)"), "await run_session(ws, sender, receive(ws))"),
        ((RECEIVER, "await send(ws, chunks)"), "await run_session(ws, send(ws, chunks), receiver)"),
        (
            ("asyncio.ensure_future(receive(ws))", "await send(ws, chunks)"),
            "run_session(ws, send(ws, chunks), receiver)",
        ),
        (
            ("both = [receive(ws), send(ws, chunks)]", "await asyncio.gather(*both)"),
            "run_session(ws, both[1], both[0])",
        ),
        (
            ("await asyncio.wait({asyncio.create_task(send(ws, chunks)), asyncio.create_task(receive(ws))})",),
            "run_session(ws, asyncio.create_task(send(ws, chunks)), asyncio.create_task(receive(ws)))",
        ),
        (
            (
                "async with asyncio.TaskGroup() as group:",
                "    group.create_task(receive(ws))",
                "    group.create_task(send(ws, chunks))",
            ),
            "group.create_task(run_session(ws, send(ws, chunks), receive(ws)))",
        ),
    ],
)
def test_two_side_by_side_are_one_session(lines: tuple[str, ...], call: str) -> None:
    result = ended(program(*lines))
    assert (rewrites(result), reports(result)) == ({"V3M501"}, set())
    assert f"{call}\n" in result.text
    assert result.text.count("run_session(") == 2


WAIT = "await asyncio.wait({asyncio.create_task(send(ws, chunks)), asyncio.create_task(receive(ws))})"


@pytest.mark.parametrize(
    ("run", "ends"),
    [
        ("try:\n    asyncio.run(main(CHUNKS))\nexcept KeyboardInterrupt:\n    print('bye')", True),
        ("def start():\n    asyncio.run(main(CHUNKS))\n\n\nif __name__ == '__main__':\n    start()", True),
        ("asyncio.run(main(CHUNKS))\nprint('bye')", False),  # comes to be said whatever happens in the tasks
        ("while True:\n    asyncio.run(main(CHUNKS))", False),
        ("try:\n    asyncio.run(main(CHUNKS))\nexcept OSError:\n    print('bye')", False),
        ("asyncio.run(main(CHUNKS))\nasyncio.run(main(CHUNKS))", False),
    ],
)
def test_tasks_whose_errors_go_unnoticed_are_one_session_where_the_program_ends(run: str, ends: bool) -> None:
    result = ended(program(WAIT).replace("asyncio.run(main(CHUNKS))", run))
    assert (rewrites(result), reports(result)) == (({"V3M501"}, set()) if ends else ({"V3M502"}, {"V3M501"}))


@pytest.mark.parametrize(
    ("lines", "loop"),
    [
        ((SENDER, LOOP), "async for message in messages(sender):"),
        (("asyncio.create_task(send(ws, chunks))", LOOP), "async for message in messages(sender):"),
        (("print(await ws.recv())", SENDER, LOOP), "async for message in messages(sender):"),
        ((SENDER, "while True:\n    message = json.loads(await ws.recv())"), "json.loads(await receive_next(sender))"),
        (
            (SENDER, "while message := await ws.recv():\n    print(message)"),
            "while message := await receive_next(sender):",
        ),
    ],
)
def test_a_loop_beside_a_task_is_a_session(lines: tuple[str, ...], loop: str) -> None:
    result = ended(program(*lines))
    assert (rewrites(result), reports(result)) == ({"V3M517"}, set())
    assert loop in result.text


@pytest.mark.parametrize(
    "lines",
    [
        # more happens to the connection than one task that sends and one loop that receives
        (SENDER, LOOP, LOOP),
        (SENDER, LOOP, "await ws.ping()"),
        (SENDER, LOOP + "\n    await handle(ws, message)"),
        (SENDER, LOOP + "\n    await ws.ping()"),
        (SENDER, "await ws.send(b'')", LOOP),
        (SENDER, "async for message in receive_all(ws):\n    print(message)"),
        # what ends the loop for a time, or cancels it for a reason of its own
        (SENDER, "async with asyncio.timeout(60):\n    " + LOOP.replace("\n", "\n    ")),
        (SENDER, "while True:\n    print(await asyncio.wait_for(ws.recv(), 5))"),
        (SENDER, "for _ in range(3):\n    print(await asyncio.shield(ws.recv()))"),
        # it is not known what the task is, or that there is one
        ("sender = start(send(ws, chunks))", LOOP),
        ("sender = asyncio.create_task(asyncio.wait_for(send(ws, chunks), 60))", LOOP),
        (SENDER, "if chunks:\n    sender = asyncio.create_task(send(ws, other))", LOOP),
        # a loop that goes on when it is cancelled
        (
            SENDER,
            "while True:\n    try:\n        print(await ws.recv())\n    except asyncio.CancelledError:\n        pass",
        ),
    ],
)
def test_a_loop_that_is_not_all_there_is_stays(lines: tuple[str, ...]) -> None:
    result = ended(program(*lines))
    assert not rewrites(result) & {"V3M501", "V3M517"}
    assert "ending_session(ws)" in result.text


@pytest.mark.parametrize(
    "lines",
    [
        (SENDER, RECEIVER, "await asyncio.gather(sender, receiver, other())"),
        (SENDER, RECEIVER, "done, _ = await asyncio.wait({sender, receiver}, return_when=asyncio.FIRST_COMPLETED)"),
        (SENDER, RECEIVER, "await asyncio.wait({sender, receiver})", "print('over')"),
        (SENDER, RECEIVER, "tasks = [sender, receiver]", "tasks.append(other())", "await asyncio.gather(*tasks)"),
        (SENDER, "await first(ws)"),
        (SENDER, "print(await receive(ws))"),
        (SENDER, "while True:\n    await receive(ws)"),
        (
            "async with asyncio.TaskGroup() as group:",
            "    group.create_task(send(ws, chunks))",
            "    group.create_task(receive(ws))",
            "    group.create_task(other())",
        ),
    ],
)
def test_tasks_that_are_not_all_there_is_stay(lines: tuple[str, ...]) -> None:
    head = HEAD.replace("async def main", "async def first(ws):\n    print(await ws.recv())\n\n\nasync def main")
    result = ended(program(*lines, head=head))
    assert not rewrites(result) & {"V3M501", "V3M517"}
    assert "ending_session(ws)" in result.text


ASKING = """\
import asyncio
import json

import websockets


async def send(ws, chunks):
{sending}


async def main(chunks):
    async with websockets.connect(V2) as ws:
        sender = asyncio.create_task(send(ws, chunks))
        async for message in ws:
            print(message)


asyncio.run(main(CHUNKS))
"""
END = 'await ws.send(json.dumps({"terminate_session": True}))'
CHUNKS = "async for chunk in chunks:\n    await ws.send(chunk)"


def indented(code: str, depth: int = 1) -> str:
    return "\n".join("    " * depth + line for line in code.splitlines())


@pytest.mark.parametrize(
    ("sending", "left"),
    [
        (f"try:\n{indented(CHUNKS)}\nexcept asyncio.CancelledError:\n    {END}\n    raise", CHUNKS),
        (f"try:\n{indented(CHUNKS)}\nfinally:\n    {END}", CHUNKS),
        (
            f"try:\n{indented(CHUNKS)}\nexcept asyncio.CancelledError:\n    {END}",
            f"try:\n{indented(CHUNKS)}\nexcept asyncio.CancelledError:\n    pass",
        ),
        (
            f"try:\n{indented(CHUNKS)}\nexcept asyncio.CancelledError:\n    {END}\n    raise\nfinally:\n    stop()",
            f"try:\n{indented(CHUNKS)}\nfinally:\n    stop()",
        ),
        (
            f"{CHUNKS}\n    if not chunk:\n        {END}\n        return",
            f"{CHUNKS}\n    if not chunk:\n        return",
        ),
        (
            f"{CHUNKS}\n    if not chunk:\n        {END}\n        break",
            f"{CHUNKS}\n    if not chunk:\n        break",
        ),
    ],
)
def test_what_the_sender_asks_for_itself_goes(sending: str, left: str) -> None:
    result = ended(ASKING.format(sending=indented(sending)))
    assert rewrites(result) == {"V3M517"}
    assert f"async def send(ws, chunks):\n{indented(left)}\n\n\nasync def main" in result.text
    assert result.text.count("Terminate") == 1  # in the helper
    assert "json" not in result.text


@pytest.mark.parametrize(
    "sending",
    [
        f"{CHUNKS}\n{END}",  # it always asks when it has no more to send
        f"{CHUNKS}\n    if not chunk:\n        {END}",  # it goes on behind
        f"{CHUNKS}\n    if not chunk:\n        {END}\n        print('end')\n        return",
        f"try:\n{indented(CHUNKS)}\nexcept OSError:\n    {END}",
        f"try:\n{indented(CHUNKS)}\nfinally:\n    {END}\n    await ws.close()",
        f"async for chunk in chunks:\n    try:\n        await ws.send(chunk)\n    finally:\n        {END}",
    ],
)
def test_what_the_sender_asks_for_where_it_matters_stays(sending: str) -> None:
    result = ended(ASKING.format(sending=indented(sending)))
    assert not rewrites(result) & {"V3M501", "V3M502", "V3M517"}
    assert 'json.dumps({"type": "Terminate"})' in result.text


@pytest.mark.parametrize(
    ("behind", "rewritten"),
    [((END,), True), ((END, "await ws.close()"), False), ((END, "print(await ws.recv())"), False)],
)
def test_what_is_asked_for_behind_the_two_goes(behind: tuple[str, ...], rewritten: bool) -> None:
    result = ended(program("await asyncio.gather(send(ws, chunks), receive(ws))", *behind))
    assert ("V3M501" in rewrites(result), "run_session" in result.text) == (rewritten, rewritten)
    assert not rewritten or "json.dumps" not in result.text


def test_what_somebody_else_asks_for_stays() -> None:
    source = ASKING.format(sending=indented(CHUNKS)) + f"\n\nasync def stop(ws):\n    {END}\n"
    result = ended(source)
    assert rewrites(result) == set()
    assert 'json.dumps({"type": "Terminate"})' in result.text


def test_nothing_goes_if_the_user_does_not_want_the_rule() -> None:
    sending = indented(f"try:\n{indented(CHUNKS)}\nfinally:\n    {END}")
    source = ASKING.format(sending=sending).replace("V2", '"wss://api.assemblyai.com/v2/realtime/ws"')
    result = migrate(source, Options(todo=False, ignore=("V3M517",)))
    assert 'json.dumps({"type": "Terminate"})' in result.text


@pytest.mark.parametrize("given_up", ["receiver.cancel()", "await receiver"])
def test_a_session_ends_before_its_reader_does(given_up: str) -> None:
    result = ended(program(RECEIVER, CHUNKS, given_up))
    assert rewrites(result) == {"V3M502"}
    end = result.text.index(
        "        await end_session(ws)\n        await" if "cancel" in given_up else "await end_session(ws)\n"
    )
    assert end < result.text.index(f"        {given_up}\n")


RUNNING = program(SENDER, LOOP).replace("asyncio.run(main(CHUNKS))", "{run}")


@pytest.mark.parametrize(
    "run",
    [
        "asyncio.get_event_loop().run_until_complete(main(CHUNKS))",
        "asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())\n"
        "asyncio.get_event_loop().run_until_complete(main(CHUNKS))",
        "loop = asyncio.get_event_loop()\nloop.run_until_complete(main(CHUNKS))",
        "loop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\ntry:\n"
        "    loop.run_until_complete(main(CHUNKS))\nfinally:\n    loop.close()",
    ],
)
def test_a_loop_that_does_nothing_else_becomes_run(run: str) -> None:
    result = ended(RUNNING.replace("{run}", run))
    assert rewrites(result) == {"V3M517", "V3M522"}
    assert result.text.endswith("\nasyncio.run(main(CHUNKS))\n")


@pytest.mark.parametrize(
    ("run", "reported"),
    [
        ("loop = asyncio.get_event_loop()\nloop.create_task(main(CHUNKS))\nloop.run_forever()", True),
        ("loop = asyncio.get_event_loop()\nloop.run_until_complete(main(C))\nloop.run_until_complete(main(D))", True),
        ("loop = asyncio.get_event_loop()\nloop.run_until_complete(main(C))\nprint(loop.time())", True),
        (
            "import aiohttp\nSESSION = aiohttp.ClientSession()\nasyncio.get_event_loop().run_until_complete(main(C))",
            True,
        ),
        (
            "class Q:\n    def __init__(self):\n        self.q = asyncio.Queue()\n\n\nQ()\n"
            "loop = asyncio.get_event_loop()\nloop.run_until_complete(main(C))",
            True,
        ),
        ("loop = make_loop()\nloop.run_until_complete(main(CHUNKS))", False),
        ("import nest_asyncio\nasyncio.get_event_loop().run_until_complete(main(CHUNKS))", True),
        (
            "loop = asyncio.get_event_loop()\ntask = loop.create_task(main(C))\ntry:\n"
            "    loop.run_until_complete(task)\nexcept KeyboardInterrupt:\n"
            "    task.cancel()\n    loop.run_until_complete(task)",
            False,
        ),
    ],
)
def test_a_loop_that_does_more_stays(run: str, reported: bool) -> None:
    result = ended(RUNNING.replace("{run}", run))
    assert rewrites(result) == {"V3M517"}
    assert ("V3M522" in reports(result)) == reported
    assert run.splitlines()[-1] in result.text


@pytest.mark.parametrize(
    ("lines", "rewritten"),
    [
        ((CHUNKS, END), True),
        ((CHUNKS, END, "print(await ws.recv())"), False),  # it waits for the answer, in its own way
        (("try:", indented(CHUNKS), "finally:", f"    {END}"), False),
        ((CHUNKS, f"if chunks:\n    {END}"), False),
        ((CHUNKS, END, END), False),
    ],
)
def test_an_end_asked_for_where_all_goes_well_is_asked_for_on_every_way_out(
    lines: tuple[str, ...], rewritten: bool
) -> None:
    result = ended(program(*lines, head=HEAD.replace("async for message in ws", "async for message in other")))
    assert rewrites(result) == ({"V3M502"} if rewritten else set())
    assert ("json.dumps" in result.text) == (not rewritten)
    assert ("ending_session(ws)" in result.text) == rewritten


CLOSING = """\
import websockets


async def hang_up(socket):
    if socket is not None:
        await socket.close()


async def serve(browser):
    ws = await websockets.connect(V2)
    async for chunk in browser:
        await ws.send(chunk)
    await hang_up(ws)
    {other}
"""


@pytest.mark.parametrize(
    ("other", "rewritten"),
    [("print('over')", True), ("await hang_up(None)", True), ("await hang_up(browser)", False)],
)
def test_what_closes_any_socket_does_not_send_to_each(other: str, rewritten: bool) -> None:
    result = ended(CLOSING.format(other=other))
    assert rewrites(result) == ({"V3M503"} if rewritten else set())
    assert reports(result) == (set() if rewritten else {"V3M510"})
