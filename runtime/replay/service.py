"""What all connections share: who may open a session, what it will be told, and what is kept of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from runtime.close_codes import V3Close
from runtime.parameters import Family
from runtime.recording import Recording
from runtime.recording.redaction import Redactor
from runtime.replay.fault_player import Disturbance, Operation
from runtime.replay.faults import Fault, active
from runtime.replay.http import DEPRECATED, GONE, HttpError, Request, token_response
from runtime.replay.legacy_script import v2_script
from runtime.replay.query import Parameters, parse_query
from runtime.replay.records import Log, SessionRecord, TokenRequest
from runtime.replay.refusal import Refusal
from runtime.replay.resume import Locator, shifted
from runtime.replay.script import Script, v3_script
from runtime.replay.selection import REQUESTED, lacking
from runtime.replay.session import Limits, Session
from runtime.replay.tokens import Tokens, unauthorized
from runtime.replay.turns import Variant, variant_of
from runtime.replay.v2 import LegacyParameters, V2Session, parse_legacy_query, v2_refusal
from runtime.replay.v3 import V3Session

__all__ = ["Service", "Settings"]

_Kept = TypeVar("_Kept")

SESSION_PATHS = {"/v3/ws": "v3", "/v2/realtime/ws": "v2"}

#: Statuses with which v2 has refused handshakes since it was switched off.
HTTP_STATUSES = (401, 410)

#: What stands where a key should be when a program has none: nothing, or what the vendor's SDK writes then.
NO_KEYS = ("", "None")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server behaves.

    `api=None` serves both dialects, `keys=None` takes any key, `keep` is how many records to hold.
    """

    api: str | None = None
    variant: Variant | None = None
    limits: Limits = field(default_factory=Limits)
    faults: Sequence[Fault] = ()
    keys: Sequence[str] | None = None
    resume: bool = False
    keep: int | None = None
    keep_audio: bool = False
    messages: bool = False


class Peer(Protocol):
    """A connection, as far as the server has to know it in order to end."""

    def shut_down(self) -> None:
        """End the session because the server ends, without waiting for the peer."""

    def abort(self) -> None:
        """Drop the connection at once."""


class Service:
    """The state of a running server. Used on its event loop only."""

    def __init__(
        self,
        recording: Recording,
        settings: Settings,
        log: Log,
        loop: asyncio.AbstractEventLoop,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.loop, self.log = loop, log
        self.connections: set[Peer] = set()
        self.finished: list[SessionRecord] = []
        self.token_requests: list[TokenRequest] = []
        self._recording, self._settings, self._changed = recording, settings, changed
        self._native = variant_of(recording.events)
        self._scripts: dict[object, Script] = {}
        self._locator = Locator(recording) if settings.resume else None
        self._tokens = Tokens()
        self._attempts = self._opened = self._running = 0

    # Before the handshake

    def token(self, request: Request, body: bytes, now: float) -> bytes:
        """Answer a request for a temporary token."""
        settings = self._settings
        response, seen = token_response(request, body, self._tokens, now, settings.keys, settings.api)
        self._keep(self.token_requests, seen)
        self.log("token", api=seen.api, method=seen.method, host=seen.host, status=seen.status, problem=seen.problem)
        self._changed()
        return response

    def admit(self, request: Request, now: float) -> int:
        """Count an attempt to connect; raise HttpError if it is refused before the handshake."""
        api = SESSION_PATHS.get(request.path)
        if api is None or (api == "v3" and self._settings.api == "v2"):
            raise HttpError(404, f"nothing is served at {request.path}")
        self._attempts += 1
        switched_off = GONE if api == "v2" and self._settings.api == "v3" else 0
        for fault in active(self._settings.faults, self._attempts):
            if fault.name == "refuse":
                raise HttpError(int(fault["status"]), "refused by a fault")
            if fault.name == "deprecated" and api == "v2":
                switched_off = int(fault["as"])
        if switched_off in HTTP_STATUSES:
            self._turn_away(request, api, switched_off, now)
        return self._attempts

    def _turn_away(self, request: Request, api: str, status: int, now: float) -> None:
        """Refuse a handshake and keep a record of who came: it says that a program still speaks v2."""
        self._opened += 1
        record = self._record(request, api)
        record.status = status
        record.violations.append(f"HTTP {status}: {DEPRECATED}")
        self._keep(self.finished, record)
        self.log("session refused", **record.summary())
        self._changed()
        raise HttpError(status, DEPRECATED, {"error": DEPRECATED})

    # The session

    def open(self, request: Request, attempt: int, now: float) -> tuple[Session, Disturbance, list[Operation]]:
        """Begin a session; a client that is refused gets one too, which says so and ends."""
        api = SESSION_PATHS[request.path]
        self._opened += 1
        self._running += 1
        record = self._record(request, api)
        faults = active(self._settings.faults, attempt)
        disturbance = Disturbance([fault for fault in faults if fault.name != "deprecated" or api == "v2"], api)
        try:
            session = self._session(request, api, record, now)
        except Refusal as refusal:
            session = self._refused(api, record, now)
            operations: list[Operation] = list(session.refuse(refusal))
        else:
            operations = disturbance.greet(session.start())
        self.log("session opened", session=record.number, api=api, host=record.host, query=record.query)
        return session, disturbance, operations

    @property
    def served(self) -> int:
        """How many sessions were opened."""
        return self._opened

    def finish(self, session: Session, now: float) -> None:
        """Keep what was seen of a session whose connection has ended."""
        record = session.record
        self._running -= 1
        record.seconds = now - session.opened
        if not record.terminated and record.closed_by == "client":
            record.violations.append("the client closed without Terminate")
        self._keep(self.finished, record)
        self.log("session closed", **record.summary())
        self._changed()

    def _record(self, request: Request, api: str) -> SessionRecord:
        redactor = Redactor()
        return SessionRecord(
            number=self._opened,
            api=api,
            host=request.header("host") or "",
            path=request.path,
            query=redactor.pairs(dict(request.query)),
            headers=[pair for field in request.headers for pair in redactor.pairs(dict([field])).items()],
            audio=bytearray() if self._settings.keep_audio else None,
            detailed=self._settings.keep != 0,
            tell=self.log if self._settings.messages else None,
        )

    def _session(self, request: Request, api: str, record: SessionRecord, now: float) -> Session:
        settings = self._settings
        limits = settings.limits
        passed_over: list[tuple[str, Refusal]] = []
        duration = self._authorize(request, api, record, now, passed_over)
        if duration is not None:
            limits = replace(limits, session_seconds=min(duration, limits.session_seconds))
        if self._running > limits.sessions:
            if api == "v2":
                raise v2_refusal(4102)
            raise Refusal(V3Close.TOO_MANY_SESSIONS, "Unauthorized Connection: Too many concurrent sessions")
        session = (self._v3_session if api == "v3" else self._v2_session)(request, record, limits, now)
        for note, refusal in passed_over:
            session.note(note, refusal)
        return session

    def _v3_session(self, request: Request, record: SessionRecord, limits: Limits, now: float) -> Session:
        parameters, notes = parse_query(request.query)
        version = request.header("assemblyai-version")
        session = V3Session(self._v3_script(parameters), record, limits, now, parameters, time.time(), version)
        session.locate = self._locate(lambda recording: self._make_v3(recording, parameters))
        for note in notes:
            session.note(note, Refusal(V3Close.INVALID, f"Invalid parameter: {note}"))
        record.notes += lacking(self._recording, parameters)
        return session

    def _v2_session(self, request: Request, record: SessionRecord, limits: Limits, now: float) -> Session:
        parameters = parse_legacy_query(request.query)
        session = V2Session(self._v2_script(parameters), record, limits, now, parameters)
        session.locate = self._locate(lambda recording: v2_script(recording, parameters.partials))
        return session

    def _locate(self, make: Callable[[Recording], Script]) -> Callable[[bytes], Script | None] | None:
        """Return what finds the script of a session that goes on in the middle, if sessions may."""
        locator = self._locator
        if locator is None:
            return None

        def locate(chunk: bytes) -> Script | None:
            offset = locator.find(chunk)
            return make(shifted(self._recording, offset)) if offset else None

        return locate

    def _refused(self, api: str, record: SessionRecord, now: float) -> Session:
        """Return a session that exists only to be refused."""
        limits = self._settings.limits
        if api == "v3":
            return V3Session(self._v3_script(Parameters()), record, limits, now, Parameters())
        legacy = LegacyParameters(16000)
        return V2Session(self._v2_script(legacy), record, limits, now, legacy)

    def _authorize(
        self,
        request: Request,
        api: str,
        record: SessionRecord,
        now: float,
        passed_over: list[tuple[str, Refusal]],
    ) -> float | None:
        """Check key or token; return how long the token allows the session to be, if it says so."""
        keys, key = self._settings.keys, request.header("authorization")
        token = next((value for name, value in request.query if name == "token"), None)
        # The vendor's SDK for v3 sends its token as if it were a key.
        if token is None and key is not None and key in self._tokens:
            token = key
        if token is not None and (token in self._tokens or api == "v2"):
            grant = self._tokens.redeem(token, api, now)
            record.authorized_by = "token"
            return grant.session_seconds
        if token is not None:
            # Reported to work, by an older page of the vendor and by a client's comment; medium to low confidence.
            invalid = unauthorized(api, "Invalid token")
            if token in NO_KEYS or token.startswith("Bearer ") or (keys is not None and token not in keys):
                raise invalid
            passed_over.append(("token= was not issued here; the service also takes an API key there", invalid))
            record.authorized_by = "token"
            return None
        # Neither Bearer nor Token is part of this API.
        if key is None or key in NO_KEYS:
            raise unauthorized(api, "Missing Authorization header")
        if key.startswith(("Bearer ", "Token ")) or (keys is not None and key not in keys):
            raise unauthorized(api, "Invalid API key")
        record.authorized_by = "key"
        return None

    def _v3_script(self, parameters: Parameters) -> Script:
        asked = tuple(parameters.has(name) for name in REQUESTED)
        name = (self._variant(parameters), parameters.family, parameters.partials, asked)
        return self._cached(name, lambda: self._make_v3(self._recording, parameters))

    def _make_v3(self, recording: Recording, parameters: Parameters) -> Script:
        return v3_script(recording, self._variant(parameters), parameters)

    def _variant(self, parameters: Parameters) -> Variant:
        """Return how the session's model reports turns, unless the server was told."""
        variant = self._settings.variant
        if variant is None and parameters.family is Family.U3:
            return Variant.F3
        if variant is None:
            variant = Variant.F1 if self._native is Variant.F3 else self._native
        if not parameters.format_turns and variant in (Variant.F1, Variant.F2):
            return Variant.F1_UNFORMATTED
        if parameters.format_turns and variant is Variant.F1_UNFORMATTED:
            return Variant.F1
        return variant

    def _v2_script(self, parameters: LegacyParameters) -> Script:
        partials = parameters.partials
        return self._cached(("v2", partials), lambda: v2_script(self._recording, partials))

    def _cached(self, name: object, make: Callable[[], Script]) -> Script:
        if name not in self._scripts:
            self._scripts[name] = make()
        return self._scripts[name]

    def _keep(self, kept: list[_Kept], item: _Kept) -> None:
        kept.append(item)
        if self._settings.keep is not None:
            del kept[: max(0, len(kept) - self._settings.keep)]
