"""How fast certificates are read and judged, side by side with raw text extraction by the same library (the limit).

`python benchmarks/reading.py [--residents 10000] [--documents 200] [--rounds 5] [--json]`: one-page and four-page
sheets of a plain layout. Rates are per second of processor time of one process, each round running every way once;
`pool_2` is wall-clock time of two reader processes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib_fontja
import pypdfium2
import typst

from harness.population import Population, make_population
from harness.reading import Expectation, Judge, OwnerIndex, expect, load_profile
from harness.reading.document import read_document
from harness.reading.limits import ReaderLimits
from harness.reading.pool import ReaderPool
from harness.reading.seals import SealIndex
from harness.records.certificates import Certificate, Options
from harness.records.ownership import PageVerdict
from harness.records.resident import Residency, Resident

FONTS = Path(matplotlib_fontja.__file__).parent / "fonts"
LIMITS = ReaderLimits()
FIELDS = (
    ("住所", "address"), ("氏名", "name"), ("ふりがな", "kana"), ("生年月日", "born_on"), ("性別", "sex"),
    ("住民となった年月日", "resident_since"), ("住所を定めた年月日", "address_since"), ("届出日", "notified_on"),
    ("本籍", "honseki"), ("筆頭者", "hittousha"), ("転入前住所", "previous_address"), ("備考", "remarks"),
)  # fmt: skip
OPTIONS = Options(honseki=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--residents", type=int, default=10_000)
    asked.add_argument("--documents", type=int, default=200)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    population = make_population(1, options.residents)
    began = time.perf_counter()
    index, seals = OwnerIndex(population), SealIndex(population)
    figures: dict[str, float] = {"index_s": time.perf_counter() - began}
    judge = Judge(index, load_profile("reference"), seals)
    for pages in (1, 4):
        bench = Bench(population, judge, options.documents // pages, pages)
        figures |= {f"{way}_{pages}p": rate for way, rate in bench.run(options.rounds).items()}
    print(json.dumps(figures, indent=1) if options.json else table(figures, options.residents))


class Bench:
    """Documents of so many pages each, and the ways to treat them."""

    def __init__(self, population: Population, judge: Judge, documents: int, pages: int) -> None:
        living = [r for r in population.residents.values() if r.residency is Residency.RESIDENT and not r.nationality]
        profile = load_profile("reference")
        self.judge = judge
        self.work: list[tuple[bytes, Expectation]] = [
            (sheet(r, pages), expect(Certificate.JUMINHYO, OPTIONS, r.key, population, profile))
            for r in living[:documents]
        ]
        verdicts = [v for body, wanted in self.work for v in self.verdicts(body, wanted)]
        assert set(verdicts) <= {PageVerdict.OWN, PageVerdict.OWN_WEAK}, "the benchmark's own sheets must be own"

    def verdicts(self, body: bytes, wanted: Expectation) -> list[PageVerdict]:
        return [p.verdict for p in self.judge.document(reading(body), wanted).pages]

    def run(self, rounds: int) -> dict[str, float]:
        """Return documents per second of each way, the median of the rounds."""
        readings = [reading(body) for body, _ in self.work]
        ways: dict[str, Callable[[], object]] = {
            "raw_text": lambda: [raw_text(body) for body, _ in self.work],
            "reading": lambda: [reading(body) for body, _ in self.work],
            "judging": lambda: [self.judge.document(r, w) for r, (_, w) in zip(readings, self.work, strict=True)],
            "reading_and_judging": lambda: [self.verdicts(body, wanted) for body, wanted in self.work],
        }
        rates: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, treat in ways.items():
                began = time.process_time()
                treat()
                rates[way].append(len(self.work) / (time.process_time() - began))
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


def sheet(resident: Resident, pages: int) -> bytes:
    """Return a sheet of labelled lines, the same person on every page, about 500 characters a page."""
    lines = []
    for number in range(1, pages + 1):
        lines += ["#pagebreak()"] if number > 1 else []
        lines += ['#"住民票の写し"\\', f'#"発行番号 試験-{resident.key}"\\', f'#"{number}/{pages}"\\']
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


def table(figures: dict[str, float], residents: int) -> str:
    rows = [f"{residents:,} residents, index and seals built in {figures['index_s']:.1f} s", ""]
    rows.append(f"{'documents/s':<22}{'1 page':>10}{'4 pages':>10}{'of raw text':>14}")
    for way in ("raw_text", "reading", "judging", "reading_and_judging", "pool_2"):
        one, four = figures[f"{way}_1p"], figures[f"{way}_4p"]
        shares = f"{one / figures['raw_text_1p']:.0%} {four / figures['raw_text_4p']:.0%}"
        rows.append(f"{way:<22}{one:>10.0f}{four:>10.0f}{shares:>14}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
