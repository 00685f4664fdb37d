"""V3M201: audio leaves as binary frames."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from codemods import protocol as v
from codemods.facts.audio import Carried, audio_json, bare, heads, payload, recoded
from codemods.facts.program import Program
from codemods.facts.send_wrappers import handing, is_plain_sender
from codemods.interpreter.values import Const, Encoded, Json, Obj, unwrapped
from codemods.libraries.observations import Send
from codemods.libraries.transport import Transport
from codemods.rewrites.binary_frames import binary, binary_send
from codemods.rewrites.unwrapping import Tracer, Unwrapped, in_place
from codemods.rule import Change, Changes, Context, Edit, Rule, Safety
from codemods.syntax.build import replace_with
from codemods.syntax.edits import AddImport, Remove, Replace, Unused
from codemods.syntax.navigate import function_of


class Audio(Rule[cst.Call]):
    """Sends the bytes themselves instead of base64 in JSON, and removes the steps that nothing needs any more."""

    code = "V3M201"
    summary = "base64 audio in JSON becomes binary frames"
    source = v.MESSAGES
    why = "v3 takes audio as binary frames only; a text frame with `audio_data` ends the session."

    def visit(self, node: cst.Call, context: Context) -> Changes:
        send = context.program.sends.get(node)
        if send is not None:
            change = self._send(send, context)
            if change is not None:
                yield change
            return
        yield from self._wrapper(node, context)
        yield from self._handed_over(node, context)

    # a send

    def _send(self, send: Send, context: Context) -> Change | None:
        audio, only = audio_json(context.program, send.data)
        if not audio or all(self._is_empty(item, context.program) for item in audio):
            return None  # without sound, it is to keep the session open: see V3M401
        likely = bool(send.connections) and send.connections <= context.program.likely_connections
        if send.connections and not likely and not all(context.program.is_vendor(c) for c in send.connections):
            if any(context.program.is_vendor(c) for c in send.connections) or not all(
                context.program.is_foreign(c) for c in send.connections
            ):
                return self.report(send.call, "this may send v2 audio to the vendor: v3 takes binary frames only")
            return None
        if not send.connections and (
            not context.program.mentions_v2 or all(self._says_more(item, context) for item in audio)
        ):
            return None
        transport = send.transport or context.program.transport_hint(context.module.path)
        if is_plain_sender(send, context.program, context.module):
            # each caller that hands audio over is rewritten by itself (see _handed_over)
            return None
        if not only and (transport is None or transport.binary_methods):
            return self.report(
                send.call, "audio and other messages share this send: send audio as a binary frame, the rest as text"
            )
        if transport is None:
            return self.report(send.call, "v2 audio in JSON: send the bytes as a binary frame")
        if not send.connections and not all(self._is_encoded(item, context) for item in audio):
            return self.report(send.call, "v2 audio in JSON: send the bytes as a binary frame")
        if not likely:
            return self._rewrite(send, transport, audio, context)
        tracer = Tracer(context.program, context.module)
        if len(audio) != 1 or self._in_function(send, audio[0], tracer, context) is None:
            return self.report(send.call, "v2 audio in JSON: send the bytes as a binary frame")
        change = self._rewrite(send, transport, audio, context)
        return replace(change, safety=Safety.UNSAFE) if change.edits else change

    def _says_more(self, item: Json | Obj, context: Context) -> bool:
        """Return whether a message has other keys than the one that v2 knew: it is the program's own."""
        return len(context.program.items(unwrapped(item))) > 1

    def _is_encoded(self, item: Json | Obj, context: Context) -> bool:
        obj = unwrapped(item)
        held = payload(context.program, obj)
        return held is not None and any(isinstance(value, Encoded) for value in context.program.values(held))

    def _rewrite(self, send: Send, transport: Transport, audio: list[Json | Obj], context: Context) -> Change:
        tracer = Tracer(context.program, context.module)
        edits: list[Edit] = []
        direct = self._in_function(send, audio[0], tracer, context) if len(audio) == 1 else None
        direct = direct or self._carried(send, audio, tracer, context)
        if direct is not None:
            edits += direct.edits
            edits += [Unused(name) for name in sorted(direct.loose)]
        else:
            # made elsewhere: the place that makes the JSON is rewritten (see _wrapper), the send keeps its argument
            for item in audio:
                if not isinstance(item, Json) or not self._can_unwrap(item, context):
                    return self.report(
                        send.call,
                        "v2 audio in JSON, put together out of sight: send the bytes as a binary frame instead",
                    )
        how = binary(send, transport, context.program, context.module)

        def build(updated: cst.CSTNode) -> cst.CSTNode:
            return binary_send(updated, direct.build(send.call, updated) if direct is not None else None, how)

        edits.append(Replace(send.call, build))
        if how.needs is not None:
            edits.append(AddImport(*how.needs))
        return self.change(send.call, "v2 audio in JSON becomes a binary frame", *edits)

    def _is_empty(self, item: Json | Obj, program: Program) -> bool:
        held = payload(program, unwrapped(item))
        return isinstance(held, cst.SimpleString) and held.evaluated_value in ("", b"")

    def _in_function(self, send: Send, item: Json | Obj, tracer: Tracer, context: Context) -> Unwrapped | None:
        """Return the bytes to send when the whole wrapping happens in this function."""
        program, module = context.program, context.module
        obj = unwrapped(item)
        producer: cst.CSTNode = item.call if isinstance(item, Json) else obj.site
        if not module.owns(producer) or not module.owns(obj.site):
            return None
        held = payload(program, obj)
        if held is None or function_of(producer, module) is not function_of(send.call, module):
            return None
        edits: list[Edit] = []
        # the variable that carries the JSON, and the one that carries the dict
        for node, target in ((send.data, producer), (self._dumped(item), obj.site)):
            node = bare(node)
            if node is not None and node is not target:
                assign = tracer.only_kept_as(node, target)
                if assign is None:
                    return None
                edits.append(Remove(assign))
        found = tracer.unwrap(held, send.call)
        if found is None:
            return None
        found.edits += edits
        if isinstance(item, Json):
            found.loose |= heads(item.call.func)
        return found

    def _carried(self, send: Send, audio: list[Json | Obj], tracer: Tracer, context: Context) -> Unwrapped | None:
        """Return the bytes to send when the messages come from elsewhere as dicts, and are only made text here."""
        program, dumping = context.program, bare(send.data)
        if not isinstance(dumping, cst.Call) or not all(
            isinstance(item, Json) and item.call is dumping and context.module.owns(item.content.site) for item in audio
        ):
            return None
        dumped = dumping.args[0].value
        nothing = {value for value in program.values(dumped) if isinstance(value, Const) and value.value is None}
        messages = [item.content for item in audio if isinstance(item, Json)]
        if program.values(dumped) - nothing != set(messages):
            return None
        found = Unwrapped(context.code(dumped), {}, loose=heads(dumping.func), node=dumped)
        for message in messages:
            held = payload(program, message)
            inner = tracer.unwrap(held, message.site) if held is not None else None
            if inner is None or not program.get(Carried).only_to(message, dumped):
                return None
            found.edits += [*inner.edits, in_place(message.site, inner)]
            found.loose |= inner.loose
        return found

    def _dumped(self, item: Json | Obj) -> cst.BaseExpression | None:
        return item.call.args[0].value if isinstance(item, Json) and item.call.args else None

    # a function that sends whatever it is given

    def _handed_over(self, call: cst.Call, context: Context) -> Changes:
        found = handing(call, context.program, context.module)
        if found is None:
            return
        _, obj, inner = found
        send = context.program.sends[inner]
        transport = send.transport or context.program.transport_hint(context.module.path)
        held = payload(context.program, obj)
        ours = bool(send.connections) and all(context.program.is_vendor(c) for c in send.connections)
        if transport is None or held is None or not ours:
            return
        bytes_ = Tracer(context.program, context.module).unwrap(held, call)
        if bytes_ is None:
            return
        how = binary(send, transport, context.program, context.module)
        new = binary_send(inner, cst.parse_expression(bytes_.code), how)
        edits: list[Edit] = [*bytes_.edits, Replace(call, lambda updated: new, whole=True)]
        edits += [Unused(name) for name in sorted(bytes_.loose)]
        if how.needs is not None:
            edits.append(AddImport(*how.needs))
        yield self.change(call, "v2 audio in JSON becomes a binary frame", *edits)

    # the place that wraps, when it is not in the function that sends

    def _wrapper(self, call: cst.Call, context: Context) -> Changes:
        for value in context.program.values(call):
            if isinstance(value, Json) and value.call is call:
                audio, only = audio_json(context.program, call)
                if audio and only and self._feeds_a_rewritten_send(value, context):
                    found = self._unwrapped(value, context)
                    if found is not None:
                        code = found.code
                        edits: list[Edit] = [
                            *found.edits,
                            replace_with(call, code),
                            *(Unused(name) for name in sorted(found.loose | heads(call.func))),
                            *self._annotation(call, context),
                        ]
                        yield self.change(call, "v2 audio in JSON becomes plain bytes", *edits)
                return

    def _annotation(self, call: cst.Call, context: Context) -> list[Edit]:
        """Return the edit of `-> str` on a function that now returns the bytes."""
        match context.module.parent(call), function_of(call, context.module):
            case cst.Return(), cst.FunctionDef(returns=cst.Annotation(annotation=cst.Name("str") as returns)):
                return [replace_with(returns, "bytes")]
        return []

    def _feeds_a_rewritten_send(self, value: Json, context: Context) -> bool:
        """Return whether the text goes to vendor sends only, and made outside the function of each."""
        sends = [send for send in context.program.sends.values() if value in context.program.values(send.data)]
        if not sends:
            return False
        for send in sends:
            home = context.program.module_of(send.call)
            if home is None:
                return False
            there = Context(context.program, home, context.options)
            transport = send.transport or context.program.transport_hint(home.path)
            audio, only = audio_json(context.program, send.data)
            ours = all(context.program.is_vendor(c) for c in send.connections) and (
                bool(send.connections) or context.program.mentions_v2
            )
            if not ours or transport is None:
                return False
            if not only and transport.binary_methods:
                return False
            if len(audio) == 1 and self._in_function(send, audio[0], Tracer(context.program, home), there) is not None:
                return False
            if not all(isinstance(item, Json) and self._can_unwrap(item, context) for item in audio):
                return False
        return True

    def _unwrapped(self, value: Json, context: Context) -> Unwrapped | None:
        home = context.program.module_of(value.call)
        if home is None or not home.owns(value.content.site):
            return None
        tracer = Tracer(context.program, home)
        held = payload(context.program, value.content)
        if held is None:
            return None
        dumped = self._dumped(value)
        edits: list[Edit] = []
        if dumped is not value.content.site:
            assign = tracer.only_kept_as(dumped, value.content.site)
            if assign is None:
                return None
            edits.append(Remove(assign))
        found = tracer.unwrap(held, value.call)
        if found is not None:
            found.edits += edits
        return found

    def _can_unwrap(self, value: Json, context: Context) -> bool:
        return value not in context.get(recoded) and self._unwrapped(value, context) is not None
