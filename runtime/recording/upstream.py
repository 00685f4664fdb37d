"""The recorder's way to the service: the client's own request, passed on with the client's own key.

A redirect is passed back and not followed: it would hand the key to another host.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterable
from email.message import Message
from http import HTTPStatus
from typing import IO

from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.http11 import Request, Response

__all__ = ["connect_onward", "fetch_token"]

#: Headers of the client that mean something to the service.
_PASSED_ON = ("Authorization", "AssemblyAI-Version")

_TOKEN_SECONDS = 30.0


async def connect_onward(service: str, request: Request, max_message: int) -> ClientConnection | Response:
    """Connect to the service as `request` asks; return what the client is to be told instead if that fails."""
    agents = request.headers.get_all("User-Agent")
    try:
        return await _Direct(
            service + request.path,
            additional_headers=_passed_on(request),
            user_agent_header=agents[0] if agents else None,
            compression=None,
            max_size=max_message,
        )
    except InvalidStatus as refusal:
        answer = refusal.response
        return _response(answer.status_code, answer.reason_phrase, bytes(answer.body or b""), "text/plain")
    except (InvalidHandshake, OSError) as error:
        return _unreachable(service, error)


def fetch_token(service: str, request: Request) -> Response:
    """Fetch a temporary token as `request` asks. Blocks."""
    forwarded = urllib.request.Request(
        service.replace("ws", "http", 1) + request.path, headers=dict(_passed_on(request))
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(forwarded, timeout=_TOKEN_SECONDS) as answer:
            return _response(answer.status, answer.reason, answer.read(), "application/json")
    except urllib.error.HTTPError as error:
        return _response(error.code, error.reason, error.read(), "application/json")
    except OSError as error:
        return _unreachable(service, error)


class _Direct(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def _passed_on(request: Request) -> Iterable[tuple[str, str]]:
    return [(name, value) for name in _PASSED_ON for value in request.headers.get_all(name)]


def _response(status: int, reason: str, body: bytes, kind: str) -> Response:
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status, reason, headers, body)


def _unreachable(service: str, error: Exception) -> Response:
    status = HTTPStatus.BAD_GATEWAY
    return _response(status, status.phrase, f"cannot connect to {service}: {error}\n".encode(), "text/plain")
