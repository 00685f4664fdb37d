"""What a program can do inside of the sandbox, and what is left of it afterwards: nothing."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from migrator.smoke.checks.judge import could_not_run, judge
from migrator.smoke.sandbox import Conditions, Program, run
from scripts import matrix
from tests.end_to_end.apps import SPEED, dictation

DESK = """
import nosuchdb
import websocket

database = nosuchdb.connect("notes", password="a secret")
websocket.create_connection("wss://streaming.assemblyai.com/v3/ws?speech_model=u3-rt-pro").close()
with database.cursor() as cursor:
    cursor.execute("insert", ["hello"])
"""
SERVER = "import http.server as h\nh.HTTPServer(('', 0), h.BaseHTTPRequestHandler).serve_forever()\n"
PROGRAMS = Path(__file__).parent / "programs"


def test_it_reaches_nothing_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, temporary = tmp_path / "project", tmp_path / "temporary"
    temporary.mkdir()
    project.mkdir()
    shutil.copy(PROGRAMS / "nosy.py", project)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    threads = threading.active_count()
    program = Program(project, ("nosy.py",), matrix.interpreter("websocket-client-newest"))
    seen = run(program, Conditions(dictation()))
    found = json.loads(seen.channels["stdout"].removeprefix("name? microphone number? "))

    assert (found["url"], found["address"], found["lookup"]) == ("URLError", "gaierror", "gaierror")
    assert found["datagram"] == "ConnectionRefusedError"
    assert (found["served"], found["loopback"]) == ("127.0.0.1", "done")
    (network,) = (check.evidence for check in judge(seen).checks if check.name == "network")
    assert network == "closed here, so not tested with it: tracker.example, 192.0.2.7, names.example, 192.0.2.1"

    assert found["ours"] == []
    assert found["proxies"] == {}
    assert found["answers"] == ["", ""]
    assert seen.files == {"notes.txt": "something"}

    assert Path(found["file"]).is_relative_to(temporary)
    assert list(temporary.iterdir()) == []
    assert [path.name for path in project.iterdir()] == ["nosy.py"]
    assert threading.active_count() == threads
    with pytest.raises(ConnectionRefusedError):  # The process that kept the port open is gone.
        socket.create_connection(("127.0.0.1", found["port"]), timeout=10)


def test_a_program_that_waits_for_a_call_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    program = Program(tmp_path, ("server.py",), matrix.interpreter("websocket-client-newest"))
    reason = could_not_run(run(program, Conditions(dictation())))
    assert reason is not None
    assert reason.startswith("it serves at port ")
    assert "none of its routes is known to take audio or to start a session: add --drive http://127.0.0.1:" in reason


@pytest.mark.parametrize("link", ["bot.pth", "__editable___bot_finder.py"])
def test_a_project_that_is_installed_in_place_is_imported_from_the_copy(tmp_path: Path, link: str) -> None:
    project, migrated = tmp_path / "project", tmp_path / "migrated"
    for folder in (project, migrated):
        (folder / "src" / "bot").mkdir(parents=True)
        (folder / "src" / "bot" / "__init__.py").write_text(f"WHERE = {folder.name!r}\n")
        (folder / "main.py").write_text("import bot\nprint(bot.WHERE)\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / ".venv"], check=True)
    (packages,) = (project / ".venv").glob("lib/python*/site-packages")
    # Old installers name the folder; newer ones leave a finder that knows where each package is.
    (packages / link).write_text(f"{project}/src\n" if link == "bot.pth" else "")
    program = Program(migrated, ("main.py",), project / ".venv" / "bin" / "python", project)
    assert run(program, Conditions(dictation())).channels["stdout"] == "migrated\n"


def test_stubs_stand_in_for_what_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "desk.py").write_text(DESK)
    program = Program(tmp_path, ("desk.py",), matrix.interpreter("websocket-client-newest"))
    bare = run(program, Conditions(dictation(), speed=SPEED))
    reason = could_not_run(bare)
    assert reason is not None
    assert "No module named 'nosuchdb'" in reason
    seen = run(program, Conditions(dictation(), speed=SPEED, stub_missing=True))
    assert could_not_run(seen) is None
    assert [stub.text("package") for stub in seen.happened("stubbed")] == ["nosuchdb"]
    # Handed on, and kept to themselves.
    assert seen.channels["nosuchdb.connect().cursor().execute"] == "insert\nhello\n"
    assert seen.channels["nosuchdb.connect"] == "notes\n"
