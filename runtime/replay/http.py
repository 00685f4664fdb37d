"""The little HTTP the service speaks besides the handshake: its token endpoints."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from runtime.jsontext import load_json
from runtime.recording import JsonObject
from runtime.replay.records import TokenRequest
from runtime.replay.tokens import Tokens

__all__ = ["TOKEN_PATHS", "HttpError", "Request", "parse_request", "respond", "token_response"]

#: Longest header block that is read before the peer is taken for something else.
MAX_HEADER = 64 * 1024
MAX_BODY = 64 * 1024

TOKEN_PATHS = {"/v3/token": "v3", "/v2/realtime/token": "v2"}

DEPRECATED = "Model deprecated. See docs for new model information"


class HttpError(Exception):
    """A request that is answered with an error status."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status, self.problem = status, problem


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
        """Return the first header of that name."""
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
    if not length.isdecimal() or int(length) > MAX_BODY or any(name == "transfer-encoding" for name, _ in headers):
        raise HttpError(400, "a request body needs a Content-Length, and a small one")
    parts = urlsplit(target)
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
    authorized = _authorized(request, keys)
    status, problem, answer = 200, None, JsonObject()
    try:
        if served not in (None, api):
            raise HttpError(401 if api == "v2" else 404, DEPRECATED if api == "v2" else "Not Found")
        if request.method != ("GET" if api == "v3" else "POST"):
            raise HttpError(405, "Method Not Allowed")
        parameters.update(request.query if api == "v3" else _json_body(body))
        if not authorized:
            raise HttpError(401, "Unauthorized")
        answer = (_v3_token if api == "v3" else _v2_token)(parameters, tokens, now)
    except HttpError as error:
        status, problem = error.status, error.problem
        answer = {"error": error.problem}
    host = request.header("host") or ""
    return respond(status, answer), TokenRequest(
        api, request.method, host, request.path, parameters, authorized, status, problem
    )


def _authorized(request: Request, keys: Sequence[str] | None) -> bool:
    key = request.header("authorization")
    return bool(key) and key != "None" and not str(key).startswith("Bearer ") and (keys is None or key in keys)


def _json_body(body: bytes) -> JsonObject:
    try:
        value = load_json(body)
    except ValueError:
        raise HttpError(400, "the body must be JSON") from None
    if not isinstance(value, dict):
        raise HttpError(400, "the body must be a JSON object")
    return value


def _v3_token(parameters: JsonObject, tokens: Tokens, now: float) -> JsonObject:
    lifetime = _within(parameters, "expires_in_seconds", 1, 600)
    session = None
    if "max_session_duration_seconds" in parameters:
        session = _within(parameters, "max_session_duration_seconds", 60, 10_800)
    if unknown := sorted(parameters.keys() - {"expires_in_seconds", "max_session_duration_seconds"}):
        raise HttpError(400, f"{unknown[0]} is not a parameter")
    return {"token": tokens.issue("v3", now, lifetime, session), "expires_in_seconds": lifetime}


def _v2_token(parameters: JsonObject, tokens: Tokens, now: float) -> JsonObject:
    lifetime = _within(parameters, "expires_in", 60, 360_000)
    return {"token": tokens.issue("v2", now, lifetime)}


def _within(parameters: JsonObject, name: str, low: int, high: int) -> int:
    try:
        number = int(str(parameters[name]))
    except (KeyError, ValueError):
        raise HttpError(400, f"{name} must be a number") from None
    if not low <= number <= high:
        raise HttpError(400, f"{name} must be between {low} and {high}")
    return number
