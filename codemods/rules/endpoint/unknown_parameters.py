"""V3M103: query parameters that v2 never had."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts import query
from codemods.model import Safety
from codemods.rule import Context, Rule
from codemods.syntax.edits import Change

_LANGUAGE = "v2 ignored it; for other languages than English choose speech_model=universal-streaming-multilingual"
_ADVICE = {
    "speaker_labels": "v2 ignored it; v3 knows a `speaker_labels` of its own, which now takes effect",
    "language_code": _LANGUAGE,
    "language": _LANGUAGE,
    "model": "v2 ignored it; v3's parameter is `speech_model`",
    "punctuate": "v2 ignored it; v3 punctuates with format_turns=true, which is set",
    "format_text": "v2 ignored it; v3 formats with format_turns=true, which is set",
    "endpointing": "v2 ignored it; v3's parameters are `min_turn_silence` and `max_turn_silence` (milliseconds)",
    "interim_results": "v2 ignored it; v3 always sends turns as they grow: test `end_of_turn` in the message",
    "channels": "v2 ignored it; v3 takes one channel too: send mono",
}
_TAKES_EFFECT = frozenset({"speaker_labels"})
_KNOWN = (
    v.PARAMETERS_KEPT | v.PARAMETERS_DROPPED | v.PARAMETERS_V3 | set(v.PARAMETERS_RENAMED) | {v.SILENCE}
) - _TAKES_EFFECT


class UnknownParameters(Rule):
    """Reports parameters that the v2 socket never had."""

    code = "V3M103"
    summary = "query parameters that v2 never had are reported"
    source = v.PARAMETERS
    why = "v2 ignored what it did not know. v3 may refuse the session, or give the name a meaning of its own."
    safety = Safety.MANUAL
    nodes = (cst.SimpleString, cst.FormattedStringText, cst.Name)
    order = 12

    def visit(self, node: cst.CSTNode, context: Context) -> Iterable[Change]:
        table = context.program.memo(UnknownParameters, lambda: self._plan(context))
        return table.get(node, ())

    def _plan(self, context: Context) -> dict[cst.CSTNode, list[Change]]:
        table: dict[cst.CSTNode, list[Change]] = {}
        for parameter in query.parameters(context.program):
            if parameter.name in _KNOWN:
                continue
            advice = _ADVICE.get(parameter.name, "v2 never had it, and neither has v3")
            if parameter.name in _TAKES_EFFECT:
                message = f"see whether {parameter.name!r} is still wanted: {advice}"
            else:
                message = f"take {parameter.name!r} out of the URL: {advice}"
            table.setdefault(parameter.node, []).append(self.report(parameter.node, message))
        return table
