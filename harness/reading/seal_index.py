"""The registered seals of a population, to be searched for the one that a bitmap shows.

Small pictures of all seals choose a few candidates in every pose; these are compared exactly, at 64x64.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from harness.reading.ink import INK_SIDE, ink_levels, small_ink
from harness.reading.seal_poses import AS_FOUND, Pose, looked_at, normalised, poses, quarter, refined
from harness.reading.sources import PopulationView
from harness.records.reading import ImageRead

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAMPLES = INK_SIDE * INK_SIDE
_COARSE_SIDE = 16
_COARSE_SAMPLES = _COARSE_SIDE * _COARSE_SIDE
_ROWS = 4096  # small pictures that are compared at a time
_CANDIDATES = 16  # of all seals, compared exactly
_KEPT = 8  # of the candidates, per bitmap that was searched for
_REFINED = 4  # of the candidates, looked at from poses in between
_EXACT = 0.998  # no seal is nearer but one that correlates above 0.99 with this one
_WITHIN = 0.12  # of the best: poses in between add less to what is further away
_PLAIN = 0.95  # as found: nothing is gained by other poses
_CLEARLY = 0.2  # liker on its side or head than upright; seals that look alike either way are not turned
_HOPEFUL = 0.6  # the best pose of a print of a registered seal reaches more; official seals and text reach less


class Likeness(NamedTuple):
    """How much a bitmap looks like one resident's registered seal: the correlation (-1 to 1) in the best pose."""

    resident: str
    correlation: float
    quarter: int = 0  # 90, 180, 270 degrees: so turned it is clearly liker than upright


class SealIndex:
    """The registered seals of a population. 256 bytes a seal once one had to be looked for: 26 MB for 100,000."""

    def __init__(self, population: PopulationView) -> None:
        """Note all registered seals, cancelled ones too: a cancelled seal that is printed must be named."""
        self._register = population.residents  # 2 kB a seal: a large population decodes them when they are needed
        self._residents = tuple(r.key for r in population.residents.values() if r.seal is not None)
        self._number = {key: number for number, key in enumerate(self._residents)}
        self._found: dict[bytes, tuple[Likeness, ...]] = {}  # by digest of the ink

    @cached_property
    def _coarse(self) -> NDArray[np.int8]:
        """One row per seal: 16x16 ink, mean 0, the largest sample 127. Decoded when the first seal is looked for."""
        import numpy as np

        rows = np.zeros((len(self._residents), _COARSE_SAMPLES), np.int8)
        for start in range(0, len(rows), _ROWS):
            count = min(_ROWS, len(rows) - start)
            levels = b"".join(self._sixteenth(start + place) for place in range(count))
            part = np.frombuffer(levels, np.uint8).reshape(count, _COARSE_SAMPLES).astype(np.float32)
            part -= part.mean(axis=1, keepdims=True)
            part *= 127 / np.maximum(np.abs(part).max(axis=1, keepdims=True), 1e-9)
            rows[start : start + count] = np.rint(part)
        return rows

    @cached_property
    def _lengths(self) -> NDArray[np.float32]:
        """Length of each row of `_coarse`."""
        import numpy as np

        parts = [self._coarse[start : start + _ROWS] for start in range(0, len(self._coarse), _ROWS)]
        lengths = [np.linalg.norm(part.astype(np.float32), axis=1) for part in parts]
        return np.asarray(np.maximum(np.concatenate(lengths), 1), np.float32)

    def ranked(self, image: ImageRead, own: str = "") -> tuple[Likeness, ...]:
        """Return the seals that a bitmap looks most like, best first; () where it has no ink.

        `own` is among them if it is registered and the bitmap looks like any seal. Equal bitmaps are searched for once.
        """
        picture = _picture(image.ink64)
        if picture is None or (vector := normalised(picture)) is None:
            return ()
        mine = self._reference(self._number[own]) if own in self._number else None
        if mine is not None and (alike := float(vector @ mine)) >= _EXACT:
            return (Likeness(own, alike),)
        digest = hashlib.blake2b(picture.tobytes(), digest_size=16).digest()
        if (found := self._found.get(digest)) is None:
            found = self._found[digest] = self._search(picture)[:_KEPT]
        if mine is None or not found or found[0].correlation < _HOPEFUL or any(f.resident == own for f in found):
            return found
        return _sorted((*found, *self._compare(picture, _all_poses(picture), (self._number[own],))))

    def nearest(self, image: ImageRead) -> tuple[str, float]:
        """Return the resident whose registered seal a bitmap looks most like, and the correlation.

        ("", 0.0) where the bitmap has no ink or no seal is registered.
        """
        return next(((r.resident, r.correlation) for r in self.ranked(image)), ("", 0.0))

    def likeness(self, resident: str, image: ImageRead) -> float:
        """Return the correlation of a bitmap as found with one resident's registered seal; 0 where there is none."""
        ink = _picture(image.ink64)
        reference = self._reference(self._number[resident]) if resident in self._number else None
        vector = normalised(ink) if ink is not None else None
        return 0.0 if vector is None or reference is None else float(vector @ reference)

    def between(self, one: str, other: str) -> float:
        """Return the correlation of two residents' registered seals."""
        a, b = (self._reference(self._number[key]) for key in (one, other))
        return 0.0 if a is None or b is None else float(a @ b)

    def _ink(self, number: int) -> Image.Image | None:
        """Return the 64x64 ink of a registered seal."""
        seal = self._register[self._residents[number]].seal
        if seal is None:
            return None
        with Image.open(io.BytesIO(base64.b64decode(seal.png_base64))) as picture:
            ink = ink_levels(picture)
        return None if ink is None else small_ink(ink)

    def _reference(self, number: int) -> NDArray[np.float32] | None:
        ink = self._ink(number)
        return None if ink is None else normalised(ink)

    def _sixteenth(self, number: int) -> bytes:
        """Return 16x16 ink, all paper where the seal is blank."""
        ink = self._ink(number)
        if ink is None:
            return bytes(_COARSE_SAMPLES)
        return bytes(ink.resize((_COARSE_SIDE, _COARSE_SIDE), Image.Resampling.BOX).tobytes())

    def _search(self, picture: Image.Image) -> tuple[Likeness, ...]:
        if not self._residents:
            return ()
        found = self._compare(picture, (AS_FOUND,))
        if not found or found[0].correlation < _PLAIN:
            found = self._compare(picture, _all_poses(picture))
        return found

    def _compare(
        self, picture: Image.Image, tried: Sequence[Pose], numbers: Sequence[int] = ()
    ) -> tuple[Likeness, ...]:
        """Return the likeness of some seals, or of the nearest, in the best of the poses; refined if several are."""
        import numpy as np

        looks = [(pose, seen) for pose in tried if (seen := looked_at(picture, pose)) is not None]
        seen = np.stack([vector for _, vector in looks])
        upright = np.array([quarter(pose) == 0 for pose, _ in looks])
        compared: list[tuple[float, int, Pose, NDArray[np.float32]]] = []
        turned: dict[int, int] = {}
        for number in numbers or self._candidates(seen):
            reference = self._reference(number)
            if reference is not None:
                correlations = seen @ reference
                best = int(correlations.argmax())
                compared.append((float(correlations[best]), number, looks[best][0], reference))
                if correlations[best] - correlations[upright].max(initial=-1.0) >= _CLEARLY:
                    turned[number] = quarter(looks[best][0])
        compared.sort(key=lambda c: (-c[0], c[1]))
        hopeful = len(tried) > 1 and bool(compared) and compared[0][0] >= _HOPEFUL
        found = []
        for place, (alike, number, pose, reference) in enumerate(compared):
            near = hopeful and place < _REFINED and alike >= compared[0][0] - _WITHIN
            likest = refined(picture, pose, reference)[0] if near else alike
            found.append(Likeness(self._residents[number], likest, turned.get(number, 0)))
        return _sorted(found)

    def _candidates(self, seen: NDArray[np.float32]) -> list[int]:
        """Return the numbers of the seals whose small pictures are the nearest to any of the looks."""
        import numpy as np

        looks = _coarse(seen).T
        nearest = np.empty(len(self._coarse), np.float32)
        for start in range(0, len(nearest), _ROWS):
            rows = self._coarse[start : start + _ROWS].astype(np.float32)
            nearest[start : start + _ROWS] = (rows @ looks).max(axis=1) / self._lengths[start : start + _ROWS]
        count = min(_CANDIDATES, len(nearest))
        best = np.argpartition(-nearest, count - 1)[:count]
        return [int(number) for number in best]


def _sorted(found: Iterable[Likeness]) -> tuple[Likeness, ...]:
    return tuple(sorted(found, key=lambda f: (-f.correlation, f.resident)))


def _all_poses(picture: Image.Image) -> tuple[Pose, ...]:
    return tuple(dict.fromkeys(poses(picture)))


def _coarse(inks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return rows of 64x64 samples as rows of 16x16 block means, of mean 0 and length 1."""
    import numpy as np

    block = INK_SIDE // _COARSE_SIDE
    means = inks.reshape(-1, _COARSE_SIDE, block, _COARSE_SIDE, block).mean(axis=(2, 4))
    means = means.reshape(-1, _COARSE_SAMPLES)
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9), np.float32)


def _picture(ink: str) -> Image.Image | None:
    samples = base64.b64decode(ink)
    return Image.frombytes("L", (INK_SIDE, INK_SIDE), samples) if len(samples) == _SAMPLES else None
