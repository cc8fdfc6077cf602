"""reviews.jsonl of a run folder: what people judged with their own eyes. Lines are added, never changed."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec.structs import replace

from harness.errors import RunDamaged
from harness.journal.run_folder import RunFolder, write_whole
from harness.records.review import Review


def read_reviews(folder: RunFolder) -> tuple[Review, ...]:
    """Return all reviews, the oldest first; raise RunDamaged where a line was altered or taken out from between."""
    reviews, before = [], ""
    for number, line in enumerate(_lines(folder), 1):
        try:
            review = msgspec.json.decode(line, type=Review)
        except msgspec.DecodeError as e:
            raise RunDamaged(f"{folder.reviews}: line {number}: {e}; restore it from its copy") from None
        if review.before != before:
            raise RunDamaged(
                f"{folder.reviews}: line {number} does not follow the one before; restore it from its copy"
            )
        reviews.append(review)
        before = _seal(line)
    return tuple(reviews)


def append_review(folder: RunFolder, review: Review) -> None:
    """Add a review behind those there are, sealed to the line before: all of it or nothing.

    The caller holds the run folder's lock. Raises DiskFull, or RunDamaged where what is there cannot be read.
    """
    read_reviews(folder)
    lines = _lines(folder)
    sealed = replace(review, before=_seal(lines[-1]) if lines else "")
    write_whole(folder.reviews, b"".join(line + b"\n" for line in (*lines, msgspec.json.encode(sealed))))


def _lines(folder: RunFolder) -> list[bytes]:
    return folder.reviews.read_bytes().splitlines() if folder.reviews.exists() else []


def _seal(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
