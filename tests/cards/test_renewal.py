"""A renewed card has a new serial and the old one is revoked; a lost card is on the CRL."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from kiosk_sim.cards import CardsError, CardState, NoCard, load_cards
from kiosk_sim.cards.files import CardsFolder
from kiosk_sim.cards.making import ensure_keys
from kiosk_sim.cards.publishing import CRL_VALID, export
from kiosk_sim.cards.renewal import renew_cards, revoke_cards


def on_crls(folder):
    return {
        str(entry.serial_number): generation
        for generation in (1, 2, 3)
        for entry in x509.load_pem_x509_crl((folder / f"crl-{generation}.pem").read_bytes())
    }


def mapping(folder):
    with (folder / "serials.csv").open(encoding="utf-8", newline="") as file:
        return {row["serial"]: (row["resident"], row["state"]) for row in csv.DictReader(file)}


def test_renewal_gives_a_new_serial_and_revokes_the_old(fresh):
    old = load_cards(fresh).for_resident("R00001")
    renew_cards(fresh, ["R00001"])
    box = load_cards(fresh)
    new = box.for_resident("R00001")
    assert new.serial != old.serial
    assert new.sign(b"n", new.pin)
    assert new.pin == old.pin
    assert box.by_serial(old.serial).state is CardState.SUPERSEDED
    assert set(on_crls(fresh)) == {old.serial}
    assert mapping(fresh)[old.serial] == ("R00001", "superseded")
    assert mapping(fresh)[new.serial] == ("R00001", "active")


def test_renewed_cards_come_from_the_newest_generation(fresh):
    assert renew_cards(fresh, ["R00001"])[0].generation == 3


def test_lost_card_is_on_its_generations_list_with_the_reason(fresh):
    card = load_cards(fresh).for_resident("R00002")
    (record,) = revoke_cards(fresh, [card.serial])
    assert on_crls(fresh) == {card.serial: record.generation}
    crl = x509.load_pem_x509_crl((fresh / f"crl-{record.generation}.pem").read_bytes())
    entry = crl.get_revoked_certificate_by_serial_number(int(card.serial))
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    with pytest.raises(NoCard, match="revoked"):
        load_cards(fresh).for_resident("R00002")
    assert mapping(fresh)[card.serial] == ("R00002", "active"), "lost, not replaced: that is for the CRL to say"


def test_revoking_twice_keeps_the_first_time(fresh):
    serial = load_cards(fresh).for_resident("R00002").serial
    (first,) = revoke_cards(fresh, [serial], now=datetime(2026, 1, 1, tzinfo=UTC))
    assert revoke_cards(fresh, [serial])[0].revoked_at == first.revoked_at


def test_lost_card_can_be_replaced(fresh):
    serial = load_cards(fresh).for_resident("R00002").serial
    revoke_cards(fresh, [serial])
    (new,) = renew_cards(fresh, ["R00002"])
    box = load_cards(fresh)
    assert box.for_resident("R00002").serial == new.serial
    assert box.by_serial(serial).state is CardState.REVOKED
    assert mapping(fresh)[serial] == ("R00002", "superseded")


def test_a_renewal_killed_before_its_key_is_completed_not_repeated(fresh):
    (new,) = renew_cards(fresh, ["R00001"])
    (fresh / new.key).unlink()
    (fresh / new.certificate).unlink()
    assert renew_cards(fresh, ["R00001"])[0].serial == new.serial
    assert (fresh / new.certificate).exists()


def test_unknown_serial_resident_and_reason_are_told(fresh):
    with pytest.raises(NoCard, match="12345"):
        revoke_cards(fresh, ["12345"])
    with pytest.raises(NoCard, match="R99999"):
        renew_cards(fresh, ["R99999"])
    with pytest.raises(CardsError, match="keyCompromise"):
        revoke_cards(fresh, ["12345"], reason="fell into a river")


def test_crl_is_renewed_before_it_ends_and_its_number_grows(fresh):
    path = fresh / "crl-1.pem"
    first = x509.load_pem_x509_crl(path.read_bytes())
    assert first.next_update_utc - first.last_update_utc == CRL_VALID
    ensure_keys(fresh, now=first.last_update_utc + CRL_VALID / 3)
    assert x509.load_pem_x509_crl(path.read_bytes()) == first
    ensure_keys(fresh, now=first.last_update_utc + CRL_VALID * 2 / 3)
    second = x509.load_pem_x509_crl(path.read_bytes())
    assert second.last_update_utc > first.last_update_utc + timedelta(days=15)
    numbers = [c.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for c in (first, second)]
    assert numbers[0] < numbers[1]


def test_export_hands_over_no_key_and_no_pin(fresh, tmp_path):
    export(CardsFolder(fresh), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["ca-bundle.pem", "crl-1.pem", "crl-2.pem", "crl-3.pem", "serials.csv"]
    content = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"PRIVATE" not in content


def test_an_authority_too_old_for_another_card_says_so(fresh):
    with pytest.raises(CardsError, match="too old"):
        renew_cards(fresh, ["R00001"], now=datetime.now(UTC) + timedelta(days=8 * 365))


def test_several_are_changed_all_or_none(fresh):
    before = {path: path.read_bytes() for path in fresh.rglob("*") if path.is_file()}
    serial = load_cards(fresh).for_resident("R00001").serial
    with pytest.raises(NoCard):
        renew_cards(fresh, ["R00001", "R99999"])
    with pytest.raises(NoCard):
        revoke_cards(fresh, [serial, "12345"])
    assert {path: path.read_bytes() for path in fresh.rglob("*") if path.is_file()} == before
    assert len(renew_cards(fresh, ["R00001", "R00002", "R00001"])) == 2, "naming one twice renews once"
