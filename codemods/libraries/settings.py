"""Libraries that read settings: files of YAML, TOML, JSON and INI, and the environment under other names."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import PurePath

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library, Model
from codemods.interpreter.values import NOTHING, External, Values, texts

_LOADERS = (
    *("yaml.safe_load", "yaml.load", "yaml.full_load", "ruamel.yaml.YAML().load"),
    *("tomllib.load", "tomllib.loads", "tomli.load", "tomli.loads", "toml.load", "toml.loads"),
    *("json.load", "configparser.ConfigParser", "configparser.RawConfigParser"),
)
"""What gives the content of a file, or (`ConfigParser`) is filled with it."""


@dataclass(frozen=True, slots=True)
class Loaded(External):
    """What a file of settings holds, or a part of it."""

    def attribute(self, run: Interpreter, name: str) -> Values:
        return run.heap.read(self, f".{name}") | {Loaded(f"{self.name}.{name}")}

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        known = _settings(run, frozenset({key}) if isinstance(key, str) else frozenset())
        return known or run.heap.read(self, key) or frozenset({Loaded(f"{self.name}[]")})

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        if self.name.endswith(".get"):  # of a mapping, with a default, or of a section and an option
            names = frozenset(text for _, values in given.positional for text in texts(values))
            if known := _settings(run, names):
                return known | given.get(1, "default") | given.get(None, "fallback")
            return frozenset({Loaded(f"{self.name}()")}) | given.get(1, "default") | run.unknown
        return External.invoke(self, run, call, given)


def _settings(run: Interpreter, keys: frozenset[str]) -> Values:
    """Return what keys of parsed files may be; of those files whose names stand in the program."""
    places = [place for key in sorted(keys) for place in run.imports.workspace.environment(f".{key}")]
    named = [
        place for place in places if any(PurePath(place[0]).name in module.text for module in run.modules.values())
    ]
    return NOTHING.union(*(run.imports.member(path, name) for path, name in named))


def _load(name: str) -> Model:
    def model(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return frozenset({Loaded(f"{name}()")}) | run.unknown

    return model


def _variable(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return given.get(None, "default") | run.imports.environment(texts(given.get(0)))


LIBRARY = Library(
    functions={
        **{name: _load(name) for name in _LOADERS},
        "decouple.config": _variable,
        "environ.Env()": _variable,
        "environs.Env().str": _variable,
        "environs.Env()": _variable,
        "starlette.config.Config()": _variable,
    }
)
