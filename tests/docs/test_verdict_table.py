"""docs/verdict.md tells every reason that the rule knows, and no other."""

import re
from pathlib import Path

import harness.judge.verdict as rule

DOCS = Path(__file__).parents[2] / "docs" / "verdict.md"


def test_the_table_of_reasons_is_that_of_the_rule():
    known = rule.__doc__.partition("fail closed: ")[2].strip().rstrip(".").replace("\n", " ").split(", ")
    section = DOCS.read_text(encoding="utf-8").partition("| code | when |")[2].partition("\n\n")[0]
    told = [code for row in section.splitlines()[2:] for code in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(told) == sorted(code.strip() for code in known)


def test_every_reason_in_the_source_is_one_that_the_rule_knows():
    judge = Path(rule.__file__).parent
    known = rule.__doc__.partition("fail closed: ")[2]
    files = ("verdict.py", "faults.py", "generator.py", "nights.py", "reviews.py", "workers.py", "recovery.py")
    coded = {code for file in files for code in re.findall(r'code="(\w+)"', (judge / file).read_text(encoding="utf-8"))}
    said = {"found", "nothing_found", "reviewed", "generator_saturated"}  # beside a verdict, not against it
    assert {code for code in coded - said if code not in known} == set()
