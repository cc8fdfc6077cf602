"""PDFium's functions for loops over thousands of objects, called with as little in between as ctypes allows.

pypdfium2's bindings check and convert every argument, which takes longer than the calls. Here nothing is checked:
handles must be of an open page, and answers land in shared cells (a process reads one page at a time).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import pypdfium2.raw as pdfium


class Handle(ctypes.c_void_p):
    """A handle of PDFium; as a class of its own ctypes passes it on without making a number of it."""


def _function(name: str, result: type) -> Callable[..., object]:
    """Return a PDFium function that is called without letting other threads run: that takes longer than it does."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    assert address is not None
    return ctypes.PYFUNCTYPE(result)(address)


def _number(name: str) -> Callable[..., int]:
    return _function(name, ctypes.c_int)  # type: ignore[return-value]


def _angle(name: str) -> Callable[..., float]:
    return _function(name, ctypes.c_float)  # type: ignore[return-value]


def _handle(name: str) -> Callable[..., Handle]:
    return _function(name, Handle)  # type: ignore[return-value]


count_objects = _number("FPDFPage_CountObjects")
object_at = _handle("FPDFPage_GetObject")
count_form_objects = _number("FPDFFormObj_CountObjects")
form_object_at = _handle("FPDFFormObj_GetObject")
object_type = _number("FPDFPageObj_GetType")
fill_colour = _number("FPDFPageObj_GetFillColor")
render_mode = _number("FPDFTextObj_GetTextRenderMode")  # -1 for all that is no text
bounds = _number("FPDFPageObj_GetBounds")
has_transparency = _number("FPDFPageObj_HasTransparency")
draw_mode = _number("FPDFPath_GetDrawMode")
matrix_of = _number("FPDFPageObj_GetMatrix")
character_box = _number("FPDFText_GetCharBox")
character_angle = _angle("FPDFText_GetCharAngle")  # radians
text_object = _handle("FPDFText_GetTextObject")
count_characters = _number("FPDFText_CountChars")
meta_text = _number("FPDF_GetMetaText")
clip_path = _handle("FPDFPageObj_GetClipPath")
count_clip_paths = _number("FPDFClipPath_CountPaths")  # -1 for an object without any
count_clip_segments = _number("FPDFClipPath_CountPathSegments")
clip_segment = _handle("FPDFClipPath_GetPathSegment")
segment_point = _number("FPDFPathSegment_GetPoint")
count_marks = _number("FPDFPageObj_CountMarks")
mark_at = _handle("FPDFPageObj_GetMark")
mark_entry_type = _number("FPDFPageObjMark_GetParamValueType")
remove_mark = _number("FPDFPageObj_RemoveMark")
set_active = _number("FPDFPageObj_SetIsActive")

_colour, _sides = (ctypes.c_uint * 4)(), (ctypes.c_float * 4)()
_corners, _modes = (ctypes.c_double * 4)(), (ctypes.c_int * 2)()
# what the last call answered, as memory: `.tolist()` gives the numbers
colour: memoryview[int] = memoryview(_colour).cast("B").cast("I")
sides: memoryview[float] = memoryview(_sides).cast("B").cast("f")
corners: memoryview[float] = memoryview(_corners).cast("B").cast("d")
modes: memoryview[int] = memoryview(_modes).cast("B").cast("i")
# where PDFium is to answer
colour_at = tuple(ctypes.byref(_colour, 4 * place) for place in range(4))
sides_at = tuple(ctypes.byref(_sides, 4 * place) for place in range(4))
corners_at = tuple(ctypes.byref(_corners, 8 * place) for place in range(4))
modes_at = tuple(ctypes.byref(_modes, 4 * place) for place in range(2))


def handle(of: object) -> Handle:
    """Return the handle in an object of pypdfium2, or in one of its pointers."""
    return ctypes.cast(getattr(of, "raw", of), Handle)  # type: ignore[arg-type]
