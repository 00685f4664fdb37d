"""What the standard library does to the values that matter here: JSON, base64, URLs, queues, threads, tasks."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.calls import Calls, Model
from codemods.interpreter.heap import ELEMENT, Arguments
from codemods.interpreter.values import (
    NOTHING,
    Bound,
    ClassRef,
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
