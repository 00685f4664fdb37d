"""V3M310: objects filled from a message as a whole."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from codemods import protocol as v
from codemods.facts.partial_texts import PartialTexts
from codemods.facts.unpacking import FROM_JSON, KEYS, Filling, Fillings, helper_name
from codemods.rewrites.derived_values import COMPUTED, computing
from codemods.rewrites.turn_kind import kind_helper, kind_name
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import helper, rename_string, replace_with
from codemods.syntax.edits import AddHelper, AddImport, Replace


class Unpacked(Rule[cst.Call]):
    """Picks what a class or function takes out of a v3 message, under the names that it gives it."""

    code = "V3M310"
    summary = "what is filled from a message (`Event(**message)`) takes its fields from where v3 keeps them"
    source = v.MESSAGES
    why = "v3 messages have other keys and more of them: `Event(**message)` raises TypeError, or fills nothing."

    def visit(self, node: cst.Call, context: Context) -> Changes:
        filling = context.get(Fillings).at.get(node)
        if filling is None:
            return
        if filling.problem is not None:
            yield self.report(node, filling.problem)
        elif filling.of_word:
            yield self.change(node, "only the keys that v2's words had", _of_word(filling, context))
        else:
            message = f"{filling.name} is filled from v3's fields"
            yield self.change(node, message, *_edits(filling, context))


def _of_word(filling: Filling, context: Context) -> Edit:
    keys = ", ".join(f'"{key}"' for key in filling.keys)
    word = context.code(filling.mapping)
    code = f"{{key: {word}[key] for key in ({keys}{',' if len(filling.keys) == 1 else ''})}}"
    return replace_with(filling.source, code)


def _edits(filling: Filling, context: Context) -> list[Edit]:
    module = context.module
    computed = {key: computing(module, key) for key in filling.keys if key in COMPUTED}
    kind = kind_helper(module)
    fields = helper(
        module, helper_name(filling.name), _fields(filling, kind, computed, context.get(PartialTexts).are_wanted)
    )
    name = fields.name
    edits: list[Edit] = [fields, *computed.values()]
    edits += [rename_string(alias, new) for key, alias in filling.aliases.items() if (new := v.FIELDS.get(key))]
    edits += [rename_string(literal, kind_name(str(literal.evaluated_value))) for literal in filling.types]
    if v.TYPE_KEY in filling.keys:
        edits.append(kind)
    if {"expires_at", "created"} & set(filling.keys):
        edits += [AddImport("datetime", "datetime"), AddImport("datetime", "timezone")]
    function = filling.call.func
    if isinstance(function, cst.Attribute) and function.attr.value in FROM_JSON:
        method = FROM_JSON[function.attr.value]
        edits += [Replace(function.attr, lambda updated: cst.Name(method)), AddImport("json")]
        edits.append(Replace(filling.source, lambda updated: _call(name, _call("json.loads", updated))))
    else:
        whole = filling.mapping is filling.source
        code = context.code(filling.mapping)
        edits.append(
            Replace(filling.source, lambda updated: _call(name, updated if whole else cst.parse_expression(code)))
        )
    return edits


def _call(function: str, argument: cst.CSTNode) -> cst.Call:
    call = cst.ensure_type(cst.parse_expression(f"{function}(x)"), cst.Call)
    assert isinstance(argument, cst.BaseExpression)
    return call.with_changes(args=[cst.Arg(argument)])


def _fields(filling: Filling, kind: AddHelper, computed: Mapping[str, AddHelper], joined: bool) -> str:
    """Return the function that makes keyword arguments of a message."""
    # as a keyword, for a second run would take the text "message_type" for a key of v2
    name = v.FIELDS[v.TYPE_KEY] if v.TYPE_KEY in filling.aliases else v.TYPE_KEY
    start = f"dict({name}={kind.name}(message))" if v.TYPE_KEY in filling.keys else "{}"
    lines = [
        f"def {helper_name(filling.name)}(message):",
        f'    """Return what a message has for the fields of {filling.name}."""',
        f"    fields = {start}",
    ]
    for type_, keys in KEYS.items():
        taken = [line for key in filling.keys if key in keys for line in _taken(key, filling, computed, joined)]
        if taken:
            lines += [f'    if message.get("type") == "{type_}":', *taken]
    if "error" in filling.keys:
        lines += ['    if "error" in message:', *_taken("error", filling, computed, joined)]
    return "\n".join([*lines, "    return fields", ""])


def _taken(key: str, filling: Filling, computed: Mapping[str, AddHelper], joined: bool) -> list[str]:
    """Return the lines that take one field, called as the class calls it, out of a message."""
    name = v.FIELDS.get(key, key) if key in filling.aliases else key
    if key == "expires_at":
        return [
            '        expiry = datetime.fromtimestamp(message["expires_at"], timezone.utc).replace(tzinfo=None)',
            f'        fields["{name}"] = expiry.isoformat(timespec="microseconds")',
        ]
    if key == "created":
        return [
            "        now = datetime.now(timezone.utc).replace(tzinfo=None)  # v3 does not say: when it arrives",
            f'        fields["{name}"] = now.isoformat(timespec="microseconds")',
        ]
    value = f'message["{v.FIELDS.get(key, key)}"]'
    if key in computed:
        value = f"{computed[key].name}(message)"
    elif key == "text" and joined:
        value = '" ".join(word["text"] for word in message["words"])'
    return [f'        fields["{name}"] = {value}']
