"""Pages seen as pictures: places on them, and what comparing them with a baseline concluded."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Region(Struct, frozen=True, kw_only=True, order=True):
    """A rectangle of a raster: pixels at 100 dpi from the page's top left corner, `right` and `bottom` exclusive."""

    left: int
    top: int
    right: int
    bottom: int


class PictureVerdict(StrEnum):
    """What a page's picture is, seen from the applicant."""

    OWN = "own"  # equal to the own baseline but for volatile regions, and told apart from everybody else's
    FOREIGN = "foreign"  # equal to somebody else's baseline where the two differ
    DEVIATION = "deviation"  # differs from the own baseline, and not as anybody known
    NONE = "none"  # nothing to compare with, or too faint to tell: never a pass, never a guess


class PictureOpinion(Struct, frozen=True, kw_only=True):
    """What one page's picture says."""

    verdict: PictureVerdict
    reason: str = ""
    donor: str = ""  # resident whose baseline it equals, with FOREIGN
    regions: tuple[Region, ...] = ()  # where it differs from the own baseline
    base: str = ""  # "digest/page" of the baseline page that it was compared with
    likeness: float = 0.0  # of the regions to the donor's baseline, 0 to 1
