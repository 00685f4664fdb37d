"""Facts about the vendor stand once in each package; what an arrow keeps apart has to agree all the same."""

from __future__ import annotations

import ssl
from contextlib import suppress

from codemods import protocol
from runtime import hosts
from runtime.client.errors import from_close
from runtime.client.messages import _PARSERS as CLIENT_MESSAGES
from runtime.close_codes import V2_CLOSE_CODES, V3Close
from runtime.parameters import PARAMETERS, Family, family_of
from runtime.replay.http import parse_request, token_response
from runtime.replay.query import LONGEST_TERM
from runtime.replay.tokens import Tokens
from runtime.tls import throwaway


def test_code_is_moved_to_hosts_of_the_service_only() -> None:
    assert set(protocol.HOSTS.values()) <= set(hosts.V3_HOSTS)
    assert all(protocol.V3_SOCKET.search(f"{host}/v3/ws") for host in hosts.V3_HOSTS)
    assert all(protocol.V2_SOCKET.search(f"{host}/v2/realtime/ws") for host in hosts.V2_HOSTS)


def test_a_throwaway_certificate_is_good_for_every_host_of_the_vendor() -> None:
    made = throwaway()
    for host in hosts.VENDOR_HOSTS:
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = ssl.create_default_context(cadata=made.authority.decode())
        ends = [
            client.wrap_bio(to_client, to_server, server_hostname=host),
            made.context.wrap_bio(to_server, to_client, server_side=True),
        ]
        for _ in range(4):  # flights of a handshake
            for end in ends:
                with suppress(ssl.SSLWantReadError):
                    end.do_handshake()
        assert ends[0].getpeercert(), host


def test_migrations_know_the_parameters_of_the_table() -> None:
    assert protocol.PARAMETERS_V3.keys() | protocol.PARAMETERS_KEPT == PARAMETERS.keys()
    only_u3 = {name for name, parameter in PARAMETERS.items() if parameter.families == {Family.U3}}
    assert only_u3 == protocol.PARAMETERS_U3
    assert {name for name in only_u3 if PARAMETERS[name].refused} == protocol.PARAMETERS_REFUSED
    assert (PARAMETERS["keyterms_prompt"].high, LONGEST_TERM) == (protocol.TERMS, protocol.TERM_LENGTH)
    assert set(protocol.PARAMETERS_RENAMED.values()) <= PARAMETERS.keys()
    idle = PARAMETERS["inactivity_timeout"]
    assert idle.low <= protocol.INACTIVITY_TIMEOUT <= idle.high


def test_what_a_migration_writes_has_an_effect_on_the_model_it_is_written_for() -> None:
    for model in ("universal-streaming-english", "universal-streaming-multilingual", "universal-3-6-pro", "u3-rt-pro"):
        asks = protocol.formats_on_request(model)
        for name in ("format_turns", "end_of_turn_confidence_threshold"):
            assert PARAMETERS[name].has_effect(family_of(model)) is asks


def test_the_limits_of_tokens_are_the_services() -> None:
    def status(query: str) -> int:
        request = parse_request(f"GET /v3/token?{query} HTTP/1.1\r\nAuthorization: key\r\n\r\n".encode())
        assert request is not None
        return token_response(request, b"", Tokens(), 0.0, None, None)[1].status

    low, high = protocol.SESSION_LIMITS
    longest = protocol.TOKEN_REDEEM_LIMIT
    assert [status(f"expires_in_seconds={seconds}") for seconds in (longest, longest + 1)] == [200, 422]
    capped = "expires_in_seconds=1&max_session_duration_seconds="
    answers = [status(f"{capped}{seconds}") for seconds in (low - 1, low, high, high + 1)]
    assert answers == [422, 200, 200, 422]


def test_close_codes_and_messages_are_those_of_the_protocols() -> None:
    assert set(protocol.CLOSE_CODES.values()) <= {code.value for code in V3Close}
    assert protocol.CLOSE_CODES.keys() | protocol.CLOSE_CODES_GONE.keys() == V2_CLOSE_CODES.keys() - {1013}
    assert protocol.CLOSE_CODES.keys().isdisjoint(protocol.CLOSE_CODES_GONE)
    assert CLIENT_MESSAGES.keys() == protocol.V3_TYPES
    for code in V3Close:  # each has a class of its own, but the end that was asked for
        assert type(from_close(code)) is not type(from_close(4999)) or code is V3Close.NORMAL
