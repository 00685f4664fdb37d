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
from dataclasses import dataclass, replace

from codemods.model import Span
from migrator.documents.module import DecodingError, Module, newlines

NAMES = re.compile(
    r"(?:^|/)(?![^/]*\.postman_)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env|[\w.-]*Dockerfile(?:\.[\w-]+)?|[\w.-]+\.dockerfile"
    r"|[\w.-]+\.(?:ya?ml|toml|json|ini|cfg|conf|properties|service|tfvars|tf|hcl|sh|bash|zsh|mk)|Makefile|GNUmakefile)$"
)
"""Files whose values are told by their form; not XML, where an ampersand is written otherwise."""

_VALUE = re.compile(r"(?P<quote>[\"']?)(?P<value>(?:wss?|https?)://[^\s\"'<>#{}]+)(?P=quote)(?=\s|$|[,}\]\"'])")
_VENDOR = re.compile(r"\w+://[\w.]*assemblyai\.com/v[23]/")
_SHELL = re.compile(r"^\t|\$|\b(?:RUN|CMD|ENTRYPOINT|run|command|sh|bash|zsh|export|env)\b")
"""Begins a line, or stands in it, where a shell reads on: to it an ampersand without quotes ends a command."""
_MAKE = re.compile(r"^(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*[:?]?=[ \t]*$")
_KEY = re.compile(r"(?<![\w.-])(?P<key>[A-Za-z_]\w*)[\"']?[ \t]*(?:[:?]?=|[: ])[ \t]*(?:&(?P<anchor>[\w-]+)[ \t]+)?$")
_NAMED = re.compile(
    r"\bname[\"']?[ \t]*[:=][ \t]*[\"']?(?P<key>[A-Za-z_]\w*)[\"']?[ \t]*,?\s*[\"']?\bvalue[\"']?[ \t]*[:=][ \t]*$"
)
"""A pair of `name` and `value`, as Kubernetes and Amazon's tasks have them."""
_NAMED_AFTER = re.compile(r"[\"']?[ \t]*,?\s*[\"']?\bname[\"']?[ \t]*[:=][ \t]*[\"']?(?P<key>[A-Za-z_]\w*)")
_VALUE_FIRST = re.compile(r"(?:-[ \t]+|\{\s*)[\"']?value[\"']?[ \t]*[:=][ \t]*$")
_DEFAULT = re.compile(r"\$\{(?P<key>[A-Za-z_]\w*):?[-=]$")
"""`${NAME:-value}`: inside of the braces an ampersand is none of a shell's."""
_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*(?:-[ \t]+)?)(?P<key>[A-Za-z_]\w*):[ \t]+[>|][+-]?[ \t]*\r?\n(?P<inner>[ \t]+)$", re.M
)
"""YAML's text on lines of its own."""
_FAR = 500
"""Characters, within which a value has its name."""


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

    def is_lone(self, key: str) -> bool:
        """Return whether a key stands in the file with addresses of the vendor only, however deep in it."""
        named = re.findall(rf"(?<![\w.-]){key}[\"']?[ \t]*[:=]", self.file.text)
        mine = [setting for setting in self.settings if setting.key == key]
        return len(named) == sum(_VENDOR.match(self.file.text, setting.start) is not None for setting in mine)

    def without_plain(self) -> ConfigurationFile:
        """Return the file with the values in quotes only: what a shell reads, too, cannot hold an ampersand else."""
        quoted = [one for one in self.settings if self.file.text[one.start - 1 : one.start] in ("'", '"')]
        return replace(self, settings=tuple(quoted))

    def names_otherwise(self, key: str) -> bool:
        """Return whether a key stands in the file, with something else than an address of the vendor."""
        mine = any(one.key == key and _VENDOR.match(self.file.text, one.start) for one in self.settings)
        return not mine and re.search(rf"(?<![\w.-]){key}[\"']?[ \t]*[:=]", self.file.text) is not None

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
    """Yield the addresses of the vendor, and of others those under the same names: a program may be sent there, too."""
    found = [(key, match) for match in _VALUE.finditer(text) if (key := _key(path, text, match)) is not None]
    vendors = {key for key, match in found if _VENDOR.match(match["value"])}
    seen: dict[str, int] = {}
    for key, match in found:
        if key in vendors:
            seen[key] = number = seen.get(key, 0) + 1
            yield Setting(key, key if number == 1 else f"{key}__{number}", match.start("value"), match.end("value"))


def _key(path: str, text: str, match: re.Match[str]) -> str | None:
    """Return the name that a value stands under; None where nobody reads it, or one would read more than the value."""
    before = text[max(match.start() - _FAR, 0) : match.start()]
    line = before[before.rfind("\n") + 1 :]
    after = text[match.end() : match.end() + _FAR]
    if default := _DEFAULT.search(line):
        return default["key"] if after.startswith("}") else None
    if block := _BLOCK.search(before):
        following = re.match(r"[ \t]*\r?\n([ \t]*)(?=\S)", after)
        inside = following is not None and len(following[1]) >= len(block["inner"])
        return None if inside or match["quote"] else block["key"]
    if named := _NAMED.search(before):
        return named["key"]
    if _VALUE_FIRST.search(line):
        named = _NAMED_AFTER.match(after)
        return named["key"] if named is not None else None
    found = _KEY.search(line)
    if found is None:
        return None
    key, enclosing = found["key"], after[:1]
    if anchor := found["anchor"]:
        uses = re.findall(rf"(\w+):[ \t]+\*{re.escape(anchor)}(?![\w-])", text)
        if len(uses) != len(re.findall(rf"\*{re.escape(anchor)}(?![\w-])", text)) or set(uses) - {key}:
            return None  # what else it is for is not known
    # "NAME=value": in quotes as a whole
    whole = enclosing in ("'", '"') and not match["quote"]
    if whole and not re.search(rf"{enclosing}{key}=$", line):
        return None
    return key if match["quote"] or whole or _reads_plain(path, text, line, key) else None


def _reads_plain(path: str, text: str, line: str, key: str) -> bool:
    """Return whether an ampersand without quotes is part of a value.

    make passes a variable of its own on as it is, unless a command of its shell is made of it.
    """
    if re.search(r"(?:[Mm]akefile|\.mk)$", path) and _MAKE.match(line):
        used = rf"\$[({{]{key}[)}}]"
        return len(re.findall(used, text)) == len(re.findall(rf"(?<=[\"']){used}(?=[\"'])", text))
    return not (re.search(r"\.(?:sh|bash|zsh)$", path) or _SHELL.search(line))


def _constants(text: str) -> Iterator[tuple[str, str]]:
    try:
        body = ast.parse(text).body
    except SyntaxError as error:
        raise DecodingError(f"its settings cannot be read back: {error.msg}") from None
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
                yield name, value
