"""V3M504: `extra_headers`, which newer `websockets` no longer takes."""

from __future__ import annotations

import re

import libcst as cst

from codemods.interpreter.values import External
from codemods.model import Options, Safety, Source
from codemods.rule import Changes, Context, Rule
from codemods.syntax.build import replace_with

_GONE = 14
"""Version of `websockets` whose `connect` is the new asyncio client (its changelog): `additional_headers` only."""
_PIN = re.compile(r"(?P<operator>===?|~=|>=|<=|>|<|!=)\s*v?(?P<major>\d+)")


class ExtraHeaders(Rule[cst.Call]):
    """Says what to do about `extra_headers`; renames it where the project needs a version without it."""

    code = "V3M504"
    summary = "extra_headers of websockets.connect is additional_headers since websockets 14"
    source = Source("https://websockets.readthedocs.io/en/stable/howto/upgrade.html", read="2026-11-29")
    why = (
        "With websockets 14 or newer the call raises TypeError, and an unpinned requirement installs the newest. "
        "Before 14, `websockets.connect` knows `extra_headers` only: which one is right depends on the version."
    )
    safety = Safety.MANUAL
    safety_reason = "Where the project's requirements leave only websockets 14 or newer, the argument is renamed."

    def visit(self, node: cst.Call, context: Context) -> Changes:
        connect = context.program.connects.get(node)
        if connect is None or not context.program.is_vendor(connect.connection):
            return
        names = [value.name for value in context.program.values(node.func) if isinstance(value, External)]
        if names != ["websockets.connect"]:
            return  # `websockets.legacy` keeps the old name, `websockets.asyncio` never had it
        for argument in node.args:
            if argument.keyword is not None and argument.keyword.value == "extra_headers":
                yield from self._argument(argument.keyword, node, context.options)

    def _argument(self, keyword: cst.Name, call: cst.Call, options: Options) -> Changes:
        needs, allows = _versions(options)
        if needs:
            edit = replace_with(keyword, "additional_headers")
            message = f"'extra_headers', renamed to 'additional_headers' for websockets {_GONE} and newer"
            yield self.change(keyword, message, edit, safety=Safety.SAFE)
        elif allows:
            yield self.report(
                keyword,
                f"websockets {_GONE} renamed extra_headers= to additional_headers=: rename or pin websockets<{_GONE}",
            )


def _versions(options: Options) -> tuple[bool, bool]:
    """Return whether the project needs a version without `extra_headers`, and whether it allows one."""
    specifier = options.requirements.get("websockets")
    if specifier is None:
        return False, True
    needs, allows = False, True
    for match in _PIN.finditer(specifier):
        operator, major = match["operator"], int(match["major"])
        if operator in ("==", "===", "~=", ">=", ">") and major >= _GONE:
            needs = True
        if (operator in ("==", "===", "~=", "<=") and major < _GONE) or (operator == "<" and major <= _GONE):
            allows = False
    return needs, allows
