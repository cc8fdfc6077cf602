"""Page pictures that readers stored, as data URIs: the page needs no other file."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from harness.journal import RunFolder
from harness.records.picture import Region

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZE = slice(16, 24)  # of a PNG file: width and height, four bytes each, big-endian
_MARGIN = 3  # pixels between what is marked and its frame
# A page of 150 dpi is about 0.1-0.3 MB. Beyond these a browser, or a mail server, refuses the report.
_MOST_BYTES_OF_ONE = 3_000_000
_MOST_BYTES_OF_ALL = 25_000_000


class Mark(Struct, frozen=True, kw_only=True):
    """A frame on a picture: its place in per cent of width and height, and the number that the evidence calls it by."""

    number: int
    left: float
    top: float
    width: float
    height: float


class Picture(Struct, frozen=True, kw_only=True):
    """One page to show, or why it cannot be shown."""

    digest: str
    page: int
    uri: str = ""
    absent: str = ""  # key of the text that says why there is no picture
    size: tuple[int, int] = (0, 0)  # pixels
    marks: tuple[Mark, ...] = ()

    @property
    def file(self) -> str:
        """Its place in the run folder."""
        return f"evidence/{self.digest}-p{self.page}.png"


class PictureBook:
    """Hands out pictures until the report has grown large enough; equal requests give equal answers."""

    def __init__(self, folder: RunFolder) -> None:
        """Read from `folder` on demand."""
        self._folder = folder
        self._left = _MOST_BYTES_OF_ALL

    def picture(self, digest: str, page: int) -> Picture:
        """Return the picture of a page of a document, with the reason where there is none."""
        if not _is_digest(digest):  # it names a file: nothing else may
            return Picture(digest=digest, page=page, absent="picture_absent")
        try:
            body = self._folder.picture(digest, page).read_bytes()
        except OSError:
            return Picture(digest=digest, page=page, absent="picture_absent")
        if not body.startswith(_PNG):
            return Picture(digest=digest, page=page, absent="picture_damaged")
        if len(body) > min(_MOST_BYTES_OF_ONE, self._left):
            return Picture(digest=digest, page=page, absent="picture_too_large")
        self._left -= len(body)
        uri = "data:image/png;base64," + base64.b64encode(body).decode("ascii")
        return Picture(digest=digest, page=page, uri=uri, size=_size(body))


def with_marks(picture: Picture, regions: Sequence[tuple[int, Region]]) -> Picture:
    """Return a picture with its regions framed and numbered; one that is not there, as it is."""
    width, height = picture.size
    if not picture.uri or not width or not height:
        return picture
    return replace(picture, marks=tuple(_mark(number, region, width, height) for number, region in regions))


def _mark(number: int, region: Region, width: int, height: int) -> Mark:
    left, top = max(0, region.left - _MARGIN), max(0, region.top - _MARGIN)
    right, bottom = min(width, region.right + _MARGIN), min(height, region.bottom + _MARGIN)
    return Mark(
        number=number,
        left=round(100 * left / width, 2),
        top=round(100 * top / height, 2),
        width=round(100 * max(0, right - left) / width, 2),
        height=round(100 * max(0, bottom - top) / height, 2),
    )


def _size(png: bytes) -> tuple[int, int]:
    sides = png[_SIZE]
    return int.from_bytes(sides[:4], "big"), int.from_bytes(sides[4:], "big")


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)
