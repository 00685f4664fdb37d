"""Stand-ins for packages that are not installed: they accept everything, do nothing, and report the text they get."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import re
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import v3_migrate_control

_SECRET = re.compile(r"key|token|secret|password", re.IGNORECASE)
_START = re.compile(r"^\W*(start|begin|record|listen)", re.IGNORECASE)
_ERROR = re.compile(r"(Error|Exception|Warning|Disconnect)$")


class Stub:
    """Anything: a function, an object, a decorator, a context manager, a base class, a mapping."""

    def __init__(self, name: str, shape: int = 0, label: str = "") -> None:
        self.__dict__.update(_name=name, _items={}, _shape=shape, _label=label)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        value = self.__dict__[name] = _attribute(self._name, name, self._label)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if not _SECRET.search(name):
            _report_text(self._name + "." + name, (value,))
        self.__dict__[name] = value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], type) and args[0].__module__ != "builtins":
            return args[0]
        label = " ".join(
            filter(None, [self._label, *(arg for arg in (*args, *kwargs.values()) if isinstance(arg, str))])
        )
        noted = [v3_migrate_control.noted(value, label) for value in (*args, *kwargs.values())]
        if len(args) == 1 and not kwargs and noted[0]:
            return args[0]  # It may be a decorator.
        _report_text(self._name, (*args, *(value for name, value in kwargs.items() if not _SECRET.search(name))))
        if _START.search(next((arg for arg in args if isinstance(arg, str)), "")):
            _press(kwargs)
        if v3_migrate_control.GIVES.search(self._name + "()"):
            taken = v3_migrate_control.take(Stub)
            if taken is not None:
                return taken
        counts = [len(value) if isinstance(value, (list, tuple)) else value for value in args[:1]]
        return Stub(self._name + "()", counts[0] if counts and isinstance(counts[0], int) else 0, label)

    def __getitem__(self, key: Any) -> Any:
        if key not in self:
            self._items[key] = Stub("%s[%r]" % (self._name, key))
        return self._items[key] if key in self._items else self.__dict__[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        _report_text("%s[%r]" % (self._name, key), (value,))
        self._items[key] = value

    def __delitem__(self, key: Any) -> None:
        self._items.pop(key, None)

    def __contains__(self, key: Any) -> bool:
        return key in self._items or key in self.__dict__

    def __iter__(self) -> Iterator[Any]:
        return iter([Stub("%s[%d]" % (self._name, index)) for index in range(self._shape)])

    def __len__(self) -> int:
        return int(self._shape)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Stub:
        return self

    def __exit__(self, *_: Any) -> None:
        return None

    async def __aenter__(self) -> Stub:
        return self

    async def __aexit__(self, *_: Any) -> None:
        return None

    def __await__(self) -> Iterator[Any]:
        return iter(())

    def __aiter__(self) -> Stub:
        return self

    async def __anext__(self) -> Any:
        raise StopAsyncIteration

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return () if any(_Base in getattr(base, "__mro__", ()) for base in bases) else (_Base,)

    def __int__(self) -> int:
        return 1

    def __float__(self) -> float:
        return 1.0

    def __str__(self) -> str:
        return "<%s>" % self._name

    __repr__ = __str__


class _Base:
    """What a class of the program gets from one that is not there: whatever it asks for, and threads that run."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _report_text(type(self).__name__, (*args, *kwargs.values()))
        v3_migrate_control.hooks(self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if name == "start" and callable(getattr(type(self), "run", None)):
            thread = self.__dict__["_thread"] = threading.Thread(target=self.run, daemon=True)
            return thread.start
        if name in ("wait", "join") and "_thread" in self.__dict__:
            return lambda *_: self._thread.join()
        value = self.__dict__[name] = _attribute(type(self).__name__, name)
        return value


def _press(options: dict[str, Any]) -> None:
    """Press a button of a page that is made from top to bottom: nobody else is there to do it."""
    action = options.get("on_click")
    if isinstance(action, types.FunctionType):
        action(*(options.get("args") or ()), **(options.get("kwargs") or {}))


class _Key(str):
    """A made-up key; where a method has such a name, it can be called."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Stub:
        return Stub("key()")


def _attribute(owner: str, name: str, label: str = "") -> Any:
    if _ERROR.search(name):
        return type(name, (Exception,), {})
    if _SECRET.search(name) and not name.startswith("set"):
        return _Key("smoke-test-key")
    return Stub(owner + "." + name, label=label)


class _Module(types.ModuleType):
    """A module in which everything exists."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        value = _attribute(self.__name__, name)
        setattr(self, name, value)
        return value


_send: Callable[..., None]


def _report_text(channel: str, values: Sequence[Any]) -> None:
    for text in _texts(values, 3):
        _send("stub", channel=channel, text=text)


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth:
        for item in value.values():
            yield from _texts(item, depth - 1)
    elif isinstance(value, (list, tuple, set)) and depth:
        for item in value:
            yield from _texts(item, depth - 1)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Last in line: what nobody found and the program itself asked for becomes a stub.

    Only the program itself: libraries try for optional packages, and a stub in their place would break them.
    """

    def __init__(self, project: str, always: Sequence[str] | None = None) -> None:
        self._project, self._always = os.path.realpath(project) + os.sep, always
        self._stubbed: dict[str, bool] = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = name.partition(".")[0]
        if top not in self._stubbed:
            chosen = self._always is None or top in self._always
            if "." in name or not chosen or not self._asked_by_program():
                return None
            self._stubbed[top] = True
            _send("stubbed", package=top)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def _asked_by_program(self) -> bool:
        frame = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if file != __file__ and not file.startswith("<frozen importlib"):
                return os.path.realpath(file).startswith(self._project) and "site-packages" not in file
            frame = frame.f_back  # type: ignore[assignment]
        return False

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """A stub has no code."""


_Environ: Any = type(os.environ)
_setting = _Environ.__getitem__


def _key_or_setting(self: Any, name: str) -> Any:
    """Return a made-up key where none is set: which service it is for does not matter here."""
    try:
        return _setting(self, name)
    except KeyError:
        if isinstance(name, str) and _SECRET.search(name):
            return "smoke-test-key"
        raise


def install(project: str, missing: bool, always: Sequence[str], report: Callable[..., None]) -> None:
    """Stub what the program under `project` imports: what is `missing`, and some packages `always`.

    Texts that they are given go to `report`.
    """
    _Environ.__getitem__ = _key_or_setting
    global _send
    _send = report
    finders: list[Any] = sys.meta_path
    if always:
        finders.insert(0, _Finder(project, always))
    if missing:
        finders.append(_Finder(project))
