"""Cards of a mini CA of three generations, and the files it publishes."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

DAY = timedelta(days=1)
DN = x509.Name(
    [
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "JPKI-MOCK"),
    ]
)


class Card:
    """A certificate and its key."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        self.certificate = certificate
        self.key = key
        self.serial = str(certificate.serial_number)

    def sign(self, nonce: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(nonce, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(nonce, ec.ECDSA(hashes.SHA384()))

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


class Authority:
    """Three CA generations under one DN."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.keys = [ec.generate_private_key(ec.SECP384R1()) for _ in range(3)]
        self.certificates = [self._ca(key) for key in self.keys]
        self.serials: dict[str, tuple[str, str]] = {}
        self.revoked: dict[int, list[int]] = {0: [], 1: [], 2: []}
        (folder / "ca-bundle.pem").write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in self.certificates))

    def _ca(self, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        builder = self._builder(key.public_key(), DN, 20 * 365 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return builder.sign(key, hashes.SHA384())

    def _builder(self, key: object, subject: x509.Name, life: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .issuer_name(DN)
            .subject_name(subject)
            .public_key(key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 10 * DAY)
            .not_valid_after(now + life)
        )

    def card(
        self, resident: str, generation: int = 1, *, state: str = "active", life: timedelta = DAY, kind: str = "p384"
    ) -> Card:
        """Make a card; `life` below zero makes it expired."""
        key = ec.generate_private_key(ec.SECP384R1()) if kind == "p384" else rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"MOCK{resident}")])
        ca_key = self.keys[generation - 1]
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
        builder = self._builder(key.public_key(), subject, life).add_extension(identifier, critical=False)
        card = Card(builder.sign(ca_key, hashes.SHA384()), key)
        if state != "unknown":
            self.serials[card.serial] = (resident, state)
        return card

    def revoke(self, card: Card, generation: int = 1) -> None:
        self.revoked[generation - 1].append(card.certificate.serial_number)

    def publish(self) -> Path:
        now = datetime.now(UTC)
        for generation, serials in self.revoked.items():
            crl = x509.CertificateRevocationListBuilder().issuer_name(DN).last_update(now).next_update(now + DAY)
            for serial in serials:
                entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
                crl = crl.add_revoked_certificate(entry)
            signed = crl.sign(self.keys[generation], hashes.SHA384())
            (self.folder / f"crl-{generation + 1}.pem").write_bytes(signed.public_bytes(Encoding.PEM))
        with (self.folder / "serials.csv").open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("serial", "resident", "state", "kind"))
            writer.writerows((serial, resident, state, "card") for serial, (resident, state) in self.serials.items())
        return self.folder
