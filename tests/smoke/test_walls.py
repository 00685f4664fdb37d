"""The ways out of a run: each is closed by the kernel where it allows that, and what then stays open is said."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from migrator.smoke.checks.judge import judge
from migrator.smoke.gathered import LIMIT, Gathered, Room
from migrator.smoke.sandbox import Conditions, Program, run
from migrator.smoke.walls import start
from migrator.smoke.walls.copying import copy_project
from migrator.smoke.walls.secrets import DUMMY, masked, without_secrets
from scripts import matrix
from tests.end_to_end.apps import dictation

PROGRAMS = Path(__file__).parent / "programs"
#: What the interpreter alone cannot hold back; SECURITY.md lists it.
OPEN_WITHOUT_KERNEL = {
    "sendmsg", "_socket", "reload", "ctypes", "python -I", "empty environment", "loopback", "unix socket",
    "abstract socket", "absolute", "home", "above", "temporary", "secret", "system", "disc", "mount", "unmount",
    "kernel", "others",
}  # fmt: skip
#: Done inside of the walls, where it leaves nothing.
HARMLESS = {"own home", "above", "temporary", "home", "daemon", "parent", "disc"}


def escape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, str], str]:
    """Run the program with something to find outside of its walls; return what it says, and what walls there were."""
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    project.mkdir()
    (outside / "secret").write_text("the user's")
    (project / "leads-out").symlink_to(outside)
    (project / "data").mkdir()
    (project / "inside").symlink_to(project / "data")
    os.mkfifo(project / "pipe")
    (project / ".env").write_text("OPENAI_API_KEY='sk-abcdefghijklmnopqrstuvwx'\nDEBUG=1\n")
    (project / "escapes.py").write_text((PROGRAMS / "escapes.py").read_text())
    secrets = {
        "ASSEMBLYAI_API_KEY": "real", "CLOUD_SECRET": "real", "GIVEN_TOKEN": "given",
        "DATABASE_URL": "postgres://me:real@db/x", "HOME": str(outside),
    }  # fmt: skip
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    abstract = f"v3-migrate-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0{abstract}")
        unix.listen()
        paths = {
            "port": server.getsockname()[1], "socket": str(outside / "missing"), "abstract": abstract,
            "home": str(outside), "folder": str(outside), "mark": str(tmp_path / "mark"), "pid": os.getpid(),
        }  # fmt: skip
        command = ("escapes.py", json.dumps(paths))
        program = Program(project, command, matrix.interpreter("websocket-client-newest"))
        seen = run(program, Conditions(dictation(), timeout=30, handed=["GIVEN_TOKEN"]))
    assert seen.left_out == ["leads-out"]
    assert [path for path in outside.iterdir() if path.name == "left-behind"] == [] or seen.walls
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert paths["mark"] not in path.read_text(), "a daemon lives on"
        except OSError:
            continue
    assert "stdout" in seen.channels, seen.channels
    found = json.loads(seen.channels["stdout"])
    assert isinstance(found, dict)
    return found, seen.walls


def test_nothing_gets_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, walls = escape(tmp_path, monkeypatch)
    got_out = {name for name, said in found.items() if said.startswith("done") and said != "done: -1"}
    secrets = {"key", "other key", "address", "handed over", "file"}
    assert got_out - secrets - HARMLESS <= (OPEN_WITHOUT_KERNEL if walls else set())
    assert found["key"] == found["other key"] == f"done: '{DUMMY}'"
    assert found["address"] == f"done: 'postgres://me:{DUMMY}@db/x'"
    assert found["handed over"] == "done: 'given'"
    assert found["file"] == f"""done: "OPENAI_API_KEY='{DUMMY}'\\nDEBUG=1\\n\""""
    if not walls:
        assert found["disc"] == "done: []"
        assert found["system"].startswith("OSError: [Errno 30]")


def test_without_the_kernel_daemons_end_and_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "_refused", {"unshare": "not allowed here", "bwrap": "not installed"})
    # Attempts that would do harm where nothing holds them back are left to the other test.
    (tmp_path / "bot.py").write_text(
        "import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(300)', sys.argv[1]]\n"
        "subprocess.Popen(sleep, start_new_session=True)\n"
    )
    mark = str(tmp_path / "mark")
    program = Program(tmp_path, ("bot.py", mark), matrix.interpreter("websocket-client-newest"))
    seen = run(program, Conditions(dictation(), timeout=30))
    assert seen.walls == "unshare: not allowed here; bwrap: not installed"
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(path)]


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_copies_have_no_way_out(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "env").mkdir()
    (project / "env" / "pyvenv.cfg").touch()
    (project / "env.d").mkdir()
    (project / "data" / "model").write_text("x")
    (project / "absolute").symlink_to(project / "data" / "model")
    (project / "data" / "up").symlink_to("../data")
    (project / "out").symlink_to(tmp_path)
    (project / "sly").symlink_to("../project/../elsewhere")
    assert copy_project(project, tmp_path / "copy") == ["out", "sly"]
    copy = tmp_path / "copy"
    assert sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*")) == [
        "absolute", "data", "data/model", "data/up", "env.d",
    ]  # fmt: skip
    assert (copy / "absolute").resolve() == copy / "data" / "model"
    assert (copy / "data" / "up").resolve() == copy / "data"


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("AAI_KEY", "abc", False),
        ("TWILIO_AUTH_TOKEN", "abc", False),
        ("PGPASSWORD", "abc", True),  # Named otherwise than the rest: see the next one.
        ("PG_PASSWORD", "abc", False),
        ("SETTING", "sk-abcdefghijklmnopqrst", False),
        ("SETTING", "0123456789abcdef" * 2, False),
        ("URL", "redis://:word@host", False),
        ("URL", "redis://host/1", True),
        ("MONKEY", "abc", True),
        ("KEYBOARD", "us", True),
        ("PATH", "/usr/bin", True),
        ("PWD", "/work", True),
    ],
)
def test_secrets_are_known_by_name_and_by_look(name: str, value: str, kept: bool) -> None:
    assert (masked(name, value) == value) is kept
    assert without_secrets({name: value}, [name]) == {name: value}


def test_a_flood_is_not_kept() -> None:
    gathered = Gathered(["Good morning.", "Good night."])
    line = b"nothing to see here, for the hundredth time\n"
    for number in range(3000):
        gathered.add_bytes(number / 10, "stdout", line * 500)
        if number == 2000:
            gathered.add_bytes(number / 10, "stdout", b"> Good mor")
            gathered.add_bytes(number / 10, "stdout", b"ning.\n> Good night.\n")
    kept = "".join(output.text for output in gathered.outputs)
    assert len(kept) < 2 * LIMIT
    assert kept.endswith("> Good morning.\n> Good night.\n")
    assert gathered.last_shown
    assert gathered.dropped["stdout"] > 60 * LIMIT


def test_a_program_that_floods_is_ended_in_time(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("while True:\n    print('nothing to see here ' * 50)\n")
    program = Program(tmp_path, ("bot.py",), matrix.interpreter("websocket-client-newest"))
    seen = run(program, Conditions(dictation(), timeout=3))
    assert seen.ending == "killed"
    assert sum(len(output.text) for output in seen.outputs) < 2 * LIMIT
    (network,) = (check for check in judge(seen).checks if check.name == "network")
    assert "MB of stdout were not kept" in network.evidence


def test_reports_of_a_run_are_not_kept_without_end() -> None:
    room = Room(1 << 20)
    assert sum(room.takes({"type": "x" * 1000}, None) for _ in range(10_000)) < 1000
    assert not room.takes()
