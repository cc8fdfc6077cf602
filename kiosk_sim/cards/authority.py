"""The mock JPKI authority: three CA generations under one DN, told apart by key identifier only.

Folder `authority/`: authority.json, ca-<g>.pem, ca-<g>.key.pem, delegated OCSP responders ocsp-<g>.pem, ocsp.key.pem.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from harness.errors import ConfigError
from kiosk_sim.cards import profile
from kiosk_sim.cards.errors import CardsError
from kiosk_sim.cards.files import write_private
from kiosk_sim.cards.keys import PrivateKey, keep_key, signature_hash
from kiosk_sim.cards.records import Algorithm, CardKind, CardRecord

# Years, seen from the founding day, in which a generation's ten years of validity begin. A generation issues until the
# next begins; its last cards end at most five years later, inside its validity.
_BEGINS_YEARS = {1: -7, 2: -3, 3: -1}
_VALID_YEARS = 10
_RESPONDER_SERIALS = 100  # CA certificates are 1..3, responders 101..103, cards far above


class Foundation(msgspec.Struct, frozen=True, kw_only=True):
    """`authority.json`: all that the authority's certificates follow from. Written first, so a killed start goes on."""

    version: int
    founded_on: str
    algorithm: Algorithm


@dataclass(frozen=True, kw_only=True, repr=False)
class Generation:
    """One CA generation: it issues from `begins_on` until the next one begins."""

    number: int
    begins_on: date
    ends_on: date
    key: PrivateKey
    certificate: x509.Certificate
    responder: x509.Certificate  # delegated OCSP responder, RFC 6960 section 4.2.2.2

    @property
    def identifier(self) -> x509.AuthorityKeyIdentifier:
        """The key identifier by which this generation is chosen, never by its DN."""
        return _authority_key_identifier(self.certificate)


@dataclass(frozen=True, kw_only=True, repr=False)
class Authority:
    """The whole authority, keys loaded."""

    folder: Path
    founded_on: date
    generations: tuple[Generation, ...]
    responder_key: PrivateKey

    def generation(self, number: int) -> Generation:
        """Return generation 1, 2 or 3."""
        return self.generations[number - 1]

    def issuing_on(self, day: date) -> Generation:
        """Return the generation that issues on `day`. Raises CardsError for a day before the first."""
        serving = [g for g in self.generations if g.begins_on <= day]
        if not serving:
            first = self.generations[0].begins_on
            raise CardsError(f"{self.folder}: nothing was issued on {day}; the first generation began on {first}")
        return serving[-1]

    def bundle(self) -> bytes:
        """Return the three CA certificates in PEM, newest first."""
        return b"".join(g.certificate.public_bytes(Encoding.PEM) for g in reversed(self.generations))

    def issue(self, record: CardRecord, public_key: CertificatePublicKeyTypes) -> x509.Certificate:
        """Return the certificate of a card. The signature algorithm is the authority's, whatever the card's key is.

        Raises CardsError if the card would outlive its CA.
        """
        generation = self.generation(record.generation)
        if date.fromisoformat(record.expires_on) > generation.ends_on:
            raise CardsError(
                f"{self.folder}: card {record.serial} would outlive its CA, which ends on {generation.ends_on}; "
                "this authority is too old: make a new cards folder"
            )
        serial = int(record.serial)
        builder = _builder(profile.subject(serial), public_key, serial, record.issued_on, record.expires_on)
        phone = record.kind is CardKind.PHONE
        for extension, critical in profile.card_extensions(generation.number, phone=phone):
            builder = builder.add_extension(extension, critical)
        builder = builder.add_extension(generation.identifier, critical=False)
        return builder.sign(generation.key, signature_hash(generation.key))


def found(folder: Path, algorithm: Algorithm, today: date) -> Authority:
    """Return the authority of `folder`, founded `today` with keys of `algorithm` if there is none yet.

    What an interrupted call left unmade is completed; what exists is kept.
    """
    if not _foundation_file(folder).exists():
        foundation = Foundation(version=1, founded_on=today.isoformat(), algorithm=algorithm)
        write_private(_foundation_file(folder), msgspec.json.encode(foundation))
    return load_authority(folder)


def load_authority(folder: Path) -> Authority:
    """Load the authority of `folder`, completing an interrupted founding.

    Raises CardsError if there is none, ConfigError if its record is damaged.
    """
    path = _foundation_file(folder)
    try:
        foundation = msgspec.json.decode(path.read_bytes(), type=Foundation)
    except FileNotFoundError:
        raise CardsError(f"{path}: no such file; make cards first with `honnin cards make`") from None
    except msgspec.DecodeError as e:
        raise ConfigError(path, "", f"{e}; restore the file or make a new cards folder") from None
    founded_on = date.fromisoformat(foundation.founded_on)
    responder_key = keep_key(folder / "ocsp.key.pem", foundation.algorithm)
    generations = tuple(
        _generation(folder, number, founded_on, foundation.algorithm, responder_key) for number in profile.GENERATIONS
    )
    return Authority(folder=folder, founded_on=founded_on, generations=generations, responder_key=responder_key)


def _foundation_file(folder: Path) -> Path:
    return folder / "authority.json"


def _generation(
    folder: Path, number: int, founded_on: date, algorithm: Algorithm, responder_key: PrivateKey
) -> Generation:
    begins_on = profile.anniversary(founded_on, founded_on.year + _BEGINS_YEARS[number])
    ends_on = profile.anniversary(begins_on, begins_on.year + _VALID_YEARS)
    days = begins_on.isoformat(), ends_on.isoformat()
    key = keep_key(folder / f"ca-{number}.key.pem", algorithm)
    certificate = _keep_certificate(folder / f"ca-{number}.pem", lambda: _self_signed(number, key, *days))
    responder = _keep_certificate(
        folder / f"ocsp-{number}.pem", lambda: _delegated(number, responder_key, certificate, key, *days)
    )
    return Generation(
        number=number, begins_on=begins_on, ends_on=ends_on, key=key, certificate=certificate, responder=responder
    )


def _self_signed(number: int, key: PrivateKey, begins_on: str, ends_on: str) -> x509.Certificate:
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    usage = profile.key_usage(key_cert_sign=True, crl_sign=True)
    builder = (
        _builder(profile.ISSUER, key.public_key(), number, begins_on, ends_on)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own), critical=False)
    )
    return builder.sign(key, signature_hash(key))


def _delegated(
    number: int, key: PrivateKey, ca: x509.Certificate, ca_key: PrivateKey, begins_on: str, ends_on: str
) -> x509.Certificate:
    name, serial = profile.responder_name(number), _RESPONDER_SERIALS + number
    builder = (
        _builder(name, key.public_key(), serial, begins_on, ends_on)
        .add_extension(profile.key_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        .add_extension(x509.OCSPNoCheck(), critical=False)
        .add_extension(_authority_key_identifier(ca), critical=False)
    )
    return builder.sign(ca_key, signature_hash(ca_key))


def _builder(
    subject: x509.Name, key: CertificatePublicKeyTypes, serial: int, first_day: str, last_day: str
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(profile.ISSUER)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(profile.start_of_day(first_day))
        .not_valid_after(profile.end_of_day(last_day))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _authority_key_identifier(ca: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _keep_certificate(path: Path, make: Callable[[], x509.Certificate]) -> x509.Certificate:
    if not path.exists():
        write_private(path, make().public_bytes(Encoding.PEM))
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as e:
        raise CardsError(f"{path}: is no certificate ({e}); restore the file or make a new cards folder") from None
