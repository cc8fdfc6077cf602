"""A server that renews its keys between two requests: the next one is held and released as any other."""

import contextlib

import pytest

from harness.records.history import Held
from harness.records.plan import Withhold
from kiosk_sim.drivers.channel import Channel
from kiosk_sim.drivers.charge import Charge
from tests.kiosk_sim.tls_files import openssl_server


@pytest.mark.tool("openssl")
def test_behind_a_key_update_a_request_is_one_record_again_and_is_understood(tls_files, until):
    """Our answer to it goes ahead in a record of its own; of the request nothing can be read before its last byte."""
    with openssl_server(tls_files) as server:
        until(lambda: server.url)
        address = "127.0.0.1", int(server.url.rpartition(":")[2])
        with contextlib.closing(Channel(*address, tls_files.client(), 5.0)) as channel:
            until(lambda: b"CIPHER is" in server.said)
            server.tell("K\n")
            until(lambda: channel.unasked(sealed=True) != "")
            assert channel.unasked(sealed=False) == ""  # it was taken in
            charge = Charge(channel, b"GET /held HTTP/1.1\r\n\r\n", b"", 5.0)
            charge.prepare(Withhold.HEADER)
            charge.load()
            assert (charge.held, b"/held" in server.said) == (Held.RECORD, False)
            charge()
            until(lambda: b"GET /held" in server.said)
