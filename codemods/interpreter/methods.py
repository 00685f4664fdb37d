"""What methods do to the values that matter here: containers, text, messages, frames."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.calls import Calls, MethodModel
from codemods.interpreter.heap import ELEMENT, Arguments
from codemods.interpreter.text import filled
from codemods.interpreter.values import (
    NOTHING,
    Connecting,
    Encoded,
    Field,
    Frame,
    Json,
    Message,
    Obj,
    Str,
    Value,
    Values,
)

_ADD = ("append", "appendleft", "put", "put_nowait", "add", "push")
_TAKE = ("get", "get_nowait", "pop", "popleft", "popitem")


def _object_method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    assert isinstance(base, Obj)
    if base.kind == "dict":
        return _dict_method(run, base, name, call, given)
    if name in _ADD:
        run.join_heap(base, ELEMENT, given.get(0))
    elif name == "insert":
        run.join_heap(base, ELEMENT, given.get(1))
    elif name == "extend":
        run.join_heap(base, ELEMENT, run.iterate(given.get(0)))
    elif name in _TAKE or name in ("__anext__", "__next__"):
        return run.elements([base])
    elif name in ("copy", "sync_q", "async_q"):
        return frozenset({base})
    return NOTHING


def _dict_method(run: Calls, base: Obj, name: str, call: cst.Call, given: Arguments) -> Values:
    if name in ("get", "pop", "setdefault"):
        found: set[Value] = set(given.get(1))
        for key in run.keys(given.get(0)):
            found |= run.item(base, key, call)
            if name == "setdefault":
                run.join_heap(base, key, given.get(1))
        return frozenset(found)
    if name == "update":
        run.copy_items(given.get(0), base)
        for key, (_, values) in given.keywords.items():
            run.join_heap(base, key, values)
        if call not in run.stores[base]:
            run.stores[base].append(call)
    elif name == "copy":
        return frozenset({base})
    elif name in ("values", "items", "keys"):
        listing = Obj(call, "generator")
        values = run.elements([base])
        for item in run.items(base).values():
            values |= item
        if name == "items":
            pair = Obj(call.func, "tuple")
            run.join_heap(pair, 1, values)
            values = frozenset({pair})
        run.join_heap(listing, ELEMENT, values if name != "keys" else NOTHING)
        return frozenset({listing})
    return NOTHING


_TEXT_KEEPERS = ("format", "lower", "strip", "rstrip", "lstrip", "encode", "decode", "replace", "format_map", "title")


def _text_method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    if name == "format" and isinstance(base, Str):

        def argument(key: str | int) -> Values:
            return given.get(key) if isinstance(key, int) else given.get(None, key)

        return frozenset({filled(base, argument, percent=False)})
    if name in _TEXT_KEEPERS:
        return frozenset({base})
    if name == "join" and isinstance(base, Str):
        for value in given.get(0):
            if isinstance(value, Obj) and value.kind in ("list", "tuple"):
                items = run.items(value)
                pieces: list[Values] = []
                for index in range(len(items)):
                    pieces += ([frozenset({base})] if index else []) + [items.get(index, NOTHING)]
                return run.concatenate(pieces, call) if pieces else NOTHING
    return NOTHING


def _message_method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    assert isinstance(base, Message)
    if name in ("get", "pop", "setdefault"):
        found: set[Value] = set()
        for key in run.keys(given.get(0)):
            found |= run.item(base, key, call)
        return frozenset(found)
    if name == "copy":
        return frozenset({base})
    if base.connection is None:
        # a value of unknown origin: it may be a socket as well as a message
        if name in ("send", "send_str", "send_json", "send_bytes", "send_text", "send_binary"):
            run.send(call, None, name, given.node(0), None)
        elif name in ("recv", "receive_str"):
            return frozenset({Frame(None)})
        elif name in ("strip", "decode", "result", "get_nowait"):
            return frozenset({base})
    return NOTHING


def _field_method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    if name == "get":
        return frozenset(value for key in run.keys(given.get(0)) for value in run.item(base, key, call))
    return frozenset({base}) if name in ("strip", "copy") else NOTHING


def _frame_method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    return frozenset({base}) if name in ("strip", "decode", "encode") else NOTHING


def _connecting_method(run: Calls, base: Value, name: str, call: cst.Call, given: Arguments) -> Values:
    assert isinstance(base, Connecting)
    return frozenset({base.connection}) if name in ("__aenter__", "__enter__", "__await__") else NOTHING


METHOD_MODELS: dict[type[Value], MethodModel] = {
    Obj: _object_method,
    Str: _text_method,
    Encoded: _text_method,
    Json: _text_method,
    Message: _message_method,
    Field: _field_method,
    Frame: _frame_method,
    Connecting: _connecting_method,
}
