"""Which files are programs that open a session, and which are not."""

from __future__ import annotations

from pathlib import Path

from migrator.smoke.programs import programs

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
    assert [path.as_posix() for path in programs(tmp_path)] == ["app.py", "loop.py", "main.py", "web/serve.py"]
