"""Answers OCSP requests (RFC 6960) about the authority's cards: good, revoked, unknown; a delegated responder signs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from kiosk_sim.cards import profile
from kiosk_sim.cards.authority import Generation, load_authority
from kiosk_sim.cards.files import CardsFolder, Records
from kiosk_sim.cards.keys import signature_hash
from kiosk_sim.cards.records import CardRecord

_Status = tuple[ocsp.OCSPCertStatus, datetime | None, x509.ReasonFlags | None]


class Responder:
    """Answers for the three generations of one cards folder; a change to the folder shows in the next answer."""

    def __init__(self, folder: Path) -> None:
        """Open the folder. Raises CardsError if it is no cards folder."""
        self._cards = CardsFolder(folder)
        self._cards.require()
        self._authority = load_authority(self._cards.authority)
        self._records: Records = {}
        self._read_from: tuple[int, int] | None = None

    def answer(self, request_der: bytes, now: datetime | None = None) -> bytes:
        """Return the DER response to a DER request; what cannot be answered gets its RFC 6960 error status.

        Certificates of other issuers: `unauthorized`, for this responder has no authority to speak of them. Requests
        that are no OCSP, or ask about several certificates at once: `malformedRequest`.
        """
        try:
            request = ocsp.load_der_ocsp_request(request_der)
            generation = self._asked_generation(request)
        except (ValueError, NotImplementedError, UnsupportedAlgorithm):
            return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if generation is None:
            return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        status = self._status(generation, request.serial_number)
        return self._signed(request, generation, status, now or datetime.now(UTC))

    def _asked_generation(self, request: ocsp.OCSPRequest) -> Generation | None:
        """Find the generation by the hash of its key: the hash of the name fits all three."""
        if request.issuer_name_hash != _digest(request.hash_algorithm, profile.ISSUER.public_bytes()):
            return None
        for generation in self._authority.generations:
            if request.issuer_key_hash == _digest(request.hash_algorithm, _key_bits(generation.certificate)):
                return generation
        return None

    def _status(self, generation: Generation, serial: int) -> _Status:
        record = self._current_records().get(str(serial))
        if record is None or record.generation != generation.number or not self._cards.made(record):
            return ocsp.OCSPCertStatus.UNKNOWN, None, None
        if record.revoked_at is None:
            return ocsp.OCSPCertStatus.GOOD, None, None
        return ocsp.OCSPCertStatus.REVOKED, datetime.fromisoformat(record.revoked_at), _reason(record)

    def _current_records(self) -> Records:
        """Return the records, read again whenever the file was replaced."""
        stat = self._cards.records_file.stat()
        if self._read_from != (stat.st_ino, stat.st_mtime_ns):
            self._records = self._cards.load()
            self._read_from = (stat.st_ino, stat.st_mtime_ns)
        return self._records

    def _signed(self, request: ocsp.OCSPRequest, generation: Generation, status: _Status, now: datetime) -> bytes:
        verdict, revoked_at, reason = status
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                issuer_name_hash=request.issuer_name_hash,
                issuer_key_hash=request.issuer_key_hash,
                serial_number=request.serial_number,
                algorithm=request.hash_algorithm,
                cert_status=verdict,
                this_update=now,
                next_update=None,  # a card may be revoked in the middle of a run: newer information at any time
                revocation_time=revoked_at,
                revocation_reason=reason,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, generation.responder)
            .certificates([generation.responder])
        )
        nonce = _nonce(request)
        if nonce is not None:
            builder = builder.add_extension(nonce, critical=False)
        key = self._authority.responder_key
        return builder.sign(key, signature_hash(key)).public_bytes(Encoding.DER)


def _nonce(request: ocsp.OCSPRequest) -> x509.OCSPNonce | None:
    try:
        return request.extensions.get_extension_for_class(x509.OCSPNonce).value
    except x509.ExtensionNotFound:
        return None


def _reason(record: CardRecord) -> x509.ReasonFlags | None:
    return x509.ReasonFlags(record.reason) if record.reason else None


def _digest(algorithm: hashes.HashAlgorithm, content: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(content)
    return digest.finalize()


def _key_bits(certificate: x509.Certificate) -> bytes:
    """Return what RFC 6960 hashes of an issuer's key: the bit string without tag, length and unused-bits count."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
