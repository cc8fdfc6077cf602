"""OpenSSL, which shares no code with us, agrees with the authority: chains, revocation lists, OCSP answers."""

import subprocess

import pytest

from kiosk_sim.cards import Algorithm, CardState, load_cards, make_cards
from kiosk_sim.cards.renewal import revoke_cards

pytestmark = pytest.mark.tool("openssl")


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=30)
    return done.returncode, done.stdout + done.stderr


def verify(folder, card, *options):
    crls = [word for g in (1, 2, 3) for word in ("-CRLfile", folder / f"crl-{g}.pem")]
    return openssl(
        "verify", "-x509_strict", "-crl_check", *crls, "-CAfile", folder / "ca-bundle.pem", *options,
        card.certificate_path,
    )  # fmt: skip


@pytest.fixture
def special(residents, fresh):
    """Return the folder with one card of each bad state beside the three good ones."""
    wanted = {CardState.REVOKED: ["R00040"], CardState.EXPIRED: ["R00039"], CardState.SUPERSEDED: ["R00038"]}
    make_cards(residents, fresh, algorithm=Algorithm.P_384, special=wanted)
    return fresh


def ask(url, folder, generation, *question, digest="-sha1"):
    return openssl(
        "ocsp", "-issuer", folder / "authority" / f"ca-{generation}.pem", digest, *question,
        "-CAfile", folder / "ca-bundle.pem", "-url", url,
    )  # fmt: skip


def test_all_three_generations_verify_against_one_file_of_one_name(made, box, some):
    cards = [box.for_resident(key) for key in some]
    assert {card._record.generation for card in cards} == {1, 2, 3}
    for card in cards:
        code, said = verify(made, card)
        assert (code, said.strip()) == (0, f"{card.certificate_path}: OK")


def test_rsa_cards_verify_too(residents, tmp_path):
    folder = tmp_path / "rsa"
    make_cards(residents, folder, algorithm=Algorithm.RSA_2048, only=["R00001"])
    code, said = verify(folder, load_cards(folder).for_resident("R00001"))
    assert code == 0, said


@pytest.mark.parametrize(
    ("state", "reason"),
    [(CardState.REVOKED, "revoked"), (CardState.SUPERSEDED, "revoked"), (CardState.EXPIRED, "expired")],
)
def test_cards_that_are_no_good_are_refused_with_their_reason(special, state, reason):
    (card,) = load_cards(special).in_state(state)
    code, said = verify(special, card)
    assert code != 0
    assert f"certificate {reason}" in said or f"certificate has {reason}" in said


def test_a_certificate_of_another_mock_authority_is_not_trusted(made, fresh):
    code, said = verify(made, load_cards(fresh).for_resident("R00001"))
    assert code != 0, said


def test_ocsp_says_good_revoked_and_unknown_for_each_generation(fresh, responder):
    box = load_cards(fresh)
    for key in ("R00001", "R00002", "R00003"):
        card = box.for_resident(key)
        generation = card._record.generation
        code, said = ask(responder, fresh, generation, "-cert", card.certificate_path)
        assert "Response verify OK" in said
        assert f"{card.certificate_path}: good" in said
        revoke_cards(fresh, [card.serial])
        code, said = ask(responder, fresh, generation, "-cert", card.certificate_path, digest="-sha256")
        assert "Response verify OK" in said
        assert f"{card.certificate_path}: revoked" in said
        assert "keyCompromise" in said
        code, said = ask(responder, fresh, generation, "-serial", 123456)
        assert "Response verify OK" in said
        assert "123456: unknown" in said
        assert "WARNING: no nonce" not in said
        assert code == 0


def test_ocsp_knows_a_serial_of_its_own_generation_only(fresh, responder):
    card = load_cards(fresh).for_resident("R00001")
    other = card._record.generation % 3 + 1
    _, said = ask(responder, fresh, other, "-serial", card.serial)
    assert f"{card.serial}: unknown" in said


def test_ocsp_does_not_speak_for_other_authorities(made, responder):
    _, said = ask(responder, made, 1, "-serial", 1)
    assert "unauthorized" in said
