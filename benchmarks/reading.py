"""How fast certificates are read and judged, side by side with raw text extraction by the same library (the limit).

`python benchmarks/reading.py [--residents 10000 | --population FOLDER] [--documents 200] [--rounds 5] [--json]`:
one-page and four-page sheets of a plain layout. Rates are per second of processor time of one process, each round
running every way once; pypdf and pdfplumber (to be installed for this) read a tenth of the documents. `judging` makes
each expectation anew: no document is judged twice for the same asking. `by_likeness` reads each document by the
one issued quietly before, which differs in the issue number alone; these sheets name all figures in their first line,
so that both have the same font (a producer that numbers glyphs as they come makes another one otherwise, and nothing is
alike). `hand_over` is a request and its reply, encoded and decoded, and its share of reading; `pool_2`
is wall-clock time of two reader processes. Memory is what the process holds by itself (USS) before and after each
index. Making 100,000 residents takes minutes: `honnin population make` once, then --population.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import io
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib_fontja
import pdfplumber
import psutil
import pypdf
import pypdfium2
import typst
from PIL import Image, ImageDraw

from harness.population import Population, load, make_population
from harness.reading import Expectation, Judge, OwnerIndex, expect, load_profile
from harness.reading.document import read_document
from harness.reading.frames import LENGTH, ReadReply, ReadRequest, Reply, decode_reply, encode, read_request
from harness.reading.ink import ink64
from harness.reading.likeness import read_by_likeness
from harness.reading.limits import ReaderLimits
from harness.reading.pool import ReaderPool
from harness.reading.seals import SealIndex
from harness.records.certificates import Certificate, Options
from harness.records.ownership import DocumentOwnership, PageVerdict
from harness.records.reading import ImageRead, Reading
from harness.records.resident import Residency, Resident

FONTS = Path(matplotlib_fontja.__file__).parent / "fonts"
LIMITS = ReaderLimits()
FIELDS = (
    ("住所", "address"), ("氏名", "name"), ("ふりがな", "kana"), ("旧氏", "former_name"),
    ("生年月日", "born_on"), ("性別", "sex"),
    ("住民となった年月日", "resident_since"), ("住所を定めた年月日", "address_since"), ("届出日", "notified_on"),
    ("本籍", "honseki"), ("筆頭者", "hittousha"), ("転入前住所", "previous_address"), ("備考", "remarks"),
)  # fmt: skip
OPTIONS = Options(honseki=True)
BEFORE, NOW = "20261119-0004711", "20261122-0815042"  # issue numbers


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--residents", type=int, default=10_000)
    asked.add_argument("--population", type=Path, help="a population folder instead")
    asked.add_argument("--documents", type=int, default=200)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    figures: dict[str, float] = {"imports_mb": own_mb()}
    population = load(options.population) if options.population else make_population(1, options.residents)
    figures["population_mb"] = own_mb()
    began = time.perf_counter()
    index = OwnerIndex(population)
    figures["owners_mb"] = own_mb()
    seals = SealIndex(population)
    seals.ranked(a_stamp())  # its pictures are made when the first stamp is looked at
    figures |= {"seals_mb": own_mb(), "index_s": time.perf_counter() - began}
    judge = Judge(index, load_profile("reference"), seals)
    gc.freeze()  # as where a run is judged
    for pages in (1, 4):
        bench = Bench(population, judge, options.documents // pages, pages)
        figures |= {f"{way}_{pages}p": rate for way, rate in bench.run(options.rounds).items()}
    print(json.dumps(figures, indent=1) if options.json else table(figures, len(population.residents)))


class Bench:
    """Documents of so many pages each, and the ways to treat them."""

    def __init__(self, population: Population, judge: Judge, documents: int, pages: int) -> None:
        living = [r for r in population.residents.values() if r.residency is Residency.RESIDENT and not r.nationality]
        self.profile, self.population, self.judge = load_profile("reference"), population, judge
        chosen = living[:: max(1, len(living) // documents)][:documents]  # the first ones are special cases
        self.work = [(sheet(r, pages), r.key) for r in chosen]
        self.bases = [sheet(r, pages, BEFORE) for r in chosen]
        self.base_readings = [reading(body) for body in self.bases]
        verdicts = [v for body, key in self.work for v in self.verdicts(body, key)]
        assert set(verdicts) <= {PageVerdict.OWN, PageVerdict.OWN_WEAK}, "the benchmark's own sheets must be own"

    def by_likeness(self) -> list[Reading]:
        return [
            like_base(body, base, read)
            for (body, _), base, read in zip(self.work, self.bases, self.base_readings, strict=True)
        ]

    def by_likeness_and_judged(self) -> list[DocumentOwnership]:
        return [
            self.judge.document(like_base(body, base, read), self.wanted(key))
            for (body, key), base, read in zip(self.work, self.bases, self.base_readings, strict=True)
        ]

    def wanted(self, key: str) -> Expectation:
        return expect(Certificate.JUMINHYO, OPTIONS, key, self.population, self.profile)

    def verdicts(self, body: bytes, key: str) -> list[PageVerdict]:
        return [p.verdict for p in self.judge.document(reading(body), self.wanted(key)).pages]

    def run(self, rounds: int) -> dict[str, float]:
        """Return documents per second of each way, the median of the rounds."""
        readings = [reading(body) for body, _ in self.work]
        few = self.work[: max(1, len(self.work) // 10)]
        ways: dict[str, tuple[int, Callable[[], object]]] = {
            "raw_text": (len(self.work), lambda: [raw_text(body) for body, _ in self.work]),
            "pypdf": (len(few), lambda: [pypdf_text(body) for body, _ in few]),
            "pdfplumber": (len(few), lambda: [plumbed_text(body) for body, _ in few]),
            "reading": (len(self.work), lambda: [reading(body) for body, _ in self.work]),
            "hand_over": (len(self.work), lambda: [handed(w[0], r) for w, r in zip(self.work, readings, strict=True)]),
            "judging": (
                len(self.work),
                lambda: [self.judge.document(r, self.wanted(w[1])) for r, w in zip(readings, self.work, strict=True)],
            ),
            "reading_and_judging": (len(self.work), lambda: [self.verdicts(body, key) for body, key in self.work]),
            "by_likeness": (len(self.work), self.by_likeness),
            "likeness_and_judging": (len(self.work), self.by_likeness_and_judged),
        }
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, (count, treat) in ways.items():
                began = time.process_time()
                treat()
                rates[way].append(count / (time.process_time() - began))
        return {way: statistics.median(r) for way, r in rates.items()} | {"pool_2": self.pool()}

    def pool(self) -> float:
        with ReaderPool(2) as pool:
            pool.submit("warm", self.work[0][0])
            list(pool.results())
            began = time.perf_counter()
            for body, _ in self.work:
                pool.submit(hashlib.sha256(body).hexdigest(), body)
            done = sum(1 for _ in pool.results())
            return done / (time.perf_counter() - began)


def like_base(body: bytes, base: bytes, base_reading: Reading) -> Reading:
    found = read_by_likeness(hashlib.sha256(body).hexdigest(), body, base, base_reading)
    assert found is not None, "the benchmark's own sheets must be like the ones before"
    return found


def sheet(resident: Resident, pages: int, issue: str = NOW) -> bytes:
    """Return a sheet of labelled lines, the same person on every page, about 500 characters a page."""
    lines = []
    for number in range(1, pages + 1):
        lines += ["#pagebreak()"] if number > 1 else []
        lines += ['#"電話 0123-456789"\\', '#"住民票の写し"\\', f'#"発行番号 試験-{issue}"\\', f'#"{number}/{pages}"\\']
        lines += [f'#"{label}" #h(3em) #"{getattr(resident, field) or "【空欄】"}"\\' for label, field in FIELDS]
        lines += ['#"この写しは、住民票の原本と相違ないことを証明する。"\\'] * 8
    source = '#set text(font: "IPAexGothic", size: 9pt)\n' + "\n".join(lines)
    return bytes(typst.compile(source.encode(), font_paths=[str(FONTS)], ignore_system_fonts=True))


def reading(body: bytes):
    return read_document(hashlib.sha256(body).hexdigest(), body, LIMITS)


def raw_text(body: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(body)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return texts


def pypdf_text(body: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages]


def plumbed_text(body: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(body)) as document:
        return [page.extract_text() for page in document.pages]


def handed(body: bytes, answer: Reading) -> Reply:
    """Treat a document as the pool and its process do, but for the pipe itself."""
    request = encode(ReadRequest(digest=answer.digest, body=body, limits=LIMITS))
    asked = read_request(io.BytesIO(request))
    assert asked is not None
    return decode_reply(encode(ReadReply(reading=answer))[LENGTH.size :])


def a_stamp() -> ImageRead:
    picture = Image.new("L", (120, 120), 255)
    ImageDraw.Draw(picture).ellipse((10, 10, 110, 110), outline=0, width=8)
    return ImageRead(digest="", width=120, height=120, box=(0, 0, 43, 43), ink64=ink64(picture))


def own_mb() -> float:
    gc.collect()
    return psutil.Process().memory_full_info().uss / 1e6


def table(figures: dict[str, float], residents: int) -> str:
    rows = [f"{residents:,} residents, index and seals built in {figures['index_s']:.1f} s", ""]
    rows += [f"{name[:-3]:<12}{figures[name]:>8.0f} MB" for name in figures if name.endswith("_mb")]
    rows += ["", f"{'documents/s':<22}{'1 page':>10}{'4 pages':>10}{'of raw text':>14}"]
    ways = [name[:-3] for name in figures if name.endswith("_1p")]
    for way in ways:
        one, four = figures[f"{way}_1p"], figures[f"{way}_4p"]
        shares = f"{one / figures['raw_text_1p']:.0%} {four / figures['raw_text_4p']:.0%}"
        rows.append(f"{way:<22}{one:>10.0f}{four:>10.0f}{shares:>14}")
    shares = [figures[f"reading_{p}p"] / figures[f"hand_over_{p}p"] for p in (1, 4)]
    times = [figures[f"reading_and_judging_{p}p"] / figures[f"pdfplumber_{p}p"] for p in (1, 4)]
    rows.append(f"hand-over: {shares[0]:.1%} and {shares[1]:.1%} of reading")
    rows.append(f"reading and judging: {times[0]:.1f} and {times[1]:.1f} times as fast as pdfplumber")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
