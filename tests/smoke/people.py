"""Programs that wait for a person, as tests run them: each as it is, and with a fault in it."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from migrator.smoke.observation import Observation
from migrator.smoke.programs import Found, programs
from migrator.smoke.sandbox import Conditions, Program, run
from tests.end_to_end.apps import SPEED, dictation

FOLDER = Path(__file__).parent / "programs" / "people"
#: What the fault puts in place of what: a field that v3 does not have.
_RIGHT, _WRONG = 'if message["transcript"]:', 'if message["text"]:'
#: Programs spend their time waiting.
_SIDE_BY_SIDE = 4


@dataclass(frozen=True, slots=True)
class Waiting:
    """A program that is found as `found`, and is made with `package` (as pip installs it)."""

    name: str
    package: str
    stubbed: str = ""
    arguments: tuple[str, ...] = ()
    timeout: float = 60.0

    @property
    def found(self) -> Found:
        """What is to be found in a folder with this program."""
        return Found((f"{self.name}.py",), self.stubbed)


STUBBED = (
    Waiting("telegram_bot", "python-telegram-bot", "telegram"),
    Waiting("discord_bot", "discord.py", "discord"),
    Waiting("tk_captions", "", "tkinter"),
    Waiting("qt_captions", "PySide6-Essentials", "PySide6"),
    Waiting("streamlit_board", "streamlit", "streamlit"),
)
CELERY = Waiting("celery_tasks", "celery", arguments=("{audio}",))
GRADIO = Waiting("gradio_page", "gradio", timeout=180.0)


def runs(waiting: tuple[Waiting, ...], python: Path, folder: Path) -> dict[tuple[str, bool], Observation]:
    """Run each program, right and wrong, and return what was seen of it by its name and whether it is right."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        found: dict[tuple[str, bool], Future[Observation]] = {
            (program.name, right): pool.submit(_run, program, python, folder / f"{program.name}-{right}", right)
            for program in waiting
            for right in (True, False)
        }
    return {key: seen.result() for key, seen in found.items()}


def _run(waiting: Waiting, python: Path, folder: Path, right: bool) -> Observation:
    folder.mkdir()
    for name in (f"{waiting.name}.py", "speech.py"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        (folder / name).write_text(text if right else text.replace(_RIGHT, _WRONG), encoding="utf-8")
    assert programs(folder) == [waiting.found]
    command = (*waiting.found.command, *waiting.arguments)
    conditions = Conditions(dictation(), speed=SPEED, timeout=waiting.timeout, stubbed=(waiting.stubbed,))
    return run(Program(folder, command, python), conditions)
