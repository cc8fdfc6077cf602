"""Changes by hand, handed over between a player and the supervisor at the terminal: two small files each.

A player has no terminal. It asks by a file in the run folder; the supervisor shows the operator what to do and answers.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.journal.run_folder import RunFolder, write_whole
from harness.records.by_hand import AskedByHand, DoneByHand


class HandFolder:
    """`by_hand/` of a run folder."""

    def __init__(self, folder: RunFolder) -> None:
        """Make the folder where it is not there yet."""
        self._path = folder.path / "by_hand"
        self._path.mkdir(mode=0o700, exist_ok=True)

    def ask(self, asked: AskedByHand) -> None:
        """Ask the operator. Raises DiskFull."""
        write_whole(self._file(asked.update, "ask"), msgspec.json.encode(asked))

    def answer(self, done: DoneByHand) -> None:
        """Answer the player. Raises DiskFull."""
        write_whole(self._file(done.update, "done"), msgspec.json.encode(done))

    def answered(self, update: str) -> DoneByHand | None:
        """Return the answer, None where there is none yet."""
        try:
            return msgspec.json.decode(self._file(update, "done").read_bytes(), type=DoneByHand)
        except FileNotFoundError:
            return None

    def open(self) -> list[AskedByHand]:
        """Return what is asked and not answered, the oldest first."""
        asked = [
            msgspec.json.decode(file.read_bytes(), type=AskedByHand)
            for file in self._path.glob("*.ask")
            if not file.with_suffix(".done").exists()
        ]
        return sorted(asked, key=lambda one: (one.asked_ns, one.update))

    def clear(self) -> None:
        """Drop what an earlier player left behind: nobody waits for it any more."""
        for asked in self.open():
            self._file(asked.update, "ask").unlink()

    def _file(self, update: str, kind: str) -> Path:
        return self._path / f"{update}.{kind}"
