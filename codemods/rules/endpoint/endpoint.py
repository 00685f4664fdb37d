"""V3M101: the endpoint, and the parameters that v3 cannot do without."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable

import libcst as cst

from codemods import protocol as v
from codemods.facts import dict_entries, endpoints
from codemods.facts.endpoints import EndpointText
from codemods.facts.pauses import pause
from codemods.facts.program import Program
from codemods.facts.sessions import Sessions
from codemods.interpreter.values import Lit, Obj, Query, Str
from codemods.libraries.observations import Connect
from codemods.model import Options
from codemods.rewrites.entry_edits import add_entries
from codemods.rewrites.url import Hosts, moved
from codemods.rule import Change, Changes, Context, Edit, Rule
from codemods.syntax.build import edit_text
from codemods.syntax.edits import Replace
from codemods.syntax.tree import SourceModule

_NEEDED = "the URL names what a v3 session needs"
_NO_LIMIT = "no inactivity_timeout, since {} keeps it open without sending: billed for up to 3 hours if nobody ends it"


_Seen = cst.SimpleString | cst.FormattedStringText | cst.FormattedString | cst.Dict | cst.List | cst.Tuple | cst.Call


class Endpoint(Rule[_Seen]):
    """Moves the socket's URL to v3 and adds `speech_model` and `format_turns`."""

    code = "V3M101"
    summary = "the v2 socket URL becomes the v3 one, with the parameters that v3 needs"
    source = v.MIGRATION
    why = (
        "The vendor has switched v2 off. Without `speech_model` v3 takes a default of its own, which has changed twice "
        "within a month, to a family of models that sends other messages at three times the price; "
        "`format_turns=true` keeps finals punctuated and cased, as v2 sent them. `inactivity_timeout` ends a session "
        "that nobody ends: v2 did so after a minute, v3 bills it for three hours."
    )

    def visit(self, node: _Seen, context: Context) -> Changes:
        table = context.get(_Planner).table
        return table.get(node, ())


class _Planner:
    """Works out all endpoint edits of a program at once, since one URL may be put together in many places."""

    def __init__(self, program: Program) -> None:
        self.rule = Endpoint()
        self.program = program
        self.options: Options = program.options
        self.table: dict[cst.CSTNode, list[Change]] = {}
        """The changes by the node they stand at."""
        self.hosts = program.get(Hosts)
        self.queries_done: set[cst.CSTNode] = set()
        self.pause = self._pause()
        self.note = "" if self.pause is None else f"; {_NO_LIMIT.format(program.code(self.pause))}"
        self.needed = f"{_NEEDED}{self.note}"
        self._plan()

    def _pause(self) -> cst.CSTNode | None:
        """Return what makes the program stop sending for a while, and mean the session to stay open."""
        sessions = self.program.get(Sessions)
        senders = [send.call for session in sessions.found.values() for send in session.audio]
        return pause(self.program, senders)

    def _plan(self) -> None:
        found = list(endpoints.sockets(self.program))
        for connect, text, endpoint in found:
            self._host(endpoint)
            self._query(connect, text, endpoint, [other for _, other, _ in found])
        for connect, texts in endpoints.shared(self.program):
            self._shared(connect, texts)
        for literal, module in endpoints.literals(self.program):
            if not self.program.is_settings(module.path):
                self._stray(literal, module)

    def _add(self, node: cst.CSTNode, *changes: Change) -> None:
        self.table.setdefault(node, []).extend(changes)

    def _host(self, endpoint: EndpointText) -> None:
        for move in self.hosts.move(endpoint, "wss"):
            if move.edits:
                change = self.rule.change(move.node, f"v2 endpoint becomes v3's{self.note}", *move.edits)
            else:
                message = f"the v2 URL is made of pieces that cannot be moved one by one: use wss://{move.host}/v3/ws"
                change = self.rule.report(move.node, message)
            self._add(move.node, change)

    def _shared(self, connect: Connect, texts: Iterable[EndpointText]) -> None:
        """Report a connection that is not the vendor's alone: neither its URL nor its messages can be moved."""
        pieces = {piece.node for text in texts for piece, _, _ in text.pieces()}
        self.hosts.done |= pieces
        others = sorted({_host(text.text) for text in self.program.other_servers(connect.connection)})
        if others:
            reason = f"this connection may go to {', '.join(others)}, too, where v3 is not spoken"
        else:
            reason = "this connection has its address in common with one that may go somewhere else, too"
        message = f"{reason}: open one of its own for AssemblyAI"
        report = self.rule.report(connect.call, message, explains=tuple(pieces))
        self._once(connect.call, report)

    # query

    def _additions(self, present: str) -> list[tuple[str, str]]:
        wanted = [("speech_model", self.options.speech_model)]
        if v.formats_on_request(self.options.speech_model):
            wanted.append(("format_turns", "true"))
        if self.pause is None:
            wanted.append(("inactivity_timeout", str(v.INACTIVITY_TIMEOUT)))
        old = {new: name for name, new in v.PARAMETERS_RENAMED.items()}
        return [(key, value) for key, value in wanted if not re.search(rf"\b({key}|{old.get(key, key)})\b", present)]

    def _query(self, connect: Connect, text: Str, endpoint: EndpointText, everything: list[Str]) -> None:
        objects = endpoints.parameter_objects(self.program, connect, [text])
        has_mapping = connect.params is not None or any(isinstance(part, Query) for part in text.parts)
        if has_mapping:
            self._mapping(connect, objects)
            return
        index, offset = endpoint.after()
        parts = text.parts
        mark: Lit | None = None
        for position in range(index, len(parts)):
            part = parts[position]
            if isinstance(part, Lit) and "?" in (part.text[offset:] if position == index else part.text):
                mark = part
                break
        additions = self._additions(text.text)
        if not additions:
            return
        query = "&".join(f"{key}={value}" for key, value in additions)
        if mark is not None:
            self._text_query(mark, query, everything)
            return
        last = parts[index] if index < len(parts) else parts[-1]
        if len(parts) - 1 > index and not isinstance(parts[index + 1], Lit):
            unseen = f"cannot see this URL's query: make sure it has {query}"
            self._once(connect.call, self.rule.report(connect.call, unseen))
        elif isinstance(last, Lit):
            edit = edit_text(last.node, lambda t: f"{t.rstrip('/')}?{query}")
            self._once(last.node, self.rule.change(last.node, self.needed, edit))

    def _once(self, node: cst.CSTNode, change: Change) -> None:
        if node not in self.queries_done:
            self.queries_done.add(node)
            self._add(node, change)

    def _text_query(self, mark: Lit, query: str, everything: list[Str]) -> None:
        if mark.node in self.queries_done:
            return
        self.queries_done.add(mark.node)
        module = self.program.module_of(mark.node)
        holder = module.parent(mark.node) if module else None
        place: cst.CSTNode = mark.node
        if isinstance(holder, cst.FormattedString) and self._ends_well(holder, everything):
            text = cst.FormattedStringText(query if _ends_bare(holder) else f"&{query}")
            parts = operator.attrgetter("parts")
            place, edit = holder, Replace(holder, lambda new: new.with_changes(parts=[*parts(new), text]))
        elif isinstance(mark.node, cst.SimpleString) and self._followed_well(mark, everything):
            glue = "" if mark.text.endswith(("?", "&")) else "&"
            edit = edit_text(mark.node, lambda t: f"{t}{glue}{query}")
        else:
            edit = edit_text(mark.node, lambda t: t.replace("?", f"?{query}&", 1))
        self._add(place, self.rule.change(mark.node, self.needed, edit))

    def _followed_well(self, mark: Lit, everything: list[Str]) -> bool:
        """Return whether only further `&name=value` pairs, or nothing, follow the literal in every text it is in."""
        for text in everything:
            if mark in text.parts:
                rest = text.parts[text.parts.index(mark) + 1 :]
                if rest and not (isinstance(rest[0], Lit) and rest[0].text.startswith("&")):
                    return False
        return True

    def _ends_well(self, holder: cst.FormattedString, everything: list[Str]) -> bool:
        """Return whether only further `&name=value` pairs, or nothing, follow the f-string."""
        own = {part for part in holder.parts if isinstance(part, cst.FormattedStringText)}
        for text in everything:
            inside = [i for i, part in enumerate(text.parts) if isinstance(part, Lit) and part.node in own]
            if not inside:
                continue
            rest = list(text.parts[inside[-1] + 1 :])
            if isinstance(holder.parts[-1], cst.FormattedStringExpression) and rest:
                # the last placeholder of the f-string itself, however many pieces its value has
                values = self.program.values(holder.parts[-1].expression)
                known = [len(value.parts) for value in values if isinstance(value, Str)]
                rest = rest[known[0] if known else 1 :]
            if rest and not (isinstance(rest[0], Lit) and rest[0].text.startswith("&")):
                return False
        return True

    def _mapping(self, connect: Connect, objects: list[Obj]) -> None:
        if not objects:
            added = ", ".join(f"{key}={value}" for key, value in self._additions(""))
            unseen = f"cannot see where the query parameters come from: add {added}"
            self._once(connect.call, self.rule.report(connect.call, unseen))
        for obj in objects:
            if obj.site in self.queries_done:
                continue
            self.queries_done.add(obj.site)
            entries = list(dict_entries.entries(self.program, obj))
            present = " ".join(entry.key for entry in entries)
            texts = bool(entries) and all(isinstance(entry.value, cst.SimpleString) for entry in entries)
            additions = [
                (key, value if value.isdigit() and not texts else f'"{value}"')
                for key, value in self._additions(present)
            ]
            if not additions:
                continue
            edit = add_entries(obj.site, additions)
            if edit is None:
                names = ", ".join(key for key, _ in additions)
                self._once(connect.call, self.rule.report(connect.call, f"add {names} to the parameters of this URL"))
            else:
                self._add(obj.site, self.rule.change(obj.site, self.needed, edit))

    # URLs that no connection was seen to use

    def _stray(self, node: cst.SimpleString | cst.FormattedStringText, module: SourceModule) -> None:
        if node in self.hosts.done:
            return
        text = node.value
        match = v.V2_SOCKET.search(text)
        if match is None or _is_prose(text, match) or isinstance(module.parent(node), cst.Expr):
            return
        host = self.hosts.host(match)
        self.hosts.done.add(node)
        rest = text[match.end() :].rstrip("'\"")
        edits: list[Edit] = [edit_text(node, lambda t: moved(t, host))]
        additions = "&".join(f"{key}={value}" for key, value in self._additions(text))
        has_query = rest.startswith("?")
        if has_query and additions:
            edits.append(edit_text(node, lambda t: t.replace("?", f"?{additions}&", 1)))
        self._add(node, self.rule.change(node, "v2 endpoint becomes v3's", *edits))
        if additions and not has_query:
            message = f"no connection is seen to use this URL: add {additions} to its query where it is used"
            self._add(node, self.rule.report(module.statement(node) or node, message))


def _host(url: str) -> str:
    """Return the host that a URL names, or as much of it as is known."""
    return re.split(r"[/?\0]", url.split("://", 1)[1], maxsplit=1)[0] or "another host"


def _ends_bare(holder: cst.FormattedString) -> bool:
    last = holder.parts[-1]
    return isinstance(last, cst.FormattedStringText) and last.value.endswith(("?", "&"))


def _is_prose(text: str, match: re.Match[str]) -> bool:
    """Return whether the URL stands in a sentence."""
    around = text[: match.start()] + text[match.end() :]
    return " " in around.strip() or "\n" in around.strip()
