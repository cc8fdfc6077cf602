"""Make cards: register every resident's, make keys, in parallel, only for those who use theirs; keep them.

A killed call leaves a folder that the next call completes: each file is whole or absent, and none is made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from harness.records.resident import Resident
from kiosk_sim.cards import profile, specials
from kiosk_sim.cards.authority import Authority, found, load_authority
from kiosk_sim.cards.errors import NoCard
from kiosk_sim.cards.files import CardsFolder, Records, write_private
from kiosk_sim.cards.keys import keep_key
from kiosk_sim.cards.publishing import publish
from kiosk_sim.cards.records import IMPORTED, Algorithm, CardKind, CardRecord, CardState
from kiosk_sim.cards.registering import register

Progress = Callable[[int, int], None]  # keys made, keys to make


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a call did: cards newly registered, keys made now, keys that were there before."""

    registered: int
    keys_made: int
    keys_kept: int


def make_cards(
    population_residents: Mapping[str, Resident],
    folder: Path,
    *,
    algorithm: Algorithm = Algorithm.RSA_2048,
    only: Collection[str] | None = None,
    processes: int = 2,
    phones: bool = False,
    special: Mapping[CardState, Collection[str]] | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Made:
    """Register a card for every resident of a population (by key); make keys and certificates for those in `only`.

    With `only` None nobody gets a key yet: serials are known, a plan can be compiled, `ensure_keys` makes what it uses.
    `processes` keys are generated at once, in threads: RSA generation releases the interpreter lock, so that threads
    are as fast as processes. `phones` gives the same residents a phone's certificate as well. `special` names residents
    whose card shall be revoked, expired, superseded or locked. Cards that exist are kept, whatever `algorithm` says.

    Raises NoCard for a key in `only` or `special` that is no resident, FolderBusy, CardsError.
    """
    now = now or datetime.now(UTC)
    residents = population_residents.values()
    special = special or {}
    wanted = set(only or ()).union(*special.values())
    _require_known(wanted, set(population_residents))
    cards = CardsFolder(folder)
    with cards.locked():
        today = now.astimezone(profile.JST).date()
        authority = found(cards.authority, algorithm, today)
        before = cards.load()
        records = register(before, residents, authority, algorithm=algorithm, kind=CardKind.CARD, today=today)
        if phones:
            holders = [r for r in residents if only is None or r.key in only]
            records = register(records, holders, authority, algorithm=algorithm, kind=CardKind.PHONE, today=today)
        registered = len(records) - len(before)
        records = _choose_algorithm(cards, records, wanted, algorithm)
        records = specials.expire(cards, records, authority, special.get(CardState.EXPIRED, ()))
        cards.save(records.values())
        made, kept = make_keys(cards, authority, _held_by(records, wanted), processes, progress)
        records = specials.spoil(records, authority, special, now)
        cards.save(records.values())
        successors, _ = make_keys(cards, authority, _held_by(records, wanted), processes, None)
        publish(cards, authority, records, now)
    return Made(registered=registered, keys_made=made + successors, keys_kept=kept)


def ensure_keys(
    folder: Path,
    *,
    residents: Collection[str] = (),
    serials: Collection[str] = (),
    processes: int = 2,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Made:
    """Make the missing keys of the named residents' and serials' cards, and renew a CRL that is about to end.

    Cards whose serial only the target knows, and imported ones, have nothing to make and are passed over.
    Raises NoCard for an unknown key or serial, FolderBusy, CardsError.
    """
    now = now or datetime.now(UTC)
    cards = CardsFolder(folder)
    cards.require()
    with cards.locked():
        records = cards.load()
        _require_known(set(residents), {record.resident for record in records.values()})
        _require_known(set(serials), set(records))
        wanted = _held_by(records, residents) + [records[serial] for serial in serials]
        authority = load_authority(cards.authority)
        made, kept = make_keys(cards, authority, wanted, processes, progress)
        publish(cards, authority, records, now)
    return Made(registered=0, keys_made=made, keys_kept=kept)


def make_keys(
    folder: CardsFolder,
    authority: Authority,
    records: Iterable[CardRecord],
    processes: int,
    progress: Progress | None,
) -> tuple[int, int]:
    """Make what is missing of these cards, under the folder's lock; return how many were made and how many existed."""
    ours = {r.serial: r for r in records if r.certificate and r.generation != IMPORTED}.values()
    missing = [record for record in ours if not folder.made(record)]
    with ThreadPoolExecutor(max_workers=max(1, processes)) as pool:
        try:
            for number, _ in enumerate(pool.map(lambda r: _make_card(folder, authority, r), missing), 1):
                if progress:
                    progress(number, len(missing))
        except BaseException:  # Ctrl-C included: what has not begun is dropped, what is under way is finished and kept
            pool.shutdown(cancel_futures=True)
            raise
    return len(missing), len(ours) - len(missing)


def _make_card(folder: CardsFolder, authority: Authority, record: CardRecord) -> None:
    key = keep_key(folder.path / record.key, record.algorithm)
    certificate = authority.issue(record, key.public_key())
    write_private(folder.path / record.certificate, certificate.public_bytes(Encoding.PEM))


def _held_by(records: Records, residents: Collection[str]) -> list[CardRecord]:
    """Return the cards in use of these residents, phones included."""
    wanted = set(residents)
    return [r for r in records.values() if r.resident in wanted and not r.superseded_by]


def _choose_algorithm(folder: CardsFolder, records: Records, residents: set[str], algorithm: Algorithm) -> Records:
    """Give cards that were registered with another algorithm, and have no key yet, the one asked for now."""
    return {
        serial: msgspec.structs.replace(record, algorithm=algorithm)
        if record.resident in residents and record.generation != IMPORTED and not (folder.path / record.key).is_file()
        else record
        for serial, record in records.items()
    }


def _require_known(wanted: set[str], known: set[str]) -> None:
    if unknown := sorted(wanted - known):
        shown = ", ".join(unknown[:5]) + (" ..." if len(unknown) > 5 else "")
        example = f" (known are {min(known)} to {max(known)})" if known else ""
        raise NoCard(f"{len(unknown)} unknown: {shown}; name residents of this population{example}")
