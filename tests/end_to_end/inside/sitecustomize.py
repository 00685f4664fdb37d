"""Runs inside SDK programs: reports keywords that the SDK's models do not know, which they drop without a word.

The sandbox's own `sitecustomize` runs this one as that of the user.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

import sitecustomize

_MODELS = "assemblyai.streaming.v3.models"


class _WatchModels(MetaPathFinder):
    """Lets every model of the streaming API say which keywords it was given in vain."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == _MODELS else None
        if spec is None or spec.loader is None:
            return None
        load: Any = spec.loader.exec_module

        def watched(module: ModuleType) -> None:
            load(module)
            # a set: models have a second name
            for model in {item for item in vars(module).values() if isinstance(item, type)}:
                if hasattr(model, "model_fields") and model.__module__ == _MODELS:
                    _watch(model)

        spec.loader.exec_module = watched  # type: ignore[method-assign]
        return spec


def _watch(model: Any) -> None:
    make = model.__init__
    known = set(model.model_fields) | {field.alias for field in model.model_fields.values()}

    def watched(self: Any, **given: Any) -> None:
        # what the server sends is parsed past this: only calls by name come here, some by way of a base class
        if type(self) is model:
            for keyword in given.keys() - known:
                sitecustomize.report("unknown-keyword", model=model.__name__, keyword=keyword)
        make(self, **given)

    model.__init__ = watched


sys.meta_path.insert(0, _WatchModels())
