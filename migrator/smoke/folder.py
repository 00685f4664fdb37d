"""The throwaway folder in which a program runs: a copy of its project, its environment, what it reports and writes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import site
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from migrator.smoke.walls.copying import copy_project
from migrator.smoke.walls.secrets import DUMMY, KEY, mask_files, without_secrets
from migrator.smoke.walls.start import hidden_folders
from runtime.recording import JsonObject, Recording

_INSIDE = Path(__file__).parent / "inside"
#: Bytes; what a program writes beyond that is no transcript.
_LARGEST_FILE = 1 << 20
_MOST_FILES = 200
#: Bytes of reports from inside that are taken at once.
_MOST_READ = 4 << 20


class Scene:
    """Sets up `folder` for one run of the project in `source`. The caller removes the folder.

    Of the user's secrets, only those of the names `handed` over are there.

    Attributes:
        project: the copy of the project.
        root: the folder of the run, in which all of it lies.
        hidden: folders of this machine that the program does not see, each with what it sees instead.
        left_out: links that lead out of the project; they are not copied.
        audio: the recording's audio, as a file that a program can be given.
        authority: where the certificate that the program is to trust has to be put.

    Raises:
        OSError: the project cannot be copied.
        RecordingError: the recording has no audio.
    """

    def __init__(self, source: Path, recording: Recording, folder: Path, handed: Collection[str] = ()) -> None:
        # Resolved, because the program compares paths with it.
        self._folder = self.root = folder.resolve()
        self.project = self._folder / "project"
        self.authority = self._folder / "ca.pem"
        self._events, self._read = self._folder / "events.jsonl", 0
        self._stacks = self._folder / "stacks.txt"
        self.left_out = copy_project(source, self.project)
        mask_files(self.project, handed)
        shutil.copytree(_INSIDE, self._folder / "inside", ignore=shutil.ignore_patterns("__pycache__"))
        self._events.touch()
        self.hidden = hidden_folders(self._folder)
        self._home = self._folder / "home"
        self._home.mkdir(exist_ok=True)
        self._temporary = self._folder / "tmp"
        self._temporary.mkdir(exist_ok=True)
        self._handed = handed
        (self._folder / "audio.raw").write_bytes(recording.load_audio())
        audio = recording.audio_path()
        self.audio = self._folder / f"audio{audio.suffix if audio else '.raw'}"
        if audio is not None:
            shutil.copyfile(audio, self.audio)
        self._before = {path: path.stat().st_mtime_ns for path in _files(self.project)}

    def environment(
        self, config: JsonObject, extra: Mapping[str, str], origin: Path, folders: Sequence[str]
    ) -> dict[str, str]:
        """Return the environment of the program; `config` and the paths here go to what runs inside of it.

        Args:
            origin: the folder of the user, of which the project is a version.
            folders: from which the interpreter reads packages.
        """
        config = config | {
            "ca": str(self.authority),
            "events": str(self._events),
            "stacks": str(self._stacks),
            "audio": str(self._folder / "audio.raw"),
            "project": str(self.project),
        }
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        kept = without_secrets(kept, self._handed)
        # Packages of the user's own lie in the home that is hidden from the program itself.
        kept.setdefault("PYTHONUSERBASE", site.getuserbase())
        # The interpreter's own packages, never those of the environment this tool is installed in.
        for name in ("PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
            kept.pop(name, None)
        named = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
        copied = list(self._copied([*named, *folders], origin))
        path = [str(self._folder / "inside"), *dict.fromkeys(copied), *named]
        return {
            KEY: DUMMY,
            **kept,
            "HOME": str(self._home),
            "USERPROFILE": str(self._home),
            **extra,
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            # What it leaves there goes with the rest.
            "TMPDIR": str(self._temporary),
            "V3_MIGRATE_SMOKE": json.dumps(config),
        }

    def _copied(self, folders: Sequence[str], origin: Path) -> Iterator[str]:
        """Yield the copies of folders of the project from which it is imported as if it were installed.

        An editable install leads to the user's own folder, where nothing is migrated.
        """
        root = os.path.realpath(origin)
        for folder in folders:
            place = os.path.realpath(folder)
            if place == root or place.startswith(root + os.sep):
                copy = self.project / os.path.relpath(place, root)
                if copy.is_dir():
                    yield str(copy)
        editable = any(path for folder in folders for path in Path(folder).glob("__editable__*"))
        if editable and (self.project / "src").is_dir():
            yield str(self.project / "src")

    def new_events(self) -> Iterator[JsonObject]:
        """Yield what was reported from inside the program since the last call."""
        with self._events.open("rb") as file:
            file.seek(self._read)
            data = file.read(_MOST_READ)
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
        changed = (path for path in _files(self.project) if self._before.get(path) != path.stat().st_mtime_ns)
        for path in islice(changed, _MOST_FILES):
            if path.stat().st_size <= _LARGEST_FILE:
                with contextlib.suppress(UnicodeDecodeError):
                    yield path.relative_to(self.project).as_posix(), path.read_text(encoding="utf-8")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
