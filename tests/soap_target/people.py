"""Plays the vendor's clerk: writes the residents that are loaded into the SOAP target, from an export of honnin.

`python people.py EXPORTED.csv VENDOR.csv`: the same residents under the vendor's own headings, each with the serial
of the card it holds there; a household with a character that the target's font lacks is marked as 外字登録中.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import paper

FIRST_SERIAL = 9_000_001
HEADINGS = {"key": "宛名番号", "cards": "JPKIシリアル", "name": "漢字氏名"}  # mapping.toml maps them back


def main() -> None:
    """Read, mark, write."""
    exported, written = map(Path, sys.argv[1:])
    with exported.open(encoding="utf-8", newline="") as lines:
        people = list(csv.DictReader(lines))
    unprintable = {person["household"] for person in people if not paper.prints(paper.texts([person]))}
    for serial, person in enumerate(people, FIRST_SERIAL):
        person["cards"] = str(serial)
        if person["household"] in unprintable:
            person["gaiji_pending"] = "1"
    with written.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow([HEADINGS.get(column, column) for column in people[0]])
        table.writerows(person.values() for person in people)


if __name__ == "__main__":
    main()
