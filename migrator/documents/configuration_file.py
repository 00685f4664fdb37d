"""Configuration whose values are v2 addresses: to the analysis a module of constants, on disk whatever it was.

`.env`, Compose, Kubernetes, TOML, INI, `ENV` of a Dockerfile and the like are not parsed: a value is found by its own
form, an address of the vendor, and a key that names an environment variable in front of it. So every byte around it
stays.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.model import Span
from migrator.documents.module import DecodingError, Module, newlines

NAMES = re.compile(
    r"(?:^|/)(?![^/]*\.postman_)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env|[\w.-]*Dockerfile(?:\.[\w-]+)?|[\w.-]+\.dockerfile"
    r"|[\w.-]+\.(?:ya?ml|toml|json|ini|cfg|conf|properties|service|tfvars|tf|hcl|sh|bash|zsh|mk)|Makefile|GNUmakefile)$"
)
"""Files whose values are told by their form; not XML, where an ampersand is written otherwise."""

_VALUE = re.compile(
    r"(?P<quote>[\"']?)(?P<value>(?:wss?|https?)://[\w.]*assemblyai\.com/v[23]/[^\s\"'<>#]*)(?P=quote)(?=\s|$|[,}\]])"
)
_SHELL = re.compile(r"^\t|\$|\b(?:RUN|CMD|ENTRYPOINT|run|command|sh|bash|zsh|export|env)\b")
"""Begins a line, or stands in it, where a shell reads on: to it an ampersand without quotes ends a command."""
_MAKE = re.compile(r"^(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*[:?]?=[ \t]*$")
_KEY = re.compile(r"(?P<key>[A-Za-z_]\w*)[\"']?[ \t]*(?:[:?]?=|[: ])[ \t]*$")
_NAMED = re.compile(r"name:[ \t]*[\"']?(?P<key>[A-Za-z_]\w*)[\"']?[ \t]*\r?\n[ \t]*value:[ \t]*$")
"""Kubernetes' way: a pair of `name` and `value`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value.

    Attributes:
        key: the environment variable that it sets.
        variable: what it is called in the module that the analysis sees; keys may occur twice.
        start: where the value stands in the file, in characters; it ends before `end`.
    """

    key: str
    variable: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """A file of settings as a `migrator.documents.document.Document`.

    Attributes:
        path: its name tells who reads it.
        file: the file as it is.
    """

    path: str
    file: Module
    settings: tuple[Setting, ...]

    @classmethod
    def decode(cls, path: str, data: bytes) -> ConfigurationFile:
        """Read a file.

        Raises:
            DecodingError: its text cannot be written back.
        """
        file = Module.decode(data)
        return cls(path, file, tuple(_settings(path, file.text)))

    @property
    def text(self) -> str:
        """The settings as a module of constants, a line each."""
        return "".join(
            f"{setting.variable} = {json.dumps(self.file.text[setting.start : setting.end])}\n"
            for setting in self.settings
        )

    def encode(self, text: str | None = None) -> bytes:
        """Return the bytes of the file with the values of the module `text`.

        Raises:
            DecodingError: a value is no longer a text that stands there in full.
        """
        if text is None:
            return self.file.encode()
        values = dict(_constants(text))
        pieces, at = [], 0
        for setting in self.settings:
            value = values.get(setting.variable)
            if value is None or re.search(r"[\s\"'<>#]", value):
                raise DecodingError(f"{setting.key} would no longer be a plain value")
            pieces += [self.file.text[at : setting.start], value]
            at = setting.end
        return self.file.encode("".join([*pieces, self.file.text[at:]]))

    def settled(self, text: str) -> str:
        """Return `text` as it is read back once it was written: without comments."""
        return ConfigurationFile.decode(self.path, self.encode(text)).text

    def reads_back(self, data: bytes, text: str) -> bool:
        """Return whether `data` holds the values of the module `text`."""
        try:
            again = ConfigurationFile.decode(self.path, data)
        except DecodingError:
            return False
        return dict(_constants(again.text)) == dict(_constants(text))

    def newlines(self) -> frozenset[str]:
        """Return the line ends of the module."""
        return newlines(self.text)

    def place(self, span: Span) -> Span:
        """Return where the value of a line of the module stands in the file."""
        setting = self.settings[min(span.line, len(self.settings)) - 1]
        before = self.file.text[: setting.start]
        line, column = before.count("\n") + 1, setting.start - (before.rfind("\n") + 1) + 1
        return Span(line, column, line, column + setting.end - setting.start)


def _settings(path: str, text: str) -> Iterator[Setting]:
    make = re.search(r"(?:[Mm]akefile|\.mk)$", path) is not None
    shell = re.search(r"\.(?:sh|bash|zsh)$", path) is not None
    seen: dict[str, int] = {}
    for match in _VALUE.finditer(text):
        before = text[: match.start()]
        line = before[before.rfind("\n") + 1 :]
        found = _NAMED.search(before) or _KEY.search(line)
        if found is None:
            continue
        key = found["key"]
        # make passes a variable of its own on as it is, unless a command of its shell is made of it.
        of_make = make and _MAKE.match(line) is not None
        quoted = bool(match["quote"])
        if of_make and (quoted or re.search(rf"\$[({{]{key}[)}}]", text)):
            continue
        if not quoted and not of_make and (shell or _SHELL.search(line)):
            continue
        seen[key] = number = seen.get(key, 0) + 1
        yield Setting(key, key if number == 1 else f"{key}__{number}", match.start("value"), match.end("value"))


def _constants(text: str) -> Iterator[tuple[str, str]]:
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise DecodingError(f"its settings cannot be read back: {error.msg}") from None
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
                yield name, value
