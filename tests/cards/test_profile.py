"""The certificates follow the published profile, under names nobody can take for real."""

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtensionOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from kiosk_sim.cards import Algorithm, CardKind, load_cards, make_cards
from kiosk_sim.cards.profile import ISSUER, anniversary, fifth_birthday


@pytest.fixture
def certificates(box, some):
    return [x509.load_der_x509_certificate(box.for_resident(key).certificate_der()) for key in some]


@pytest.fixture
def authorities(made):
    return x509.load_pem_x509_certificates((made / "ca-bundle.pem").read_bytes())


def test_three_generations_share_one_name_and_differ_in_their_key(authorities):
    assert {ca.subject.rfc4514_string() for ca in authorities} == {ISSUER.rfc4514_string()}
    assert len({_own_identifier(ca) for ca in authorities}) == 3
    assert len({ca.serial_number for ca in authorities}) == 3


def test_the_issuer_is_unmistakably_a_mock():
    organisation = ISSUER.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    assert organisation == "JPKI-MOCK"
    assert all("MOCK" in unit.value for unit in ISSUER.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME))


def test_only_the_key_identifier_tells_which_generation_issued(certificates, authorities):
    used = set()
    for certificate in certificates:
        issuers = [ca for ca in authorities if _own_identifier(ca) == _issuer_identifier(certificate)]
        assert len(issuers) == 1
        certificate.verify_directly_issued_by(issuers[0])
        used.add(_issuer_identifier(certificate))
        identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        assert identifier.authority_cert_issuer is None
        assert identifier.authority_cert_serial_number is None
    assert len(used) == 3, "six residents in a row exercise all three generations"


def test_subject_is_country_and_an_opaque_name_only(certificates, residents, some):
    subjects = [c.subject for c in certificates]
    assert all([a.oid for a in s] == [NameOID.COUNTRY_NAME, NameOID.COMMON_NAME] for s in subjects)
    assert len({s.rfc4514_string() for s in subjects}) == len(subjects)
    for key, certificate in zip(some, certificates, strict=True):
        person = residents[key]
        # what is printed of a certificate holds no item of the person
        shown = certificate.subject.rfc4514_string() + str(certificate.extensions)
        assert not any(item in shown for item in (person.name, person.address, person.born_on, person.key))


def test_extensions_are_those_of_the_profile(certificates):
    for certificate in certificates:
        extensions = {e.oid: e for e in certificate.extensions}
        usage = extensions[ExtensionOID.KEY_USAGE]
        assert usage.critical
        assert usage.value.digital_signature
        assert not (usage.value.content_commitment or usage.value.key_encipherment or usage.value.key_cert_sign)
        policies = extensions[ExtensionOID.CERTIFICATE_POLICIES].value
        assert all(p.policy_identifier.dotted_string.startswith("2.999.") for p in policies)
        alternative = extensions[ExtensionOID.ISSUER_ALTERNATIVE_NAME].value
        assert [type(name) for name in alternative] == [x509.DirectoryName]
        points = extensions[ExtensionOID.CRL_DISTRIBUTION_POINTS].value
        assert [type(name) for point in points for name in point.full_name] == [x509.DirectoryName]
        assert ExtensionOID.SUBJECT_KEY_IDENTIFIER in extensions


def test_phone_certificates_have_a_policy_and_a_serial_of_their_own(box, some):
    card = box.for_resident(some[0])
    phone = box.for_resident(some[0], CardKind.PHONE)
    assert card.serial != phone.serial
    one, other = (x509.load_der_x509_certificate(c.certificate_der()) for c in (card, phone))
    policy = x509.CertificatePolicies
    assert one.extensions.get_extension_for_class(policy) != other.extensions.get_extension_for_class(policy)


def test_cards_are_valid_now_and_end_with_a_birthday(certificates, residents, some):
    now = datetime.now(UTC)
    for key, certificate in zip(some, certificates, strict=True):
        assert certificate.not_valid_before_utc <= now
        assert certificate.not_valid_after_utc > now + timedelta(days=60)
        last_day = (certificate.not_valid_after_utc + timedelta(hours=9)).date()
        born_on = date.fromisoformat(residents[key].born_on)
        assert (last_day.month, last_day.day) == (born_on.month, born_on.day)


def test_todays_card_is_rsa_2048_with_sha256(residents, tmp_path):
    make_cards(residents, tmp_path / "c", algorithm=Algorithm.RSA_2048, only=["R00001"])
    certificate = x509.load_der_x509_certificate(load_cards(tmp_path / "c").for_resident("R00001").certificate_der())
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 2048
    assert certificate.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSA_WITH_SHA256


def test_next_card_is_p384_with_sha384(certificates):
    key = certificates[0].public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP384R1)
    assert certificates[0].signature_algorithm_oid == x509.SignatureAlgorithmOID.ECDSA_WITH_SHA384


days = st.dates(date(1930, 1, 1), date(2035, 12, 31))


@given(issued_on=days, born_on=days)
def test_validity_holds_exactly_five_birthdays(issued_on, born_on):
    last_day = fifth_birthday(issued_on, born_on)
    birthdays = [anniversary(born_on, year) for year in range(issued_on.year, last_day.year + 1)]
    assert sum(issued_on < birthday <= last_day for birthday in birthdays) == 5
    assert last_day in birthdays


def test_born_on_29_february_ends_on_the_28th_in_common_years():
    assert fifth_birthday(date(2024, 3, 1), date(1960, 2, 29)) == date(2029, 2, 28)
    assert fifth_birthday(date(2023, 3, 1), date(1960, 2, 29)) == date(2028, 2, 29)


def test_unknown_birth_date_counts_from_the_day_of_issue():
    assert fifth_birthday(date(2024, 3, 1), None) == date(2029, 3, 1)


def _own_identifier(ca):
    return ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.key_identifier


def _issuer_identifier(certificate):
    return certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
