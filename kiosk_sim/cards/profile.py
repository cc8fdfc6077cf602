"""The certificate profile of mock My Number cards: JPKI's user-authentication profile under unmistakably mock names.

The real profile has O=JPKI and policies below 1.2.392.200149.8.5.1; neither may ever appear in what is made here.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta, timezone

from cryptography import x509
from cryptography.x509.oid import NameOID

GENERATIONS = (1, 2, 3)
JST = timezone(timedelta(hours=9), "JST")

_MOCK_ISSUER = (
    (NameOID.COUNTRY_NAME, "JP"),
    (NameOID.ORGANIZATION_NAME, "JPKI-MOCK"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "MOCK JPKI for user authentication"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "MOCK Agency for test certificates only"),
)
_MOCK_ISSUER_JA = (
    (NameOID.COUNTRY_NAME, "JP"),
    (NameOID.ORGANIZATION_NAME, "模擬公的個人認証(試験専用)"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "模擬利用者証明用"),
)
# 2.999 is the arc that ITU-T reserves for examples; the tail mirrors the real arc's so that parsers see the same shape.
POLICY_CARD = x509.ObjectIdentifier("2.999.200149.8.5.1.3.30")
POLICY_PHONE = x509.ObjectIdentifier("2.999.200149.8.5.1.3.31")


def _name(parts: tuple[tuple[x509.ObjectIdentifier, str], ...]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


ISSUER = _name(_MOCK_ISSUER)
ISSUER_ALTERNATIVE = _name(_MOCK_ISSUER_JA)


def responder_name(generation: int) -> x509.Name:
    """Return the subject of a generation's OCSP responder."""
    return _name((*_MOCK_ISSUER, (NameOID.COMMON_NAME, f"MOCK OCSP responder {generation}")))


def crl_point(generation: int) -> x509.Name:
    """Return the directoryName under which a generation's CRL is published."""
    return _name((*_MOCK_ISSUER, (NameOID.COMMON_NAME, f"MOCK CRL generation {generation}")))


def subject(serial: int) -> x509.Name:
    """Return `C=JP, CN=<opaque>`: no name, address or birth date, as on a real card."""
    opaque = hashlib.sha256(f"honnin mock card {serial}".encode()).hexdigest()[:20].upper()
    return _name(((NameOID.COUNTRY_NAME, "JP"), (NameOID.COMMON_NAME, f"MOCK{opaque}")))


def key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    """Return a key usage of the named purposes only."""
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def card_extensions(generation: int, *, phone: bool) -> list[tuple[x509.ExtensionType, bool]]:
    """Return the extensions, each with its criticality, that do not depend on keys."""
    policy = x509.PolicyInformation(POLICY_PHONE if phone else POLICY_CARD, None)
    point = x509.DistributionPoint([x509.DirectoryName(crl_point(generation))], None, None, None)
    return [
        (key_usage(digital_signature=True), True),
        (x509.CertificatePolicies([policy]), False),
        (x509.IssuerAlternativeName([x509.DirectoryName(ISSUER_ALTERNATIVE)]), False),
        (x509.CRLDistributionPoints([point]), False),
    ]


def anniversary(day: date, year: int) -> date:
    """Return `day` in another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def fifth_birthday(issued_on: date, born_on: date | None) -> date:
    """Return the last day of validity: the fifth birthday after the day of issue.

    An unknown birth date counts from the day of issue.
    """
    birthday = born_on or issued_on
    first = issued_on.year + (anniversary(birthday, issued_on.year) <= issued_on)
    return anniversary(birthday, first + 4)


def start_of_day(day: str) -> datetime:
    """Return 00:00:00 JST of an ISO date, in UTC."""
    return datetime.combine(date.fromisoformat(day), time(), JST).astimezone(UTC)


def end_of_day(day: str) -> datetime:
    """Return 23:59:59 JST of an ISO date, in UTC; certificates know no fractions of a second."""
    return start_of_day(day) + timedelta(days=1, seconds=-1)
