"""What is to be run of a project: programs that open a session, applications, or what a person has to write first."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.smoke.checks.judge import could_not_run
from migrator.smoke.drivers import shape
from migrator.smoke.programs import Found, programs
from migrator.smoke.sandbox import Conditions, Program, run
from scripts import matrix
from tests.end_to_end.apps import SPEED, dictation

FILES = {
    # Programs.
    "app.py": "import websocket\nwebsocket.WebSocketApp('wss://api.assemblyai.com/v2/realtime/ws').run_forever()\n",
    "main.py": "from desk import line\n\nif __name__ == '__main__':\n    line.run()\n",
    "loop.py": "import assemblyai as aai\nwhile True:\n    aai.RealtimeTranscriber().connect()\n",
    "web/serve.py": "import desk.line as line\ntry:\n    line.run()\nfinally:\n    pass\n",
    # What they are made of, and what has nothing to do with it.
    "desk/__init__.py": "",
    "desk/line.py": "URL = 'wss://streaming.assemblyai.com/v3/ws'\ndef run(): ...\n",
    "desk/setup.py": "import logging\nfrom . import line\nlogging.basicConfig()\n",
    "test_line.py": "from desk import line\nline.run()\n",
    "other.py": "if __name__ == '__main__':\n    print('hello')\n",
    "broken.py": "def (RealtimeTranscriber\n",
    ".venv/lib/app.py": "RealtimeTranscriber()\n",
}


def test_scripts_that_reach_a_session_are_found(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    names = ["app.py", "loop.py", "main.py", "web/serve.py"]
    assert programs(tmp_path) == [Found((name,)) for name in names]


URL = "URL = 'wss://streaming.assemblyai.com/v3/ws'\n"


@pytest.mark.parametrize(
    ("source", "command", "stubbed"),
    [
        ("app = Flask(__name__)\n", ("-m", "flask", "--app", "web.app:app", "run", "--port", "0"), ""),
        ("api = fastapi.FastAPI()\napi.include_router(r)\n", ("-m", "uvicorn", "web.app:api", "--port", "0"), ""),
        ("app = FastAPI()\nuvicorn.run(app)\n", ("web/app.py",), ""),
        ("app = Flask(__name__)\nif __name__ == '__main__':\n    app.run()\n", ("web/app.py",), ""),
        ("import streamlit as st\nif st.button('Start'):\n    run()\n", ("web/app.py",), "streamlit"),
    ],
)
def test_applications_are_started_by_what_serves_them(
    tmp_path: Path, source: str, command: tuple[str, ...], stubbed: str
) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "app.py").write_text(URL + source)
    assert programs(tmp_path) == [Found(command, stubbed)]


CLASS = """
class _Base:
    def start(self): ...

class Bot:
    def __init__(self, key, *, rate, show=print): ...
    def _connect(self): ...
    {0}def start_listening(self, loop=None): ...
    {0}def stop(self, reason): ...
"""


@pytest.mark.parametrize(
    ("source", "driver"),
    [
        (
            CLASS.format(""),
            "from bot import Bot\n\nbot = Bot(key=..., rate=...)\nbot.start_listening()\n"
            "input()  # smoke presses Enter once everything was said\nbot.stop(reason=...)",
        ),
        (
            CLASS.format("async "),
            "from bot import Bot\nimport asyncio\n\n\nasync def main():\n    bot = Bot(key=..., rate=...)\n"
            "    await bot.start_listening()\n"
            "    await asyncio.to_thread(input)  # smoke presses Enter once everything was said\n"
            "    await bot.stop(reason=...)\n\n\nasyncio.run(main())",
        ),
        (
            "class Ear:\n    def connect(self): ...\n    def send_audio(self, chunk): ...\n    def close(self): ...\n",
            "from bot import Ear\nimport sys\nimport time\nimport wave\n\nbot = Ear()\nbot.connect()\n"
            "with wave.open(sys.argv[1]) as audio:\n"
            "    while chunk := audio.readframes(audio.getframerate() // 10):\n"
            "        bot.send_audio(chunk)\n        time.sleep(0.1)\nbot.close()",
        ),
        ("def transcribe(path, rate=16000): ...", "from bot import transcribe\n\ntranscribe(path=...)"),
        (
            "async def run(path, rate): ...",
            "from bot import run\nimport asyncio\n\nasyncio.run(run(path=..., rate=...))",
        ),
        ("class Config: ...", None),
    ],
)
def test_what_nobody_runs_gets_the_shape_of_a_driver(tmp_path: Path, source: str, driver: str | None) -> None:
    (tmp_path / "bot.py").write_text(URL + source)
    assert programs(tmp_path) == []
    assert shape(tmp_path) == driver
    if driver is not None:
        compile(driver, "driver", "exec")


def test_a_worker_that_gets_no_work_is_told_where_it_waits(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("import queue\n\nqueue.Queue().get()\n")
    program = Program(tmp_path, ("bot.py",), matrix.interpreter("websocket-client-newest"))
    told = could_not_run(run(program, Conditions(dictation(), speed=SPEED, timeout=1.5)))
    assert told is not None
    assert "and waits at bot.py:3 in <module>: run a program that gives it its work" in told


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import sys\nopen(sys.argv[1])\n", "IndexError: list index out of range at bot.py:2"),
        ("import argparse\np = argparse.ArgumentParser()\np.add_argument('file')\np.parse_args()\n", "exit code 2"),
        ("open('speech.wav')\n", "FileNotFoundError"),
    ],
)
def test_a_program_that_wants_a_file_is_offered_one(tmp_path: Path, source: str, reason: str) -> None:
    (tmp_path / "bot.py").write_text(source)
    program = Program(tmp_path, ("bot.py",), matrix.interpreter("websocket-client-newest"))
    told = could_not_run(run(program, Conditions(dictation(), speed=SPEED)))
    assert told is not None
    assert reason in told
    assert told.endswith('; if it wants a file of audio, end the command with: -- bot.py "{audio}"')
