"""Own, foreign or deviation by picture alone: decisions and errors on image-only pages, twins included.

    python benchmarks/pictures.py [--people 20] [--rounds 2]

Every page is drawn with a new issue number, copied as 1-bit, grey or JPEG, and laid as a feeder or scanner lays it.
A false match (somebody else's page taken for the own, or the wrong donor named) makes the exit code 1.
"""

import argparse
import importlib.util
import itertools
import random
import sys
import time
from collections import Counter
from pathlib import Path

from harness.picture import BaselinePage, PictureOracle
from harness.records.certificates import Certificate
from harness.records.picture import PictureVerdict, Region

PAPERS = Path(__file__).parent.parent / "tests" / "picture" / "conftest.py"
NUMBER = Region(left=540, top=1050, right=775, bottom=1100)
KIND = (Certificate.JUMINHYO, 1, 1)
FORMS = {
    "1-bit 150": {"dpi": 150, "form": "1-bit"},
    "1-bit 300": {"dpi": 300, "form": "1-bit"},
    "JPEG 150": {"dpi": 150, "form": "jpeg"},
    "grey 200": {"dpi": 200},
}
LAID = {
    "as drawn": {},
    "shifted": {"shift": (5, 3)},
    "scaled 0.8 %": {"scale": 0.992},
    "turned 0.3 deg": {"turn": 0.3},
    "noisy": {"noise": 10.0},
}
TWINS = [("高", "髙"), ("崎", "﨑"), ("邉", "邊"), ("吉", "喜"), ("斎", "齋"), ("島", "嶋")]


def town(people, seed=1):
    """Return people by key, half of them twins who differ by one variant character."""
    chance = random.Random(seed)
    found = {}
    for number in range(people // 2):
        one, other = TWINS[number % len(TWINS)]
        given = "".join(chance.sample("一郎花子健太美咲誠真由", 2))
        born = f"昭和{chance.randint(2, 63)}年{chance.randint(1, 12)}月{chance.randint(1, 28)}日"
        address = f"架空県見本市緑町{chance.randint(1, 99)}番地"
        found[f"R{2 * number}"] = (f"{one}田 {given}", born, address)
        found[f"R{2 * number + 1}"] = (f"{other}田 {given}", born, address)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    spec = importlib.util.spec_from_file_location("papers", PAPERS)
    papers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(papers)
    people, chance = town(asked.people), random.Random(2)
    wrong = 0
    for form, copy in FORMS.items():
        bases = {
            k: papers.raster_of(papers.copied(papers.with_reportlab(papers.lines_of(p)), **copy))
            for k, p in people.items()
        }
        pages = [BaselinePage(resident=k, certificate=KIND[0], page=1, pages=1, digest=k) for k in bases]
        oracle = PictureOracle(pages, lambda digest, page, bases=bases: bases[digest], {KIND: [NUMBER]})
        for how, laid in LAID.items():
            told, took = Counter(), 0.0
            for turn, own in itertools.product(range(asked.rounds), pages):
                twin = f"R{int(own.resident[1:]) ^ 1}"
                other = chance.choice([p for p in people if p not in {own.resident, twin}])
                for kind, printed in (("own", own.resident), ("twin", twin), ("other", other), ("item", "")):
                    who = people.get(printed) or (*people[own.resident][:2], people[other][2])
                    right = {printed} if printed else {k for k, p in people.items() if p[2] == who[2]}
                    number = f"{chance.randrange(10**6):06}"
                    body = papers.with_reportlab(papers.lines_of(who, number))
                    raster = papers.raster_of(papers.copied(body, **copy, **laid, seed=turn + 7))
                    began = time.process_time()
                    opinion = oracle.page(raster, own)
                    took += time.process_time() - began
                    false = opinion.verdict is PictureVerdict.OWN and kind != "own"
                    false |= opinion.verdict is PictureVerdict.FOREIGN and opinion.donor not in right
                    wrong += false
                    told[kind, "FALSE" if false else opinion.verdict.value] += 1
            shown = ", ".join(f"{k} {v} {n}" for (k, v), n in sorted(told.items()))
            print(f"{form:10} {how:15} {1000 * took / told.total():5.0f} ms/page  {shown}", flush=True)
    print(f"false matches: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
