"""Finds, among many documents of one form, those whose pictures may be one: what all have in common is taken off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from harness.picture.issues import Issue, Kind, varying
from harness.picture.oracle import RasterOf
from harness.picture.raster import Ink
from harness.picture.regions import inside
from harness.picture.thumbnails import thumbnail
from harness.records.picture import Region

_NEAREST = 2  # strangers per document that are worth a close look
_LIKE = 0.7  # of what tells documents apart; two copies of one page reach 0.9 under noise, strangers 0.3
_PAPER = 255


class Nearest:
    """Documents of one certificate as short vectors: page after page, less the mean of all documents like it."""

    def __init__(
        self, documents: Sequence[Issue], raster_of: RasterOf, volatile: Mapping[Kind, Sequence[Region]]
    ) -> None:
        """Reduce every page; documents that lack a picture are left out."""
        vectors: dict[int, list[tuple[Issue, Ink]]] = defaultdict(list)
        for one in documents:
            vector = _vector(one, raster_of, volatile)
            if vector is not None:
                vectors[one.pages].append((one, vector))
        self._groups = [_centred(group) for group in vectors.values() if len(group) > 1]

    def pairs(self, may_share: Callable[[str, str], bool]) -> Iterator[tuple[Issue, Issue]]:
        """Yield each two documents of strangers of which one is among the nearest of the other, once."""
        seen: set[frozenset[str]] = set()
        for documents, vectors in self._groups:
            likeness = vectors @ vectors.T
            for row, one in enumerate(documents):
                strangers = [n for n, other in enumerate(documents) if not may_share(one.resident, other.resident)]
                near = sorted(strangers, key=lambda n, row=row: (-likeness[row, n], n))[:_NEAREST]  # type: ignore[misc]
                for other in (documents[n] for n in near if likeness[row, n] >= _LIKE):
                    pair = frozenset((one.application, other.application))
                    if pair not in seen:
                        seen.add(pair)
                        yield one, other


def _vector(one: Issue, raster_of: RasterOf, volatile: Mapping[Kind, Sequence[Region]]) -> Ink | None:
    parts = []
    for page in one.sheets():
        raster = raster_of(page.digest, page.page)
        if raster is None:
            return None
        left = raster.copy()
        left[inside(raster.shape, varying(page, volatile))] = _PAPER
        parts.append(thumbnail(left))
    return np.concatenate(parts)


def _centred(group: Sequence[tuple[Issue, Ink]]) -> tuple[list[Issue], Ink]:
    vectors = np.stack([vector for _, vector in group])
    vectors = vectors - vectors.mean(0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return [one for one, _ in group], np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
