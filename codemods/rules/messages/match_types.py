"""V3M308: `match` statements on a message or on its type."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from codemods import protocol as v
from codemods.facts import match_patterns
from codemods.facts.narrowing import is_idle
from codemods.facts.partial_texts import PartialTexts
from codemods.facts.paths import leaves
from codemods.facts.text_guards import asks_for_text
from codemods.facts.type_tests import TypeTests
from codemods.rewrites.turn_kind import kind_name
from codemods.rule import Changes, Context, Edit, Rule
from codemods.syntax.build import quoted, rename_string
from codemods.syntax.edits import InsertBefore, Replace

_ENDS = ("SessionInformation", "SessionTerminated")


class MatchTypes(Rule[cst.Match]):
    """Rewrites the cases of a `match` statement."""

    code = "V3M308"
    summary = "cases of `match` ask for v3 types and flags"
    source = v.MESSAGES
    why = (
        "v3 has one `Turn` type where v2 had two, told apart by flags. A `match` on the type asks for the kind of "
        "turn; a pattern for the whole message asks for the flags."
    )

    def visit(self, node: cst.Match, context: Context) -> Changes:
        known = context.get(TypeTests)
        test = known.tests.get(node)
        if test is not None and known.is_stuck(test):
            return
        if test is not None:
            sure = known.is_sure(test)
            for case in node.cases:
                yield from self._by_type(case, sure, context)
        else:
            likely = any(context.program.is_likely(value) for value in context.program.values(node.subject))
            if not context.program.messages(node.subject) and not likely:
                return
            sure = context.program.grades.is_sure(node.subject)
            for case in node.cases:
                yield from self._by_message(case, _remainder(node, case), sure, context)
        yield from self._ends(node, sure, context)

    # match data["message_type"]: ...

    def _by_type(self, case: cst.MatchCase, sure: bool, context: Context) -> Changes:
        edits: list[Edit] = []
        for value in match_patterns.literals(case.pattern):
            text = value.value
            match text:
                case cst.SimpleString() if text.evaluated_value in v.V2_TYPES:
                    edits.append(rename_string(text, kind_name(str(text.evaluated_value))))
                case cst.ConcatenatedString() if match_patterns.types(context.program, value):
                    yield self.report(value, "compare with the v3 message types here: Begin, Turn, Termination")
        if edits:
            choices = (node for node in context.module.walk(case.pattern) if isinstance(node, cst.MatchOr))
            edits += [Replace(choice, _without_twins) for choice in choices]
            yield self.change(case.pattern, "v2 message type becomes the kind of turn", *edits, sure=sure)

    # match data: case {"message_type": ...}: ...

    def _by_message(self, case: cst.MatchCase, has_remainder: bool, sure: bool, context: Context) -> Changes:
        for option in match_patterns.alternatives(case.pattern):
            if not isinstance(option, cst.MatchMapping):
                continue
            found = _Mapping(option, context, has_remainder)
            if found.problem is not None:
                yield self.report(option, found.problem)
            elif found.edit is not None:
                edits = [found.edit]
                if found.takes_partial_text and context.get(PartialTexts).are_wanted and not is_idle(case.body):
                    joined = self._joined(case, found, context)
                    if joined is not None:
                        edits.append(joined)
                    else:
                        yield self.report(
                            option, "`transcript` lacks words that may still change: join `words` instead"
                        )
                if found.asks_for_final and (guarded := self._guarded(case, found, context)) is not None:
                    edits.append(guarded)
                yield self.change(option, "v2 message becomes type and flags", *edits, sure=sure)

    def _guarded(self, case: cst.MatchCase, found: _Mapping, context: Context) -> Edit | None:
        """Return the edit that keeps a final without a word, as it comes after `Terminate`, out of a case."""
        if found.text is None or case.guard is not None or not v.formats_on_request(context.options.speech_model):
            return None
        if asks_for_text(case, context.program, context.module):
            return None
        name, space = cst.Name(found.text[1]), cst.SimpleWhitespace(" ")
        return Replace(
            case,
            lambda updated: updated.with_changes(guard=name, whitespace_before_if=space, whitespace_after_if=space),
        )

    def _joined(self, case: cst.MatchCase, found: _Mapping, context: Context) -> Edit | None:
        """Return the edit that puts the words of a turn together in a case which takes the text out of its pattern."""
        match case.pattern, case.guard, case.body, found.text:
            case cst.MatchMapping(), None, cst.IndentedBlock(body=[first, *_]), (key, name):
                found.words = "words" if "words" not in context.module.names else name
                space, text = (quoted(item, key) for item in (" ", "text"))
                code = f"{name} = {space}.join(word[{text}] for word in {found.words})"
                return InsertBefore(first, code)  # type: ignore[arg-type]
            case _:
                return None

    # SessionInformation and SessionTerminated

    def _ends(self, match: cst.Match, sure: bool, context: Context) -> Changes:
        """Join the cases for the two messages that are one in v3."""
        cases = [case for case in match.cases if _is_end(case, context)]
        kinds = {text for case in cases for text in match_patterns.types(context.program, case.pattern)}
        if len(cases) < 2 or len(kinds) < 2:
            return
        simple = len(cases) == 2 and all(
            case.guard is None and isinstance(case.body, cst.IndentedBlock) and _is_plain(case.pattern)
            for case in cases
        )
        if not simple:
            yield self.report(cases[-1].pattern, "v3 has one Termination message for this case and another: join them")
            return
        first, second = (list(match.cases).index(case) for case in cases)
        ahead_first = _ENDS[0] in match_patterns.types(context.program, cases[0].pattern)

        def join(updated: cst.CSTNode) -> cst.CSTNode:
            statement = cst.ensure_type(updated, cst.Match)
            kept = list(statement.cases)
            one, other = kept[first], kept.pop(second)
            ahead, behind = (one, other) if ahead_first else (other, one)
            head = list(ahead.body.body)
            if leaves(ahead.body) or is_idle(ahead.body):
                head.pop()
            body = one.body.with_changes(body=[*head, *behind.body.body])
            kept[first] = one.with_changes(body=body)
            return statement.with_changes(cases=kept)

        message = "SessionInformation and SessionTerminated are one message in v3: cases joined"
        yield self.change(cases[1], message, Replace(match, join), sure=sure)


class _Mapping:
    """What becomes of one mapping pattern: an edit, a problem for a person, or (both None) nothing."""

    def __init__(self, node: cst.MatchMapping, context: Context, has_remainder: bool) -> None:
        self.node = node
        self.context = context
        self.has_remainder = has_remainder
        self.keys = [context.program.constants(item.key) for item in node.elements]
        self.problem: str | None = None
        self.edit: Edit | None = None
        self.takes_partial_text = self.asks_for_final = False
        self.text: tuple[cst.CSTNode, str] | None = None
        """The key of the text, and the variable that it goes into."""
        self.words: str | None = None
        """The variable for the words, which are taken out in the place of the text."""
        gone = [text for keys in self.keys for text in keys if text in v.DERIVED_FIELDS or text == "created"]
        if gone:
            self.problem = f"v3 messages have no {gone[0]!r}: match without it, and work it out in the case"
            return
        kind = match_patterns.element(context.program, node, v.TYPE_KEY)
        if kind is not None and self._is_tested(kind.key):
            return  # the read of the type is reported: see V3M302
        wanted = self._wanted(kind.pattern) if kind is not None else ()
        for item, keys in reversed([*zip(node.elements, self.keys, strict=True)]):
            match item.pattern:
                case cst.MatchAs(name=cst.Name(name)) if "text" in keys:
                    self.text = item.key, name
        self.asks_for_final = set(wanted) == {v.FINAL}
        self.takes_partial_text = set(wanted) != {v.FINAL} and any("text" in keys for keys in self.keys)
        if self.problem is None and any(text in v.FIELDS for keys in self.keys for text in keys):
            self.edit = Replace(node, lambda updated: self._rewritten(updated, wanted))

    def _wanted(self, pattern: cst.MatchPattern) -> Sequence[str]:
        """Return the v2 types asked for; none for a pattern that takes every type."""
        program = self.context.program
        options = match_patterns.alternatives(pattern)
        captured = [node for node in self.context.module.walk(pattern) if isinstance(node, cst.MatchAs) and node.name]
        if captured and (len(options) > 1 or match_patterns.types(program, pattern)):
            self.problem = "the type taken out here does not tell partial from final in v3: use its flags"
            return ()
        if all(isinstance(option, cst.MatchAs) for option in options):
            return ()
        if not all(
            isinstance(option, cst.MatchValue) and isinstance(option.value, cst.SimpleString) for option in options
        ):
            self.problem = "asks for v2 message types: v3's are Begin, Turn (see its flags) and Termination"
        found = match_patterns.types(program, pattern)
        doubled = {"punctuated", "text_formatted"} & {text for keys in self.keys for text in keys}
        if len(found) != len(options):
            self.problem = "asks for v2 message types: v3's are Begin, Turn (see its flags) and Termination"
        elif doubled and v.TRANSCRIPTS & set(found):
            self.problem = f"{doubled.pop()} is turn_is_formatted in v3, which every final has: match without it"
        return found

    def _is_tested(self, key: cst.CSTNode) -> bool:
        tests = self.context.program.get(TypeTests).tests.values()
        return any(key in test.origins for test in tests)

    def _rewritten(self, updated: cst.CSTNode, wanted: Sequence[str]) -> cst.CSTNode:
        mapping = cst.ensure_type(updated, cst.MatchMapping)
        choices = self._choices(set(wanted))
        made = [self._mapping(mapping, choice) for choice in choices] if choices else [self._mapping(mapping, None)]
        if len(made) == 1:
            return made[0]
        space = cst.SimpleWhitespace(" ")
        options = [
            cst.MatchOrElement(
                item, separator=cst.BitOr(space, space) if item is not made[-1] else cst.MaybeSentinel.DEFAULT
            )
            for item in made
        ]
        inside = self.context.module.parent(self.node)
        lpar = (cst.LeftParen(),) if isinstance(inside, cst.MatchAs | cst.MatchOrElement) else ()
        return cst.MatchOr(options, lpar=lpar, rpar=(cst.RightParen(),) if lpar else ())

    def _choices(self, wanted: set[str]) -> list[dict[str, str]]:
        """Return what each of several mappings asks for, as sources of patterns by key."""
        like = next((item.key for item in self.node.elements if isinstance(item.key, cst.SimpleString)), None)
        plain = sorted({v.MESSAGE_TYPES[text] for text in wanted if text in v.MESSAGE_TYPES})
        found: list[dict[str, str]] = []
        if wanted >= v.TRANSCRIPTS:
            plain.append("Turn")
        elif v.FINAL in wanted:
            found.append({"type": quoted("Turn", like), "end_of_turn": "True", "turn_is_formatted": "True"})
        elif v.PARTIAL in wanted:
            flags = ("end_of_turn", "turn_is_formatted") if self.has_remainder else ("end_of_turn",)
            found += [{"type": quoted("Turn", like), flag: "False"} for flag in flags]
        if plain:
            found.insert(0, {"type": " | ".join(quoted(text, like) for text in plain)})
        return found

    def _mapping(self, mapping: cst.MatchMapping, choice: dict[str, str] | None) -> cst.MatchMapping:
        elements: list[cst.MatchMappingElement] = []
        for item, keys in zip(mapping.elements, self.keys, strict=True):
            new = next((v.FIELDS[text] for text in keys if text in v.FIELDS), None)
            if new is None:
                elements.append(item)
                continue
            if new == "transcript" and self.words is not None:
                words = cst.parse_expression(quoted("words", item.key))
                elements.append(item.with_changes(key=words, pattern=_pattern(self.words)))
                continue
            key = cst.parse_expression(quoted(new, item.key))
            if new != "type" or choice is None:
                elements.append(item.with_changes(key=key))
                continue
            asked = ", ".join(f"{quoted(name, item.key)}: {source}" for name, source in choice.items())
            *before, last = cst.ensure_type(_pattern(f"{{{asked}}}"), cst.MatchMapping).elements
            elements += [*before, last.with_changes(comma=item.comma)]
        return mapping.deep_clone().with_changes(elements=[item.deep_clone() for item in elements])


def _pattern(source: str) -> cst.MatchPattern:
    statement = cst.ensure_type(cst.parse_statement(f"match x:\n case {source}:\n  pass\n"), cst.Match)
    return statement.cases[0].pattern


def _remainder(match: cst.Match, case: cst.MatchCase) -> bool:
    """Return whether a later case takes whatever is left, and does something with it."""
    later = match.cases[list(match.cases).index(case) + 1 :]
    return any(match_patterns.takes_all(other) and not is_idle(other.body) for other in later)


def _is_end(case: cst.MatchCase, context: Context) -> bool:
    found = match_patterns.types(context.program, case.pattern)
    return bool(found) and all(text in _ENDS for text in found)


def _is_plain(pattern: cst.MatchPattern) -> bool:
    """Return whether a pattern asks for the type and nothing else."""
    match pattern:
        case cst.MatchMapping(elements=[_], rest=None) | cst.MatchValue():
            return True
    return False


def _without_twins(updated: cst.CSTNode) -> cst.CSTNode:
    """Return a choice without alternatives that have become the same."""
    choice = cst.ensure_type(updated, cst.MatchOr)
    kept: list[cst.MatchOrElement] = []
    seen: set[str] = set()
    for option in choice.patterns:
        code = cst.Module([]).code_for_node(option.pattern)
        if code not in seen:
            kept.append(option)
        seen.add(code)
    if len(kept) == 1:
        return kept[0].pattern
    return choice.with_changes(patterns=[*kept[:-1], kept[-1].with_changes(separator=cst.MaybeSentinel.DEFAULT)])
