"""How many documents a second the reference issuer makes on one core, by certificate, and how much memory that takes.

Run: python benchmarks/issuer.py [--seconds 4] [--size 120] [--json]
`*_per_s` is one thread's rate by the clock, `*_per_core_s` by CPU time of the process (what an undisturbed core gives).
The aim is 200 one-page documents a second on one core. Long documents (戸籍 of several pages) are left out of the
one-page figures and have their own. `apply_*` is a node's whole work for an application: register, rules, document,
spool, ledger.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from harness.population import make_population, save
from mock_issuer import clock
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Choice, Layout, Order
from mock_issuer.load import load_population
from mock_issuer.node.applications import Request
from mock_issuer.node.desk import Desk
from mock_issuer.node.process import build
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register
from mock_issuer.rules import require_issuable
from mock_issuer.settings import NodeSettings, State
from mock_issuer.spool import new_spool

FLAT_AFTER = 1500  # documents between the two looks at memory


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--size", type=int, default=120, help="residents")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), options.size, options.seconds)
    if options.json:
        print(json.dumps(figures))
        return
    for name, figure in figures.items():
        print(f"{name:28s} {figure:10,.1f}")


def measure(folder: Path, size: int, seconds: float) -> dict[str, float]:
    """Return rates (documents per second) and megabytes."""
    save(make_population(1, size), folder / "population")
    state = State(folder / "state")
    state.prepare()
    new_spool(state.spool)
    figures: dict[str, float] = {"residents": size}
    began_s = time.perf_counter()
    load_population(folder / "population", state)
    figures["load_s"] = time.perf_counter() - began_s
    service, _ = build(NodeSettings(node="n1", build="b", state=str(state.root), secret="s"))
    desk = service.desk
    layouts = {name: list(layouts_of(desk, size, name)) for name in COMPOSERS}
    for name, made in layouts.items():
        figures |= rates(name, typeset(desk, [one for one in made if len(one.pages) == 1]), seconds)
    figures |= rates("all_one_page", typeset(desk, mixed(layouts, one_page=True)), seconds)
    figures |= rates("several_pages", typeset(desk, mixed(layouts, one_page=False)), seconds)
    figures |= {"two_threads_per_s": in_two_threads(typeset(desk, mixed(layouts, one_page=True)), seconds)}
    figures |= rates("apply_juminhyo", applying(desk, size), seconds)
    return figures | memory(typeset(desk, mixed(layouts, one_page=True)))


def layouts_of(desk: Desk, size: int, certificate: str) -> Iterable[Layout]:
    """Lay out a certificate for everyone who may have it, for the applicant alone and for all."""
    register: Register = desk.register
    for number, scope in itertools.product(range(1, size + 1), ("self", "all")):
        key, choice = f"R{number:05d}", Choice(scope=scope, honseki=True, relation=True)
        try:
            with register.snapshot() as view:
                extract = view.extract(key)
                assert extract is not None
                require_issuable(extract, certificate, choice, clock.today())
                seal = view.seal(key) if certificate == "inkan" else None
        except Refusal:
            continue
        if certificate == "inkan" and seal is None:
            continue
        picture, picture_mm = (f"seals/{seal.picture}", seal.diameter_mm) if seal else ("", 0.0)
        order = Order(
            certificate=certificate,
            choice=choice,
            extract=extract,
            today=clock.today(),
            picture=picture,
            picture_mm=picture_mm,
        )
        yield COMPOSERS[certificate](order)


def mixed(layouts: dict[str, list[Layout]], *, one_page: bool) -> list[Layout]:
    """Return the layouts of all certificates in turn."""
    columns = [[one for one in made if (len(one.pages) == 1) is one_page] for made in layouts.values()]
    rows = itertools.zip_longest(*columns)
    return [one for row in rows for one in row if one is not None]


def typeset(desk: Desk, layouts: list[Layout]) -> Callable[[int], object]:
    """Return what sets the n-th document."""
    return lambda n: desk.workshop.typesetter.set_document(layouts[n % len(layouts)], f"見本-260401-n1-{n:06d}")


def applying(desk: Desk, size: int) -> Callable[[int], object]:
    """Return what applies for the n-th person's 住民票; refusals count too."""

    def apply(n: int) -> None:
        request = Request(
            session="s", resident=f"R{n % size + 1:05d}", card="1", kiosk=f"K{n % 9}", certificate="juminhyo"
        )
        try:
            application = desk.apply(f"a{n}", request)
        except Refusal:
            return
        desk.spool.remove(application.key, 1)
        desk.applications.forget(application.name)

    return apply


def rates(name: str, work: Callable[[int], object], seconds: float) -> dict[str, float]:
    """Repeat a piece of work for so long; return its rates by the clock and by CPU time."""
    for n in range(20):
        work(n)
    began_s, began_cpu_s, done = time.perf_counter(), time.process_time(), 0
    while (took_s := time.perf_counter() - began_s) < seconds:
        work(done)
        done += 1
    return {f"{name}_per_s": done / took_s, f"{name}_per_core_s": done / (time.process_time() - began_cpu_s)}


def in_two_threads(work: Callable[[int], object], seconds: float) -> float:
    """Return the common rate of two threads: compiling releases the GIL."""
    done = [0, 0]
    until_s = time.perf_counter() + seconds

    def repeat(thread: int) -> None:
        while time.perf_counter() < until_s:
            work(done[thread] * 2 + thread)
            done[thread] += 1

    threads = [threading.Thread(target=repeat, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def memory(work: Callable[[int], object]) -> dict[str, float]:
    """Return resident memory now, and how much it grows over many further documents."""
    before_mb = resident_mb()
    for n in range(FLAT_AFTER):
        work(n)
    return {
        "resident_mb": resident_mb(),
        f"growth_over_{FLAT_AFTER}_mb": resident_mb() - before_mb,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def resident_mb() -> float:
    """Return this process's resident memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
