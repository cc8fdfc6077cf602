"""Tells test certificates from real ones by their names. A real card's certificate never enters this program."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from cryptography import x509
from cryptography.x509.oid import NameOID

from kiosk_sim.cards.errors import ImportRefused

# Organisations under which real JPKI certificates are issued. Never accepted, whatever an option says.
_REAL_ORGANISATIONS = frozenset(
    {
        "jpki",
        "公的個人認証サービス",
        "japan agency for local authority information systems",
        "地方公共団体情報システム機構",
    }
)
TEST_MARKERS = ("test", "mock", "demo", "dummy", "example", "試験", "テスト", "模擬", "ダミー")
_MARKER = re.compile(
    # A Latin marker is a word of its own: "Attestation" and "Contest" are none.
    r"(?<![a-z])(?:testing|"
    + "|".join(m for m in TEST_MARKERS if m.isascii())
    + r")(?![a-z])|"
    + "|".join(m for m in TEST_MARKERS if not m.isascii())
)

_SPACE_AFTER_COMMA = re.compile(r"(?<!\\), +")  # most tools print names so; RFC 4514 knows no such space


def require_test_certificate(
    certificate: x509.Certificate, chain: Collection[x509.Certificate], test_issuers: Collection[x509.Name]
) -> None:
    """Raise ImportRefused, saying why, unless the certificate's issuer is a recognised test issuer.

    Recognised is an issuer that carries one of TEST_MARKERS in a name part, or that equals one of `test_issuers`. A
    name of the real JPKI anywhere in the file is refused in any case.
    """
    for name in (n for c in (certificate, *chain) for n in (c.issuer, c.subject)):
        if real := _real_organisation(name):
            raise ImportRefused(
                f"{name.rfc4514_string()}: O={real} is the real JPKI. Real certificates are never imported; ask the "
                "vendor for certificates of a test authority"
            )
    issuer = certificate.issuer
    if not has_test_marker(issuer) and not any(_same_name(issuer, allowed) for allowed in test_issuers):
        raise ImportRefused(
            f"issuer {issuer.rfc4514_string()} is not recognised as a test authority: no part of its name holds one of "
            f"{', '.join(TEST_MARKERS)}. If it is one, say so with --test-issuer '{issuer.rfc4514_string()}'"
        )


def has_test_marker(name: x509.Name) -> bool:
    """Tell whether a part of the name says that it is for tests."""
    return any(_MARKER.search(_folded(value)) for value in _values(name))


def parse_issuer(text: str) -> x509.Name:
    """Return the name written as in RFC 4514, e.g. `CN=Vendor CA,O=Vendor,C=JP`. Raises ImportRefused."""
    try:
        return x509.Name.from_rfc4514_string(_SPACE_AFTER_COMMA.sub(",", text))
    except ValueError:
        raise ImportRefused(f"--test-issuer {text!r}: is no name; write it like CN=Vendor CA,O=Vendor,C=JP") from None


def _real_organisation(name: x509.Name) -> str | None:
    organisations = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    values = [str(attribute.value) for attribute in organisations]
    return next((value for value in values if _folded(value) in _REAL_ORGANISATIONS), None)


def _same_name(one: x509.Name, other: x509.Name) -> bool:
    """Compare names in either order: tools print them both ways round."""
    parts, others = _parts(one), _parts(other)
    return parts in (others, others[::-1])


def _parts(name: x509.Name) -> list[tuple[str, str]]:
    return [(attribute.oid.dotted_string, _folded(str(attribute.value))) for attribute in name]


def _values(name: x509.Name) -> list[str]:
    return [str(attribute.value) for attribute in name]


def _folded(value: str) -> str:
    """Fold width, case and spaces, so that no spelling of a real name slips through."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
