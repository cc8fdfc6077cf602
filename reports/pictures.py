"""Page pictures that readers stored, as data URIs: the page needs no other file."""

from __future__ import annotations

import base64

from msgspec import Struct

from harness.journal import RunFolder

_PNG = b"\x89PNG\r\n\x1a\n"
# A page of 150 dpi is about 0.1-0.3 MB. Beyond these a browser, or a mail server, refuses the report.
_MOST_BYTES_OF_ONE = 3_000_000
_MOST_BYTES_OF_ALL = 25_000_000


class Picture(Struct, frozen=True, kw_only=True):
    """One page to show, or why it cannot be shown."""

    digest: str
    page: int
    uri: str = ""
    absent: str = ""  # key of the text that says why there is no picture

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
        return Picture(digest=digest, page=page, uri="data:image/png;base64," + base64.b64encode(body).decode("ascii"))


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(c in "0123456789abcdef" for c in text)
