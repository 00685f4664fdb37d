"""The environment that a version of the program needs, made for the run where the user's own has other versions.

It lies on top of the user's: a virtual environment of the same Python that sees the user's packages, with only what is
missing installed into it. So what comes from a private index, from conda or from a folder is there without being built
again, and nothing of the user's is changed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from migrator.dependencies.declared import Requirements
from migrator.dependencies.versions import FLOOR
from migrator.smoke.interpreters import Interpreter
from migrator.smoke.programs import python_files

#: What a source uses, and which versions of which package have it: the history of the SDK (its releases on PyPI), and
#: the changelog of websockets (https://websockets.readthedocs.io/en/stable/project/changelog.html), read 2026-11-29.
_USES = (
    (re.compile(r"\bassemblyai\.streaming\b|\baai\.streaming\b"), "assemblyai", f">={FLOOR}"),
    (re.compile(r"\bRealtime(Transcriber|FinalTranscript|PartialTranscript|SessionOpened)\b"), "assemblyai", "<0.64.3"),
    (re.compile(r"\bextra_headers\s*="), "websockets", "<14"),
)
#: Says what an interpreter has: the versions of the packages in question, and where packages lie.
_QUESTION = """
import importlib.metadata, json, sys
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({"versions": versions, "python": sys.version.split()[0], "pip": bool(
    __import__("importlib.util").util.find_spec("pip")), "folders": [
    path for path in sys.path if path.rstrip("/\\\\").endswith(("site-packages", "dist-packages"))]}))
"""
#: Seconds that an installation may take.
_PATIENCE = 300.0


class EnvironmentMissing(Exception):  # noqa: N818
    """The program needs versions that the interpreter has not, and no environment could be made; says what to do."""


@dataclass(frozen=True, slots=True)
class Need:
    """A package of another version than an interpreter has: what is required, and what is installed."""

    requirement: str
    installed: str

    def __str__(self) -> str:
        return f"{self.requirement} instead of {self.installed}"


def needs(folder: Path, python: Interpreter, declared_at: Path | None = None) -> list[Need]:
    """Return what the program in `folder` needs in another version than `python` has it; not what is not installed.

    Args:
        declared_at: the user's own folder, if `folder` is a copy of it: requirements may be declared above it.
    """
    wanted = _wanted(folder)
    if not wanted:
        return []
    versions = _asked(python, wanted)["versions"]
    declared = dict[str, str]()
    for place in filter(None, (declared_at, folder)):
        declared.update(Requirements().of(str(place), with_installed=False))
    return [
        Need(_combined(name, specifiers, declared.get(name, "")), versions[name])
        for name, specifiers in wanted.items()
        if name in versions and not SpecifierSet(specifiers).contains(versions[name], prereleases=True)
    ]


def _wanted(folder: Path) -> dict[str, str]:
    """Return what the sources ask of packages, by what they use of them."""
    found: dict[str, set[str]] = {}
    for path in python_files(folder):
        text = Path(path).read_text(encoding="utf-8", errors="replace")
        for pattern, package, specifier in _USES:
            if package in text and pattern.search(text):
                found.setdefault(package, set()).add(specifier)
    # A project that is half migrated, or chooses at run time, runs on neither.
    return {package: specifiers.pop() for package, specifiers in found.items() if len(specifiers) == 1}


def _combined(name: str, specifier: str, declared: str) -> str:
    """Return the requirement that the program makes and the project declares, if both can be had at once."""
    try:
        both = SpecifierSet(specifier) & SpecifierSet(declared)
    except InvalidSpecifier:
        return name + specifier
    exact = [part for part in both if part.operator in ("==", "===")]
    if not exact:
        return f"{name}{both}"
    # A pin that the program cannot have been written for is not the one that it runs with.
    fits = SpecifierSet(specifier).contains(exact[0].version, prereleases=True)
    return f"{name}{exact[0] if fits else specifier}"


def made_for(lacking: Iterable[Need], python: Interpreter, folder: Path) -> Interpreter:
    """Make an environment in `folder` on top of that of `python`, with what is lacking; return its interpreter.

    Raises:
        EnvironmentMissing: it could not be made.
    """
    requirements = [need.requirement for need in lacking]
    facts = _asked(python, ())
    target = folder / "bin" / "python"
    _call([str(python.path), "-m", "venv", "--without-pip", str(folder)], python, requirements)
    (packages,) = folder.glob("lib/python*/site-packages")
    beneath = "".join(f"import site; site.addsitedir({path!r})\n" for path in facts["folders"])
    (packages / "v3_migrate_beneath.pth").write_text(beneath, encoding="utf-8")
    pip = ["-m", "pip", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        install = [uv, "pip", "install", "--quiet", "--python", str(target)]
    elif facts["pip"]:
        install = [str(target), *pip, "install", "--quiet"]
    elif importlib.util.find_spec("pip"):
        # Environments of uv have no pip of their own; ours can fill any (since pip 22.3).
        install = [sys.executable, *pip, "--python", str(target), "install", "--quiet"]
    else:
        _call([str(target), "-m", "ensurepip"], python, requirements)
        install = [str(target), *pip, "install", "--quiet"]
    # Wheels only: nothing that is downloaded is run before the program is.
    _call([*install, "--only-binary", ":all:", *requirements], python, requirements)
    names = [Requirement(requirement).name for requirement in requirements]
    versions = _asked(Interpreter(target, ""), names)["versions"]
    on_top = ", ".join(f"{name} {versions[name]}" for name in names if name in versions)
    return Interpreter(target, f"{python.found}, with {on_top} on top")


def _call(command: list[str], python: Interpreter, requirements: list[str]) -> None:
    problem = ""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE, stdin=subprocess.DEVNULL, env=_environment()
        )
        if done.returncode == 0:
            return
        problem = next(_reasons(done.stderr + done.stdout), f"exit code {done.returncode}")
    except (OSError, subprocess.SubprocessError) as error:
        problem = str(error)
    raise EnvironmentMissing(
        f"{', '.join(requirements)} is needed, {python.path} has another version, and it could not be installed for "
        f"the run ({problem}): make an environment with it, and name it with --python (the original's: --python-before)"
    )


def _reasons(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    yield from (line for line in lines if line.lower().startswith(("error", "\u00d7")))
    yield from lines[-1:]


def _environment() -> dict[str, str]:
    """Return an environment in which Python and its installers see what the user's shell would show them."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}


def _asked(python: Interpreter, names: Iterable[str]) -> Mapping[str, dict[str, str]]:
    command = [str(python.path), "-c", _QUESTION, *names]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=_environment())
        found = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        # Too old or broken: the run itself will say so.
        return {"versions": {}, "folders": {}, "pip": {}}
    assert isinstance(found, dict)
    return found
