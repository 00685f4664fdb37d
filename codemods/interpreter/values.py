"""What an expression can be: abstract values, and what each of them gives when it is used.

A value says itself what its attributes, items and elements are, and what calling it or one of its methods gives; the
interpreter asks. Libraries add values of their own by inheriting from `Value`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import libcst as cst

if TYPE_CHECKING:
    from codemods.interpreter.arguments import Arguments
    from codemods.interpreter.fixpoint import Interpreter

ELEMENT = "*"
"""The heap key for "some element" of a container."""
SENT = ".sent"
"""The heap key for what `generator.send(...)` hands over."""
OWN = ".own"
"""The heap key under which a dict is marked whose keys the program makes up from data of its own."""


_NO_CALLBACKS = ("builtins.", "functools.", "inspect.", "logging.", "typing.")
"""Libraries whose functions, those that have no model, do not call what they are given."""


class Value:
    """An abstract value. Equal values stand for the same thing at run time, as far as the analysis can tell.

    What a value of some kind does not say of itself is out of sight: `run.unknown`.
    """

    __slots__ = ()

    def attribute(self, run: Interpreter, name: str) -> Values:
        """Return what `self.name` can be."""
        return run.heap.read(self, f".{name}") or run.unknown

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        """Return what `self[key]`, read at `site`, can be; `ELEMENT` is a key that nobody knows."""
        return run.unknown

    def iterate(self, run: Interpreter) -> Values:
        """Return what `for x in self` binds."""
        return run.unknown

    def unpacked(self, run: Interpreter, index: int) -> Values:
        """Return what lands in place `index` when the value is unpacked."""
        return self.iterate(run)

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        """Return what calling it can give, and pass the arguments on."""
        return run.unknown

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        """Return what `self.name(...)` gives; None where only an attribute of that name can tell."""
        return None

    def assign_callback(self, run: Interpreter, name: str, handlers: Values, target: cst.Attribute) -> None:
        """Take note of `self.on_something = handler`."""

    def awaited(self) -> Value:
        """Return what `await self` gives."""
        return self

    def entered(self, run: Interpreter, node: cst.BaseExpression) -> Values:
        """Return what `with self as x` binds."""
        return frozenset({self})

    def parsed(self, run: Interpreter, call: cst.Call) -> Values:
        """Return what parsing it as JSON at `call` gives."""
        return NOTHING

    def validated(self, call: cst.Call) -> Values:
        """Return the mapping that a model takes its fields from when it is made from this value."""
        return frozenset({self})

    def serialized(self, call: cst.Call) -> Values:
        """Return what `json.dumps` of it at `call` gives."""
        return NOTHING

    def decoded(self, run: Interpreter) -> Values:
        """Return what base64 decoding of it gives."""
        return NOTHING

    def scaled(self) -> Values:
        """Return what arithmetic with a number makes of it."""
        return NOTHING

    def copied(self) -> Values:
        """Return what a dict made from it alone (`dict(x)`, `{**x}`) is, where that is more than its entries."""
        return NOTHING


Values: TypeAlias = frozenset[Value]
NOTHING: Values = frozenset()


@dataclass(frozen=True, slots=True)
class Unknown(Value):
    """Anything at all: something that comes from out of sight.

    Attributes:
        site: where it comes into the program, a call of code that nobody modelled, say; None where that is not known.
    """

    site: cst.CSTNode | None

    def attribute(self, run: Interpreter, name: str) -> Values:
        return frozenset({self})

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        return frozenset({self})

    def iterate(self, run: Interpreter) -> Values:
        return frozenset({self})

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        run.calls.escape(given, call)
        return frozenset({self})

    def parsed(self, run: Interpreter, call: cst.Call) -> Values:
        return frozenset({self})

    def serialized(self, call: cst.Call) -> Values:
        return frozenset({self})

    def decoded(self, run: Interpreter) -> Values:
        return frozenset({self})

    def copied(self) -> Values:
        return frozenset({self})


class Plain(Value):
    """Base of values that are numbers, text or functions: nothing that anybody keeps messages in."""

    __slots__ = ()

    def attribute(self, run: Interpreter, name: str) -> Values:
        return run.heap.read(self, f".{name}")

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        return NOTHING

    def iterate(self, run: Interpreter) -> Values:
        return NOTHING

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return NOTHING

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return NOTHING


@dataclass(frozen=True, slots=True)
class External(Value):
    """Something of a library, by its dotted name; a call appends `()`: `aiohttp.ClientSession().ws_connect`."""

    name: str

    def attribute(self, run: Interpreter, name: str) -> Values:
        return run.heap.read(self, f".{name}") | {External(f"{self.name}.{name}")}

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        if self.name == "sys.modules" and key == ELEMENT:
            return frozenset({ModuleRef(run.path)})  # nearly always `sys.modules[__name__]`
        if self.name == "os.environ" and isinstance(key, str):
            if known := run.imports.environment([key]):
                return known
        return run.heap.read(self, key) or frozenset({External(f"{self.name}[]")})

    def iterate(self, run: Interpreter) -> Values:
        return frozenset({External(f"{self.name}[]")})

    def unpacked(self, run: Interpreter, index: int) -> Values:
        return frozenset({External(f"{self.name}[]")})

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        model = run.library.model(self.name)
        if model is not None:
            return model(run, call, given)
        if not self.name.startswith(_NO_CALLBACKS):
            run.calls.escape(given, call)
        return frozenset({External(f"{self.name}()")}) | run.unknown

    def parsed(self, run: Interpreter, call: cst.Call) -> Values:
        return run.library.unseen(call)


@dataclass(frozen=True, slots=True)
class ModuleRef(Value):
    """A module of the program itself."""

    path: str

    def attribute(self, run: Interpreter, name: str) -> Values:
        return run.imports.member(self.path, name) or run.imports.submodule(self.path, name) or run.unknown

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        return self.attribute(run, key) if isinstance(key, str) and key != ELEMENT else run.unknown  # `globals()[...]`


@dataclass(frozen=True, slots=True)
class Unread(Value):
    """What a module of the program gives under a name, as long as nobody needs to know: it is read when a value that
    matters is handed to it."""

    path: str
    name: str

    def attribute(self, run: Interpreter, name: str) -> Values:
        return frozenset({Unread(self.path, f"{self.name}.{name}")})

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        handed = [values for _, values in (*given.positional, *given.keywords.values())]
        if any(run.leads_to_what_matters(values) for values in (*handed, *given.star, *given.double_star)):
            run.imports.load(self.path)
        if self.path in run.modules:
            return NOTHING  # whoever has asked is run again
        run.calls.escape(given, call)
        return frozenset({Unread(self.path, f"{self.name}()")}) | run.unknown


@dataclass(frozen=True, slots=True)
class Function(Plain):
    """A function, method or lambda of the program."""

    node: cst.FunctionDef | cst.Lambda

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return None

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return run.calls.function(self.node, call, given)


@dataclass(frozen=True, slots=True)
class ClassRef(Value):
    """A class of the program."""

    node: cst.ClassDef

    def attribute(self, run: Interpreter, name: str) -> Values:
        found = run.heap.read(self, f".{name}") | run.classes.attribute(self.node, name, None)
        return found or frozenset({Bound(External(f"class.{name}"), (frozenset({self}),))})

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        return run.heap.read(self, key)

    def iterate(self, run: Interpreter) -> Values:
        return run.classes.members(self.node) if run.classes.facts[self.node].is_enum else run.unknown

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return run.calls.instantiate(self.node, call, given)


@dataclass(frozen=True, slots=True)
class Instance(Value):
    """Any instance of a class of the program."""

    node: cst.ClassDef

    def attribute(self, run: Interpreter, name: str) -> Values:
        found = run.heap.read(self, f".{name}") | run.classes.attribute(self.node, name, self)
        return found or self._special(run, "__getattr__")

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        return run.heap.read(self, key) or self._special(run, "__getitem__")

    def iterate(self, run: Interpreter) -> Values:
        found = self._special(run, "__iter__", "__aiter__")
        if found == {self}:
            return self._special(run, "__next__", "__anext__")
        return NOTHING.union(*(value.iterate(run) for value in found if value is not self))

    def _special(self, run: Interpreter, *names: str) -> Values:
        """Return what Python's own call of a special method gives: no source stands for it, so a call is made here."""
        known = any(run.classes.attribute(self.node, name, self) for name in names)
        return run.calls.methods(self, names, cst.Call(func=cst.Name(names[0]))) if known else run.unknown

    def entered(self, run: Interpreter, node: cst.BaseExpression) -> Values:
        return run.calls.methods(self, ("__enter__", "__aenter__"), cst.Call(func=node)) | {self}


@dataclass(frozen=True, slots=True)
class Bound(Plain):
    """A callable with leading arguments already given: a bound method or a `functools.partial`."""

    target: Value
    args: tuple[Values, ...]
    keywords: tuple[tuple[str, Values], ...] = ()

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return run.calls.bound(self, call, given)


@dataclass(frozen=True, slots=True)
class Method(Plain):
    """A method of a value that is no instance of the program's, not called where it is named: `queue.put`."""

    owner: Value
    name: str

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return self.owner.method(run, self.name, call, given) or NOTHING


@dataclass(frozen=True, slots=True)
class Const(Plain):
    """A number, bytes, True, False or None."""

    value: int | float | bytes | bool | None
    node: cst.CSTNode = field(compare=False)


@dataclass(frozen=True, slots=True)
class Lit:
    """A piece of text written in the source."""

    text: str
    node: cst.SimpleString | cst.FormattedStringText


@dataclass(frozen=True, slots=True)
class Hole:
    """A piece of text that is computed."""

    node: cst.CSTNode


@dataclass(frozen=True, slots=True)
class Query:
    """A piece of text made by `urlencode(...)` from a mapping."""

    call: cst.Call


Part: TypeAlias = Lit | Hole | Query


@dataclass(frozen=True, slots=True)
class Str(Plain):
    """Text, as the sequence of pieces it is put together from."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text with every computed piece replaced by a NUL."""
        return "".join(part.text if isinstance(part, Lit) else "\0" for part in self.parts)

    @property
    def literal(self) -> str | None:
        """The text if all of it is written in the source."""
        return self.text if all(isinstance(part, Lit) for part in self.parts) else None

    def attribute(self, run: Interpreter, name: str) -> Values:
        return frozenset({self}) if name in ("value", "name") else NOTHING  # a member of an enumeration

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return run.texts.method(self, name, call, given)


@dataclass(frozen=True, slots=True)
class Encoded(Plain):
    """Base64 of something, as bytes or text."""

    call: cst.Call

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return run.texts.kept(self, name)

    def decoded(self, run: Interpreter) -> Values:
        return run.heap.read(self, ELEMENT)


@dataclass(frozen=True, slots=True)
class Obj(Value):
    """A container made at one place: dict, list, tuple, set, queue, generator. Contents live in the heap."""

    site: cst.CSTNode
    kind: str

    def attribute(self, run: Interpreter, name: str) -> Values:
        return run.heap.read(self, f".{name}")

    def item(self, run: Interpreter, key: Hashable, site: cst.CSTNode) -> Values:
        found = run.heap.read(self, key) | run.heap.read(self, ELEMENT)
        return found.union(*run.heap.items(self).values()) if key == ELEMENT else found

    def iterate(self, run: Interpreter) -> Values:
        found = run.heap.read(self, ELEMENT)
        return found if self.kind == "dict" else found.union(*run.heap.items(self).values())

    def unpacked(self, run: Interpreter, index: int) -> Values:
        return run.heap.read(self, index) | run.heap.read(self, ELEMENT)

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return run.containers.method(self, name, call, given)

    def invoke(self, run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return NOTHING

    def entered(self, run: Interpreter, node: cst.BaseExpression) -> Values:
        # of generators only those made by `contextmanager` can be entered: what they yield
        return self.iterate(run) if self.kind == "generator" else frozenset({self})

    def serialized(self, call: cst.Call) -> Values:
        return frozenset({Json(call, self)}) if self.kind == "dict" else NOTHING


@dataclass(frozen=True, slots=True)
class Json(Plain):
    """JSON text made by `json.dumps` from `content`."""

    call: cst.Call
    content: Obj

    def parsed(self, run: Interpreter, call: cst.Call) -> Values:
        return frozenset({self.content})

    def method(self, run: Interpreter, name: str, call: cst.Call, given: Arguments) -> Values | None:
        return run.texts.kept(self, name)


_V = TypeVar("_V", bound=Value)


def unwrapped(value: _V | Json) -> _V | Obj:
    """Return what JSON text was made of, or the value itself if it is no such text."""
    return value.content if isinstance(value, Json) else value


def without_unknown(values: Values) -> Values:
    """Return what is known among `values`."""
    return frozenset(value for value in values if not isinstance(value, Unknown))


def only_unknown(values: Values) -> Values:
    """Return what is unknown among `values`."""
    return frozenset(value for value in values if isinstance(value, Unknown))


def texts(values: Iterable[Value]) -> list[str]:
    """Return every text that `values` spell out in full."""
    return [value.literal for value in values if isinstance(value, Str) and value.literal is not None]
