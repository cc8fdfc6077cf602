"""Compares seal impressions: whose registered seal is the nearest to the one printed?

Normalised correlation of ink stretched to 64x64. No threshold tells seals of one name apart, so the own seal must be
the nearest of all registered ones, and close (0.95).
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from harness.reading.ink import INK_SIDE, ink64
from harness.reading.oracle import Expectation
from harness.reading.sources import PopulationView
from harness.records.findings import Evidence
from harness.records.reading import ImageRead, Reading
from harness.records.resident import Seal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLOSE = 0.95
_POINTS_PER_MM = 72 / 25.4
_SIZE_MM = (6.0, 34.0)  # registered seals are 8 to 25 mm; official ones, to 30 mm, are left to the comparison
_SQUARE_WITHIN = 1.6  # longer side over shorter
_SAMPLES = INK_SIDE * INK_SIDE


class SealIndex:
    """The registered seals of a population, in a form to compare with. 10,000 seals take 160 MB once they are used."""

    def __init__(self, population: PopulationView) -> None:
        """Note all registered seals, cancelled ones too: a cancelled seal that is printed must be named."""
        sealed = [(r.key, r.seal) for r in population.residents.values() if r.seal is not None]
        self._residents = tuple(key for key, _ in sealed)
        self._seals = tuple(seal for _, seal in sealed)
        self._number = {key: number for number, key in enumerate(self._residents)}
        self._nearest: dict[bytes, tuple[str, float]] = {}  # by digest of the ink

    @cached_property
    def _inks(self) -> NDArray[np.float32]:
        """One row per seal: 64x64 ink, mean 0, length 1. Decoded when the first seal is looked at."""
        import numpy as np

        inks = [_registered(seal) for seal in self._seals]
        return np.stack(inks) if inks else np.zeros((0, _SAMPLES), np.float32)

    def nearest(self, image: ImageRead) -> tuple[str, float]:
        """Return the resident whose registered seal correlates most with a bitmap, and the correlation (-1 to 1).

        ("", 0.0) where the bitmap has no ink or no seal is registered. The same bitmap is compared once.
        """
        ink = hashlib.blake2b(image.ink64.encode(), digest_size=16).digest()
        known = self._nearest.get(ink)
        if known is None:
            known = self._nearest[ink] = self._compared(image)
        return known

    def _compared(self, image: ImageRead) -> tuple[str, float]:
        ink = _normalised(image.ink64)
        if ink is None or not self._residents:
            return "", 0.0
        likeness = self._inks @ ink
        best = int(likeness.argmax())
        return self._residents[best], float(likeness[best])

    def likeness(self, resident: str, image: ImageRead) -> float:
        """Return the correlation of a bitmap with one resident's registered seal; 0 where there is none."""
        ink = _normalised(image.ink64)
        if ink is None or resident not in self._number:
            return 0.0
        return float(self._inks[self._number[resident]] @ ink)


def judge_seal(reading: Reading, expectation: Expectation, seals: SealIndex) -> Evidence | None:
    """Return the seal that is not the applicant's, None where the right one (or none, rightly) is printed.

    The evidence's owner is the resident whose seal it is nearest to, "" where it is like nobody's.
    """
    candidates = list(_candidates(reading))
    judged = [(page, *seals.nearest(image)) for page, image in candidates]
    close = [(page, who, likeness) for page, who, likeness in judged if likeness >= _CLOSE]
    for page, who, likeness in close:
        if who != expectation.seal:
            return _evidence(page, who, likeness)
    if not expectation.seal or any(who == expectation.seal for _, who, _ in close):
        return None
    best = max(judged, key=lambda j: j[2], default=(0, "", 0.0))
    return _evidence(best[0], "", best[2])


def _candidates(reading: Reading) -> Iterator[tuple[int, ImageRead]]:
    for page in reading.pages:
        for image in page.images:
            width, height = image.box[2] - image.box[0], image.box[3] - image.box[1]
            least, most = sorted((width, height))
            fits = least >= _SIZE_MM[0] * _POINTS_PER_MM and most <= _SIZE_MM[1] * _POINTS_PER_MM
            if image.ink64 and fits and most <= _SQUARE_WITHIN * least:
                yield page.number, image


def _evidence(page: int, owner: str, likeness: float) -> Evidence:
    seen = "no seal impression found" if not page else f"likeness {likeness:.3f}"
    return Evidence(kind="seal", page=page, item="seal", value=seen, owner=owner)


def _registered(seal: Seal) -> NDArray[np.float32]:
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(base64.b64decode(seal.png_base64))) as picture:
        ink = _normalised(ink64(picture))
    return ink if ink is not None else np.zeros(_SAMPLES, np.float32)


def _normalised(ink: str) -> NDArray[np.float32] | None:
    """Return 64x64 ink as a vector of mean 0 and length 1; None where there is no ink or no contrast."""
    import numpy as np

    if not ink:
        return None
    vector = np.frombuffer(base64.b64decode(ink), np.uint8).astype(np.float32)
    vector -= vector.mean()
    length = float(np.linalg.norm(vector))
    return vector / length if length else None
