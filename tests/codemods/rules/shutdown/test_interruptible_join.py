"""What the main thread waits for until Ctrl+C (V3M519, V3M523): rewritten shapes, and others."""

from __future__ import annotations

import pytest

from codemods.rules.shutdown.unshown import Unshown
from tests.codemods.programs import migrate
from tests.codemods.rules.shutdown.programs import OPTIONS, ended, reports, rewrites

JOINED = """\
import threading

import websocket

ws = websocket.create_connection(V2)


def talk():
    while running:
        ws.send_binary(microphone.read(3200))
        print(ws.recv())
    ws.send('{"terminate_session": true}')


worker = threading.Thread(target=talk)
worker.start()
try:
    worker.join()
except KeyboardInterrupt:
    stop()
    worker.join()
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("except KeyboardInterrupt:", "except (EOFError, KeyboardInterrupt) as reason:"),
        ("try:\n    worker.join()", "try:\n    if worker.is_alive():\n        worker.join()"),
        ("import threading\n", "import threading\nimport time\n"),
        (
            "ws = websocket.create_connection(V2)",
            "import assemblyai as aai\n\ntranscriber = aai.RealtimeTranscriber(sample_rate=16_000, on_data=print)",
        ),
    ],
)
def test_ctrl_c_interrupts_the_waiting_and_not_the_thread(old: str, new: str) -> None:
    source = JOINED.replace(old, new) if old else JOINED
    if "aai" in new:
        source = source.replace("ws.send_binary(", "transcriber.stream(").replace("        print(ws.recv())\n", "")
        source = source.replace("ws.send('{\"terminate_session\": true}')", "transcriber.close()")
    result = ended(source)
    assert "V3M519" in rewrites(result)
    assert "while worker.is_alive():" in result.text
    assert result.text.count("import time\n") == 1
    assert result.text.endswith("worker.join(timeout=5)\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("try:\n    worker.join()", "try:\n    worker.join(60)"),  # a limit of the program's own
        ("except KeyboardInterrupt:", "except Exception:"),  # nothing catches Ctrl+C
        ("target=talk", "target=lambda: print('tick')"),  # a thread of no session
        ("target=talk", "target=print"),
        ("worker.start()", "worker.start()\nworker = other()"),
        ("import threading\n", "import threading\nfrom time import time\n"),  # the name is taken
        ("try:\n    worker.join()", "try:\n    finished = worker.join()"),
        ("try:\n    worker.join()", "try:\n    ' '.join(words)"),
    ],
)
def test_other_joins_stay(old: str, new: str) -> None:
    assert old in JOINED
    result = ended(JOINED.replace(old, new))
    assert "V3M519" not in rewrites(result)
    assert "is_alive" not in result.text and "timeout=5" not in result.text


def test_a_join_in_a_thread_stays() -> None:
    lines = JOINED.partition("try:\n")
    body = "".join(f"    {line}" for line in (lines[1] + lines[2]).splitlines(keepends=True))
    result = ended(f"{lines[0]}\n\ndef watch():\n{body}\n\nthreading.Thread(target=watch).start()\n")
    assert "V3M519" not in rewrites(result)


def test_a_queue_that_is_emptied_after_ctrl_c_shows_what_came_last() -> None:
    source = Unshown.doc().examples[0].before
    assert reports(migrate(source, OPTIONS)) == {"V3M523"}
    for old, new in (
        ("    hang_up()\n", "    hang_up()\n    print(sentences.get())\n"),
        ("sentences.get()", "tasks.get()"),  # another queue
        ("except KeyboardInterrupt", "except EOFError"),
        ("sentences.put(ws.recv())", "print(ws.recv())"),  # nobody fills it
    ):
        head, _, tail = source.rpartition(old)
        assert "V3M523" not in reports(migrate(f"{head}{new}{tail}", OPTIONS))
