"""The cards folder on disk: where things lie, whole-or-nothing writes, one writer at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from harness.config import read_json_lines
from kiosk_sim.cards.errors import CardsError, FolderBusy
from kiosk_sim.cards.records import CardRecord

Records = dict[str, CardRecord]  # by serial, oldest first


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read (0600), through a temporary file and a rename."""
    temporary = path.with_name(path.name + ".part")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123
        out.write(content)
    temporary.replace(path)


class CardsFolder:
    """Paths and records of one cards folder."""

    def __init__(self, path: Path) -> None:
        """Point at `path`; nothing is read or made yet."""
        self.path = path
        self.records_file = path / "cards.jsonl"
        self.authority = path / "authority"
        self.bundle = path / "ca-bundle.pem"
        self.serials = path / "serials.csv"

    def crl(self, generation: int) -> Path:
        """Return the path of a generation's CRL."""
        return self.path / f"crl-{generation}.pem"

    def prepare(self) -> None:
        """Make the folders, for their owner only (0700)."""
        for folder in (self.path, self.authority, self.path / "certs", self.path / "keys"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)

    def require(self) -> None:
        """Raise CardsError unless cards were made here before."""
        if not self.records_file.is_file():
            raise CardsError(
                f"{self.path}: is no cards folder; make one with `honnin cards make POPULATION {self.path}`"
            )

    def load(self) -> Records:
        """Read all records; none if the folder is new. Raises ConfigError naming file and line."""
        if not self.records_file.exists():
            return {}
        return {record.serial: record for record in read_json_lines(self.records_file, CardRecord)}

    def save(self, records: Iterable[CardRecord]) -> None:
        """Replace `cards.jsonl` as a whole."""
        encoder = msgspec.json.Encoder()
        write_private(self.records_file, b"".join(encoder.encode(record) + b"\n" for record in records))

    def made(self, record: CardRecord) -> bool:
        """Tell whether the record's key and certificate exist. The certificate is written last."""
        return bool(record.certificate) and (self.path / record.certificate).exists()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one writer; the lock dies with the process. Raises FolderBusy at once if it is held."""
        import fcntl  # Unix only; reading cards works anywhere

        self.prepare()
        with (self.path / ".lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = f"{self.path}: another process is changing these cards; wait until it has ended, then repeat"
                raise FolderBusy(message) from None
            yield
