"""The legacy programs under `fixtures/legacy`, as the tests of this folder use them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from migrator.cli import main
from migrator.smoke.observation import Observation
from migrator.smoke.sandbox import Conditions, Program, run
from runtime.recording import Recording, read
from scripts import matrix

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
LEGACY = ROOT / "fixtures" / "legacy"
SESSIONS = ROOT / "fixtures" / "sessions"

#: Times real time. Programs that sleep between frames keep up, and the server's clock runs as fast.
SPEED = 6.0


@dataclass(frozen=True)
class App:
    """One fixture; the fields are those of its `app.toml`.

    Attributes:
        environments: where it runs before and after (see `scripts/matrix.py`).
        stop: how a person ends it: "interrupt" is Ctrl+C, "end" means that it ends by itself.
        terminates: whether the v2 program asks for the end of its session.
        legacy: where the v2 program runs if the `environments` have no v2 any more.
        requires: further environments, where only a project runs that requires them: environment to requirement.
        mended: an error of the v2 program that migration puts right.
        drive: who has to call it, if it is a web application (see `smoke --drive`).
        on_close: what its handler of that name prints.
    """

    name: str
    summary: str
    transport: str
    environments: tuple[str, ...]
    command: tuple[str, ...]
    stop: str
    terminates: bool
    stub_missing: bool = False
    legacy: str = ""
    requires: Mapping[str, str] = field(default_factory=dict, hash=False)
    on_close: str = ""
    drive: str = ""
    mended: str = ""

    @property
    def folder(self) -> Path:
        """Where it is: `v2/` has the program, `v3/` what a migration has to make of it."""
        return LEGACY / self.name

    def legacy_environment(self, environment: str) -> str:
        """Return where the v2 program runs when the migrated one runs in `environment`."""
        return self.legacy or (self.environments[-1] if environment in self.requires else environment)

    def conditions(self, api: str, variant: str | None = None) -> Conditions:
        """Return how it runs: with `api` as the service's dialect, and turns reported in that variant of it."""
        # Runs go on side by side, and each web application needs a port of its own.
        ports = {"PORT": "0"} if self.drive else {}
        return Conditions(
            dictation(), api, variant, SPEED, stub_missing=self.stub_missing, environment=ports, drive=self.drive
        )


def apps() -> Iterator[App]:
    """Yield every fixture, by name."""
    for path in sorted(LEGACY.glob("*/app.toml")):
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        lists = {name: tuple(fields.pop(name)) for name in ("environments", "command")}
        yield App(name=path.parent.name, **lists, **fields)


def migrate(app: App, project: Path, requirement: str | None = None, *options: str) -> Path:
    """Let the tool rewrite a copy of the v2 program at `project`, which may require a library; return `project`."""
    shutil.copytree(app.folder / "v2", project)
    if requirement is not None:
        (project / "requirements.txt").write_text(requirement + "\n")
    code = main([str(project), "--write", "--allow-dirty", "--jobs", "1", *options])
    assert code in (0, 1), "the tool failed"
    return project


@lru_cache
def dictation() -> Recording:
    """Return a short session of three turns."""
    return read(SESSIONS / "dictation-f1.jsonl")


def observe(app: App, environment: str, folder: Path, api: str, variant: str | None = None) -> Observation:
    """Run the program that is in `folder`."""
    program = Program(folder, app.command, matrix.interpreter(environment))
    return run(program, app.conditions(api, variant))
