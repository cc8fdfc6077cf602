"""A card signs for the right PIN, locks after three wrong ones, and never shows its PIN."""

import io
import ssl
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from msgspec.structs import replace
from rich.console import Console

from kiosk_sim.cards import (
    Algorithm,
    Card,
    CardKind,
    CardLocked,
    CardNotMade,
    CardsError,
    CardState,
    NoCard,
    WrongPin,
    load_cards,
    make_cards,
)
from kiosk_sim.cards.files import CardsFolder
from kiosk_sim.cards.profile import end_of_day


def wrong(card):
    return "0000" if card.pin != "0000" else "0001"


def test_p384_signature_verifies_with_the_certificate(box):
    card = box.for_resident("R00001")
    key = x509.load_der_x509_certificate(card.certificate_der()).public_key()
    key.verify(card.sign(b"nonce", card.pin), b"nonce", ec.ECDSA(hashes.SHA384()))
    with pytest.raises(InvalidSignature):
        key.verify(card.sign(b"nonce", card.pin), b"another", ec.ECDSA(hashes.SHA384()))


def test_rsa_signature_is_pkcs1_v15_over_sha256(residents, tmp_path):
    make_cards(residents, tmp_path / "c", algorithm=Algorithm.RSA_2048, only=["R00001"])
    card = load_cards(tmp_path / "c").for_resident("R00001")
    key = x509.load_der_x509_certificate(card.certificate_der()).public_key()
    key.verify(card.sign(b"nonce", card.pin), b"nonce", padding.PKCS1v15(), hashes.SHA256())


def test_third_wrong_pin_locks_and_then_the_right_one_does_not_help(box):
    card = box.for_resident("R00002")
    for left in (2, 1):
        with pytest.raises(WrongPin) as refusal:
            card.sign(b"nonce", wrong(card))
        assert refusal.value.tries_left == left
    with pytest.raises(CardLocked):
        card.sign(b"nonce", wrong(card))
    with pytest.raises(CardLocked):
        card.sign(b"nonce", card.pin)


def test_right_pin_restores_the_three_tries(box):
    card = box.for_resident("R00003")
    for _ in range(3):
        with pytest.raises(WrongPin):
            card.sign(b"nonce", wrong(card))
        card.sign(b"nonce", card.pin)
    assert card.tries_left == 3


def test_every_call_gives_the_same_card_with_the_same_tries(box):
    card = box.for_resident("R00004")
    assert box.by_serial(card.serial) is card
    assert box.for_resident("R00004") is card


def test_pin_is_shown_nowhere(box, made):
    record = replace(CardsFolder(made).load()["9990000001"], pin="8642")
    card = Card(made, record, CardState.VALID)
    rich = io.StringIO()
    Console(file=rich, width=200).print(record, card)
    with pytest.raises(WrongPin) as refusal:
        card.sign(b"nonce", "7531")
    for shown in (repr(card), repr(record), repr(box), str(refusal.value), rich.getvalue()):
        assert "8642" not in shown
        assert "7531" not in shown


def test_pin_and_keys_are_for_the_owner_only(made):
    assert made.stat().st_mode & 0o777 == 0o700
    assert (made / "authority").stat().st_mode & 0o777 == 0o700
    private = [made / "cards.jsonl", *(made / "keys").iterdir(), *(made / "authority").glob("*.key.pem")]
    assert len(private) > 10
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}


def test_certificate_and_key_files_serve_as_tls_identity(box):
    card = box.for_resident("R00001")
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(card.certificate_path, card.key_path)


def test_card_whose_key_was_never_made_says_how_to_make_it(box):
    card = box.for_resident("R00030")
    assert card.serial
    with pytest.raises(CardNotMade, match="--only R00030"):
        card.sign(b"nonce", card.pin)
    with pytest.raises(CardNotMade):
        card.certificate_der()


def test_unknown_holder_serial_or_kind_is_named(box):
    with pytest.raises(NoCard, match="R99999"):
        box.for_resident("R99999")
    with pytest.raises(NoCard, match="123"):
        box.by_serial("123")
    with pytest.raises(NoCard, match="no valid phone"):
        box.for_resident("R00030", CardKind.PHONE)


def test_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(CardsError, match="honnin cards make"):
        load_cards(tmp_path)


def test_a_card_expires_by_itself(made, box):
    card = box.for_resident("R00001")
    last_second = end_of_day(card._record.expires_on)
    assert load_cards(made, now=last_second).by_serial(card.serial).state is CardState.VALID
    late = load_cards(made, now=last_second + timedelta(seconds=1))
    assert late.by_serial(card.serial).state is CardState.EXPIRED
    with pytest.raises(NoCard, match="expired"):
        late.for_resident("R00001")
