"""pydantic: models filled from a mapping, or from JSON text."""

from __future__ import annotations

import libcst as cst

from codemods.interpreter.arguments import Arguments
from codemods.interpreter.fixpoint import Interpreter
from codemods.interpreter.library import Library
from codemods.interpreter.values import NOTHING, ClassRef, Instance, Value, Values

_METHODS = ("model_validate", "model_validate_json", "parse_obj", "parse_raw")


def _validate(run: Interpreter, call: cst.Call, given: Arguments) -> Values:
    """Fill a pydantic model from a mapping, or from JSON text."""
    found: set[Value] = set()
    for value in given.get(0):
        if isinstance(value, ClassRef):
            source = NOTHING.union(*(item.validated(call) for item in given.get(1)))
            instance = Instance(value.node)
            run.calls.fill_fields(instance, Arguments(double_star=[source]), call)
            found.add(instance)
    return frozenset(found)


LIBRARY = Library(
    functions={
        f"class.{name}": _validate for name in ("model_validate", "model_validate_json", "parse_obj", "parse_raw")
    }
)
