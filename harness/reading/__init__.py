"""Reads certificates and judges whose they are.

PDFs are parsed in separate, limited processes (`ReaderPool`) into `Reading`s: facts. What a document had to say
(`expect`) and whose it is (`Judge`, `judge_document`) are opinions by the population and a document profile: pure.
"""

from harness.reading.oracle import Expectation, expect
from harness.reading.owners import OwnerIndex
from harness.reading.ownership import Judge, judge_document
from harness.reading.profile import Profile, load_profile

__all__ = ["Expectation", "Judge", "OwnerIndex", "Profile", "expect", "judge_document", "load_profile"]
