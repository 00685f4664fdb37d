"""The little HTTP the service speaks besides the handshake: its token endpoints."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from runtime.close_codes import V2_CLOSE_CODES
from runtime.jsontext import load_json
from runtime.recording import JsonObject
from runtime.replay.records import TokenRequest
from runtime.replay.tokens import Tokens

__all__ = ["GONE", "TOKEN_PATHS", "HttpError", "Request", "parse_request", "respond", "token_response"]

#: Longest header block that is read before the peer is taken for something else.
MAX_HEADER = 64 * 1024
MAX_BODY = 64 * 1024

TOKEN_PATHS = {"/v3/token": "v3", "/v2/realtime/token": "v2"}

#: More digits than the length of any body that is taken has.
MOST_DIGITS = 9

#: v2's answer since March 2026, whoever asks (https://www.assemblyai.com/docs/streaming/
#: common-session-errors-and-closures, read 2026-11-29); its body is not documented, the words are of earlier answers.
GONE, DEPRECATED = 410, V2_CLOSE_CODES[4105]


class HttpError(Exception):
    """A request that is answered with an error status; `body` is what is sent, by default the problem as text."""

    def __init__(self, status: int, problem: str, body: JsonObject | str | None = None) -> None:
        super().__init__(problem)
        self.status, self.problem = status, problem
        self.body: JsonObject | str = problem if body is None else body


@dataclass(frozen=True, slots=True)
class Request:
    """The head of an HTTP request. Header names are lower case; a header may be there more than once."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    head_length: int
    body_length: int

    def header(self, name: str) -> str | None:
        """Return the first header of that name; None if there is none."""
        return next((value for key, value in self.headers if key == name), None)


def parse_request(data: bytes | bytearray) -> Request | None:
    """Read the head of a request; None while it is incomplete. Raises HttpError for what is no HTTP."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if data and not data[:1].isalpha():  # a TLS handshake, for one, would never come to an end of its head
            raise HttpError(400, "not an HTTP request")
        if len(data) > MAX_HEADER:
            raise HttpError(431, "header too large")
        return None
    head = bytes(data[: end + 4])
    line, _, rest = head.partition(b"\r\n")
    try:
        method, target, version = line.decode("ascii").split(" ")
        fields = http.client.parse_headers(io.BytesIO(rest))
    except (ValueError, http.client.HTTPException):
        raise HttpError(400, "not an HTTP request") from None
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise HttpError(505, f"{version} is not spoken here")
    headers = [(name.lower(), str(value)) for name, value in fields.items()]
    length = next((value for name, value in headers if name == "content-length"), "0")
    small = length.isdecimal() and len(length) <= MOST_DIGITS and int(length) <= MAX_BODY
    if not small or any(name == "transfer-encoding" for name, _ in headers):
        raise HttpError(400, "a request body needs a Content-Length, and a small one")
    try:
        parts = urlsplit(target)
    except ValueError:  # an address of IPv6 that is none
        raise HttpError(400, "not an address") from None
    query = parse_qsl(parts.query, keep_blank_values=True)
    return Request(method, parts.path, query, headers, len(head), int(length))


def respond(status: int, body: JsonObject | str) -> bytes:
    """Return a whole response; the connection closes after it."""
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    kind = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
    reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Status"
    fields = [f"Content-Type: {kind}", f"Content-Length: {len(content)}", "Connection: close"]
    head = "\r\n".join([f"HTTP/1.1 {status} {reason}", *fields, "", ""])
    return head.encode() + content


def token_response(
    request: Request, body: bytes, tokens: Tokens, now: float, keys: Sequence[str] | None, served: str | None
) -> tuple[bytes, TokenRequest]:
    """Answer a request for a token and say what was asked for.

    `served` is the only dialect spoken, if there is only one.
    """
    api = TOKEN_PATHS[request.path]
    parameters: JsonObject = {}
    authorized = _authorized(request, api, keys)
    status, problem = 200, None
    answer: JsonObject | str
    try:
        if served not in (None, api):
            raise HttpError(404, "Not found")
        if request.method != ("GET" if api == "v3" else "POST"):
            raise HttpError(405, "Method Not Allowed")
        parameters.update(request.query if api == "v3" else _json_body(body))
        answer = (_v3_token if api == "v3" else _v2_token)(request, parameters, authorized, tokens, now)
    except HttpError as error:
        status, problem, answer = error.status, error.problem, error.body
    host = request.header("host") or ""
    return respond(status, answer), TokenRequest(
        api, request.method, host, request.path, parameters, authorized, status, problem
    )


def _authorized(request: Request, api: str, keys: Sequence[str] | None) -> bool:
    key = request.header("authorization") or ""
    if api == "v3":  # this endpoint takes it, the socket does not (measured by others, September 2026)
        key = key.removeprefix("Bearer ")
    return bool(key) and key != "None" and not key.startswith("Bearer ") and (keys is None or key in keys)


def _json_body(body: bytes) -> JsonObject:
    try:
        value = load_json(body)
    except ValueError:
        raise _error(400, "the body must be JSON") from None
    if not isinstance(value, dict):
        raise _error(400, "the body must be a JSON object")
    return value


def _error(status: int, problem: str) -> HttpError:
    return HttpError(status, problem, {"error": problem})


def _v3_token(request: Request, parameters: JsonObject, authorized: bool, tokens: Tokens, now: float) -> JsonObject:
    """Return a new token. What is wrong is told as the service's framework tells it, a missing header too.

    Names it does not know are ignored. Source: https://www.assemblyai.com/docs/streaming/
    authenticate-with-a-temporary-token, read 2026-11-29; the form of errors was measured by others.
    """
    if request.header("authorization") is None:
        raise _unprocessable("header", "authorization", "Field required")
    if not authorized:
        raise _error(401, "Unauthorized")
    lifetime = _query_number(parameters, "expires_in_seconds", 1, 600)
    session = None
    if "max_session_duration_seconds" in parameters:
        session = _query_number(parameters, "max_session_duration_seconds", 60, 10_800)
    return {"token": tokens.issue("v3", now, lifetime, session), "expires_in_seconds": lifetime}


def _query_number(parameters: JsonObject, name: str, low: int, high: int) -> int:
    if name not in parameters:
        raise _unprocessable("query", name, "Field required")
    number = _number(parameters[name])
    if number is None:
        raise _unprocessable("query", name, "Input should be a valid integer, unable to parse string as an integer")
    if number < low:
        raise _unprocessable("query", name, f"Input should be greater than or equal to {low}")
    if number > high:
        raise _unprocessable("query", name, f"Input should be less than or equal to {high}")
    return number


def _unprocessable(place: str, name: str, problem: str) -> HttpError:
    return HttpError(422, f"{name}: {problem}", {"detail": [{"loc": [place, name], "msg": problem}]})


def _v2_token(request: Request, parameters: JsonObject, authorized: bool, tokens: Tokens, now: float) -> JsonObject:
    if not authorized:
        raise _error(401, "Unauthorized")
    lifetime = _number(parameters.get("expires_in"))
    if lifetime is None:
        raise _error(400, "expires_in must be a number")
    if not 60 <= lifetime <= 360_000:
        raise _error(400, "expires_in must be between 60 and 360000")
    return {"token": tokens.issue("v2", now, lifetime)}


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
