"""Bounds on reading one document: a hostile or broken file costs one document, never the run."""

from __future__ import annotations

from msgspec import Struct


class ReaderLimits(Struct, frozen=True, kw_only=True):
    """What one document may cost. A certificate is far below each of these."""

    document_mb: float = 10.0
    pages: int = 20
    cpu_s: float = 5.0  # of the processor's time per request, reading or rendering
    wall_s: float = 60.0  # by the clock: readers give way to kiosks, so that a busy machine may take long
    memory_mb: int = 768  # address space of a reader process; PDFium aborts beyond it
    page_characters: int = 60_000  # a full A4 page of small print has about 4,000
    page_objects: int = 50_000  # glyphs drawn as outlines reach several thousand
    image_megapixels: float = 40.0  # an A4 page at 600 dpi has 35
    revisions: int = 4  # earlier revisions that are read as well, the newest first
    residue_characters: int = 200_000
    unpacked_bytes: int = 8_000_000  # of streams that are looked through for texts

    @property
    def document_bytes(self) -> int:
        """`document_mb` in bytes."""
        return int(self.document_mb * 1_000_000)
