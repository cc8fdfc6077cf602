"""What a document says: the reader's output, without any opinion on whose it should be."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

READING_VERSION = 1


class ReadingStatus(StrEnum):
    """Whether the file could be read."""

    READ = "read"
    NOT_PDF = "not_pdf"  # HTML, empty, something else
    CORRUPT = "corrupt"  # a PDF header, but not readable to its end
    ENCRYPTED = "encrypted"  # and no known password opens it
    OVER_LIMIT = "over_limit"  # size, pages, time or memory
    READER_DIED = "reader_died"


class ImageRead(Struct, frozen=True, kw_only=True):
    """A bitmap placed on a page."""

    digest: str  # SHA-256 of the decoded bitmap (mode, size, samples)
    width: int
    height: int
    box: tuple[float, float, float, float]  # left, bottom, right, top in points
    ink64: str = ""  # base64 of 64x64 8-bit ink (0 paper .. 255 ink) of the ink's bounding box; "" if too large
    unseen: bool = False  # in the file and not on the paper: covered, or in a layer that is switched off


class PageRead(Struct, frozen=True, kw_only=True):
    """One page."""

    number: int  # 1..n, by position in the file
    text: str  # visible text in reading order, as extracted, not normalised
    hidden_text: str = ""  # text not visible on the page
    width: float = 0.0  # points
    height: float = 0.0
    images: tuple[ImageRead, ...] = ()
    drawn: str = ""  # "digest/page" of the document it was put in from (controls); "": the reading's own
    places: str = ""  # base64 of int16 left, bottom, right, top in points per whitespace-separated word of `text`
    undrawn: int = 0  # filled-in fields whose value the printer is to draw: the text may not say what will be printed


class FileMarks(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Signs of what else is in the file."""

    headers: int = 0  # "%PDF-"
    eofs: int = 0  # "%%EOF"
    prevs: int = 0  # "/Prev": earlier revisions
    leading_bytes: int = 0
    trailing_bytes: int = 0
    encrypted: bool = False
    javascript: bool = False
    attachments: int = 0
    unread: int = 0  # attachments, archives, earlier states and files in them that could not be looked through


class Reading(Struct, frozen=True, kw_only=True):
    """One document, read. Lines of `readings/*.jsonl`."""

    digest: str  # SHA-256 of the document's bytes
    status: ReadingStatus
    reason: str = ""  # what to tell the user where status is not READ
    pages: tuple[PageRead, ...] = ()
    marks: FileMarks = FileMarks()
    residue: str = ""  # text found in metadata, attachments, earlier revisions
    file_id: str = ""  # /ID of the file, permanent and changing part in hexadecimal; "" where it has none
    created: str = ""  # date of creation as the file tells it
    reader: str = ""  # library and version
    version: int = READING_VERSION
