"""Cuts the seals of a whole population, again and again for those that came out too much alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from harness.population.seal_likeness import CLOSEST_ALLOWED, alike_pairs
from harness.population.seals import decode_png, draw_seal, encode_png, ink64
from harness.population.seeded import seeded

_ROUNDS = 50  # one round in practice leaves a handful of pairs per 10,000; this many means the drawing is broken

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many


def engrave(owners: list[tuple[str, str]], seed: str, progress: Progress) -> list[str]:
    """Return one seal per owner (key, text) as base64 of a 1-bit PNG, in the order of owners.

    Any two correlate below `CLOSEST_ALLOWED`. Raises RuntimeError if that cannot be reached.
    """
    inks = np.zeros((len(owners), 64 * 64), dtype=np.uint8)
    pictures = [""] * len(owners)
    todo = list(range(len(owners)))
    for attempt in range(_ROUNDS):
        for done, place in enumerate(todo):
            key, text = owners[place]
            seal = draw_seal(text, f"{seed}:{key}:{attempt}")
            inks[place], pictures[place] = ink64(seal), encode_png(seal)
            if done % 200 == 0 and attempt == 0:
                progress("seals", done, len(owners))
        alike = alike_pairs(inks, CLOSEST_ALLOWED, None if attempt == 0 else todo)
        if not alike:
            return pictures
        todo = sorted({pair.second for pair in alike})
    raise RuntimeError(f"seals of {len(todo)} owners stay too much alike after {_ROUNDS} rounds")


def seal_text(surname: str, given: str, full: str, seed: str) -> str:
    """Choose what a seal says: mostly the surname, sometimes the given or the full name (氏, 名, 氏名)."""
    drawn = seeded(seed, "text").random()
    if not surname or drawn > 0.75:
        return full
    return surname if drawn < 0.6 else given


def engraved_inks(pictures: list[str]) -> NDArray[np.uint8]:
    """Return the ink of seals given as base64 of PNG, one row each, ready for `alike_pairs`."""
    inks = np.zeros((len(pictures), 64 * 64), dtype=np.uint8)
    for place, picture in enumerate(pictures):
        inks[place] = ink64(decode_png(picture))
    return inks
