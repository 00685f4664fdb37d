"""V3M104: the request for a temporary token."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import libcst as cst

from codemods import protocol as v
from codemods.facts import dict_entries, endpoints, tokens
from codemods.facts.dict_entries import Entry
from codemods.facts.program import Program
from codemods.facts.tokens import TokenRequest
from codemods.interpreter.values import Json, Obj
from codemods.rewrites.entry_edits import add_beside, rename_entry
from codemods.rewrites.url import Hosts, Move
from codemods.rule import Change, Changes, Context, Edit, Rule
from codemods.syntax import sequences
from codemods.syntax.constants import clamped
from codemods.syntax.edits import AddImport, Replace, Unused
from codemods.syntax.navigate import head
from codemods.syntax.tree import SourceModule

_EXPIRES, _SESSION = "expires_in_seconds", "max_session_duration_seconds"
_MEANING = (
    f"v2 token request becomes v3's: a token now opens sessions for {_EXPIRES} (at most {v.TOKEN_REDEEM_LIMIT}), and "
    f"{_SESSION} is how long each may last; what opens the socket with it, in whatever language, must use the v3 URL"
)
_BY_HAND = "ask for a v3 token here: GET https://{host}/v3/token?expires_in_seconds=... (1 to 600)"
_PATH = re.compile(r"(^|/)realtime/token\b")


class Token(Rule[cst.Call | cst.SimpleString | cst.FormattedStringText]):
    """Turns the POST for a temporary token into v3's GET."""

    code = "V3M104"
    summary = "the temporary-token request becomes v3's GET, with limits v3 accepts"
    source = v.TOKENS
    why = (
        "A v3 token opens sessions for 600 seconds at most. What v2 called `expires_in`, the time that the token and "
        "its session are good for, is a parameter of its own in v3."
    )

    def visit(self, node: cst.Call | cst.SimpleString | cst.FormattedStringText, context: Context) -> Changes:
        table = context.get(_Planner).table
        return table.get(node, ())


class _Planner:
    """Works out the token requests of a program at once: they may share URL, body and client."""

    def __init__(self, program: Program) -> None:
        self.rule = Token()
        self.program = program
        self.hosts = program.get(Hosts)
        self.table: dict[cst.CSTNode, list[Change]] = {}
        """The changes by the node they stand at."""
        self._plan()

    def _plan(self) -> None:
        for request in tokens.find(self.program):
            edits = self._request(request)
            host = self.hosts.host(request.endpoints[0])
            moves: list[Move] = []
            if edits is not None:
                moves = [move for endpoint in request.endpoints for move in self.hosts.move(endpoint, "https")]
            if edits is None or not all(move.edits for move in moves):
                # all of it or nothing: v3's question to v2's address helps nobody
                self._add(self.rule.report(request.call, _BY_HAND.format(host=host)))
                for endpoint in request.endpoints:
                    self.hosts.done.update(piece.node for piece, _, _ in endpoint.pieces())
                continue
            for move in moves:
                self._add(self.rule.change(move.node, "v2 endpoint becomes v3's", *move.edits))
            self._add(self.rule.change(request.call, _MEANING, *edits))
        for literal, module in endpoints.literals(self.program):
            self._stray(literal, module)

    def _add(self, change: Change) -> None:
        self.table.setdefault(change.node, []).append(change)

    def _stray(self, literal: cst.SimpleString | cst.FormattedStringText, module: SourceModule) -> None:
        """Report a token URL that no known client is seen to ask for."""
        text = literal.value
        if literal in self.hosts.done or isinstance(module.parent(literal), cst.Expr):
            return
        if not v.V2_TOKEN.search(text):
            if not _PATH.search(text.strip("'\"rfbRFB")) or "assemblyai" not in module.text.lower():
                return
        elif " " in text.strip() or "\n" in text.strip():
            return
        self._add(self.rule.report(literal, _BY_HAND.format(host=self.hosts.host_of_region)))

    # one request

    def _request(self, request: TokenRequest) -> list[Edit] | None:
        if request.shared or request.has_params or any(argument.star for argument in request.call.args):
            return None
        like = next((n for n in request.module.walk(request.call) if isinstance(n, cst.SimpleString)), None)
        edits: list[Edit] = []
        if request.body is not None:
            body = self._body(request.body.value)
            if body is None:
                return None
            edits += body
        quote = like.quote[0] if like is not None else '"'
        edits.append(Replace(request.call, lambda updated: _asking(updated, request, quote)))
        if request.urllib:
            edits.append(AddImport("urllib.parse", "urlencode"))
        elif isinstance(request.call.func, cst.Name):
            names = self.program.names(request.call.func)
            if len(names) != 1 or "." not in (name := min(names)):
                return None
            edits += [AddImport(name.rsplit(".", 1)[0], "get"), Unused(request.call.func.value)]
        return edits

    def _body(self, node: cst.BaseExpression) -> list[Edit] | None:
        """Return the edits that turn a request's body into a mapping of query parameters."""
        edits: list[Edit] = []
        match node:
            case cst.SimpleString():
                return self._text_body(node)
            case cst.Call() if isinstance(node.func, cst.Attribute) and node.func.attr.value == "encode":
                # the call may be anywhere along the flow; here it is around the body itself
                inner = self._body(node.func.value)
                return None if inner is None else [*inner, Replace(node, _receiver)]
        values = self.program.values(node)
        objects = [value for value in values if isinstance(value, Obj) and value.kind == "dict"]
        texts = [value for value in values if isinstance(value, Json)]
        for text in texts:
            objects.append(text.content)
            edits += [Replace(text.call, _argument), *_heads(text.call)]
            edits += self._encodings(node, text)
        if not objects or len(objects) != len(values):
            return None
        for obj in objects:
            found = [entry for entry in dict_entries.entries(self.program, obj) if entry.key == "expires_in"]
            for more in map(self._entry, found) if found else [None]:
                if more is None:
                    return None
                edits += more
        return edits

    def _encodings(self, node: cst.BaseExpression, text: Json) -> Iterator[Edit]:
        """Yield edits that drop `.encode()` between the JSON text and the request."""
        for definition in self.program.definitions(node) if isinstance(node, cst.Name) else ():
            match definition.value:
                case cst.Call(func=cst.Attribute(attr=cst.Name("encode"))) as value if value is not text.call:
                    yield Replace(value, _receiver)

    def _entry(self, entry: Entry) -> list[Edit] | None:
        """Return the edits of `"expires_in": n`."""
        module = self.program.module_of(entry.holder)
        if entry.value is None or module is None:
            return None
        expires = clamped(entry.value, module.code(entry.value), None, v.TOKEN_REDEEM_LIMIT)
        session = clamped(entry.value, module.code(entry.value), *v.SESSION_LIMITS)
        if expires is None or session is None:
            return None
        value = cst.parse_expression(expires)
        added = add_beside(self.program, entry, _SESSION, session)
        if added is None:
            return None
        return [rename_entry(entry, _EXPIRES), Replace(entry.value, lambda updated: value), added]

    def _text_body(self, node: cst.SimpleString) -> list[Edit] | None:
        """Return the edit of a body that is JSON text."""
        try:
            body = json.loads(node.evaluated_value)
            seconds = int(body["expires_in"])
        except (ValueError, KeyError, TypeError):
            return None
        low, high = v.SESSION_LIMITS
        expires, session = min(seconds, v.TOKEN_REDEEM_LIMIT), min(max(seconds, low), high)
        mapping = cst.parse_expression(f'{{"{_EXPIRES}": {expires}, "{_SESSION}": {session}}}')
        return [Replace(node, lambda updated: mapping)]


def _argument(updated: cst.CSTNode) -> cst.CSTNode:
    return cst.ensure_type(updated, cst.Call).args[0].value


def _receiver(updated: cst.CSTNode) -> cst.CSTNode:
    return cst.ensure_type(cst.ensure_type(updated, cst.Call).func, cst.Attribute).value


def _heads(call: cst.Call) -> list[Edit]:
    """Return the import that may have become useless without `call`."""
    return [Unused(name)] if (name := head(call.func)) else []


def _asking(updated: cst.CSTNode, request: TokenRequest, quote: str) -> cst.Call:
    """Return the GET in place of the POST."""
    call = cst.ensure_type(updated, cst.Call)
    places = {name: _place(request, node) for name, node in (("url", request.url), ("body", request.body))}
    arguments = list(call.args)
    minimum = cst.parse_expression(f"{{{quote}{_EXPIRES}{quote}: 60}}")
    body = arguments[places["body"]].value if places["body"] >= 0 else minimum
    if request.urllib:
        url = arguments[places["url"]].value
        code = cst.Module([]).code_for_node
        mapping = code(body.with_changes(lpar=(), rpar=()))
        joined = cst.parse_expression(f"{code(url)} + {quote}?{quote} + urlencode({mapping})")
        arguments[places["url"]] = arguments[places["url"]].with_changes(value=joined)
        verb = next((i for i, a in enumerate(request.call.args) if a.value is request.verb), -1)
        dropped = [arguments[place] for place in {places["body"], verb} - {-1}]
        return call.with_changes(args=sequences.only(arguments, lambda argument: argument not in dropped))
    params = sequences.arguments("params=None")[0].with_changes(value=body)
    if places["body"] >= 0:
        arguments[places["body"]] = params.with_changes(comma=arguments[places["body"]].comma)
    else:
        arguments = sequences.extended(arguments, [params])
    func = call.func
    if request.verb is request.call.func:
        func = func.with_changes(attr=cst.Name("get")) if isinstance(func, cst.Attribute) else cst.Name("get")
    else:
        arguments = [
            a.with_changes(value=cst.SimpleString(f"{quote}GET{quote}")) if old.value is request.verb else a
            for a, old in zip(arguments, [*request.call.args, None], strict=False)
            if old is not None
        ] + arguments[len(request.call.args) :]
    return call.with_changes(func=func, args=arguments)


def _place(request: TokenRequest, node: cst.Arg | None) -> int:
    return next((index for index, argument in enumerate(request.call.args) if argument is node), -1)
