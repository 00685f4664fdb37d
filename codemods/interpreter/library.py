"""What the interpreter is told of code it does not run: the form in which libraries describe themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.values import NOTHING, Value, Values

if TYPE_CHECKING:
    from codemods.interpreter.fixpoint import Interpreter

Model: TypeAlias = "Callable[[Interpreter, cst.Call, Arguments], Values]"
"""What a function of a library gives, and what it does to its arguments."""


Override: TypeAlias = "Callable[[cst.FunctionDef], Mapping[int, Values]]"
"""What a library calls a method of the program's with, by position."""


def nothing(node: cst.CSTNode) -> Values:
    """Say nothing about a value out of sight."""
    return NOTHING


@dataclass(frozen=True, slots=True)
class Library:
    """All that is known of the standard library and of others.

    Attributes:
        functions: models by dotted name; a call in it stands for its result: `pyaudio.PyAudio().open`.
        methods: models by method name alone, for names that only one library has.
        overrides: by the name of a class, the methods of classes derived from it that the library calls.
        annotations: what a parameter annotated with a class of the library is, when no call of the program fills it.
        exceptions: what an `except` clause binds, by the last part of the exception's name.
        exports: by module what `from module import *` brings, beside its functions.
        unseen: what a value from out of sight may be, by the node it came from: a suspicion that evidence may confirm.
        telling: whether a text that fills a placeholder of another is worth knowing.
        speaks: whether the text of a module names anything that the program is run for.
        packages: what the models are of: a name that nothing binds, as in a page's piece of a program, is one of them.
        matters: whether a value is one that the program is run for, so that modules are read to follow it.
    """

    functions: Mapping[str, Model] = field(default_factory=dict)
    methods: Mapping[str, Model] = field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, Override]] = field(default_factory=dict)
    annotations: Mapping[str, Callable[[cst.Param], Value]] = field(default_factory=dict)
    exceptions: Mapping[str, Value] = field(default_factory=dict)
    exports: Mapping[str, Collection[str]] = field(default_factory=dict)
    unseen: Callable[[cst.CSTNode], Values] = nothing
    telling: Callable[[str], bool] = bool
    speaks: Callable[[str], bool] = bool
    packages: Collection[str] = frozenset()
    matters: Callable[[Value], bool] = bool

    def exported(self, module: str) -> frozenset[str]:
        """Return the names that `from module import *` brings, as far as they are known."""
        dotted = (name.rpartition(".") for name in self.functions)
        return frozenset(name for home, _, name in dotted if home == module) | frozenset(self.exports.get(module, ()))

    def model(self, name: str) -> Model | None:
        """Return what is known of calling the library function `name`; None if nothing is."""
        return self.functions.get(name) or self.methods.get(name.rsplit(".", 1)[-1])
