"""What the standard library does to the values that matter here: JSON, base64, URLs, queues, threads, tasks."""

from __future__ import annotations

import libcst as cst

from codemods.facts.calls import Calls, MethodModel, Model
from codemods.facts.store import ELEMENT, Arguments
from codemods.facts.templates import filled
from codemods.facts.values import (
    NOTHING,
    Bound,
    ClassRef,
    Connecting,
    Encoded,
    External,
    Field,
    Frame,
    Instance,
    Json,
    Message,
    Obj,
    Query,
    Sound,
    Str,
    Value,
    Values,
)

# functions ------------------------------------------------------------------------------------------------------


def _loads(run: Calls, call: cst.Call, given: Arguments) -> Values:
    found: set[Value] = set()
    text = given.get(0, "s")
    for value in text:
        if isinstance(value, Frame):
            found.add(Message(value.connection, call))
        elif isinstance(value, Json):
            found.add(value.content)
        elif isinstance(value, Message | External | Field):
            found.add(Message(None, call))
    if not found and run.guessing:
        found.add(Message(None, call))
    return frozenset(found)


def _validate(run: Calls, call: cst.Call, given: Arguments) -> Values:
    """Fill a pydantic model from a mapping, or from JSON text."""
    found: set[Value] = set()
    for value in given.get(0):
        if isinstance(value, ClassRef):
            source: set[Value] = set()
            for item in given.get(1):
                source.add(Message(item.connection, call) if isinstance(item, Frame) else item)
            instance = Instance(value.node)
            run.fill_fields(instance, Arguments(double_star=[frozenset(source)]), call)
            found.add(instance)
    return frozenset(found)


def _dumps(run: Calls, call: cst.Call, given: Arguments) -> Values:
    found: set[Value] = set()
    for value in given.get(0, "obj"):
        if isinstance(value, Obj) and value.kind == "dict":
            found.add(Json(call, value))
        elif isinstance(value, Message) and value.connection is not None:
            found.add(Frame(value.connection))
    return frozenset(found)


def _encode(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return frozenset({Encoded(call)})


def _decode(run: Calls, call: cst.Call, given: Arguments) -> Values:
    found: set[Value] = set()
    for value in given.get(0, "s"):
        if isinstance(value, Encoded) and value.call.args:
            found |= run.values.get(value.call.args[0].value, NOTHING)
        elif isinstance(value, Sound):
            found.add(value)
    return frozenset(found)


def _urlencode(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return frozenset({Str((Query(call),))})


def _first(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return given.get(0)


def _second(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return given.get(1, "default")


def _nothing(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return NOTHING


def _partial(run: Calls, call: cst.Call, given: Arguments) -> Values:
    rest = tuple(values for _, values in given.positional[1:])
    keywords = tuple((name, values) for name, (_, values) in given.keywords.items())
    return frozenset(Bound(target, rest, keywords) for target in given.get(0))


def _container(kind: str) -> Model:
    def model(run: Calls, call: cst.Call, given: Arguments) -> Values:
        obj = Obj(call, kind)
        for value in given.get(0):
            if isinstance(value, Message) and kind == "dict":
                return frozenset({value})
        if kind == "dict":
            run.copy_items(given.get(0), obj)
            for name, (_, values) in given.keywords.items():
                run.join_heap(obj, name, values)
        else:
            run.join_heap(obj, ELEMENT, run.iterate(given.get(0)))
        return frozenset({obj})

    return model


def _iter(run: Calls, call: cst.Call, given: Arguments) -> Values:
    if len(given.positional) < 2:
        return given.get(0)
    obj = Obj(call, "generator")
    for function in given.get(0):
        run.join_heap(obj, ELEMENT, run.call(function, call, Arguments()))
    return frozenset({obj})


def _next(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return run.iterate(given.get(0))


def _enumerate(run: Calls, call: cst.Call, given: Arguments) -> Values:
    pair, obj = Obj(call, "tuple"), Obj(call.func, "generator")
    run.join_heap(pair, 1, run.iterate(given.get(0)))
    run.join_heap(obj, ELEMENT, frozenset({pair}))
    return frozenset({obj})


def _zip(run: Calls, call: cst.Call, given: Arguments) -> Values:
    row, obj = Obj(call, "tuple"), Obj(call.func, "generator")
    for index, (_, values) in enumerate(given.positional):
        run.join_heap(row, index, run.iterate(values))
    run.join_heap(obj, ELEMENT, frozenset({row}))
    return frozenset({obj})


def _getattr(run: Calls, call: cst.Call, given: Arguments) -> Values:
    found: set[Value] = set(given.get(2))
    for base in given.get(0):
        for name in given.get(1):
            if isinstance(name, Str) and name.literal is not None:
                found |= run.attribute(base, name.literal)
    return frozenset(found)


def _thread(run: Calls, call: cst.Call, given: Arguments) -> Values:
    rest: list[Values] = []
    for value in given.get(3, "args"):
        if isinstance(value, Obj):
            items = run.items(value)
            rest += [items.get(index, NOTHING) for index in range(len(items))]
    arguments = Arguments(positional=[(call.func, values) for values in rest])
    for value in given.get(4, "kwargs"):
        if isinstance(value, Obj):
            arguments.keywords.update({str(key): (call.func, found) for key, found in run.items(value).items()})
    for target in given.get(1, "target"):
        run.call(target, call, arguments)
    return frozenset({External("threading.Thread()")})


def _timer(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return _calls_nth(1)(run, call, given)


def _calls_nth(index: int) -> Model:
    """Make a model of a function that calls its argument `index` with the arguments after it."""

    def model(run: Calls, call: cst.Call, given: Arguments) -> Values:
        found: set[Value] = set()
        rest = Arguments(given.positional[index + 1 :], given.keywords, given.star, given.double_star)
        for target in given.get(index):
            if not isinstance(target, External) or target.name in run.models:
                found |= run.call(target, call, rest)
        return frozenset(found)

    return model


def _enter(run: Calls, call: cst.Call, given: Arguments) -> Values:
    return run.entered(given.get(0), call)


def _gather(run: Calls, call: cst.Call, given: Arguments) -> Values:
    obj = Obj(call, "tuple")
    for index, (_, values) in enumerate(given.positional):
        run.join_heap(obj, index, values)
    return frozenset({obj})


_JSON = ("json", "ujson", "orjson", "simplejson", "rapidjson")
_QUEUES = (
    "queue.Queue",
    "queue.SimpleQueue",
    "queue.LifoQueue",
    "queue.PriorityQueue",
    "asyncio.Queue",
    "multiprocessing.Queue",
    "collections.deque",
    "janus.Queue",
)

MODELS: dict[str, Model] = {
    **{f"{name}.loads": _loads for name in _JSON},
    **{f"{name}.dumps": _dumps for name in _JSON},
    "base64.b64encode": _encode,
    "base64.standard_b64encode": _encode,
    "base64.encodebytes": _encode,
    "binascii.b2a_base64": _encode,
    "base64.b64decode": _decode,
    "urllib.parse.urlencode": _urlencode,
    "urllib.parse.quote": _nothing,
    "builtins.str": _first,
    "builtins.bytes": _first,
    "builtins.bytearray": _first,
    "builtins.iter": _iter,
    "builtins.aiter": _iter,
    "builtins.next": _next,
    "builtins.anext": _next,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.list": _container("list"),
    "builtins.tuple": _container("tuple"),
    "builtins.set": _container("set"),
    "builtins.frozenset": _container("set"),
    "builtins.dict": _container("dict"),
    "builtins.sorted": _container("list"),
    "builtins.reversed": _container("list"),
    "builtins.getattr": _getattr,
    "builtins.len": _nothing,
    **{f"class.{name}": _validate for name in ("model_validate", "model_validate_json", "parse_obj", "parse_raw")},
    "typing.cast": lambda run, call, given: given.get(1, "val"),
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "functools.partial": _partial,
    "os.getenv": _second,
    "os.environ.get": _second,
    "threading.Thread": _thread,
    "threading.Timer": _timer,
    "_thread.start_new_thread": lambda run, call, given: _thread(
        run,
        call,
        Arguments(keywords={"target": given.positional[0], "args": given.positional[1]})
        if len(given.positional) > 1
        else Arguments(),
    ),
    "asyncio.to_thread": _calls_nth(0),
    "contextlib.closing": _first,
    "contextlib.aclosing": _first,
    "asyncio.wait_for": _first,
    "asyncio.shield": _first,
    "asyncio.create_task": _first,
    "asyncio.ensure_future": _first,
    "asyncio.run": _first,
    "asyncio.run_coroutine_threadsafe": _first,
    "asyncio.gather": _gather,
    "anyio.to_thread.run_sync": _calls_nth(0),
    **{name: _container("queue") for name in _QUEUES},
}

NAME_MODELS: dict[str, Model] = {
    "run_in_executor": _calls_nth(1),
    "call_soon_threadsafe": _calls_nth(0),
    "call_soon": _calls_nth(0),
    "call_later": _calls_nth(1),
    "submit": _calls_nth(0),
    "run_until_complete": _first,
    "start_soon": _calls_nth(0),
    "create_task": _first,
    "fromkeys": _nothing,
    "enter_context": _enter,
    "enter_async_context": _enter,
}

# methods --------------------------------------------------------------------------------------------------------

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
