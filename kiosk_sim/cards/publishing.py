"""The files a target loads: CA bundle, one CRL per generation, and the map of serials to residents (紐付け)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk_sim.cards import profile
from kiosk_sim.cards.authority import Authority, Generation
from kiosk_sim.cards.errors import CardsError
from kiosk_sim.cards.files import CardsFolder, Records, write_private
from kiosk_sim.cards.keys import signature_hash
from kiosk_sim.cards.records import CardRecord

CRL_VALID = timedelta(days=30)  # longer than a test campaign; from half of it on, the next `publish` renews the list
SERIALS_HEADER = ("serial", "resident", "state", "kind")


def publish(folder: CardsFolder, authority: Authority, records: Records, now: datetime) -> None:
    """Bring the target's files up to date; a file whose content still holds is left untouched."""
    _write_if_changed(folder.bundle, authority.bundle())
    _write_if_changed(folder.serials, serials_csv(records.values()))
    for generation in authority.generations:
        revoked = [r for r in records.values() if r.revoked_at and r.generation == generation.number]
        path = folder.crl(generation.number)
        if not _still_holds(path, revoked, now):
            write_private(path, make_crl(generation, revoked, now).public_bytes(Encoding.PEM))


def export(folder: CardsFolder, destination: Path) -> tuple[Path, ...]:
    """Copy the published files (no key, no PIN, no certificate) to `destination`; return the copies.

    Raises CardsError if nothing was published yet.
    """
    sources = (folder.bundle, *(folder.crl(g) for g in profile.GENERATIONS), folder.serials)
    for source in sources:
        if not source.is_file():
            raise CardsError(f"{source}: no such file; complete the folder with `honnin cards make` first")
    destination.mkdir(parents=True, exist_ok=True)
    copies = tuple(destination / source.name for source in sources)
    for source, copy in zip(sources, copies, strict=True):
        write_private(copy, source.read_bytes())
        copy.chmod(0o644)  # meant to be handed over
    return copies


def serials_csv(records: Iterable[CardRecord]) -> bytes:
    """Return serials.csv (UTF-8, RFC 4180): which resident a serial stands for, and whether a newer one took its place.

    Serials that the target knew before, and for which there is no certificate of ours, are left out.
    A revoked card without a successor is `active` here: that it is revoked is for CRL and OCSP to say.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(SERIALS_HEADER)
    for record in records:
        if not record.certificate:
            continue
        mapped = "superseded" if record.superseded_by else "active"
        writer.writerow((record.serial, record.resident, mapped, record.kind.value))
    return out.getvalue().encode()


def make_crl(generation: Generation, revoked: Iterable[CardRecord], now: datetime) -> x509.CertificateRevocationList:
    """Return a generation's CRL, numbered by the clock in ms so that numbers always grow."""
    point = [x509.DirectoryName(profile.crl_point(generation.number))]
    scope = x509.IssuingDistributionPoint(point, None, False, False, None, False, False)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(profile.ISSUER)
        .last_update(now)
        .next_update(now + CRL_VALID)
        .add_extension(generation.identifier, critical=False)
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
        .add_extension(scope, critical=True)
    )
    for record in revoked:
        builder = builder.add_revoked_certificate(_entry(record))
    return builder.sign(generation.key, signature_hash(generation.key))


def _entry(record: CardRecord) -> x509.RevokedCertificate:
    assert record.revoked_at is not None
    builder = (
        x509.RevokedCertificateBuilder()
        .serial_number(int(record.serial))
        .revocation_date(datetime.fromisoformat(record.revoked_at))
    )
    if record.reason:
        builder = builder.add_extension(x509.CRLReason(x509.ReasonFlags(record.reason)), critical=False)
    return builder.build()


def _still_holds(path: Path, revoked: list[CardRecord], now: datetime) -> bool:
    if not path.exists():
        return False
    crl = x509.load_pem_x509_crl(path.read_bytes())
    fresh = now < crl.last_update_utc + CRL_VALID / 2
    return fresh and {entry.serial_number for entry in crl} == {int(record.serial) for record in revoked}


def _write_if_changed(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        write_private(path, content)
