"""Cards are believed for the right reasons only: issuer by key, signature, validity, revocation, map."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from mock_issuer.centre.trust import Trust
from mock_issuer.refusals import Refusal

NONCE = b"n" * 32


def holder(trust: Trust, card: object, nonce: bytes = NONCE) -> tuple[str, int]:
    return trust.holder(card.der, nonce, card.sign(NONCE))  # type: ignore[attr-defined]


@pytest.fixture
def authority(make_town: Callable[..., object], person: Callable[..., object]) -> object:
    return make_town([person(1)]).authority  # type: ignore[attr-defined]


@pytest.mark.parametrize("generation", [1, 2, 3])
@pytest.mark.parametrize("kind", ["p384", "rsa"])
def test_a_good_card_of_any_generation_is_its_holder(authority, generation: int, kind: str) -> None:
    card = authority.card("R00001", generation, kind=kind)
    authority.publish()
    assert holder(Trust(authority.folder), card) == ("R00001", int(card.serial))


def test_the_issuer_is_found_by_key_not_by_name(authority, tmp_path) -> None:
    impostor = type(authority)(tmp_path / "other")  # other CAs under the very same DN
    card = impostor.card("R00001")
    authority.serials[card.serial] = ("R00001", "active")
    authority.publish()
    with pytest.raises(Refusal, match="CERT_UNTRUSTED"):
        holder(Trust(authority.folder), card)


def test_a_certificate_that_claims_our_key_identifier_is_not_believed(authority) -> None:
    good = authority.card("R00001")
    tampered = bytearray(good.der)
    tampered[-1] ^= 1
    authority.publish()
    with pytest.raises(Refusal, match="CERT_UNTRUSTED"):
        Trust(authority.folder).holder(bytes(tampered), NONCE, good.sign(NONCE))


@pytest.mark.parametrize("garbage", [b"", b"\x30\x00", b"not a certificate"])
def test_garbage_is_no_certificate(authority, garbage: bytes) -> None:
    authority.publish()
    with pytest.raises(Refusal, match="CERT_UNTRUSTED"):
        Trust(authority.folder).holder(garbage, NONCE, b"")


def test_another_nonces_signature_is_refused(authority) -> None:
    card = authority.card("R00001")
    authority.publish()
    with pytest.raises(Refusal, match="BAD_SIGNATURE"):
        holder(Trust(authority.folder), card, nonce=b"m" * 32)


@pytest.mark.parametrize(
    ("state", "days", "code"),
    [("active", -1, "CARD_EXPIRED"), ("superseded", 1, "CARD_SUPERSEDED"), ("unknown", 1, "CARD_UNKNOWN")],
)
def test_cards_that_are_no_longer_good_are_refused(authority, state: str, days: int, code: str) -> None:
    card = authority.card("R00001", state=state, life=timedelta(days=days))
    authority.publish()
    with pytest.raises(Refusal, match=code):
        holder(Trust(authority.folder), card)


def test_a_revocation_published_while_running_is_seen(authority) -> None:
    card, other = authority.card("R00001", 2), authority.card("R00002", 2)
    authority.publish()
    trust = Trust(authority.folder)
    assert holder(trust, card)[0] == "R00001"
    authority.revoke(card, 2)
    authority.publish()
    os.utime(authority.folder / "crl-2.pem")
    with pytest.raises(Refusal, match="CARD_REVOKED"):
        holder(trust, card)
    assert holder(trust, other)[0] == "R00002"


def test_a_renewed_serial_map_is_seen(authority) -> None:
    authority.publish()
    trust = Trust(authority.folder)
    card = authority.card("R00003")
    authority.publish()
    assert holder(trust, card)[0] == "R00003"


def test_a_list_of_a_stranger_is_not_taken(authority, tmp_path) -> None:
    stranger = type(authority)(tmp_path / "other")
    stranger.publish()
    authority.publish()
    (authority.folder / "crl-1.pem").write_bytes((stranger.folder / "crl-1.pem").read_bytes())
    with pytest.raises(ValueError, match="signed by no CA"):
        Trust(authority.folder)


class Responder:
    """A small OCSP responder that answers as told."""

    def __init__(self, authority: object, generation: int = 1) -> None:
        self.status = ocsp.OCSPCertStatus.GOOD
        self.broken = False
        self.signer = authority.keys[generation - 1]  # type: ignore[attr-defined]
        self.ca = authority.certificates[generation - 1]  # type: ignore[attr-defined]
        self.card: x509.Certificate | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                body = b"nonsense" if outer.broken else outer.answer()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self) -> bytes:
        assert self.card is not None
        now = datetime.now(UTC)
        revoked = now if self.status is ocsp.OCSPCertStatus.REVOKED else None
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=self.card, issuer=self.ca, algorithm=hashes.SHA1(), cert_status=self.status, this_update=now,
            next_update=None, revocation_time=revoked, revocation_reason=None,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.ca)
        return builder.sign(self.signer, hashes.SHA384()).public_bytes(Encoding.DER)


@pytest.fixture
def responder(authority) -> Iterator[Responder]:
    made = Responder(authority)
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_an_ocsp_responder_is_believed_in_both_directions(authority, responder: Responder) -> None:
    card = authority.card("R00001")
    responder.card = card.certificate
    authority.publish()
    trust = Trust(authority.folder, responder.url)
    assert holder(trust, card)[0] == "R00001"
    responder.status = ocsp.OCSPCertStatus.REVOKED
    with pytest.raises(Refusal, match="CARD_REVOKED"):
        holder(trust, card)


def test_without_a_valid_ocsp_answer_nobody_is_let_in(authority, responder: Responder) -> None:
    card, other = authority.card("R00001"), authority.card("R00002")
    authority.publish()
    trust = Trust(authority.folder, responder.url)
    responder.broken = True
    with pytest.raises(Refusal, match="503 OCSP_UNAVAILABLE"):
        holder(trust, card)
    responder.broken, responder.card = False, other.certificate  # answers for somebody else
    with pytest.raises(Refusal, match="another serial"):
        holder(trust, card)
    responder.card, responder.signer = card.certificate, authority.keys[2]  # signed by another CA
    with pytest.raises(Refusal, match="OCSP_UNAVAILABLE"):
        holder(trust, card)
    with pytest.raises(Refusal, match="OCSP_UNAVAILABLE"):
        holder(Trust(authority.folder, "http://127.0.0.1:1/"), card)
