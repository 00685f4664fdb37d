"""V3M103: query parameters that v2 never had."""

from __future__ import annotations

from difflib import get_close_matches

import libcst as cst

from codemods import protocol as v
from codemods.facts import endpoints, query
from codemods.facts.query import Parameter
from codemods.interpreter.values import Lit, Str
from codemods.rewrites.entry_edits import with_keywords
from codemods.rewrites.query_edits import remove_parameter
from codemods.rule import Change, Changes, Context, Rule, Safety
from codemods.syntax.build import quoted
from codemods.syntax.edits import Replace

_LANGUAGE = "v2 ignored it; for other languages than English choose speech_model=universal-streaming-multilingual"
_ADVICE = {
    "language_code": _LANGUAGE,
    "language": _LANGUAGE,
    "model": "v2 ignored it; v3's parameter is `speech_model`",
    "punctuate": "v2 ignored it; v3 punctuates with format_turns=true, which is set",
    "format_text": "v2 ignored it; v3 formats with format_turns=true, which is set",
    "endpointing": "v2 ignored it; v3's parameters are `min_turn_silence` and `max_turn_silence` (milliseconds)",
    "interim_results": "v2 ignored it; v3 always sends turns as they grow: test `end_of_turn` in the message",
    "channels": "v2 ignored it; v3 takes one channel too: send mono",
}
_KEYS = frozenset({"api_key", "apikey", "auth", "auth_key", "authorization", "key"})
_FIELD = '"Authorization"'
_KNOWN = (
    v.PARAMETERS_KEPT
    | v.PARAMETERS_DROPPED
    | set(v.PARAMETERS_RENAMED)
    | {v.SILENCE}
    # What a migration writes itself.
    | {"speech_model", "format_turns", "inactivity_timeout"}
    | {"keyterms_prompt", "max_turn_silence", "end_of_turn_confidence_threshold"}
)


class UnknownParameters(Rule[cst.SimpleString | cst.FormattedStringText | cst.Name]):
    """Reports parameters that the v2 socket never had."""

    code = "V3M103"
    summary = "query parameters that v2 never had are reported"
    source = v.PARAMETERS
    why = (
        "v2 ignored what it did not know, and v3 does the same; but v3 knows many names that v2 did not, and one of "
        "those now takes effect, or ends the session on a model that cannot do it."
    )
    safety = Safety.MANUAL

    def visit(self, node: cst.SimpleString | cst.FormattedStringText | cst.Name, context: Context) -> Changes:
        for parameter in filter(_is_unknown, context.get(query.by_node).get(node, ())):
            if parameter.name.lower() in _KEYS:
                yield self._key(parameter, context)
                continue
            effect = _effect(parameter.name, context.options.speech_model)
            if effect:
                yield self.report(node, f"see whether {parameter.name!r} is still wanted: v2 ignored it, {effect}")
            else:
                yield self.report(node, f"take {parameter.name!r} out of the URL: {_advice(parameter.name)}")

    def _key(self, parameter: Parameter, context: Context) -> Change:
        """Move the key from the URL, where no version of the service looks for it, into the header."""
        calls = [connect for connect, text, _ in endpoints.sockets(context.program) if _has(text, parameter)]
        transports = {connect.connection.transport for connect in calls}
        name = transports.pop().headers if len(transports) == 1 else "header"
        message = f"{parameter.name!r} in the URL is no way to send the key: v3 takes it as {name}={{{_FIELD}: key}}"
        edits = remove_parameter(context.program, parameter)
        call = calls[0].call if len(calls) == 1 else None
        if call is None or not edits or name not in ("header", "headers") or not context.module.owns(call):
            return self.report(parameter.node, message)
        if any(argument.star or (argument.keyword and argument.keyword.value == name) for argument in call.args):
            return self.report(parameter.node, message)
        key = _spelled_in(call, parameter, context)
        if key is None:
            return self.report(parameter.node, message)
        header = [(name, f"{{{_FIELD}: {key}}}")]
        build = Replace(call, lambda updated: with_keywords(cst.ensure_type(updated, cst.Call), header))
        return self.change(parameter.node, message, *edits, build, safety=Safety.SAFE)


def _effect(name: str, speech_model: str) -> str | None:
    """Return what a name does in v3 that had no meaning in v2; None if it does nothing there either."""
    if name in _ADVICE or name not in v.PARAMETERS_V3:
        return None
    if v.formats_on_request(speech_model) and name in v.PARAMETERS_REFUSED:
        return f"v3 ends the session for it (3006) with {speech_model}"
    if v.formats_on_request(speech_model) and name in v.PARAMETERS_U3:
        return None
    return f"in v3 it now takes effect ({v.PARAMETERS_V3[name]})"


def _spelled_in(call: cst.Call, parameter: Parameter, context: Context) -> str | None:
    """Return the source of a value that an f-string or text among a call's arguments has; None if it is elsewhere."""
    if not any(up is call for up in context.module.ancestors(parameter.node)):
        return None
    match context.module.parent(parameter.node):
        case cst.FormattedString(parts=parts) if parameter.node in parts:
            match parts[list(parts).index(parameter.node) + 1 :]:  # type: ignore[arg-type]
                case [cst.FormattedStringExpression(expression=value), *_]:
                    return context.code(value)
            return None
    return None if parameter.values else quoted(parameter.text, None)


def _advice(name: str) -> str:
    """Return why a parameter is of no use, and which one is."""
    near = get_close_matches(name.lower(), sorted({*v.PARAMETERS_V3, *v.PARAMETERS_KEPT}), 1, 0.75)
    if name not in _ADVICE and name not in v.PARAMETERS_V3 and near:
        return f"v2 never had it, and neither has v3, whose parameter is `{near[0]}`"
    return _ADVICE.get(name, "v2 never had it, and neither has v3, which ignores it")


def _has(text: Str, parameter: Parameter) -> bool:
    return isinstance(parameter.place, Lit) and parameter.place in text.parts


def _is_unknown(parameter: Parameter) -> bool:
    return parameter.name not in _KNOWN and not (parameter.is_v3 and parameter.name in v.PARAMETERS_V3)
