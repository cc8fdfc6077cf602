"""Producers that need programs of the system: their documents are committed. See README.md for what to install."""

import json
import subprocess
import tempfile
from pathlib import Path

import press.forms  # noqa: F401 - its layouts are known by name
from press import markup
from press.fonts import GAIJI_FAMILY, IPAEX, NOTO, gaiji_font, runs, scratch, small_font
from press.haru import with_haru
from press.layouts import lay_out, width
from press.town import seal_png

HERE = Path(__file__).parent


def _run(*command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, timeout=180, check=False, **more)
    assert done.returncode == 0, f"{command[0]}: {done.stderr.decode(errors='replace')[-800:]}"


def _faces(font):
    main = ("Noto Sans CJK JP", NOTO) if font == "noto" else ("IPAexGothic", IPAEX)
    return (main, (GAIJI_FAMILY, gaiji_font()))


def with_chromium(sheets, layout, font="ipaex"):
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(markup.html(sheets, layout, _faces(font)), encoding="utf-8")
        _run("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
             "--no-pdf-header-footer", "--allow-file-access-from-files", f"--print-to-pdf={out}",
             f"file://{page}")  # fmt: skip
        return out.read_bytes()


def with_weasyprint(sheets, layout, font="ipaex"):
    import weasyprint

    return weasyprint.HTML(string=markup.html(sheets, layout, _faces(font)), base_url="/").write_pdf()


def with_libreoffice(sheets, layout, font="ipaex"):
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.fodt"
        family = "Noto Sans CJK JP" if font == "noto" else "IPAexGothic"
        page.write_text(markup.fodt(sheets, layout, family), encoding="utf-8")
        _run("soffice", f"-env:UserInstallation=file://{_fontconfig()[1]}/lo", "--headless", "--convert-to", "pdf",
             "--outdir", folder, page, env=_fontconfig()[0])  # fmt: skip
        return page.with_suffix(".pdf").read_bytes()


_CONFIGURED = []


def _fontconfig():
    """Return an environment whose fontconfig knows the corpus's fonts and nothing else, and a folder to write in."""
    import os

    if not _CONFIGURED:
        folder = scratch("office")
        dirs = "".join(f"<dir>{p.parent}</dir>" for p in (IPAEX, NOTO, gaiji_font()))
        (folder / "fonts.conf").write_text(f"<fontconfig>{dirs}<cachedir>{folder}/cache</cachedir></fontconfig>")
        environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf"), "HOME": str(folder)}
        _CONFIGURED.extend((environment, folder))
    return _CONFIGURED


def with_fop(sheets, layout, font="ipaex"):
    with tempfile.TemporaryDirectory() as folder:
        page, out, config = (Path(folder) / n for n in ("page.fo", "page.pdf", "fop.xml"))
        page.write_text(markup.fo(sheets, layout), encoding="utf-8")
        fonts = "".join(
            f'<font kerning="no" embed-url="file://{path}"><font-triplet name="{name}" style="normal" weight="normal"/>'
            "</font>"
            for name, path in _faces(font)
        )
        config.write_text(
            f'<fop version="1.0"><renderers><renderer mime="application/pdf"><fonts>{fonts}</fonts></renderer>'
            "</renderers></fop>",
            encoding="utf-8",
        )
        _run("fop", "-c", config, "-fo", page, "-pdf", out)
        return out.read_bytes()


def with_cairo(sheets, layout, font="ipaex", *, outlines=False):
    """Every text is shown as glyphs of a subset font, or drawn as outlines."""
    import io

    import cairocffi as cairo

    out = io.BytesIO()
    papers = lay_out(sheets, layout)
    surface = cairo.PDFSurface(out, *papers[0].size)
    faces = {"ja": _cairo_face(NOTO if font == "noto" else IPAEX), "gaiji": _cairo_face(gaiji_font())}
    for paper in papers:
        surface.set_size(*paper.size)
        context = cairo.Context(surface)
        context.set_line_width(0.6)
        for kind, *mark in paper.marks:
            if kind == "line":
                context.move_to(mark[0], paper.size[1] - mark[1])
                context.line_to(mark[2], paper.size[1] - mark[3])
                context.stroke()
            elif kind == "seal":
                _cairo_picture(cairo, context, paper, *mark)
            else:
                _cairo_text(context, paper, faces, mark, outlines=outlines)
        surface.show_page()
    surface.finish()
    return out.getvalue()


def _cairo_face(path):
    """Return a font face of a file: FreeType loads it, cairo takes it over."""
    import ctypes

    import cairocffi

    library = ctypes.CDLL("libfreetype.so.6")
    cairo = ctypes.CDLL("libcairo.so.2")
    handle, face = ctypes.c_void_p(), ctypes.c_void_p()
    library.FT_Init_FreeType(ctypes.byref(handle))
    assert library.FT_New_Face(handle, str(path).encode(), 0, ctypes.byref(face)) == 0, path
    cairo.cairo_ft_font_face_create_for_ft_face.restype = ctypes.c_void_p
    cairo.cairo_ft_font_face_create_for_ft_face.argtypes = [ctypes.c_void_p, ctypes.c_int]
    pointer = cairo.cairo_ft_font_face_create_for_ft_face(face, 0)
    return cairocffi.FontFace._from_pointer(cairocffi.ffi.cast("cairo_font_face_t *", pointer), incref=False)


def _cairo_text(context, paper, faces, mark, *, outlines):
    x, y, size, text, _ = mark
    for font, run in runs(text):
        context.set_font_face(faces[font])
        context.set_font_size(size)
        context.move_to(x, paper.size[1] - y)
        if outlines:
            context.text_path(run)
            context.fill()
        else:
            context.show_text(run)
        x += width(run, size)


def _cairo_picture(cairo, context, paper, key, x, y, side):
    import io

    picture = cairo.ImageSurface.create_from_png(io.BytesIO(seal_png(key)))
    context.save()
    context.translate(x, paper.size[1] - y - side)
    context.scale(side / picture.get_width(), side / picture.get_height())
    context.set_source_surface(picture)
    context.paint()
    context.restore()


def with_itext(sheets, layout, font="ipaex"):
    """iText 5 as business systems use it: CID fonts with Identity-H, driven by the marks."""
    jars = [*Path("/usr/share/java").glob("itext5*.jar")]
    return _by_program(sheets, layout, "java", "-cp", ":".join(map(str, jars)), HERE / "ItextPress.java")


def with_prawn(sheets, layout, font="ipaex"):
    """Prawn, of the Ruby world."""
    return _by_program(sheets, layout, "ruby", HERE / "prawn_press.rb")


def with_tcpdf(sheets, layout, font="ipaex"):
    """TCPDF, of the PHP world."""
    return _by_program(sheets, layout, "php", HERE / "tcpdf_press.php")


def with_pdfbox(sheets, layout, font="ipaex"):
    """PDFBox 2, under many Java reporting tools."""
    jars = [Path("/usr/share/java") / f"{name}.jar" for name in ("pdfbox2", "fontbox2", "commons-logging")]
    return _by_program(sheets, layout, "java", "-cp", ":".join(map(str, jars)), HERE / "PdfboxPress.java")


def with_pdfkit(sheets, layout, font="ipaex"):
    """PDFKit, of the Node world; NODE_PATH says where it is."""
    return _by_program(sheets, layout, "node", HERE / "node_press.js", "pdfkit")


def with_pdf_lib(sheets, layout, font="ipaex"):
    """pdf-lib: object streams, fonts cut to what is used."""
    return _by_program(sheets, layout, "node", HERE / "node_press.js", "pdf-lib")


def with_jspdf(sheets, layout, font="ipaex"):
    """jsPDF, which browsers run."""
    return _by_program(sheets, layout, "node", HERE / "node_press.js", "jspdf")


def with_api2(sheets, layout, font="ipaex"):
    """PDF::API2, of the Perl world."""
    return _by_program(sheets, layout, "perl", HERE / "api2_press.pl")


def _by_program(sheets, layout, *command):
    """Hand the marks over as tab-separated lines, the seals as files; the program writes the PDF."""
    with tempfile.TemporaryDirectory() as folder:
        marks, out = Path(folder) / "marks.tsv", Path(folder) / "out.pdf"
        lines = []
        for paper in lay_out(sheets, layout):
            lines.append(f"page\t{paper.size[0]}\t{paper.size[1]}")
            for kind, *mark in paper.marks:
                if kind == "line":
                    lines.append("\t".join(map(str, ("line", *mark))))
                elif kind == "seal":
                    picture = Path(folder) / f"{mark[0]}.png"
                    picture.write_bytes(seal_png(mark[0]))
                    lines.append("\t".join(map(str, ("seal", picture, *mark[1:]))))
                else:
                    x, y, size, text, _ = mark
                    for font, run in runs(text):
                        lines.append(f"text\t{x:.2f}\t{y:.2f}\t{size}\t{font}\t{run}")
                        x += width(run, size)
        marks.write_text("\n".join(lines) + "\n", encoding="utf-8")
        characters = "".join(sorted(set("".join(lines)) - {"\t", "\ue001"}))
        _run(*command, marks, out, small_font(characters), gaiji_font())
        return out.read_bytes()


def redistilled(body, *options, device="pdfwrite"):
    """Return a PDF after a passage through Ghostscript."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.pdf", Path(folder) / "after.pdf"
        before.write_bytes(body)
        _run("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", f"-sDEVICE={device}", f"-sOutputFile={after}", *options,
             before)  # fmt: skip
        return after.read_bytes()


HEAVY = {
    "chromium": with_chromium,
    "weasyprint": with_weasyprint,
    "libreoffice": with_libreoffice,
    "fop": with_fop,
    "cairo": with_cairo,
    "itext": with_itext,
    "prawn": with_prawn,
    "tcpdf": with_tcpdf,
    "pdfbox": with_pdfbox,
    "pdfkit": with_pdfkit,
    "pdf-lib": with_pdf_lib,
    "jspdf": with_jspdf,
    "api2": with_api2,
    "haru": with_haru,
}


def dumped(record):
    """Return a truth file's text."""
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"
