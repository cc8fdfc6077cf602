"""Whom a card's certificate comes from and whether it is still good: CA generations, validity, revocation, map.

Three CA generations share one DN, so an issuer is found by key identifier and proven by signature, never by name.
"""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mock_issuer import clock
from mock_issuer.centre.ocsp import OcspClient
from mock_issuer.centre.revocation import RevocationLists
from mock_issuer.centre.serials import Serials
from mock_issuer.centre.signatures import card_hash, verify
from mock_issuer.refusals import Refusal


class Trust:
    """Checks cards against the files of one cards folder."""

    def __init__(self, folder: Path, ocsp_url: str = "") -> None:
        """Read CA bundle, CRLs and serial map. Raises OSError or ValueError where one is missing or wrong."""
        bundle = x509.load_pem_x509_certificates((folder / "ca-bundle.pem").read_bytes())
        self._by_identifier = {_subject_identifier(ca): ca for ca in bundle}
        self._lists = RevocationLists(folder, tuple(bundle))
        self._serials = Serials(folder / "serials.csv")
        self._ocsp = OcspClient(ocsp_url) if ocsp_url else None

    def holder(
        self, certificate_der: bytes, nonce: bytes, signature: bytes, *, as_loaded: bool = False
    ) -> tuple[str, int]:
        """Return the resident a card stands for, and its serial, once the card has proven itself.

        `as_loaded`: by the revocation lists as they were when the service began, and whatever serials the map knows.

        Raises Refusal 403: CERT_UNTRUSTED, BAD_SIGNATURE, CARD_EXPIRED, CARD_REVOKED, CARD_SUPERSEDED or CARD_UNKNOWN;
        503 OCSP_UNAVAILABLE.
        """
        certificate, authority = self._proven(certificate_der)
        _require_signature(certificate, nonce, signature)
        now = clock.utc_now()
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise Refusal(403, "CARD_EXPIRED", "カードの電子証明書の有効期間外です。")
        if self._revoked(certificate, authority, as_loaded):
            raise Refusal(403, "CARD_REVOKED", "カードの電子証明書は失効しています。")
        mapped = self._serials.find(certificate.serial_number)
        if mapped is None:
            raise Refusal(403, "CARD_UNKNOWN", "この電子証明書に対応する住民が登録されていません。")
        if mapped.superseded and not as_loaded:
            raise Refusal(403, "CARD_SUPERSEDED", "更新前の電子証明書です。新しいカードをお使いください。")
        return mapped.resident, certificate.serial_number

    def claimed(self, certificate_der: bytes) -> tuple[str, int]:
        """Return whom a certificate is mapped to, and its serial; nothing is proven. Raises Refusal 403."""
        certificate, _ = self._proven(certificate_der)
        mapped = self._serials.find(certificate.serial_number)
        if mapped is None:
            raise Refusal(403, "CARD_UNKNOWN", "この電子証明書に対応する住民が登録されていません。")
        return mapped.resident, certificate.serial_number

    def is_card(self, certificate_der: bytes) -> bool:
        """Tell whether a certificate is a card's: issued by one of the card CAs."""
        try:
            self._proven(certificate_der)
        except Refusal:
            return False
        return True

    def _proven(self, der: bytes) -> tuple[x509.Certificate, x509.Certificate]:
        """Return a certificate and its CA. Raises Refusal CERT_UNTRUSTED."""
        try:
            certificate = x509.load_der_x509_certificate(der)
            authority = self._by_identifier[_authority_identifier(certificate) or b""]
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, KeyError, InvalidSignature, x509.ExtensionNotFound):
            raise Refusal(403, "CERT_UNTRUSTED", "電子証明書の発行者を確認できません。") from None
        return certificate, authority

    def _revoked(self, certificate: x509.Certificate, authority: x509.Certificate, as_loaded: bool) -> bool:
        if self._lists.revoked(certificate, authority, as_loaded=as_loaded):
            return True
        return self._ocsp is not None and self._ocsp.revoked(certificate, authority)


def _require_signature(certificate: x509.Certificate, nonce: bytes, signature: bytes) -> None:
    key = certificate.public_key()
    try:
        verify(key, signature, nonce, card_hash(key))
    except InvalidSignature:
        raise Refusal(403, "BAD_SIGNATURE", "カードの署名を確認できません。") from None


def _subject_identifier(ca: x509.Certificate) -> bytes:
    return ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def _authority_identifier(certificate: x509.Certificate) -> bytes | None:
    return certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
