"""Reads one PDF into a `Reading`, and draws one of its pages, in this process.

PDFium is not thread-safe and can be made to abort: outside tests and measurements only the worker calls this.
"""

from __future__ import annotations

import io

import pypdfium2
import pypdfium2.raw as pdfium
from msgspec.structs import replace

from harness.reading import pdfium_calls as calls
from harness.reading.actual_text import glyph_text
from harness.reading.concealed import concealed_characters, has_layers
from harness.reading.contents import Contents
from harness.reading.envelope import mark, refuse
from harness.reading.limits import ReaderLimits
from harness.reading.page_objects import walk
from harness.reading.page_text import PageText, read_text
from harness.reading.pictures import read_images
from harness.reading.residue import OpenedFile, information, opened_file, residue_of
from harness.reading.turned import turned_places, upright
from harness.records.reading import PageRead, Reading, ReadingStatus

READER = f"pypdfium2 {pypdfium2.version.PYPDFIUM_INFO.version} (PDFium {pypdfium2.version.PDFIUM_INFO.build})"

_NO_TEXT = 2  # bytes: the terminator alone


def read_document(digest: str, body: bytes, limits: ReaderLimits, passwords: tuple[str, ...] = ()) -> Reading:
    """Read a document. `digest` is the SHA-256 of `body`; the empty password is tried before `passwords`.

    Never raises for a bad document: status and reason say what is wrong with it.
    """
    if refused := refuse(body, limits):
        return Reading(digest=digest, status=refused[0], reason=refused[1], reader=READER)
    marks = mark(body)
    opened = _open(body, passwords)
    if isinstance(opened, tuple):
        return Reading(digest=digest, status=opened[0], reason=opened[1], marks=marks, reader=READER)
    try:
        return _read(digest, opened.document, opened_file(body, marks, opened.password, limits), limits)
    finally:
        opened.document.close()


class _Opened:
    """An open document and the password that opened it."""

    def __init__(self, document: pypdfium2.PdfDocument, password: str | None) -> None:
        self.document = document
        self.password = password


def _open(body: bytes, passwords: tuple[str, ...]) -> _Opened | tuple[ReadingStatus, str]:
    """Open with the empty user password first: many vendors encrypt only to set print and copy permissions."""
    for password in (None, *passwords):
        try:
            return _Opened(pypdfium2.PdfDocument(body, password=password), password)
        except pypdfium2.PdfiumError as e:
            if pdfium.FPDF_GetLastError() != pdfium.FPDF_ERR_PASSWORD and "password" not in str(e).lower():
                return ReadingStatus.CORRUPT, f"PDFium cannot open it: {e}"
    return ReadingStatus.ENCRYPTED, "it is encrypted and neither the empty nor a given password opens it"


def _read(digest: str, document: pypdfium2.PdfDocument, file: OpenedFile, limits: ReaderLimits) -> Reading:
    count, marks = len(document), file.marks
    if count > limits.pages:
        status, reason = ReadingStatus.OVER_LIMIT, f"{count} pages; the limit is {limits.pages}"
        return Reading(digest=digest, status=status, reason=reason, marks=marks, reader=READER)
    pages: list[PageRead] = []
    reason = "" if count else "it has no pages"
    layers = has_layers(file.parts)
    forms = 0
    for index in range(count):
        try:
            page, drawn = _read_page(document, index, limits, file.contents, layers=layers)
            pages.append(page)
            forms += drawn
        except pypdfium2.PdfiumError as e:
            reason = f"page {index + 1} of {count} cannot be read: {e}"
            break
    residue = residue_of(document, file, limits, pages, forms)
    return Reading(
        digest=digest,
        status=ReadingStatus.CORRUPT if reason else ReadingStatus.READ,
        reason=reason,
        pages=tuple(pages),
        marks=replace(marks, unread=marks.unread + residue.unread),
        residue=residue.text,
        file_id=_file_id(document),
        created=information(calls.handle(document), b"CreationDate"),
        reader=READER,
    )


def _file_id(document: pypdfium2.PdfDocument) -> str:
    """Return both parts of a file's identifier, in hexadecimal; "" where it has none."""
    parts = (document.get_identifier(kind) for kind in (pdfium.FILEIDTYPE_PERMANENT, pdfium.FILEIDTYPE_CHANGING))
    return " ".join(part.hex() for part in parts if part)


def _read_page(
    document: pypdfium2.PdfDocument, index: int, limits: ReaderLimits, contents: Contents, *, layers: bool
) -> tuple[PageRead, int]:
    """Return a page, and how many forms it draws; 0 where annotations do, too: some of them may be hidden.

    Raises PdfiumError where page `index` (from 0) does not load. `layers`: some may be switched off.
    """
    page = document[index]
    notes, undrawn = "", 0
    noted = pdfium.FPDFPage_GetAnnotCount(page) > 0
    if noted:
        notes, undrawn = _notes(page)
        page = _flattened(document, page, index)
    width, height = page.get_size()
    text_page = page.get_textpage()
    if (rotation := upright(text_page)) != page.get_rotation():
        page.set_rotation(rotation)
        text_page = page.get_textpage()
    found = walk(page, limits.page_objects)
    concealed = concealed_characters(page, text_page, found, layers=layers)
    text: PageText = read_text(text_page, page.get_bbox(), found.hidden, limits.page_characters, concealed)
    drawn = glyph_text(page, found.texts) if contents.claims else ""
    otherwise = drawn if drawn.split() != text.visible.split() else ""
    read = PageRead(
        number=index + 1,
        text=text.visible,
        hidden_text="\n".join(t for t in (text.hidden.strip(), notes, otherwise) if t),
        width=width,
        height=height,
        images=read_images(page, found.images, text.visible, limits, layers=layers),
        places=turned_places(text.places, rotation, page.get_bbox()),
        undrawn=undrawn,
    )
    return read, 0 if noted else found.form_count


def _flattened(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, index: int) -> pypdfium2.PdfPage:
    """Draw annotations and form fields into the page as printing does, and load it again."""
    if document.formenv is None:
        document.init_forms()
    page.close()
    page = document[index]
    pdfium.FPDFPage_Flatten(page, pdfium.FLAT_PRINT)
    page.close()
    return document[index]


def _notes(page: pypdfium2.PdfPage) -> tuple[str, int]:
    """Return contents and values of all annotations, and how many of them are filled-in fields without appearance."""
    texts: list[str] = []
    undrawn = 0
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        texts.extend(_annotation_string(annotation, key) for key in (b"Contents", b"V", b"T"))
        undrawn += _is_undrawn(annotation)
        pdfium.FPDFPage_CloseAnnot(annotation)
    return "\n".join(t for t in texts if t), undrawn


def _is_undrawn(annotation: object) -> bool:
    """Tell whether it is left to the printer to draw a field's value: what it then prints, PDFium cannot tell."""
    field = pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET
    hidden = pdfium.FPDFAnnot_GetFlags(annotation) & pdfium.FPDF_ANNOT_FLAG_HIDDEN
    if not field or hidden or not _annotation_string(annotation, b"V"):
        return False
    return bool(pdfium.FPDFAnnot_GetAP(annotation, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0) <= _NO_TEXT)


def _annotation_string(annotation: object, key: bytes) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= _NO_TEXT:
        return ""
    buffer = (pdfium.FPDF_WCHAR * (size // 2))()
    pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\x00")


def draw_page(body: bytes, number: int, dpi: int, passwords: tuple[str, ...] = ()) -> bytes:
    """Return page `number` (from 1) as PNG at `dpi`; raise ValueError with a reason where that cannot be."""
    opened = _open(body, passwords)
    if isinstance(opened, tuple):
        raise ValueError(opened[1])
    document = opened.document
    try:
        if not 1 <= number <= len(document):
            raise ValueError(f"the document has {len(document)} pages, not {number}")
        document.init_forms()
        picture = document[number - 1].render(scale=dpi / 72, may_draw_forms=True).to_pil()
    except pypdfium2.PdfiumError as e:
        raise ValueError(f"PDFium cannot draw page {number}: {e}") from None
    finally:
        document.close()
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False)
    return out.getvalue()
