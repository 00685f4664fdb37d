"""The throwaway folder in which a program runs: a copy of its project, its environment, what it reports and writes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from runtime.recording import JsonObject, Recording

_INSIDE = Path(__file__).parent / "inside"
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".hg", ".venv", "venv", "env", ".tox", ".nox", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"
)
#: Bytes; what a program writes beyond that is no transcript.
_LARGEST_FILE = 1 << 20


class Scene:
    """Sets up `folder` for one run of the project in `source`. The caller removes the folder.

    Attributes:
        project: the copy of the project.
        audio: the recording's audio, as a file that a program can be given.
        authority: where the certificate that the program is to trust has to be put.

    Raises:
        OSError: the project cannot be copied.
        RecordingError: the recording has no audio.
    """

    def __init__(self, source: Path, recording: Recording, folder: Path) -> None:
        # Resolved, because the program compares paths with it.
        self._folder = folder.resolve()
        self.project = self._folder / "project"
        self.authority = self._folder / "ca.pem"
        self._events, self._read = self._folder / "events.jsonl", 0
        self._stacks = self._folder / "stacks.txt"
        shutil.copytree(source, self.project, ignore=_LEFT_OUT, symlinks=True)
        shutil.copytree(_INSIDE, self._folder / "inside", ignore=shutil.ignore_patterns("__pycache__"))
        self._events.touch()
        (self._folder / "tmp").mkdir()
        (self._folder / "audio.raw").write_bytes(recording.load_audio())
        audio = recording.audio_path()
        self.audio = self._folder / f"audio{audio.suffix if audio else '.raw'}"
        if audio is not None:
            shutil.copyfile(audio, self.audio)
        self._before = {path: path.stat().st_mtime_ns for path in _files(self.project)}

    def environment(self, config: JsonObject, extra: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of the program; `config` and the paths here go to what runs inside of it."""
        config = config | {
            "ca": str(self.authority),
            "events": str(self._events),
            "stacks": str(self._stacks),
            "audio": str(self._folder / "audio.raw"),
            "project": str(self.project),
        }
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        # The interpreter's own packages, never those of the environment this tool is installed in.
        for name in ("PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
            kept.pop(name, None)
        path = [str(self._folder / "inside"), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {
            "ASSEMBLYAI_API_KEY": "smoke-test-key",
            **kept,
            **extra,
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            # What it leaves there goes with the rest.
            "TMPDIR": str(self._folder / "tmp"),
            "V3_MIGRATE_SMOKE": json.dumps(config),
        }

    def new_events(self) -> Iterator[JsonObject]:
        """Yield what was reported from inside the program since the last call."""
        with self._events.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            yield json.loads(line, object_hook=self._named_from_project)

    def stacks(self) -> str:
        """Return the stacks of the program's threads, if it was asked for them."""
        with contextlib.suppress(OSError):
            return self._shortened(self._stacks.read_text(encoding="utf-8", errors="replace"))
        return ""

    def sources(self) -> dict[str, str]:
        """Return the program's own Python files by their paths in the project."""
        return {
            path.relative_to(self.project).as_posix(): path.read_text(encoding="utf-8", errors="replace")
            for path in self._before
            if path.suffix == ".py" and path.is_file() and path.stat().st_size <= _LARGEST_FILE
        }

    def _named_from_project(self, facts: JsonObject) -> JsonObject:
        """Paths are told as they are in the user's project: the folder of a run is another one each time."""
        return {name: self._shortened(value) if isinstance(value, str) else value for name, value in facts.items()}

    def _shortened(self, text: str) -> str:
        return text.replace(f"{self.project}{os.sep}", "").replace(str(self.project), ".")

    def written(self) -> Iterator[tuple[str, str]]:
        """Yield name and content of the text files that the program made or changed in its project."""
        for path in _files(self.project):
            if path.stat().st_size <= _LARGEST_FILE and self._before.get(path) != path.stat().st_mtime_ns:
                with contextlib.suppress(UnicodeDecodeError):
                    yield path.relative_to(self.project).as_posix(), path.read_text(encoding="utf-8")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
