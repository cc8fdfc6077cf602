"""What does not count is shown by node and time: where it gathers is told by the numbers."""

import histories
import pytest

from harness.checks.ownership import check_ownership
from harness.judge.reviews import with_reviews
from harness.judge.set_aside import set_aside
from harness.records.findings import Severity
from harness.records.reading import ReadingStatus
from harness.records.review import Judgement, Review

MINUTE = 60
START_NS = histories.WALL_S * 10**9
AT_10_30 = START_NS - START_NS % 600_000_000_000


def batch(history, number, minute, void="", nodes=("n1",)):
    name = f"B{number:05d}"
    history.batch(name, at=minute * MINUTE, end=minute * MINUTE + 5, void=void)
    for place, node in enumerate(nodes):
        history.asks(f"A{number}-{place}", f"R{place}", minute * MINUTE, minute * MINUTE + 4, batch=name, node=node)


def cells(found):
    return [(c.kind, (c.from_wall_ns - AT_10_30) // 600_000_000_000, c.node, c.count, c.of) for c in found]


def test_void_batches_are_counted_at_their_node_in_their_ten_minutes(history):
    batch(history, 1, 1)
    batch(history, 2, 2, void="absent")
    batch(history, 3, 3, void="absent", nodes=("n2", "n1"))
    batch(history, 4, 12, void="absent")
    batch(history, 5, 13, void="absent", nodes=())
    assert cells(set_aside(history.view(), ())) == [
        ("void", 0, "n1", 1, 2),
        ("void", 0, "n1+n2", 1, 1),
        ("void", 1, "", 1, 1),
        ("void", 1, "n1", 1, 1),
    ]


@pytest.mark.parametrize(("judgement", "counted"), [(Judgement.OWN, 1), (Judgement.SPOILED, 0)])
def test_findings_cleared_by_eye_are_counted_among_the_documents_of_their_node(history, judgement, counted):
    for number, node in enumerate(("n1", "n2", "n2")):
        history.asks(f"A{number}", f"R{number}", 1, 2, node=node)
    history.gets("A0").gets("A1", node="n2").gets("A2", status=ReadingStatus.CORRUPT, node="n2")
    view = history.view()
    (unread,) = check_ownership(view, history.documents, {})
    assert unread.severity is Severity.REVIEW
    review = Review(
        before="",
        at_wall_ns=1,
        judgement=judgement,
        reviewer="確認太郎",
        reason="にじみ",
        property=unread.property,
        anomaly=unread.anomaly,
        application=unread.application,
        delivery=unread.delivery,
        digest=unread.digest,
        pages=unread.pages,
    )
    told = cells(set_aside(view, with_reviews([unread], [review])))
    assert told == [("cleared", 0, "n2", 1, 2)][:counted]


def test_where_nothing_was_set_aside_nothing_is_told(history):
    batch(history, 1, 1)
    assert set_aside(history.view(), ()) == ()
