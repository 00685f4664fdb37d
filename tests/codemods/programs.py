"""Small programs under migration, for the tests of single rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codemods.analysis import ModulePlan, analyse
from codemods.model import Finding, Options


class Sources:
    """A project that consists of the given modules; absolute imports start at its root."""

    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        folder = importer.split("/")[:-level] if level else []
        base = "/".join([*folder, *module.split(".")]).strip("/")
        return next((path for path in (f"{base}.py", f"{base}/__init__.py".lstrip("/")) if path in self._sources), None)

    def environment(self, name: str) -> Sequence[tuple[str, str]]:
        """There are no settings."""
        return ()

    def line_length(self, path: str) -> int | None:
        """Nobody has said anything."""
        return None

    def is_settings(self, path: str) -> bool:
        """There are no settings."""
        return False

    def read(self, path: str) -> str | None:
        return self._sources.get(path)


@dataclass(frozen=True)
class Migrated:
    """One module after all rules, without TODO comments."""

    text: str
    findings: tuple[Finding, ...]

    def left(self, code: str) -> list[str]:
        """Return the messages of a rule's findings that a person has to act on."""
        return [finding.message for finding in self.findings if finding.code == code and not finding.fixed]

    def fixed(self, code: str) -> list[str]:
        """Return the messages of a rule's rewrites."""
        return [finding.message for finding in self.findings if finding.code == code and finding.fixed]


def migrate_all(
    sources: dict[str, str], options: Options | None = None, around: dict[str, str] | None = None
) -> dict[str, Migrated]:
    """Migrate a project; a second run must find nothing more to rewrite.

    Args:
        sources: the modules that may be rewritten.
        options: the user's choices.
        around: further modules of the project, which are only read.
    """
    chosen = options or Options(todo=False, ignore=("V3M5",))  # how a session ends is a family of its own
    result: dict[str, Migrated] = {}
    for path, plan in analyse(sources, Sources({**sources, **(around or {})}), chosen).items():
        assert isinstance(plan, ModulePlan), plan
        result[path] = Migrated(plan.render(), plan.findings)
    after = {path: migrated.text for path, migrated in result.items()}
    for path, plan in analyse(after, Sources({**after, **(around or {})}), chosen).items():
        assert isinstance(plan, ModulePlan), plan
        assert plan.render() == after[path]
    return result


def migrate(source: str, options: Options | None = None) -> Migrated:
    """Migrate a program of one module."""
    return migrate_all({"app.py": source}, options)["app.py"]
