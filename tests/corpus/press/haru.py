"""Draws with libharu and fonts that are not embedded, in Shift JIS (90ms-RKSJ-H): as systems of the 2000s do."""

import ctypes
import tempfile
from pathlib import Path

from press.layouts import lay_out
from press.town import seal_png

_HANDLES = ("HPDF_New", "HPDF_AddPage", "HPDF_GetFont", "HPDF_LoadPngImageFromFile")


def with_haru(sheets, layout, font="ipaex"):
    """No ToUnicode, no font file: the reader must know the encoding."""
    library = ctypes.CDLL("libhpdf-2.3.0.so")
    for name in _HANDLES:
        getattr(library, name).restype = ctypes.c_void_p
    document = ctypes.c_void_p(library.HPDF_New(None, None))
    library.HPDF_UseJPFonts(document)
    library.HPDF_UseJPEncodings(document)
    gothic = ctypes.c_void_p(library.HPDF_GetFont(document, b"MS-Gothic", b"90ms-RKSJ-H"))
    with tempfile.TemporaryDirectory() as folder:
        for paper in lay_out(sheets, layout):
            page = ctypes.c_void_p(library.HPDF_AddPage(document))
            library.HPDF_Page_SetWidth(page, ctypes.c_float(paper.size[0]))
            library.HPDF_Page_SetHeight(page, ctypes.c_float(paper.size[1]))
            for mark in paper.marks:
                _draw(library, document, page, gothic, mark, Path(folder))
        out = Path(folder) / "out.pdf"
        library.HPDF_SaveToFile(document, str(out).encode())
        library.HPDF_Free(document)
        return out.read_bytes()


def _draw(library, document, page, gothic, mark, folder):
    kind, *rest = mark
    if kind == "line":
        library.HPDF_Page_MoveTo(page, *map(ctypes.c_float, rest[:2]))
        library.HPDF_Page_LineTo(page, *map(ctypes.c_float, rest[2:]))
        library.HPDF_Page_Stroke(page)
    elif kind == "seal":
        key, x, y, side = rest
        picture = folder / f"{key}.png"
        picture.write_bytes(seal_png(key))
        seal = ctypes.c_void_p(library.HPDF_LoadPngImageFromFile(document, str(picture).encode()))
        library.HPDF_Page_DrawImage(page, seal, *map(ctypes.c_float, (x, y, side, side)))
    else:
        x, y, size, text, _ = rest
        library.HPDF_Page_BeginText(page)
        library.HPDF_Page_SetFontAndSize(page, gothic, ctypes.c_float(size))
        library.HPDF_Page_TextOut(page, ctypes.c_float(x), ctypes.c_float(y), text.encode("cp932"))
        library.HPDF_Page_EndText(page)
