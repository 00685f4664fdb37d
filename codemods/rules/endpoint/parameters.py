"""V3M102: query parameters that v3 calls differently, or no longer has."""

from __future__ import annotations

import json
from urllib.parse import unquote_plus

import libcst as cst

from codemods import protocol as v
from codemods.facts import query
from codemods.facts.dict_entries import Entry
from codemods.facts.program import Program
from codemods.facts.query import Parameter
from codemods.interpreter.values import Obj, Str, Value
from codemods.rewrites.entry_edits import add_beside
from codemods.rewrites.query_edits import remove_parameter, rename_parameter
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.children import walk

_CONFIDENCE = "end_of_turn_confidence_threshold"


class Parameters(Rule[cst.SimpleString | cst.FormattedString | cst.Name]):
    """Renames and drops parameters of the socket's query."""

    code = "V3M102"
    summary = "v2 query parameters become their v3 counterparts, or go"
    source = v.PARAMETERS
    why = (
        "v3 takes `keyterms_prompt` for `word_boost`, has no switch for partials or session information (it always "
        "reports the duration at the end), and ends a turn by confidence and silence, not by silence alone."
    )

    def visit(self, node: cst.SimpleString | cst.FormattedString | cst.Name, context: Context) -> Changes:
        for parameter in context.get(_by_holder).get(node, ()):
            yield from self._parameter(parameter, context)

    def _parameter(self, parameter: Parameter, context: Context) -> Changes:
        if v.PARAMETERS_RENAMED.get(parameter.name, parameter.name) == "format_turns":
            yield from self._formatting(parameter, context)
        elif parameter.name in v.PARAMETERS_RENAMED:
            yield self.change(
                parameter.node,
                f"v2 parameter 'word_boost' becomes 'keyterms_prompt': at most {v.TERMS} terms "
                f"of {v.TERM_LENGTH} characters, without boost_param",
                rename_parameter(parameter, v.PARAMETERS_RENAMED[parameter.name]),
            )
            yield from self._terms(parameter, context)
        elif parameter.name in v.PARAMETERS_DROPPED:
            edits = remove_parameter(context.program, parameter)
            if edits:
                yield self.change(parameter.node, f"v2 parameter {parameter.name!r}, dropped: v3 has none", *edits)
            else:
                yield self.report(parameter.node, f"take the parameter {parameter.name!r} out of the URL: v3 has none")
        elif parameter.name == v.SILENCE:
            yield self.change(
                parameter.node,
                f"v2 parameter {v.SILENCE!r} becomes 'max_turn_silence'{_with_confidence(context)}",
                *self._silence(parameter, context),
            )

    # formatting

    def _formatting(self, parameter: Parameter, context: Context) -> Changes:
        """Make sure that a URL which v3 knew already asks for what the tests of finals ask for from now on."""
        if not v.formats_on_request(context.options.speech_model):
            return
        if parameter.name != "format_turns":
            message = f"{parameter.name!r} of v3's time of testing becomes 'format_turns'"
            yield self.change(parameter.node, message, rename_parameter(parameter, "format_turns"))
        known = query.constants(context.program, parameter)
        if known is None or not {text.lower() for text in known} <= {"true", "1"}:
            where = parameter.values[0] if parameter.values else parameter.node
            yield self.report(where, "format_turns has to be true: the tests for finals wait for formatted turns")

    # boosted words

    def _terms(self, parameter: Parameter, context: Context) -> Changes:
        where = parameter.values[0] if parameter.values else parameter.node
        if self._is_raw_list(parameter, context):
            yield self.report(where, "keyterms_prompt must be one JSON array: write json.dumps(...) around this list")
            return
        terms = self._known_terms(parameter, context)
        if len(terms) > v.TERMS:
            yield self.report(
                where, f"v3 refuses more than {v.TERMS} key terms, here are {len(terms)}: choose the best"
            )
        long = [term for term in terms if len(term) > v.TERM_LENGTH]
        if long:
            yield self.report(where, f"v3 ignores key terms of over {v.TERM_LENGTH} characters: shorten {long[0]!r}")

    def _is_raw_list(self, parameter: Parameter, context: Context) -> bool:
        return any(_is_list(value) for node in parameter.values for value in context.program.values(node))

    def _known_terms(self, parameter: Parameter, context: Context) -> list[str]:
        """Return the boosted words as far as they are written in the source."""
        program = context.program
        spelled = [parameter.text] if not parameter.values else []
        for node in parameter.values:
            calls = (inner for inner in walk(node) if isinstance(inner, cst.Call))
            for given in (argument.value for call in calls for argument in call.args[:1]):
                if any(map(_is_list, program.values(given))):
                    return program.constants(given)
            spelled += [value.literal or "" for value in program.values(node) if isinstance(value, Str)]
        for text in spelled:
            try:
                terms = json.loads(unquote_plus(text))
            except ValueError:
                continue
            if isinstance(terms, list):
                return [term for term in terms if isinstance(term, str)]
        return []

    # silence

    def _silence(self, parameter: Parameter, context: Context) -> list[Edit]:
        place = parameter.place
        if not _with_confidence(context):
            return [rename_parameter(parameter, "max_turn_silence")]
        if not isinstance(place, Entry):
            return [rename_parameter(parameter, f"{_CONFIDENCE}=1&max_turn_silence")]
        added = add_beside(context.program, place, _CONFIDENCE, "1", above=True)
        return [rename_parameter(parameter, "max_turn_silence"), *([added] if added is not None else [])]


def _with_confidence(context: Context) -> str:
    """Return what to say of the threshold, nothing for models on which it has no effect."""
    if not v.formats_on_request(context.options.speech_model):
        return ""
    return f" with {_CONFIDENCE}=1, so that silence alone ends a turn, as it did in v2"


def _by_holder(program: Program) -> dict[cst.CSTNode, list[Parameter]]:
    """Return the parameters by where they are visited: edits of a whole f-string come after those of its pieces."""
    table: dict[cst.CSTNode, list[Parameter]] = {}
    for parameter in query.parameters(program):
        holder = parameter.node
        if isinstance(holder, cst.FormattedStringText):
            module = program.module_of(holder)
            holder = module.parent(holder) or holder if module is not None else holder
        table.setdefault(holder, []).append(parameter)
    return table


def _is_list(value: Value) -> bool:
    return isinstance(value, Obj) and value.kind in ("list", "tuple", "set")
