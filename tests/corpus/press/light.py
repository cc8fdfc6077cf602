"""Producers that take milliseconds: they draw the corpus's documents within the tests."""

import io

from press.fonts import GAIJI_FAMILY, IPAEX, gaiji_font, runs
from press.layouts import width
from press.town import seal_picture, seal_png


def with_reportlab(papers, *, font=IPAEX, metadata=None):
    """TrueType in pieces of 256 glyphs, each with ToUnicode."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, path in (("ja", font), ("gaiji", gaiji_font())):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(path)))
    return _reportlab(papers, {"ja": "ja", "gaiji": "gaiji"})


def with_reportlab_cid(papers):
    """A CID font that is not embedded (HeiseiKakuGo-W5, UniJIS-UCS2-H): no ToUnicode, the reader must know it."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    return _reportlab(papers, {"ja": "HeiseiKakuGo-W5", "gaiji": "HeiseiKakuGo-W5"})


def _reportlab(papers, fonts):
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=papers[0].size, invariant=True)
    for paper in papers:
        canvas.setPageSize(paper.size)
        for kind, *mark in paper.marks:
            if kind == "line":
                canvas.line(*mark)
            elif kind == "seal":
                key, x, y, side = mark
                canvas.drawImage(ImageReader(seal_picture(key).convert("L")), x, y, side, side)
            else:
                x, y, size, text, _ = mark
                for font, run in runs(text):
                    canvas.setFont(fonts[font], size)
                    canvas.drawString(x, y, run)
                    x += width(run, size)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def with_fpdf2(papers):
    """One CID font for the document, Identity-H."""
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=papers[0].size)
    pdf.add_font("ja", fname=str(IPAEX))
    pdf.add_font("gaiji", fname=str(gaiji_font()))
    for paper in papers:
        pdf.add_page(format=paper.size)
        top = paper.size[1]
        for kind, *mark in paper.marks:
            if kind == "line":
                pdf.line(mark[0], top - mark[1], mark[2], top - mark[3])
            elif kind == "seal":
                key, x, y, side = mark
                pdf.image(seal_picture(key), x, top - y - side, side, side)
            else:
                x, y, size, text, _ = mark
                for font, run in runs(text):
                    pdf.set_font(font, size=size)
                    pdf.text(x, top - y, run)
                    x += width(run, size)
    return bytes(pdf.output())


def with_typst(papers):
    """CID fonts, shaped text, correct ToUnicode."""
    import typst

    source = [f'#set text(font: ("IPAexGothic", "{GAIJI_FAMILY}"), cjk-latin-spacing: none)']
    for paper in papers:
        wide, high = paper.size
        source.append(f"#set page(width: {wide}pt, height: {high}pt, margin: 0pt)")  # begins a page, too
        for kind, *mark in paper.marks:
            if kind == "line":
                ends = f"start: ({mark[0]}pt, {high - mark[1]}pt), end: ({mark[2]}pt, {high - mark[3]}pt)"
                source.append(f"#place(line({ends}, stroke: 0.5pt))")
            elif kind == "seal":
                key, x, y, side = mark
                picture = f"image(bytes(({', '.join(map(str, seal_png(key)))})), width: {side}pt)"
                source.append(f"#place(dx: {x}pt, dy: {high - y - side}pt, {picture})")
            else:
                x, y, size, text, _ = mark
                said = text.replace("\\", "\\\\").replace('"', '\\"')
                source.append(f'#place(dx: {x}pt, dy: {high - y - size}pt, text(size: {size}pt, "{said}"))')
    paths = [str(IPAEX.parent), str(gaiji_font().parent)]
    return typst.compile("\n".join(source).encode(), font_paths=paths, ignore_system_fonts=True)


def with_matplotlib(papers, *, kind=42):
    """Type 42 or Type 3 fonts; every text is an artist of its own."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    fonts = {"ja": FontProperties(fname=str(IPAEX)), "gaiji": FontProperties(fname=str(gaiji_font()))}
    out = io.BytesIO()
    with mpl.rc_context({"pdf.fonttype": kind}), PdfPages(out, metadata={"CreationDate": None}) as pdf:
        for paper in papers:
            wide, high = paper.size
            figure = Figure(figsize=(wide / 72, high / 72))
            FigureCanvasPdf(figure)
            for what, *mark in paper.marks:
                if what == "seal":
                    key, x, y, side = mark
                    axes = figure.add_axes((x / wide, y / high, side / wide, side / high), frameon=False)
                    axes.set_axis_off()
                    axes.imshow(seal_picture(key).convert("L"), cmap="gray", interpolation="none")
                elif what == "text":
                    x, y, size, text, _ = mark
                    for font, run in runs(text):
                        place = {"va": "baseline", "parse_math": False, "fontproperties": fonts[font], "size": size}
                        figure.text(x / wide, y / high, run, **place)
                        x += width(run, size)
            pdf.savefig(figure)
    return out.getvalue()


LIGHT = {
    "reportlab": with_reportlab,
    "reportlab-cid": with_reportlab_cid,
    "fpdf2": with_fpdf2,
    "typst": with_typst,
    "matplotlib": with_matplotlib,
}
