"""Reads and judges damaged copies of the corpus: `python benchmarks/mutations.py [--count 10000] [--processes 1]`.

Every copy is judged as its own applicant's, and as that of a resident who is on none of the documents: no page may
come out as the latter's own. No reader may hang, and the pool must answer for every copy. Then the known bombs.
"""

import argparse
import itertools
import json
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

from harness.population import load
from harness.reading import Judge, OwnerIndex, expect, load_profile
from harness.reading.limits import ReaderLimits
from harness.reading.pool import ReaderPool
from harness.reading.seals import SealIndex
from harness.records.certificates import Certificate, Options
from harness.records.ownership import PageVerdict
from harness.records.reading import ReadingStatus

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
sys.path.insert(0, str(CORPUS))
from press.damage import bombs, damaged, digest  # noqa: E402

OWN = {PageVerdict.OWN, PageVerdict.OWN_WEAK}
STRANGERS = ("R00130", "R00117")  # in no committed document that is not theirs
LIMITS = ReaderLimits()


def originals():
    """Return (truth, bytes) of the committed documents as they must be whose text is fine."""
    truths = [json.loads(p.read_text("utf-8")) | {"path": p} for p in sorted((CORPUS / "documents").glob("*/*.json"))]
    kept = [t for t in truths if t["change"] is None and t["text"] == "fine"]
    return [(t, (t["path"].parent / t["file"]).read_bytes()) for t in kept]


class Court:
    """Judges readings as several applicants'."""

    def __init__(self):
        self.population = load(CORPUS / "population")
        index, seals = OwnerIndex(self.population), SealIndex(self.population)
        names = ("kita", "minami", "nishi", "higashi")
        self.profiles = {n: load_profile(str(CORPUS / "profiles" / f"{n}.toml")) for n in names}
        self.judges = {n: Judge(index, p, seals) for n, p in self.profiles.items()}

    def opinion(self, reading, truth, applicant):
        profile, options = self.profiles[truth["profile"]], msgspec.convert(truth["options"], Options)
        wanted = expect(Certificate(truth["certificate"]), options, applicant, self.population, profile)
        return self.judges[truth["profile"]].document(reading, wanted)


def is_own(opinion):
    """Tell whether a document passes: whole, and every page own with nothing against it."""
    against = opinion.wrong or opinion.missing or opinion.residue or opinion.seal
    whole = opinion.status is ReadingStatus.READ and not against
    return whole and bool(opinion.pages) and all(p.verdict in OWN for p in opinion.pages)


def run(count, processes, seed, progress=print):
    """Return (counter of outcomes, list of faults) of `count` mutations, no two of the same bytes."""
    corpus, court = originals(), Court()
    bodies = [body for _, body in corpus]
    outcomes, faults, truths, started = Counter(), [], {}, time.monotonic()
    submitted = 0
    with ReaderPool(processes, limits=LIMITS) as pool:
        for number in itertools.count():
            if submitted == count:
                break
            which, how, body = damaged(bodies, number, seed)
            key = digest(body)
            if not pool.submit(key, body):
                outcomes["the same bytes again, not counted"] += 1
                continue
            submitted += 1
            truths[key] = (number, how, corpus[which][0])
            for reading in pool.finished():
                judge(court, reading, truths.pop(reading.digest), outcomes, faults)
            if submitted % 1000 == 0:
                progress(f"{submitted} of {count}, {time.monotonic() - started:.0f} s, faults {len(faults)}")
        for reading in pool.results():
            judge(court, reading, truths.pop(reading.digest), outcomes, faults)
        outcomes["readers replaced"] = pool.replaced
        after = digest(bodies[0])
        pool.submit(after, bodies[0])
        faults += [("the pool does not go on", r.reason) for r in pool.results() if r.status is not ReadingStatus.READ]
    faults += [("never answered", known[:2]) for known in truths.values()]
    return outcomes, faults


def judge(court, reading, known, outcomes, faults):
    number, how, truth = known
    outcomes[f"{how}: {reading.status}"] += 1
    if reading.status is ReadingStatus.OVER_LIMIT:
        outcomes["over a limit: " + reading.reason[:40]] += 1
    outcomes["own document passes although damaged"] += is_own(court.opinion(reading, truth, truth["applicant"]))
    stranger = STRANGERS[number % len(STRANGERS)]
    if any(page.verdict in OWN for page in court.opinion(reading, truth, stranger).pages):
        faults.append((f"mutation {number} ({how}) of {truth['file']} has a page of {stranger}'s", reading.status))


def explode(processes):
    """Return (name, status, reason, seconds) of every known bomb, and faults."""
    body, court, told, faults = originals()[0][1], Court(), [], []
    truth = originals()[0][0]
    with ReaderPool(processes, limits=LIMITS) as pool:
        for name, bomb in bombs(body):
            started = time.monotonic()
            pool.submit(digest(bomb), bomb)
            (reading,) = pool.results()
            told.append((name, reading.status, reading.reason, time.monotonic() - started))
            if any(page.verdict in OWN for page in court.opinion(reading, truth, STRANGERS[0]).pages):
                faults.append((name, "has a page of a stranger's"))
    return told, faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    started = time.monotonic()
    outcomes, faults = run(chosen.count, chosen.processes, chosen.seed)
    seconds = time.monotonic() - started
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:7} {outcome}")
    print(f"{chosen.count} mutations in {seconds:.0f} s: {1000 * seconds / chosen.count:.1f} ms each")
    told, more = explode(chosen.processes)
    for name, status, reason, took in told:
        print(f"{name:28} {status:12} {took:5.1f} s  {reason}")
    print(f"faults: {faults + more}")
    return 1 if faults + more else 0


if __name__ == "__main__":
    sys.exit(main())
