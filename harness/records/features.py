"""Feature records: what is known, from outside, of each misdelivery; lines of `features.jsonl` in a run folder.

No cause is named here. Whoever attributes a misdelivery to a mechanism works on these records. None: not known.
"""

from __future__ import annotations

from msgspec import Struct

from harness.records.findings import Anomaly
from harness.records.history import Ending
from harness.records.verdict import FinalClass

FEATURES_VERSION = 2
FEATURES_FILE = "features.jsonl"


class LimitDistance(Struct, frozen=True, kw_only=True):
    """The declared time limit that the victim's wait came nearest to."""

    limit_ms: float
    beyond_ms: float  # wait less limit


class Features(Struct, frozen=True, kw_only=True):
    """One application that received another person's document, page or data. Times in ms."""

    version: int
    finding: str  # the first of this application
    anomaly: Anomaly
    pattern: str  # of the graph of victims and donors: copy, swap, rotation, chain, star; "" where none
    batch: str  # events of one burst are not independent of one another
    victim: str  # resident
    donor: str
    application: str
    donor_application: str  # "" where nobody knows: then everything that compares the two is not known either
    # time
    overlap: bool | None  # the two were under way at the same instant
    gap_ms: float | None  # departure of the donor's application after the victim's; negative: the donor was ahead
    same_server_second: bool | None
    wait_ms: float | None  # of the victim for the document
    wait_of_solo: float | None  # of it, in medians of the same certificate asked for with nobody else under way
    limit: LimitDistance | None
    ends_after_donor_ms: float | None  # end of the victim after the end of the donor
    in_flight: int  # applications under way when the victim's left, itself included
    # place
    same_node: bool | None
    same_kiosk: bool | None
    same_connection: bool | None  # both asked for their documents on one connection, e.g. of the centre's pool
    node_rank: int | None  # of the victim among the applications of its node since the start, from 1
    donor_node_rank: int | None
    kiosk_before: Ending | None  # how the visit before at the victim's kiosk ended
    donor_was_before: bool  # that visit was the donor's
    connection_before: Ending | None  # how the application before on the victim's connection ended
    donor_was_before_on_connection: bool | None  # that application was the donor's
    fault_active: bool
    # paper
    certificate: str
    donor_certificate: str
    pages: int  # of the document received
    foreign_pages: int  # of them, pages of somebody else
    donor_pages: int | None  # of the document that the donor received: the own one, by `donor_fate`, or a third's
    same_bytes: bool | None  # the donor received the very same file
    same_number: bool | None  # the document is told with an issue number that the donor's was told with
    same_file_id: bool | None  # the identifier (/ID) of the PDF is that of a document that the donor received
    same_created: bool | None  # the same of its date of creation, which mostly tells seconds
    own_headers: bool | None  # the answer named the victim's own request
    donor_headers: bool | None  # it named the donor's
    # what became of it
    donor_fate: FinalClass | None  # own: the donor received the own document as well
    retried: bool  # the same person asked for the same again
    retry: FinalClass | None  # what the first such application brought
    retry_same_donor: bool | None  # that it brought the same donor's again; None: it brought nobody else's
