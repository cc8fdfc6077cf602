"""Baselines (基準帳票): documents issued quietly beforehand, and what was learned of their parts that change by issue.

A baseline is a run folder; `baseline/entries.jsonl` in it holds one BaselineEntry per line, `baseline/learned.json`
one Learned. A later run carries copies of both, so that it can be judged from its own folder alone.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from harness.records.certificates import Certificate, Options
from harness.records.picture import Region

BASELINE_VERSION = 1


class Trust(StrEnum):
    """On what grounds the documents of an entry are held to be the applicant's."""

    REGISTER = "register"  # the register oracle found nothing against them
    TWIN = "twin"  # two issues of the application agree and are nobody else's; no profile, or its text is unread
    SINGLE = "single"  # issued once, judged by nothing but the documents of other people, of which it is none


class BaselineEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The documents that one resident was handed for one application, issued quietly and judged.

    The key of an entry is (resident, certificate, options, register_version). `applications` and `digests` are
    parallel, in the order of issue: each is one issue of the same application, so that what differs between two
    of the documents can only be a volatile part. Documents with a finding are never in an entry.
    """

    resident: str
    certificate: Certificate
    options: Options  # with copies = 1: how many copies were asked for changes no page
    register_version: int = 0  # 0: as exported; a resident changed in a run has no applicable entry there
    applications: tuple[str, ...]  # of the baseline run
    digests: tuple[str, ...]  # SHA-256 of the documents
    issued_on: tuple[str, ...]  # ISO date (JST) on which each was handed over
    trust: Trust


class VolatileKind(StrEnum):
    """Why a token may differ between two issues of one application."""

    ISSUE_DATE = "issue date"  # equals the day of issue, in any spelling: wareki, western, full-width
    SHIFTED_DATE = "shifted date"  # as far from the day of issue as in the baseline, in days or months (有効期限)
    YEAR = "year"  # the year or fiscal year (年度) of issue
    TIME = "time"  # a time of day
    NUMBER = "number"  # a counter, serial or check number of a known pattern
    WORD = "word"  # one of the words seen in the baseline: a kiosk, a store, a node
    IMAGE = "image"  # a bitmap that is another one on every issue: only its picture can say more


class VolatileToken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place of a certificate whose whole token changes from issue to issue, learned across residents.

    The place is told by the folded text around it (harness.baseline.tokens says how it is taken); it was the same
    for all residents. A token that tells residents apart and is the same in two issues of one application is an
    identity item and never becomes one of these.
    """

    certificate: Certificate
    label: str  # folded text before the token, "" where what comes before differs between residents
    after: str = ""  # folded text behind it, where `label` is ""
    kind: VolatileKind
    pattern: str = ""  # NUMBER: regular expression that whole tokens match
    words: tuple[str, ...] = ()  # WORD
    residents: int = 0  # residents with two issues in which it was seen
    differing: int = 0  # of them: those in whose issues it differed


class VolatileRegions(Struct, frozen=True, kw_only=True):
    """The parts of a page's picture that change from issue to issue: printed tokens, barcodes, 2-D codes."""

    certificate: Certificate
    page: int  # 1..n
    pages: int  # of the documents they were learned from: another number of pages is another layout
    regions: tuple[Region, ...]
    residents: int = 0  # residents with two issues they were learned from


class Learned(Struct, frozen=True, kw_only=True):
    """Content of baseline/learned.json. Deterministic: the same baseline run gives the same bytes."""

    version: int
    baseline: str  # run id of the baseline run
    population_digest: str
    target: str  # name of the target
    tokens: tuple[VolatileToken, ...] = ()
    regions: tuple[VolatileRegions, ...] = ()
    unstable: tuple[Certificate, ...] = ()  # whose text layer differs at every issue: not compared as text
    days: tuple[str, ...] = ()  # ISO dates (JST) on which the baseline's documents were issued
