"""Imports a vendor's test certificates (PKCS #12): all files of a call are checked before the first is taken over."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from harness.errors import ConfigError
from kiosk_sim.cards import profile
from kiosk_sim.cards.authority import found
from kiosk_sim.cards.errors import ImportRefused
from kiosk_sim.cards.files import CardsFolder, Records, write_private
from kiosk_sim.cards.keys import PrivateKey, algorithm_of, key_pem
from kiosk_sim.cards.lifecycle import current
from kiosk_sim.cards.publishing import publish
from kiosk_sim.cards.recognition import parse_issuer, require_test_certificate
from kiosk_sim.cards.records import IMPORTED, Algorithm, CardKind, CardRecord, CardState
from kiosk_sim.cards.registering import new_pin

LIST_COLUMNS = ("file", "resident", "kind")


@dataclass(frozen=True, kw_only=True)
class ImportItem:
    """One PKCS #12 file and whose card it becomes."""

    file: Path
    resident: str
    password: bytes = field(repr=False)
    kind: CardKind = CardKind.CARD


@dataclass(frozen=True, kw_only=True)
class _Opened:
    item: ImportItem
    certificate: x509.Certificate
    key: PrivateKey
    algorithm: Algorithm


def import_certificates(
    folder: Path, items: Sequence[ImportItem], *, test_issuers: Collection[str] = (), now: datetime | None = None
) -> tuple[CardRecord, ...]:
    """Take test certificates over as cards, their serials with them; return their records. Repeating changes nothing.

    A card that was only registered (no key yet) for the same resident and kind gives way. `test_issuers` are issuer
    names in RFC 4514 form that count as test authorities beside those with a test marker.
    Raises ImportRefused naming file and reason, and then nothing was changed; FolderBusy.
    """
    now = now or datetime.now(UTC)
    issuers = [parse_issuer(text) for text in test_issuers]
    opened = [_open(item, issuers) for item in items]
    cards = CardsFolder(folder)
    with cards.locked():
        authority = found(cards.authority, Algorithm.RSA_2048, now.astimezone(profile.JST).date())
        records = cards.load()
        imported = []
        for each in opened:
            records, record = _placed(cards, records, each)
            imported.append(record)
        cards.save(records.values())
        for each, record in zip(opened, imported, strict=True):
            _store(cards, each, record)
        publish(cards, authority, records, now)
    return tuple(imported)


def read_import_list(file: Path, password: bytes) -> list[ImportItem]:
    """Read a CSV of `file,resident` and optionally `kind` (card or phone); paths are relative to the list.

    Raises ConfigError naming file, line and column.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(file, "", "no such file; check the path") from None
    except UnicodeDecodeError as e:
        raise ConfigError(file, f"byte {e.start}", "is not UTF-8; save the list as UTF-8") from None
    rows = csv.DictReader(text.splitlines())
    columns = set(rows.fieldnames or ())
    if not {"file", "resident"} <= columns <= set(LIST_COLUMNS):
        raise ConfigError(file, "line 1", f"columns must be {','.join(LIST_COLUMNS)} (kind may be left out)")
    return [_list_item(file, number, row, password) for number, row in enumerate(rows, 2)]


def _list_item(file: Path, number: int, row: dict[str | None, str], password: bytes) -> ImportItem:
    if None in row:
        raise ConfigError(file, f"line {number}", "has more values than columns; remove what is too much")
    for column in ("file", "resident"):
        if not row[column]:
            raise ConfigError(file, f"line {number}, column {column}", "is empty; fill it in or remove the line")
    kind = row.get("kind") or CardKind.CARD.value
    if kind not in set(CardKind):
        raise ConfigError(file, f"line {number}, column kind", f"{kind!r} is not allowed; use card or phone")
    return ImportItem(file=file.parent / row["file"], resident=row["resident"], password=password, kind=CardKind(kind))


def _open(item: ImportItem, issuers: Collection[x509.Name]) -> _Opened:
    """Open a PKCS #12 file and check all that can be checked without the folder."""
    try:
        content = pkcs12.load_pkcs12(item.file.read_bytes(), item.password)
    except OSError as e:
        raise ImportRefused(f"{item.file}: cannot be read ({e.strerror}); check the path") from None
    except ValueError:
        raise ImportRefused(f"{item.file}: wrong password, or no PKCS #12 file; check --password-file") from None
    except UnsupportedAlgorithm as e:
        raise ImportRefused(f"{item.file}: {e}; convert it with `openssl pkcs12 -legacy`") from None
    if content.key is None or content.cert is None:
        lacking = "private key" if content.key is None else "certificate"
        raise ImportRefused(f"{item.file}: holds no {lacking}; export a certificate and its own key together")
    certificate = content.cert.certificate
    try:
        require_test_certificate(certificate, [c.certificate for c in content.additional_certs], issuers)
    except ImportRefused as e:
        raise ImportRefused(f"{item.file}: {e}") from None
    algorithm = algorithm_of(content.key)
    if algorithm is None or not isinstance(content.key, PrivateKey):
        raise ImportRefused(f"{item.file}: its key is neither RSA-2048 nor P-384, which are all that cards have")
    return _Opened(item=item, certificate=certificate, key=content.key, algorithm=algorithm)


def _placed(cards: CardsFolder, records: Records, opened: _Opened) -> tuple[Records, CardRecord]:
    """Return the records with the imported card in its place. Raises ImportRefused where the place is taken."""
    record = _record(opened)
    known = records.get(record.serial)
    if known and known.generation == IMPORTED and _same_card(cards, known, opened):
        return records, known
    if known and (known.resident != record.resident or known.generation == IMPORTED or cards.made(known)):
        raise ImportRefused(
            f"{opened.item.file}: serial {record.serial} is taken by a {known.kind.value} of {known.resident}; "
            "import into another folder, or correct the resident"
        )
    held = current(records, record.resident, record.kind)
    if held and held.serial != record.serial and (held.generation == IMPORTED or cards.made(held)):
        raise ImportRefused(
            f"{opened.item.file}: {record.resident} holds {record.kind.value} {held.serial} already; "
            "name another resident, or import into another folder"
        )
    others = {s: r for s, r in records.items() if held is None or s != held.serial}
    return {**others, record.serial: record}, record


def _record(opened: _Opened) -> CardRecord:
    certificate, serial = opened.certificate, str(opened.certificate.serial_number)
    return CardRecord(
        serial=serial,
        resident=opened.item.resident,
        kind=opened.item.kind,
        state=CardState.VALID,
        algorithm=opened.algorithm,
        generation=IMPORTED,
        certificate=f"certs/{serial}.pem",
        key=f"keys/{serial}.pem",
        pin=new_pin(),
        issued_on=certificate.not_valid_before_utc.astimezone(profile.JST).date().isoformat(),
        expires_on=certificate.not_valid_after_utc.astimezone(profile.JST).date().isoformat(),
    )


def _same_card(cards: CardsFolder, known: CardRecord, opened: _Opened) -> bool:
    if (known.resident, known.kind) != (opened.item.resident, opened.item.kind):
        return False
    if not cards.made(known):  # an earlier import was killed between record and files
        return True
    stored = x509.load_pem_x509_certificate((cards.path / known.certificate).read_bytes())
    return stored == opened.certificate


def _store(cards: CardsFolder, opened: _Opened, record: CardRecord) -> None:
    write_private(cards.path / record.key, key_pem(opened.key))
    write_private(cards.path / record.certificate, opened.certificate.public_bytes(Encoding.PEM))
