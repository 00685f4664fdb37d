"""Facts about the vendor stand once in each package; what an arrow keeps apart has to agree all the same."""

from __future__ import annotations

import ssl
from contextlib import suppress

from codemods import protocol
from runtime import hosts
from runtime.close_codes import V2_CLOSE_CODES, V3Close
from runtime.parameters import PARAMETERS, SPEECH_MODELS, family_of
from runtime.tls import throwaway


def test_code_is_moved_to_hosts_of_the_service_only() -> None:
    assert set(protocol.HOSTS.values()) <= set(hosts.V3_HOSTS)
    assert all(protocol.V3_SOCKET.search(f"{host}/v3/ws") for host in hosts.V3_HOSTS)
    assert all(protocol.V2_SOCKET.search(f"{host}/v2/realtime/ws") for host in hosts.V2_HOSTS)


def test_codemods_and_runtime_know_the_same_parameters() -> None:
    assert set(PARAMETERS) == protocol.PARAMETERS_V3 | protocol.PARAMETERS_KEPT
    assert {name for name, item in PARAMETERS.items() if item.refused} == protocol.PARAMETERS_REFUSED
    idle = PARAMETERS["inactivity_timeout"]
    assert idle.low <= protocol.INACTIVITY_TIMEOUT <= idle.high


def test_models_that_format_on_request_are_those_that_honour_format_turns() -> None:
    for model in SPEECH_MODELS:
        assert protocol.formats_on_request(model) == PARAMETERS["format_turns"].has_effect(family_of(model)), model


def test_codemods_map_the_close_codes_of_v2_to_those_of_v3() -> None:
    assert {code for code in V2_CLOSE_CODES if code >= 4000} == {*protocol.CLOSE_CODES, *protocol.CLOSE_CODES_GONE}
    assert set(protocol.CLOSE_CODES.values()) <= {int(code) for code in V3Close}


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
