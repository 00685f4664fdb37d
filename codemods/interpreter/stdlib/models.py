"""What the standard library does to the values that matter here: JSON, base64, URLs, queues, threads, tasks."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library, Model
from codemods.interpreter.values import (
    ELEMENT,
    NOTHING,
    Bound,
    Encoded,
    External,
    ModuleRef,
    Obj,
    Query,
    Str,
    Value,
    Values,
    texts,
    without_unknown,
)


def _loads(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    found = NOTHING.union(*(value.parsed(run, call) for value in given.get(0, "s")))
    return found if without_unknown(found) or not run.guessing else found | run.library.unseen(call)


def _dumps(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return NOTHING.union(*(value.serialized(call) for value in given.get(0, "obj")))


def _encode(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    encoded = Encoded(call)
    run.heap.join(encoded, ELEMENT, given.get(0, "s"))
    return frozenset({encoded})


def _decode(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return NOTHING.union(*(value.decoded(run) for value in given.get(0, "s")))


def _urlencode(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return frozenset({Str((Query(call),))})


def _import_module(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return run.imports.by_name(texts(given.get(0)))


def _import(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`__import__`: without a list of names it gives the package at the head of a dotted name."""
    names = texts(given.get(0, "name"))
    return run.imports.by_name(names if given.get(3, "fromlist") else [name.split(".")[0] for name in names])


def _first(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return given.get(0)


def _environment(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return given.get(1, "default") | run.imports.environment(texts(given.get(0, "key")))


def _nothing(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return NOTHING


def _partial(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    rest = tuple(values for _, values in given.positional[1:])
    keywords = tuple((name, values) for name, (_, values) in given.keywords.items())
    return frozenset(Bound(target, rest, keywords) for target in given.get(0))


def _container(kind: str) -> Model:
    def model(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        return _holding(run, call, kind, run.iterate(given.get(0)))

    return model


def _dict(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    source = given.get(0)
    copied = NOTHING.union(*(value.copied() for value in source))
    if without_unknown(copied):
        return copied
    obj = Obj(call, "dict")
    run.containers.copy(source, obj)
    for name, (_, values) in given.keywords.items():
        run.heap.join(obj, name, values)
    if any(isinstance(value, Obj) and value.kind != "dict" for value in source):  # pairs
        run.containers.own(call, "dict")
    if any(isinstance(value, External) for value in source):
        copied |= run.unknown
    return frozenset({obj}) | copied


def _own(kind: str, *, several: bool = False) -> Model:
    """Make a model of a function that gives data of the program's own: a mapping, or several of them."""

    def model(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        one = run.containers.own(call, kind)
        return _holding(run, call.func, "list", frozenset({one})) if several else frozenset({one})

    return model


def _holding(run: Interpreter, site: cst.CSTNode, kind: str, *held: Values) -> Values:
    """Return a new container with some elements."""
    obj = Obj(site, kind)
    for values in held:
        run.heap.join(obj, ELEMENT, values)
    return frozenset({obj})


def _map(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    arguments = Arguments([(node, run.iterate(values)) for node, values in given.positional[1:]])
    made = (function.invoke(run, call, arguments) for function in given.get(0))
    return _holding(run, call, "generator", *made)


def _filter(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    kept = run.iterate(given.get(1))
    for function in given.get(0):
        function.invoke(run, call, Arguments([(call.func, kept)]))
    return _holding(run, call, "generator", kept)


def _sorted(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    run.calls.back(given.get(None, "key"), call, [run.iterate(given.get(0))])
    return _container("list")(run, call, given)


def _field(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`dataclasses.field(default_factory=f)`: what `f` makes, as if there were one for all instances."""
    made = (factory.invoke(run, call, Arguments()) for factory in given.get(None, "default_factory"))
    return given.get(None, "default").union(*made) or frozenset({External("dataclasses.field()")})


def _super(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`super()`: nothing is out of sight where all bases are classes of libraries that are known."""
    owner = run.classes.around(run.scope)
    facts = run.classes.facts[owner] if owner is not None else None
    known = facts is not None and not facts.bases and bool(facts.external_bases)
    if facts is not None:
        known &= all(f"{base}.__init__" in run.library.functions for base in facts.external_bases)
    return frozenset({External("builtins.super()")}) | (NOTHING if known else run.unknown)


def _super_init(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """`super().__init__(...)`: what the libraries do in whose classes the bases are."""
    owner = run.classes.around(run.scope)
    for base in run.classes.facts[owner].external_bases if owner is not None else ():
        if model := run.library.functions.get(f"{base}.__init__"):
            model(run, call, given)
    return NOTHING


def _setattr(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    for base in given.get(0):
        for name in given.get(1):
            if isinstance(name, Str) and name.literal is not None:
                run.heap.join(base, f".{name.literal}", given.get(2))
    return NOTHING


def _exec(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    for names in (*given.get(1, "globals"), *given.get(2, "locals")):
        run.heap.join(names, ELEMENT, run.unknown)
    return NOTHING


def _here(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return frozenset({ModuleRef(run.path)})


def _iter(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    if len(given.positional) < 2:
        return given.get(0)
    return _holding(run, call, "generator", *(each.invoke(run, call, Arguments()) for each in given.get(0)))


def _next(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return run.iterate(given.get(0))


def _enumerate(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    pair = Obj(call, "tuple")
    run.heap.join(pair, 1, run.iterate(given.get(0)))
    return _holding(run, call.func, "generator", frozenset({pair}))


def _zip(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    row = Obj(call, "tuple")
    for index, (_, values) in enumerate(given.positional):
        run.heap.join(row, index, run.iterate(values))
    return _holding(run, call.func, "generator", frozenset({row}))


def _getattr(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    found: set[Value] = set(given.get(2))
    for base in given.get(0):
        for name in given.get(1):
            if isinstance(name, Str) and name.literal is not None:
                found |= base.attribute(run, name.literal)
    return frozenset(found)


def _thread(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    rest: list[Values] = []
    for value in given.get(3, "args"):
        if isinstance(value, Obj):
            items = run.heap.items(value)
            rest += [items.get(index, NOTHING) for index in range(len(items))]
    arguments = Arguments(positional=[(call.func, values) for values in rest])
    for value in given.get(4, "kwargs"):
        if isinstance(value, Obj):
            arguments.keywords.update({str(key): (call.func, found) for key, found in run.heap.items(value).items()})
    for target in given.get(1, "target"):
        target.invoke(run, call, arguments)
    return frozenset({External("threading.Thread()")})


def _calls_nth(index: int) -> Model:
    """Make a model of a function that calls its argument `index` with the arguments after it."""

    def model(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
        rest = Arguments(given.positional[index + 1 :], given.keywords, given.star, given.double_star)
        found = (
            run.unknown
            if isinstance(target, External) and target.name not in run.library.functions
            else target.invoke(run, call, rest)
            for target in given.get(index)
        )
        return NOTHING.union(*found)

    return model


def _enter(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    return run.entered(given.get(0), call)


def _gather(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    obj = Obj(call, "tuple")
    for index, (_, values) in enumerate(given.positional):
        run.heap.join(obj, index, values)
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

_FUNCTIONS: dict[str, Model] = {
    **{f"{name}.loads": _loads for name in _JSON},
    **{f"{name}.dumps": _dumps for name in _JSON},
    "base64.b64encode": _encode,
    "base64.standard_b64encode": _encode,
    "base64.encodebytes": _encode,
    "binascii.b2a_base64": _encode,
    "base64.b64decode": _decode,
    "builtins.__import__": _import,
    "importlib.import_module": _import_module,
    "urllib.parse.urlencode": _urlencode,
    "urllib.parse.quote": _nothing,
    "urllib.parse.parse_qs": _own("dict"),
    "urllib.parse.parse_qsl": _own("tuple", several=True),
    "csv.DictReader": _own("dict", several=True),
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
    "builtins.dict": _dict,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.setattr": _setattr,
    "builtins.super": _super,
    "builtins.super().__init__": _super_init,
    "dataclasses.field": _field,
    "builtins.globals": _here,
    "builtins.exec": _exec,
    "builtins.sorted": _sorted,
    "builtins.reversed": _container("list"),
    "builtins.getattr": _getattr,
    "builtins.len": _nothing,
    "typing.cast": lambda run, call, given: given.get(1, "val"),
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "functools.partial": _partial,
    "functools.wraps": _nothing,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    "threading.Thread": _thread,
    "threading.Timer": _calls_nth(1),
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

_METHODS: dict[str, Model] = {
    "run_in_executor": _calls_nth(1),
    "call_soon_threadsafe": _calls_nth(0),
    "call_soon": _calls_nth(0),
    "call_later": _calls_nth(1),
    "submit": _calls_nth(0),
    "run_until_complete": _first,
    "start_soon": _calls_nth(0),
    "create_task": _first,
    "fromkeys": _own("dict"),
    "hex": lambda run, call, given: frozenset({External("builtins.bytes().hex()")}),
    "fetchone": _own("row"),
    "fetchall": _own("row", several=True),
    "fetchmany": _own("row", several=True),
    "enter_context": _enter,
    "enter_async_context": _enter,
}

LIBRARY = Library(functions=_FUNCTIONS, methods=_METHODS)
