"""What is filled from a message: `Event(**message)`, `handle(**message)`, `Event.model_validate(message)`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import libcst as cst

from codemods import protocol as v
from codemods.facts.program import Program
from codemods.interpreter.classes import alias, decorator_name
from codemods.interpreter.expressions import is_filter
from codemods.interpreter.values import Bound, ClassRef, External, Function, Value
from codemods.libraries.values import Frame, Message, Word
from codemods.syntax.children import walk
from codemods.syntax.navigate import keyword
from codemods.syntax.tree import SourceModule

FROM_MAPPING = {"model_validate", "parse_obj"}
FROM_JSON = {"model_validate_json": "model_validate", "parse_raw": "parse_obj"}

_TURN = frozenset(
    {"text", "words", "confidence", "audio_start", "audio_end", "created", "punctuated", "text_formatted"}
)
_BEGIN = frozenset({"session_id", "expires_at"})
_TERMINATION = frozenset({"audio_duration_seconds"})
KEYS = {"Turn": _TURN, "Begin": _BEGIN, "Termination": _TERMINATION}
"""Which v2 keys have a counterpart in which v3 message."""
WORD_KEYS = ("start", "end", "confidence", "text")
_FILLED_BY = ("dataclass", "define", "frozen", "mutable", "attrs", "s")
_BASES = ("NamedTuple", "BaseModel")


@dataclass(slots=True)
class Filling:
    """One call that unpacks a message, or a word of one.

    Attributes:
        call: the call.
        source: the expression for the mapping, or for its JSON text.
        name: the class that is filled, or the function whose parameters are.
        keys: the keys of a v2 message that the class takes, in the order of its fields.
        of_word: whether a word is unpacked.
        aliases: the literals by which fields of the class name keys that differ from their own names.
        types: the literals in the annotation of the message type.
        enums: the enumerations among the types of those fields.
        problem: why a person has to see to it.
    """

    call: cst.Call
    source: cst.BaseExpression
    name: str = ""
    keys: tuple[str, ...] = ()
    of_word: bool = False
    aliases: Mapping[str, cst.SimpleString] = field(default_factory=dict)
    types: tuple[cst.SimpleString, ...] = ()
    enums: tuple[cst.ClassDef, ...] = ()
    problem: str | None = None

    @property
    def mapping(self) -> cst.BaseExpression:
        """The message itself, where `source` only leaves out what the class does not take."""
        match self.source:
            case cst.DictComp(
                for_in=cst.CompFor(iter=cst.Call(func=cst.Attribute(value=items, attr=cst.Name("items"))))
            ):
                return items if is_filter(self.source) else self.source
        return self.source


@dataclass(slots=True)
class _Field:
    key: str
    annotation: str = ""
    required: bool = False
    alias: cst.SimpleString | None = None
    types: tuple[cst.SimpleString, ...] = ()
    enums: tuple[cst.ClassDef, ...] = ()


class Fillings:
    """Every such call of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._robbed = {
            value
            for node, _ in program.walk()
            for value in program.values(_taken_from(node))
            if isinstance(value, Message)
        }
        """Messages out of which the program takes keys."""
        self.at: dict[cst.CSTNode, Filling] = {}
        for call, module in program.find(cst.Call):
            if (source := self._source(call)) is not None:
                takers = {_taker(value) for value in program.values(call.func)}
                if not (takers and all(map(self._takes_v3, takers))):
                    self.at[call] = self._filling(call, source, module, takers)

    def can_fill(self, node: cst.CSTNode) -> bool:
        """Return whether `node` fills a class in a way that can be rewritten."""
        found = self.at.get(node)
        return found is not None and found.problem is None

    def _source(self, call: cst.Call) -> cst.BaseExpression | None:
        for argument in call.args:
            if argument.star == "**" and self._is_ours(argument.value, Message | Word):
                return argument.value
        if isinstance(call.func, cst.Attribute) and len(call.args) == 1 and not call.args[0].star:
            if call.func.attr.value == "update" and self._is_ours(call.args[0].value, Message):
                # a dict of the program's own, or an object's `__dict__`, takes all that there is
                return None if self._is_ours(call.func.value, Message) else call.args[0].value
            kind = Message if call.func.attr.value in FROM_MAPPING else Frame
            if call.func.attr.value in (*FROM_MAPPING, *FROM_JSON) and self._is_ours(call.args[0].value, kind):
                return call.args[0].value
        return None

    def _is_ours(self, node: cst.BaseExpression, kind) -> bool:  # type: ignore[no-untyped-def]
        return any(isinstance(value, kind) and self.program.is_ours(value) for value in self.program.values(node))

    def _takes_v3(self, taker: cst.ClassDef | cst.FunctionDef | None) -> bool:
        """Return whether a class or function cannot do without what v3 alone sends, and takes nothing of v2."""
        fields = self._taken_by(taker) if taker is not None else None
        wanted = {item.key for item in fields or () if item.required}
        # A word has its text in both.
        return not v.V3_KEYS.isdisjoint(wanted) and v.V2_KEYS.isdisjoint(
            item.key for item in fields or () if not (item.key == "text" and "word_is_final" in wanted)
        )

    def _taken_by(self, taker: cst.ClassDef | cst.FunctionDef) -> list[_Field] | None:
        return self._fields(taker) if isinstance(taker, cst.ClassDef) else _parameters(taker)

    def _filling(
        self,
        call: cst.Call,
        source: cst.BaseExpression,
        module: SourceModule,
        takers: Collection[cst.ClassDef | cst.FunctionDef | None],
    ) -> Filling:
        found = Filling(call, source, of_word=self._is_ours(source, Word))
        if self._robbed & set(self.program.values(source)):
            found.problem = "unpacks a server message without the keys taken out before: v3 has other keys, and more"
            return found
        taker = next(iter(takers)) if len(takers) == 1 else None
        if taker is None:
            found.problem = "unpacks a server message: v3 sends other keys (type, transcript, id), and more of them"
            return found
        found.name = taker.name.value
        fields = self._taken_by(taker)
        plain = isinstance(found.mapping, cst.Name | cst.Subscript | cst.Attribute | cst.Call)
        if fields is None or not plain:
            found.problem = f"fills {found.name} from a server message: v3 sends other keys, and more of them"
            return found
        known = (
            WORD_KEYS
            if found.of_word
            else ("message_type", "error", *(key for group in KEYS.values() for key in group))
        )
        found.keys = tuple(item.key for item in fields if item.key in known)
        found.aliases = {item.key: item.alias for item in fields if item.alias is not None}
        found.types = tuple(literal for item in fields for literal in item.types)
        found.enums = tuple(enum for item in fields for enum in item.enums)
        found.problem = next((text for item in fields if (text := _problem(item, known, found.name))), None)
        if found.aliases and self._is_called_with(taker, found.aliases):
            found.problem = f"fills {found.name} from a server message: v3 sends other keys, and more of them"
        if {"expires_at", "created"} & set(found.keys) and not self._has_clock(module):
            found.problem = f"fills {found.name} with a date that v3 messages do not have, or have as a number"
        return found

    def _is_called_with(self, taker: cst.CSTNode, keys: Mapping[str, object]) -> bool:
        """Return whether some call gives one of `keys` by name."""
        return any(
            keyword(call, *keys) is not None
            for call, _ in self.program.find(cst.Call)
            if any(_taker(value) is taker for value in self.program.values(call.func))
        )

    def _enums(self, annotation: cst.BaseExpression) -> tuple[cst.ClassDef, ...]:
        return tuple(
            value.node
            for value in self.program.values(annotation)
            if isinstance(value, ClassRef) and self.program.classes[value.node].is_enum
        )

    def _has_clock(self, module: SourceModule) -> bool:
        """Return whether `datetime` and `timezone` mean, or can be made to mean, the standard library's classes."""
        scope = self.program.scope(module.tree)
        return all(
            name not in scope.local or self.program.variable(scope, name) == frozenset({External(f"datetime.{name}")})
            for name in ("datetime", "timezone")
        )

    def _fields(self, node: cst.ClassDef) -> list[_Field] | None:
        """Return the fields of a class as far as a mapping fills them; None when that is out of sight."""
        facts = self.program.classes[node]
        inherited: list[_Field] = []
        for base in facts.bases:
            found = self._fields(base)
            if found is None:
                return None
            inherited += found
        init = facts.methods.get("__init__")
        if init is not None:
            return _parameters(init)
        module = self.program.module_of(node)
        if module is None or "alias_generator" in module.code(node):
            return None
        decorated = {decorator_name(item) for item in node.decorators} & set(_FILLED_BY)
        based = any(name.rsplit(".", 1)[-1] in _BASES for name in facts.external_bases)
        if not decorated and not based and not inherited:
            return None
        keys = self.program.declared(node)
        own = [
            _Field(
                keys[item.target.value],
                module.code(item.annotation.annotation),
                item.value is None or _is_required(item.value),
                alias(item),
                _literals(item.annotation, module),
                self._enums(item.annotation.annotation),
            )
            for item in facts.fields
            if isinstance(item.target, cst.Name) and "ClassVar" not in module.code(item.annotation.annotation)
        ]
        return [*inherited, *own]


def _taken_from(node: cst.CSTNode) -> cst.BaseExpression | None:
    """Return the mapping that `mapping.pop(...)` or `del mapping[...]` takes a key out of."""
    match node:
        case cst.Call(func=cst.Attribute(value=mapping, attr=cst.Name("pop"))) | cst.Del(cst.Subscript(value=mapping)):
            return mapping
    return None


def helper_name(class_name: str) -> str:
    """Return the name of the function that picks a class's fields out of a message."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower().strip("_")
    return f"{words}_fields"


def _taker(value: Value) -> cst.ClassDef | cst.FunctionDef | None:
    """Return the class or function that takes what a call unpacks."""
    target = value.target if isinstance(value, Bound) else value
    if isinstance(target, ClassRef | Function) and not isinstance(target.node, cst.Lambda):
        return target.node
    if isinstance(value, Bound) and isinstance(target, External) and target.name.startswith("class."):
        return next((inner.node for inner in value.args[0] if isinstance(inner, ClassRef)), None)
    return None


def _parameters(function: cst.FunctionDef) -> list[_Field] | None:
    rest = function.params.star_kwarg
    if rest is not None and any(
        isinstance(node, cst.Name) and node.value == rest.name.value for node in walk(function.body)
    ):
        return None
    params = [item for item in function.params.params if item.name.value not in ("self", "cls")]
    return [_Field(item.name.value, "", item.default is None) for item in (*params, *function.params.kwonly_params)]


def _literals(annotation: cst.Annotation, module: SourceModule) -> tuple[cst.SimpleString, ...]:
    """Return the v2 message types in `Literal["PartialTranscript", ...]`."""
    return tuple(
        node
        for node in module.walk(annotation)
        if isinstance(node, cst.SimpleString) and node.evaluated_value in v.V2_TYPES
    )


def _is_required(value: cst.BaseExpression) -> bool:
    """Return whether `name: type = Field(...)` still asks for a value."""
    if not isinstance(value, cst.Call):
        return False
    if value.args and isinstance(value.args[0].value, cst.Ellipsis):
        return True
    names = {argument.keyword.value for argument in value.args if argument.keyword is not None}
    return bool(names & {"alias", "validation_alias"}) and not names & {"default", "default_factory"}


def _problem(item: _Field, known: tuple[str, ...], class_name: str) -> str | None:
    if item.key != v.TYPE_KEY and any(name in item.annotation for name in v.V2_TYPES):
        return f"{class_name} takes v2 message types only: v3's are Begin, Turn and Termination"
    if item.key not in known and item.required:
        return f"{class_name} wants {item.key!r}, which v3 messages do not have: give it a default"
    return None
