"""How surely seals are told apart: prints of registered seals, distorted in many ways, among 10,000 others.

`python benchmarks/seals.py [--residents 12000] [--each 100] [--only NAME ...] [--json]`. Every print is a PDF that is
read and judged twice: as its owner's certificate, and as that of a resident whose seal has the same text where there
is one. `twins` replaces seals of the register by copies of others with one small cut, and prints either.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import random
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import matplotlib_fontja
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from harness.population import make_population
from harness.population.engraving import seal_text
from harness.population.seals import draw_seal, encode_png
from harness.reading.document import read_document
from harness.reading.ink import ink64
from harness.reading.limits import ReaderLimits
from harness.reading.oracle import Expectation
from harness.reading.seals import SealIndex, judge_seal
from harness.records.certificates import Certificate, Options
from harness.records.reading import ImageRead, Reading

FONT = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
MM = 72 / 25.4
SEAL_MM = 18.0
PX_300, PX_600, PX_200 = 213, 425, 142  # of 18 mm
NOISE = np.random.default_rng(3)


def sized(px: int) -> Callable[[Image.Image], Image.Image]:
    return lambda seal: seal.resize((px, px), Image.Resampling.BICUBIC)


def padded(seal: Image.Image, margin: int, px: int = PX_300) -> Image.Image:
    paper = Image.new("L", (px + 2 * margin, px + 2 * margin), 255)
    paper.paste(sized(px)(seal), (margin, margin))
    return paper


def turned(degrees: float) -> Callable[[Image.Image], Image.Image]:
    return lambda seal: padded(seal, 20).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)


def jpeg(quality: int, mode: str = "L") -> Callable[[Image.Image], Image.Image]:
    def compressed(seal: Image.Image) -> Image.Image:
        out = io.BytesIO()
        (seal if seal.width > 128 else sized(PX_300)(seal)).convert(mode).save(out, "JPEG", quality=quality)
        return Image.open(out)

    return compressed


def noisy(deviation: float, paper: float) -> Callable[[Image.Image], Image.Image]:
    def scanned(seal: Image.Image) -> Image.Image:
        page = seal if seal.width > 128 else padded(seal, 20)
        levels = 30 + np.asarray(page, float) * (paper - 30) / 255
        return Image.fromarray((levels + NOISE.normal(0, deviation, levels.shape)).clip(0, 255).astype(np.uint8))

    return scanned


def coloured(red: int, green: int, blue: int) -> Callable[[Image.Image], Image.Image]:
    def stamped(seal: Image.Image) -> Image.Image:
        seal = sized(PX_300)(seal)
        return Image.merge("RGB", [seal.point(lambda v, c=c: c + v * (255 - c) // 255) for c in (red, green, blue)])

    return stamped


def alpha(seal: Image.Image) -> Image.Image:
    seal = sized(PX_300)(seal)
    return Image.merge("RGBA", [Image.new("L", seal.size, 0)] * 3 + [ImageChops.invert(seal)])


def overprinted(text: str, left: int) -> Callable[[Image.Image], Image.Image]:
    def printed(seal: Image.Image) -> Image.Image:
        page = padded(seal, 60)
        ImageDraw.Draw(page).text((left, 160), text, fill=0, font=ImageFont.truetype(str(FONT), 26))
        return page

    return printed


def beside_official(seal: Image.Image) -> Image.Image:
    page = Image.new("L", (600, 400), 255)
    page.paste(sized(PX_300)(seal), (40, 80))
    draw = ImageDraw.Draw(page)
    draw.rectangle((268, 120, 268 + 290, 120 + 270), outline=0, width=10)
    for row, text in enumerate(("架空県", "見本市", "長之印")):
        draw.text((300, 140 + 80 * row), text, fill=0, font=ImageFont.truetype(str(FONT), 70))
    return page


def framed(seal: Image.Image) -> Image.Image:
    page = padded(seal, 40)
    ImageDraw.Draw(page).rectangle((3, 3, page.width - 4, page.height - 4), outline=0, width=3)
    return page


def on_a_page(dpi: int, degrees: float, quality: int) -> Callable[[Image.Image], Image.Image]:
    """Put the seal on a page that is one picture."""

    def scanned(seal: Image.Image) -> Image.Image:
        page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 255)
        page.paste(sized(round(SEAL_MM / 25.4 * dpi))(seal), (round(1.2 * dpi), round(1.6 * dpi)))
        draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(FONT), dpi // 7)
        draw.text((2.8 * dpi, 0.6 * dpi), "印鑑登録証明書", fill=0, font=font)
        for row in range(4):
            draw.text((2.6 * dpi, (1.6 + 0.3 * row) * dpi), "氏名　見本　太郎　架空県見本市", fill=0, font=font)
        draw.line((0, 1.4 * dpi, 8 * dpi, 1.4 * dpi), fill=0, width=2)
        page = page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255) if degrees else page
        return noisy(6, 245)(jpeg(quality)(page).copy())

    return scanned


DISTORTIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as registered": lambda seal: seal,
    "200 dpi": sized(PX_200),
    "300 dpi": sized(PX_300),
    "600 dpi": sized(PX_600),
    "90 pixels": sized(90),
    "stretched 4 %": lambda seal: seal.resize((PX_300, 205), Image.Resampling.BICUBIC),
    "1 bit, 300 dpi": lambda seal: sized(PX_300)(seal).point(lambda v: 255 * (v > 140)).convert("1"),
    "1 bit, 600 dpi": lambda seal: sized(PX_600)(seal).point(lambda v: 255 * (v > 140)).convert("1"),
    "1 bit, dithered": lambda seal: coloured(90, 90, 90)(seal).convert("1"),
    "JPEG quality 30": jpeg(30),
    "JPEG quality 10": jpeg(10),
    "CMYK JPEG": jpeg(50, "CMYK"),
    "indexed colour": lambda seal: coloured(200, 30, 30)(seal).quantize(8),
    "red": coloured(200, 30, 30),
    "pale grey": coloured(200, 200, 200),
    "alpha mask": alpha,
    "turned 1°": turned(1),
    "turned 2°": turned(-2),
    "turned 3°": turned(3),
    "turned 5°": turned(-5),
    "grey noisy paper": noisy(14, 232),
    "blurred": lambda seal: padded(seal, 10).filter(ImageFilter.GaussianBlur(1.5)),
    "blurred strongly": lambda seal: padded(seal, 10).filter(ImageFilter.GaussianBlur(3)),
    "scanned": lambda seal: jpeg(50)(noisy(10, 232)(turned(2)(seal).filter(ImageFilter.GaussianBlur(1)))),
    "ink spread 0.17 mm": lambda seal: padded(seal, 10).filter(ImageFilter.MinFilter(5)),
    "fixed frame, white": lambda seal: padded(seal, 41),
    "printed frame": framed,
    "text inside": overprinted("見本太郎", 90),
    "text across": overprinted("架空県見本市中央区", 30),
    "official seal beside": beside_official,
    "page picture 300 dpi": on_a_page(300, 0, 60),
    "page picture 150 dpi": on_a_page(150, 0, 50),
    "page picture turned 2°": on_a_page(200, 2, 50),
}
PAGE_SHARE = 5  # pages take seconds each: a fifth as many are made
PAGES = frozenset(name for name in DISTORTIONS if name.startswith("page"))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--residents", type=int, default=12_000)
    asked.add_argument("--each", type=int, default=100)
    asked.add_argument("--only", nargs="*", default=[*DISTORTIONS, "twins", "strangers"])
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    bench = Bench(options.residents)
    rows = {}
    for name in options.only:
        began = time.process_time()
        rows[name] = bench.row(name, options.each)
        judged = sum(count for what, count in rows[name].items() if what.startswith("other's"))
        rows[name]["ms"] = round(1000 * (time.process_time() - began) / max(1, judged))
    print(json.dumps({"seals": bench.count, **bench.costs(), "rows": rows}, indent=1, ensure_ascii=False)) if (
        options.json
    ) else print(table(bench, rows))


class Bench:
    """The register's seals, and prints of them."""

    def __init__(self, residents: int) -> None:
        population = make_population(1, residents)
        self.seals = {key: r.seal for key, r in population.residents.items() if r.seal is not None}
        self.names = {key: population.residents[key].name for key in self.seals}
        self.count = len(self.seals)
        self.keys = list(self.seals)
        self.chance = random.Random(5)
        self.namesakes = defaultdict(list)
        for key in self.keys:
            self.namesakes[self.names[key].partition(" ")[0]].append(key)
        self.index = self.indexed(self.seals)

    def indexed(self, seals: dict) -> SealIndex:
        return SealIndex(SimpleNamespace(residents={k: SimpleNamespace(key=k, seal=s) for k, s in seals.items()}))

    def costs(self) -> dict[str, float]:
        """Return what the small pictures of all seals cost in a new index."""
        image = ImageRead(digest="", width=1, height=1, box=(0, 0, 50, 50), ink64=ink64(turned(7)(self.picture(""))))
        index, began = self.indexed(self.seals), time.process_time()
        index.nearest(image)
        seconds = time.process_time() - began
        tracemalloc.start()
        index = self.indexed(self.seals)
        index.nearest(image)
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return {"index_s": round(seconds, 1), "index_mb": round(kept / 1e6, 1)}

    def picture(self, key: str) -> Image.Image:
        seal = self.seals[key or self.keys[0]]
        return Image.open(io.BytesIO(base64.b64decode(seal.png_base64))).convert("L")

    def row(self, name: str, each: int) -> dict[str, int]:
        if name == "twins":
            return self.twins(each)
        if name == "strangers":
            return self.strangers(each)
        counts: Counter[str] = Counter()
        prints = max(1, each // PAGE_SHARE) if name in PAGES else each
        for key in self.chance.sample(self.keys, prints):
            reading = printed(DISTORTIONS[name](self.picture(key)), page=name in PAGES)
            self.count_print(counts, reading, key, self.other(key), self.index)
        return dict(counts)

    def other(self, key: str) -> str:
        """Return another resident, of the same surname where there is one."""
        same = [k for k in self.namesakes[self.names[key].partition(" ")[0]] if k != key]
        return self.chance.choice(same or [k for k in self.keys[:50] if k != key])

    def count_print(self, counts: Counter[str], reading: Reading, key: str, other: str, index: SealIndex) -> None:
        best = max((index.ranked(i, key)[0] for i in seal_images(reading, index)), key=lambda b: b[1], default=("", 0))
        counts["nearest is another"] += best[0] != key
        counts[f"own: {outcome(reading, key, key, index)}"] += 1
        counts[f"other's: {outcome(reading, other, key, index)}"] += 1

    def twins(self, each: int) -> dict[str, int]:
        """Replace seals by near copies: both of a pair are registered, either is printed at 300 dpi."""
        pairs = [self.chance.sample(self.keys, 2) for _ in range(each)]
        seals = dict(self.seals)
        for one, twin in pairs:
            seals[twin] = SimpleNamespace(png_base64=encode_png(cut(self.picture(one), self.chance).convert("1")))
        index = self.indexed(seals)
        counts: Counter[str] = Counter()
        for one, twin in pairs:
            if index.between(one, twin) < 0.99:
                counts["pairs"] += 1
                self.count_print(counts, printed(sized(PX_300)(self.picture(one))), one, twin, index)
        return dict(counts)

    def strangers(self, each: int) -> dict[str, int]:
        """Print seals that are not registered, with the text of one that is, turned and not."""
        counts: Counter[str] = Counter()
        for number, key in enumerate(self.chance.sample(self.keys, each)):
            surname, _, given = self.names[key].partition(" ")
            text = seal_text(surname, given, surname + given, f"stranger {number}")
            stranger = draw_seal(text, f"stranger {number}").convert("L")
            for way in (sized(PX_300), turned(3)):
                counts[f"other's: {outcome(printed(way(stranger)), key, '', self.index)}"] += 1
        return dict(counts)


def cut(seal: Image.Image, chance: random.Random) -> Image.Image:
    """Return a copy with one small stroke taken out, and one added."""
    twin = seal.copy()
    draw = ImageDraw.Draw(twin)
    for colour in (255, 0):
        x, y = chance.randint(30, 90), chance.randint(30, 90)
        draw.line((x, y, x + 12, y + chance.randint(-8, 8)), fill=colour, width=6)
    return twin


def printed(bitmap: Image.Image, *, page: bool = False) -> Reading:
    """Return the reading of a certificate with a bitmap; a seal of 213 pixels is 18 mm wide."""
    if FONT.stem not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT.stem, str(FONT)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    if page:
        canvas.drawImage(ImageReader(bitmap), 0, 0, 595, 842)
    else:
        canvas.setFont(FONT.stem, 14)
        canvas.drawString(220, 790, "印鑑登録証明書")
        mm = SEAL_MM * bitmap.width / (PX_300 if bitmap.width > PX_300 and bitmap.width != PX_600 else bitmap.width)
        masked = {"mask": "auto"} if bitmap.mode == "RGBA" else {}
        side = mm * MM
        canvas.drawImage(ImageReader(bitmap), 60, 500, side, side * bitmap.height / bitmap.width, **masked)
    canvas.showPage()
    canvas.save()
    return read_document("", out.getvalue(), ReaderLimits())


def seal_images(reading: Reading, index: SealIndex) -> Iterator[ImageRead]:
    yield from (i for p in reading.pages for i in p.images if i.ink64 and index.nearest(i)[0])


def outcome(reading: Reading, applicant: str, owner: str, index: SealIndex) -> str:
    """Return what judging says: accepted, owner named, another named, or review (要確認)."""
    expectation = Expectation(
        certificate=Certificate.INKAN, options=Options(), applicant=applicant, views=(), seal=applicant
    )
    found = judge_seal(reading, expectation, index)
    if found is None:
        return "accepted"
    return "review" if not found.owner else "owner named" if found.owner == owner else "another named"


COLUMNS = (  # prints; ms of processor time per print: made, read and judged twice
    "nearest is another", "own: accepted", "own: review", "own: another named",
    "other's: accepted", "other's: review", "other's: owner named", "other's: another named", "ms",
)  # fmt: skip


def table(bench: Bench, rows: dict[str, dict[str, int]]) -> str:
    costs = ", ".join(f"{name} {value:g}" for name, value in bench.costs().items())
    lines = [f"{bench.count:,} registered seals; {costs}", "", f"{'':<24}" + "".join(f"{c:>24}" for c in COLUMNS)]
    lines += [f"{name:<24}" + "".join(f"{row.get(c, 0):>24}" for c in COLUMNS) for name, row in rows.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
