"""V3M401: what the client asks of the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import libcst as cst

from codemods import protocol as v
from codemods.facts import query, requests
from codemods.facts.requests import Destination, Request, Requests
from codemods.interpreter.values import Obj, unwrapped
from codemods.rule import Change, Changes, Context, Rule, Safety
from codemods.syntax.build import edit_text, quoted, replace_with
from codemods.syntax.edits import Replace

_SIMPLE = {Request.TERMINATE, Request.FORCE_ENDPOINT, Request.KEEP_ALIVE, Request.NO_AUDIO}
_THRESHOLD = "end_of_turn_confidence_threshold"


_Message = cst.Dict | cst.Call | cst.SimpleString | cst.FormattedStringText


class Controls(Rule[_Message]):
    """Rewrites the control messages that v2 knew, and those that programs took for such."""

    code = "V3M401"
    summary = "control messages become v3 ones: Terminate, ForceEndpoint, UpdateConfiguration, KeepAlive"
    source = v.MESSAGES
    why = "v3 answers an unknown message with an error close; a session that is not terminated is billed for hours."

    def visit(
        self, node: cst.Dict | cst.Call | cst.SimpleString | cst.FormattedStringText, context: Context
    ) -> Changes:
        match node:
            case cst.Dict():
                yield from self._dict(node, context)
            case cst.Call():
                yield from self._call(node, context)
                yield from self._sent(node, context)
            case cst.SimpleString() | cst.FormattedStringText():
                yield from self._text(node, context)

    # {"terminate_session": True}

    def _dict(self, node: cst.Dict, context: Context) -> Changes:
        message = requests.fields(context.program, Obj(node, "dict"))
        asked = requests.kind(message) if message else Request.UNKNOWN
        if asked not in (*_SIMPLE, Request.SILENCE) or not message:
            return
        known = any(key in message for key in (*v.CONTROLS, v.SILENCE))
        safety = self._safety(node, known, context)
        if safety is None or (asked is Request.SILENCE and query.is_mapping(context.program, node)):
            return
        if safety is Safety.MANUAL:
            yield self.report(node, _unproven(next(iter(message))))
            return
        if asked is Request.SILENCE:
            yield self._silence(node, safety, context)
            return
        new = _new_name(message, asked)
        if all(isinstance(item, cst.DictElement) for item in node.elements):
            build = Replace(node, partial(_request, new))
            yield self.change(node, _becomes(message, known, new), build, safety=safety)
        else:
            yield self.report(node, f"v3 takes nothing beside {{'type': {new!r}}} here: send that alone")

    def _silence(self, node: cst.Dict, safety: Safety, context: Context) -> Change:
        entry = next(
            item
            for item in node.elements
            if isinstance(item, cst.DictElement) and v.SILENCE in context.program.constants(item.key)
        )
        settings = [("type", quoted("UpdateConfiguration", entry.key))]
        if v.formats_on_request(context.options.speech_model):
            settings.append((_THRESHOLD, "1"))
        settings.append(("max_turn_silence", context.code(entry.value)))
        message = "v2 silence threshold becomes v3 settings that end a turn on silence alone"
        return self.change(node, message, Replace(node, partial(_settings, settings, entry.key)), safety=safety)

    # dict(terminate_session=True)

    def _call(self, node: cst.Call, context: Context) -> Changes:
        """Rewrite a message spelled `dict(terminate_session=True)`."""
        keyword = node.args[0].keyword if len(node.args) == 1 else None
        if keyword is None or keyword.value not in v.CONTROLS or Obj(node, "dict") not in context.program.values(node):
            return
        safety = self._safety(node, True, context)
        if safety is None:
            return
        if safety is Safety.MANUAL:
            yield self.report(node, _unproven(keyword.value))
            return
        name = v.CONTROLS[keyword.value]
        yield self.change(
            node,
            f"v2 control message {keyword.value!r} becomes {name!r}",
            replace_with(keyword, "type"),
            replace_with(node.args[0].value, f'"{name}"'),
            safety=safety,
        )

    def _safety(self, node: cst.CSTNode, known: bool, context: Context) -> Safety | None:
        """Return how sure it is that a message is for the vendor: MANUAL asks a person, None is not v2.

        Args:
            known: whether v2 knew the message, so that it is its own evidence.
        """
        match context.get(Requests).destination(node):
            case Destination.VENDOR:
                return Safety.SAFE
            case Destination.LIKELY:
                return Safety.UNSAFE
            case Destination.ELSEWHERE:
                return None
            case _ if not known or not context.program.mentions_v2:
                return None
            case _:
                return Safety.SAFE if context.program.vendor_connections else Safety.MANUAL

    def _sent(self, call: cst.Call, context: Context) -> Changes:
        """Report a message whose keys callers of the sending function choose."""
        program = context.program
        send = program.sends.get(call)
        if send is None or not any(program.is_vendor(connection) for connection in send.connections):
            return
        for value in program.values(send.data):
            obj = unwrapped(value)
            if isinstance(obj, Obj) and isinstance(obj.site, cst.Param):
                for key in sorted({*v.CONTROLS, v.SILENCE} & program.items(obj).keys()):
                    yield self.report(call, f"v2 control message {key!r}, put together by callers: v3 has another")

    # '{"terminate_session": true}'

    def _text(self, node: cst.SimpleString | cst.FormattedStringText, context: Context) -> Changes:
        match node, context.module.parent(node):
            case cst.SimpleString(), _:
                text, raw, quote, braces = node.evaluated_value, node.raw_value, node.quote, "{%s}"
            case cst.FormattedStringText(value=raw), cst.FormattedString(end=quote):
                text, braces = raw.replace("{{", "{").replace("}}", "}"), "{{%s}}"
            case _:
                return  # how a value is formatted
        plain = text.decode("latin-1") if isinstance(text, bytes) else text
        if not isinstance(plain, str) or "{" not in plain:
            return
        silence = re.search(rf'\\?"{v.SILENCE}\\?":', node.value)
        message = requests.parsed(plain)
        asked = Request.SILENCE if silence else requests.kind(message) if message else Request.UNKNOWN
        if asked not in (*_SIMPLE, Request.SILENCE):
            return
        known = silence is not None or any(key in (message or ()) for key in v.CONTROLS)
        safety = self._safety(node, known, context)
        if safety is None and known and context.program.likely_connections:
            safety = Safety.UNSAFE
        if safety is None or (safety is Safety.MANUAL and not context.program.mentions_v2):
            return
        if silence:
            change = edit_text(node, partial(_settings_text, v.formats_on_request(context.options.speech_model)))
            yield self.change(node, f"v2 message {v.SILENCE!r} becomes v3 settings", change, safety=Safety.SAFE)
        elif message:
            new = _new_name(message, asked)
            inner = '"' if '"' in raw.replace('\\"', "") or quote != '"' else '\\"'
            yield self.change(
                node,
                _becomes(message, known, new),
                edit_text(node, partial(_control_text, new, inner, braces)),
                safety=Safety.SAFE if safety is Safety.MANUAL else safety,
            )


_NAMES = {
    Request.TERMINATE: "Terminate",
    Request.FORCE_ENDPOINT: "ForceEndpoint",
    Request.KEEP_ALIVE: "KeepAlive",
    Request.NO_AUDIO: "KeepAlive",
}


def _new_name(message: Mapping[str, list[str]], asked: Request) -> str:
    return next((v.CONTROLS[key] for key in message if key in v.CONTROLS), _NAMES[asked])


def _becomes(message: Mapping[str, list[str]], known: bool, new: str) -> str:
    if v.AUDIO_KEY in message:
        return f"audio without a sound becomes {new!r}"
    old = next((key for key in message if key in v.CONTROLS), next(iter(message)))
    return f"{'v2 control message' if known else 'message to the service'} {old!r} becomes {new!r}"


def _unproven(key: str) -> str:
    return f"v2 control message {key!r}: see where it is sent, v3 has another"


def _request(name: str, updated: cst.CSTNode) -> cst.CSTNode:
    """Return a dict as the message `name`, in the layout of its first entry."""
    old = cst.ensure_type(updated, cst.Dict)
    first = cst.ensure_type(old.elements[0], cst.DictElement)
    entry = first.with_changes(
        key=cst.parse_expression(quoted("type", first.key)),
        value=cst.parse_expression(quoted(name, first.key)),
        comma=old.elements[-1].comma,
    )
    return old.with_changes(elements=[entry])


def _settings(settings: list[tuple[str, str]], like: cst.CSTNode, updated: cst.CSTNode) -> cst.CSTNode:
    old = cst.ensure_type(updated, cst.Dict)
    code = ", ".join(f"{quoted(key, like)}: {value}" for key, value in settings)
    new = cst.ensure_type(cst.parse_expression(f"{{{code}}}"), cst.Dict)
    gap = old.lbrace.whitespace_after
    elements = new.elements
    if isinstance(gap, cst.ParenthesizedWhitespace):
        comma = cst.Comma(whitespace_after=gap.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=()))
        elements = [item.with_changes(comma=comma) for item in elements]
    return old.with_changes(elements=[*elements[:-1], elements[-1].with_changes(comma=old.elements[-1].comma)])


def _settings_text(threshold: bool, old: str) -> str:
    names = ('"type": "UpdateConfiguration", ', f'"{_THRESHOLD}": 1, ' if threshold else "", '"max_turn_silence":')
    new = "".join(names)
    return re.sub(rf'(\\?)"{v.SILENCE}\\?":', lambda match: new.replace('"', '\\"') if match[1] else new, old)


def _control_text(name: str, quote: str, braces: str, old: str) -> str:
    return braces % f"{quote}type{quote}: {quote}{name}{quote}"
