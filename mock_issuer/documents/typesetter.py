"""Makes a PDF of a layout with Typst: embedded subset fonts with right ToUnicode, only fonts from packages."""

from __future__ import annotations

import importlib.util
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typst

from mock_issuer.documents.layout import Layout
from mock_issuer.documents.literal import literal

MAYOR = "架空県見本市長　見本　太郎"
_TEMPLATES = Path(__file__).parent / "templates"


def _package_folder(package: str) -> Path:
    """Return a package's folder without importing it: one of them would import matplotlib."""
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


# First choice: TrueType is subset a fifth faster than Noto's 65,000 CFF glyphs, and it has variation sequences.
_IPAEX = _package_folder("matplotlib_fontja") / "fonts"
_NOTO = _package_folder("noto_cjk_sans_jp_regular")  # has what the first lacks: 𠮷 and others outside the BMP


class Typesetter:
    """A few compilers behind one door. Compiling releases the GIL; more compilers than cores only cost memory."""

    def __init__(self, press: Path, compilers: int = 2) -> None:
        """Open `press`, the only folder that documents may read (templates, seals, gaiji.ttf)."""
        lay_out_templates(press)
        fonts = _fonts(_IPAEX, _NOTO, press)
        self._idle: queue.SimpleQueue[typst.Compiler] = queue.SimpleQueue()
        for _ in range(compilers):
            self._idle.put(typst.Compiler(b"", root=str(press), font_paths=fonts))

    def set_document(
        self, layout: Layout, number: str, sheets: Sequence[str] | None = None, watch: Callable[[], None] | None = None
    ) -> bytes:
        """Return the PDF of a certificate with its issue number on every page.

        `sheets`: the pages as Typst source, where they are prepared already. `watch` is called right before and
        after the compiler reads pictures.
        """
        content = {name: getattr(layout, name) for name in ("title", "proof", "issued_on")}
        head = literal(content | {"number": number, "mayor": MAYOR})
        pages = "".join(f"{page}," for page in (sheets if sheets is not None else map(literal, layout.pages)))
        source = f'#import "{layout.template}.typ": certificate\n#certificate({head[:-1]}, pages: ({pages})))'
        with self._compiler() as compiler:
            if watch:
                watch()
            pdf = compiler.compile(input=source.encode(), format="pdf", pdf_tags=False)
            if watch:
                watch()
        assert isinstance(pdf, bytes)
        return pdf

    @contextmanager
    def _compiler(self) -> Iterator[typst.Compiler]:
        compiler = self._idle.get()
        try:
            yield compiler
        finally:
            self._idle.put(compiler)


def lay_out_templates(press: Path) -> None:
    """Copy the templates beside the pictures: Typst reads nothing outside its root."""
    press.mkdir(parents=True, exist_ok=True)
    families = [family for folder in (_IPAEX, _NOTO, press) for family in _fonts(folder).families()]
    _replace(press / "fonts.typ", f"#let families = {literal(families)}\n".encode())
    for template in _TEMPLATES.glob("*.typ"):
        _replace(press / template.name, template.read_bytes())


def _replace(file: Path, content: bytes) -> None:
    part = file.with_name(f"{file.name}.{os.getpid()}.part")  # nodes begin at the same time
    part.write_bytes(content)
    part.replace(file)


def _fonts(*folders: Path) -> typst.Fonts:
    """Return the fonts of these folders: none of the system's, and none that come with Typst."""
    paths = [str(folder) for folder in folders]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
