"""Parameters of the socket's query, wherever they are written: in the URL's text or in a mapping."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import libcst as cst

from codemods import protocol as v
from codemods.facts import dict_entries, endpoints
from codemods.facts.dict_entries import Entry
from codemods.facts.program import Program
from codemods.interpreter.values import Const, Hole, Lit, Query, Str, Value

_PAIR = re.compile(r"(?:^|(?<=[?&]))(?P<name>[A-Za-z_]\w*)=(?P<value>[^&#]*)")
PLACEHOLDER = re.compile(r"%[sdr(]|[{}]")
"""What stands for a value in a text that is filled in later."""

_V2_ONLY = v.V2_PARAMETERS | {v.SILENCE}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One `name=value` of a v2 socket's query.

    Attributes:
        node: what names it: a string literal, a piece of an f-string, a keyword.
        text: the value as far as it is written in the URL, computed pieces as NUL; "" in a mapping.
        values: the expressions that compute (pieces of) the value.
        place: the literal of the URL, or the entry of the mapping.
        ends: whether the value ends within the literal that names it.
        is_v3: whether the URL is v3's already, over which v2 is spoken.
    """

    name: str
    node: cst.CSTNode
    text: str
    values: tuple[cst.CSTNode, ...]
    place: Lit | Entry
    ends: bool = field(default=True, compare=False)
    is_v3: bool = field(default=False, compare=False)


def parameters(program: Program) -> list[Parameter]:
    """Return every parameter of every v2 socket URL of the program, and what v3 URLs still have of v2's."""
    return program.get(_parameters)


def _parameters(program: Program) -> list[Parameter]:
    return list(_unique(_find(program)))


def by_node(program: Program) -> Mapping[cst.CSTNode, list[Parameter]]:
    """Return the parameters by what names them."""
    found: dict[cst.CSTNode, list[Parameter]] = defaultdict(list)
    for parameter in parameters(program):
        found[parameter.node].append(parameter)
    return found


def is_mapping(program: Program, site: cst.CSTNode) -> bool:
    """Return whether the dict made at `site` becomes a socket's query."""
    return any(isinstance(item.place, Entry) and item.place.obj.site is site for item in parameters(program))


def _unique(found: Iterator[Parameter]) -> Iterator[Parameter]:
    best: dict[tuple[cst.CSTNode, str], Parameter] = {}
    for parameter in found:
        key = (parameter.node, parameter.name)
        # the beginning of a URL is a text of its own, which ends before the value
        if key not in best or len(parameter.text) > len(best[key].text):
            best[key] = parameter
    yield from best.values()


def _find(program: Program) -> Iterator[Parameter]:
    urls = _socket_texts(program)
    migrated = {text for _, text, _ in endpoints.sockets(program)}
    for text, start in urls:
        whole = text in migrated or v.V2_SOCKET.search(text.text)
        is_v3 = v.V2_SOCKET.search(text.text) is None
        for item in _in_text(text, start):
            if whole or item.name in _V2_ONLY:
                yield replace(item, is_v3=is_v3)
    urls = [(text, start) for text, start in urls if text in migrated or v.V2_SOCKET.search(text.text)]
    objects = endpoints.parameter_objects(program, None, [text for text, _ in urls])
    for connect, _, _ in endpoints.sockets(program):
        objects += endpoints.parameter_objects(program, connect, [])
    for obj in objects:
        for entry in dict_entries.entries(program, obj):
            values = (entry.value,) if entry.value is not None else ()
            yield Parameter(entry.key, entry.key_node, "", values, entry)


def _socket_texts(program: Program) -> list[tuple[Str, int]]:
    """Return every text that holds the socket's URL, and where its query can begin."""
    found: dict[Str, int] = {}
    for values in program.all_values.values():
        for value in values:
            if isinstance(value, Str) and value not in found:
                endpoint = endpoints.find(value, v.V2_SOCKET) or endpoints.find(value, v.V3_SOCKET)
                if endpoint is not None:
                    found[value] = endpoint.end
    return sorted(found.items(), key=lambda item: item[0].text)


def _in_text(text: Str, start: int) -> Iterator[Parameter]:
    offset = 0
    for index, part in enumerate(text.parts):
        length = len(part.text) if isinstance(part, Lit) else 1
        if isinstance(part, Lit) and offset + length > start:
            begin = max(start - offset, 0)
            before = text.text[:offset]
            for match in _PAIR.finditer(part.text, begin):
                if match.start() == 0 and not before.endswith(("?", "&")):
                    continue  # the rest of a value
                yield _pair(text, index, part, match)
        offset += length


def _pair(text: Str, index: int, part: Lit, match: re.Match[str]) -> Parameter:
    value, holes, ends = match["value"], [], True
    if match.end() == len(part.text):
        for following in text.parts[index + 1 :]:
            match following:
                case Lit(text=rest):
                    piece = re.split("[&#]", rest, maxsplit=1)[0]
                    ends = ends and not piece
                    value += piece
                    if piece != rest or rest == "":
                        break
                case Hole(node=hole):
                    ends = False
                    value += "\0"
                    holes.append(hole)
                case Query():
                    break
    return Parameter(match["name"], part.node, value, tuple(holes), part, ends)


def constants(program: Program, parameter: Parameter) -> list[str] | None:
    """Return the values that a parameter can have, spelled as in a URL, or None if they are not all known."""
    if isinstance(parameter.place, Lit):
        if not parameter.values:
            return None if PLACEHOLDER.search(parameter.text) else [parameter.text]
        if parameter.text != "\0" or len(parameter.values) != 1:
            return None
    found: list[str] = []
    for node in parameter.values:
        known = [_spelled(value) for value in program.values(node)]
        if not known or None in known:
            return None
        found += [text for text in known if text is not None]
    return found or None


def _spelled(value: Value) -> str | None:
    match value:
        case Str():
            return value.literal
        case Const(value=constant) if not isinstance(constant, bytes):
            return str(constant)
    return None
