"""How each legacy session of a program becomes a v3 session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

import libcst as cst

from codemods import protocol as v
from codemods.facts.pauses import pause
from codemods.facts.program import Program
from codemods.interpreter.values import Const, Values
from codemods.libraries.assemblyai_values import Transcriber, transcribers
from codemods.rewrites.sdk import frames
from codemods.rewrites.sdk.constructor_arguments import comment_of, converted, may_be_none
from codemods.rewrites.sdk.handlers import Handlers
from codemods.rewrites.sdk.names import Names
from codemods.rewrites.sdk.portability import first_parameter, is_portable, occurs
from codemods.rewrites.sdk.sdk_imports import SdkImports
from codemods.rewrites.sdk.session_plan import SessionPlan
from codemods.rewrites.sdk.sessions import SdkSession, SdkSessions, Use, function_of_value
from codemods.syntax.layout import Argument
from codemods.syntax.navigate import function_of
from codemods.syntax.tree import SourceModule

NO_LIMIT = "3600.0"
"""Seconds that stand for v2's `timeout=None`: v3 has no way to wait for ever."""
TERMINATE_TIMEOUT = 30.0
"""Seconds to wait for the last transcripts: v2 waited without limit, v3 drops them after 5 s by default."""


V3_PARAMETERS = frozenset(
    {
        "filter_profanity",
        "keyterms_prompt",
        "language_detection",
        "max_speakers",
        "max_turn_silence",
        "min_turn_silence",
        "prompt",
        "redact_pii",
        "speaker_labels",
        "vad_threshold",
    }
)
"""What `RealtimeTranscriber` never took, and `StreamingParameters` does (SDK 0.64.16 and later)."""

_NEEDED = frozenset({"StreamingClient", "StreamingClientOptions", "StreamingEvents", "StreamingParameters"})


class Plans:
    """The plans of a program's sessions."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.options = program.options
        self.sessions = program.get(SdkSessions)
        self.imports = program.get(SdkImports)
        handlers = Handlers(program, [session for session in self.sessions.all if session.problem is None])
        self.handlers = handlers
        self.of: dict[SdkSession, SessionPlan] = {}
        for session in self.sessions.all:
            plan = SessionPlan(session, handlers.of_session.get(session, []))
            self.of[session] = plan
            plan.problem = session.problem
            home = self.imports.out_of_reach(session.call.func, session.module)
            if home is not None:
                plan.problem = f"its class comes from {home}, which this run does not rewrite"
            elif self.imports.is_asked_by_text and not self.imports.is_spelled(session.call.func, session.module):
                plan.problem = "its class is asked for by its name as a text"
            if plan.problem is None:
                self._place(plan)
                self._parameters(plan)
                self._options(plan)
                self._connects(plan)
                self._closes(plan)
            if plan.problem is None:
                own = sorted((_NEEDED | plan.names) & Names.of(program, session.module).own)
                if own:
                    plan.problem = f"{own[0]} means something of the program's own here, rename that first"
        self._leave_together()
        self.left = frozenset(self._left())
        """The transcribers that stay as they are, with their callbacks and all that these are given."""
        self.none_moves = bool(self.of) and all(plan.problem is not None for plan in self.of.values())
        """Whether the program makes sessions, and all of them stay."""

    def _left(self) -> Iterator[Transcriber]:
        for session, plan in self.of.items():
            if plan.problem is not None:
                yield session.transcriber
                for argument in session.call.args:
                    known = function_of_value(self.program.values(argument.value))
                    # what an annotation alone says of a callback under a name that v2 never had
                    yield from (Transcriber(param) for param in known[0].params.params) if known is not None else ()

    def _leave_together(self) -> None:
        """Leave what shares a callback or a call with a session that is left: half of it would not work."""
        if all(plan.problem is None for plan in self.of.values()):
            return
        plans = {session.transcriber: plan for session, plan in self.of.items()}
        meetings = [[self.of[session] for session in sessions] for _, sessions in self.sessions.uses.values()]
        meetings += (
            [plans[item] for item in transcribers(values) if item in plans]
            for values in self.program.all_values.values()
        )
        spreading = True
        while spreading:
            spreading = False
            for meeting in meetings:
                if any(plan.problem is not None for plan in meeting):
                    for plan in meeting:
                        if plan.problem is None:
                            plan.problem = "it shares a callback or a call with a session that is not rewritten"
                            spreading = True

    def are_left(self, values: Values) -> bool:
        """Return whether what a session that is left makes or delivers is among `values`."""
        return any(item in self.left for item in transcribers(values))

    def at(self, node: cst.Attribute) -> tuple[Use, list[SessionPlan]] | None:
        """Return the use of a transcriber's method at `node`, and the sessions it can be about.

        None for anything else.
        """
        found = self.sessions.uses.get(node)
        if found is None:
            return None
        use, sessions = found
        return use, [self.of[session] for session in sessions]

    # where it is made

    def _place(self, plan: SessionPlan) -> None:
        session = plan.session
        module = session.module
        if session.owner is not None:
            function = function_of(session.call, module)
            plan.target, plan.shape = first_parameter(function) or "self", "super"
            if module.statement(session.call) is None or not isinstance(function, cst.FunctionDef):
                plan.problem = "it is not a statement of its own"
            return
        parent = module.parent(session.call)
        statement = module.statement(session.call)
        if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
            plan.problem = "it is made where no further statement can stand"
            return
        plan.holder = statement
        match parent:
            case cst.Assign() if parent.value is session.call:
                targets = [item.target for item in parent.targets]
                simple = [item for item in targets if isinstance(item, cst.Name | cst.Attribute | cst.Subscript)]
                if not simple:
                    plan.problem = "it is unpacked at once"
                    return
                plan.target, plan.shape = module.code(simple[0]), "assign"
            case cst.AnnAssign() if parent.value is session.call:
                plan.target, plan.shape = module.code(parent.target), "assign"
            case _:
                for up in module.ancestors(session.call):
                    if isinstance(up, cst.Lambda | cst.BaseComp | cst.CompFor | cst.IfExp | cst.BooleanOperation):
                        plan.problem = "it is made inside an expression that may not be evaluated once"
                        return
                    if up is statement:
                        break
                plan.target, plan.shape = self._fresh_name(session), "nested"

    def _fresh_name(self, session: SdkSession) -> str:
        """Return a name for the client that means nothing else in the function, or module, that makes it."""
        function = function_of(session.call, session.module)
        others = (plan for plan in self.of.values() if plan.session.module is session.module)
        taken = {plan.target for plan in others if function_of(plan.session.call, session.module) is function}
        names = ("transcriber" if number == 1 else f"transcriber_{number}" for number in count(1))
        return next(name for name in names if name not in taken and not occurs(name, function, session.module))

    # what it is made with

    def _argument(self, plan: SessionPlan, keyword: str, node: cst.BaseExpression, old: str) -> Argument:
        plan.sources.append(node)
        return Argument(
            converted(self.program, plan.session.module, node, plan.names),
            keyword,
            comment_of(plan.session.arguments[old]),
        )

    def _parameters(self, plan: SessionPlan) -> None:
        session = plan.session
        given = plan.parameters
        rate = session.value("sample_rate")
        if rate is not None:
            given.append(self._argument(plan, "sample_rate", rate, "sample_rate"))
        elif self._uses_default_microphone(session.module):
            given.append(Argument("44_100", "sample_rate"))
            plan.notes.append("sample_rate was missing: 44100 is what the microphone helper recorded at")
        else:
            plan.problem = "it has no sample_rate, which v2 and v3 both require"
            return
        encoding = session.value("encoding")
        if encoding is not None:
            given.append(self._argument(plan, "encoding", encoding, "encoding"))
        plan.buffer = frames.buffer(self.program, session, rate)
        if plan.buffer is not None and not self.imports.is_at_top(session.module):
            plan.problem = (
                "its frames are too short for v3, and the class that gathers them needs assemblyai at the top"
            )
        given.append(Argument(f'"{self.options.speech_model}"', "speech_model"))
        given.append(Argument("True", "format_turns"))
        paused = pause(self.program, [use.node for use in session.named("stream")])
        if paused is None:
            given.append(Argument(str(v.INACTIVITY_TIMEOUT), "inactivity_timeout"))
        else:
            by = session.module.code(paused)
            plan.notes.append(f"no inactivity_timeout, since {by} keeps the session open without sending")
        boost = session.value("word_boost")
        if boost is not None:
            given.append(self._argument(plan, "keyterms_prompt", boost, "word_boost"))
            self._check_terms(plan, boost)
        for extra in session.invented:
            keyword = extra.keyword.value if extra.keyword is not None else ""
            if keyword in V3_PARAMETERS:
                given.append(self._argument(plan, keyword, extra.value, keyword))
                plan.notes.append(f"{keyword}, which v2 never had, is a parameter of the session in v3")
        silence = session.value("end_utterance_silence_threshold")
        if silence is not None:
            if self.options.speech_model.startswith("universal-streaming"):
                given.append(Argument("1.0", "end_of_turn_confidence_threshold"))
            argument = self._argument(plan, "max_turn_silence", silence, "end_utterance_silence_threshold")
            given.append(argument)
            plan.notes.append("turns end on silence alone, as in v2 (end_of_turn_confidence_threshold=1)")
        partials = session.value("disable_partial_transcripts")
        if partials is not None and not session.is_true(self.program, "disable_partial_transcripts"):
            values = self.program.values(partials)
            if not values or not all(isinstance(value, Const) and not value.value for value in values):
                plan.problem = "disable_partial_transcripts is computed; v3 has no such option: filter in on_data"

    def _check_terms(self, plan: SessionPlan, node: cst.BaseExpression) -> None:
        terms = self.program.constants(node)
        if isinstance(node, cst.List) and len(node.elements) > 100:
            plan.notes.append(f"keyterms_prompt takes at most 100 terms and this list has {len(node.elements)}")
        elif not terms:
            plan.notes.append("keyterms_prompt takes at most 100 terms of at most 50 characters: check the list")
        if any(len(term) > 50 for term in terms):
            plan.notes.append("v3 ignores terms longer than 50 characters")

    def _uses_default_microphone(self, module: SourceModule) -> bool:
        names = Names.of(self.program, module)
        calls = (node for node in module.find(cst.Call) if not node.args)
        return any(names.extra(node.func) == "MicrophoneStream" for node in calls)

    def _options(self, plan: SessionPlan) -> None:
        session = plan.session
        token, client = session.value("token"), session.value("client")
        # these are evaluated where the session is made, so they need not be portable
        kept = list(plan.sources)
        key = session.value("api_key")
        if key is not None:
            plan.options.append(self._argument(plan, "api_key", key, "api_key"))
            plan.notes.append("api_key, which v2 never had, is an option of the client in v3")
        elif token is None or may_be_none(self.program, token):
            if client is not None:
                settings = f"{session.module.code(client)}.settings"
            else:
                settings, edits = self.imports.settings(session.module, session.call)
                plan.edits += edits
            plan.options.append(Argument(f"{settings}.api_key", "api_key"))
        if token is not None:
            plan.options.append(self._argument(plan, "token", token, "token"))
        plan.sources = kept
        if self.options.region == "eu":
            plan.options.append(Argument('"streaming.eu.assemblyai.com"', "api_host"))
        timeout = self._timeout(session)
        if timeout is not None:
            plan.options.append(Argument(timeout, "connect_timeout"))
        plan.options.append(Argument(str(TERMINATE_TIMEOUT), "terminate_timeout"))

    def _timeout(self, session: SdkSession) -> str | None:
        """Return the time limit that `connect(timeout=...)` sets, in seconds, as source."""
        for use in session.named("connect"):
            for argument in use.call.args if use.call is not None else ():
                value = argument.value
                if isinstance(value, cst.Name) and value.value == "None":
                    return NO_LIMIT
                if not is_portable(self.program, value, use.module, session.call, session.module):
                    continue
                code = use.module.code(value)
                if not isinstance(value, cst.IfExp) and not may_be_none(self.program, value):
                    return code
                return f"{code if isinstance(value, cst.Name | cst.Attribute) else f'({code})'} or {NO_LIMIT}"
        return None

    # how it is used

    def _connects(self, plan: SessionPlan) -> None:
        session = plan.session
        if session.owner is not None or plan.problem is not None:
            return
        far = [use for use in session.named("connect") if not self._can_name(plan.sources, plan, use)]
        attribute = plan.target.rpartition(".")[2]
        if far and "." in plan.target and attribute.isidentifier():
            plan.stored = all(
                isinstance(use.node.value, cst.Attribute) and use.node.value.attr.value == attribute
                for use in session.named("connect")
            )
        plan.carries_parameters = bool(far) and not plan.stored

    def _can_name(self, sources: Iterable[cst.BaseExpression], plan: SessionPlan, use: Use) -> bool:
        """Return whether what is written where a session is made means the same at one of its uses."""
        here = plan.session.module
        return all(is_portable(self.program, node, here, use.node, use.module) for node in sources)

    def _closes(self, plan: SessionPlan) -> None:
        closer = plan.closer
        if closer is None:
            return
        session = plan.session
        plan.closer_may_be_none = may_be_none(self.program, closer)
        sites = session.named("close")
        # of a lambda, what it does is written there; of a function, a call
        source = closer.body if isinstance(closer, cst.Lambda) else closer
        named = isinstance(closer, cst.Name | cst.Attribute | cst.Lambda)
        plan.closes_at_sites = bool(sites) and named and all(self._can_name([source], plan, use) for use in sites)
        if session.owner is not None:
            plan.closes_at_sites = True  # in the method `close` of the subclass itself
        elif (
            isinstance(closer, cst.Lambda) and len(sites) > 1 if plan.closes_at_sites else sites and "." in plan.target
        ):
            plan.closer_name = self._closer_name(plan, sites)

    def _closer_name(self, plan: SessionPlan, sites: list[Use]) -> str | None:
        """Return a name for `on_close` where it is an attribute beside the client, or a variable that all sites see."""
        module, (holder, dot, client) = plan.session.module, plan.target.rpartition(".")
        if not client.isidentifier():
            return None
        home = function_of(plan.session.call, module)
        for use in sites:
            if use.module.code(use.node.value).rpartition(".")[1:] != (dot, client):
                return None
            if not holder and (use.module is not module or not (_is_within(use.node, home, module))):
                return None
        names = ("on_close", f"on_{client}_close")
        return next((name for name in names if not _is_taken(name, module)), None)

    def closer_problem(self, plan: SessionPlan) -> str | None:
        """Return why the `on_close` callback cannot be called (it wants arguments that v2 never gave).

        None if it can.
        """
        known = function_of_value(self.program.values(plan.closer))
        if known is None:
            return None
        function, given = known
        params = [*function.params.posonly_params, *function.params.params]
        required = [param for param in params if param.default is None]
        if len(required) > given:
            return "on_close takes arguments, which v2 never gave it: it failed when called"
        return None


def _is_within(node: cst.CSTNode, function: cst.CSTNode, module: SourceModule) -> bool:
    return any(up is function for up in module.ancestors(node))


def _is_taken(name: str, module: SourceModule) -> bool:
    """Return whether a module uses a name for anything but a keyword."""
    uses = (node for node in module.find(cst.Name) if node.value == name)
    return any(not (isinstance(up := module.parent(node), cst.Arg) and up.keyword is node) for node in uses)
