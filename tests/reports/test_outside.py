"""The report names what was done to the target on purpose, and what is not known to be undone."""

from harness.journal import Entry
from harness.records.faults import LineFault, LinkFault, PlannedFault
from harness.records.history import Answer, FaultEnded, FaultStarted, SegmentOpened, SendOutcome
from reports.course import read_course

OPENED = SegmentOpened(version=1, run="r", writer="e", host="h", pid=1, monotonic_ns=0, wall_ns=1_000)


def started(name, how=None):
    return FaultStarted(planned=PlannedFault(fault=name, on="db", how=how), batch="B1", at_ns=5, by_ns=99)


def course(*records):
    return read_course(Entry(writer="e", sequence=n, record=r) for n, r in enumerate((OPENED, *records)))


def test_faults_are_told_with_their_time_and_what_became_of_them():
    told = course(
        started("F1", LinkFault.DOWN),
        FaultEnded(fault="F1", at_ns=9, inflicted=True, undone=True),
        started("F2"),
        FaultEnded(fault="F9", at_ns=9, inflicted=False, undone=True, reason="not allowed"),
    ).outside.faults
    assert [(one.on, one.how) for one in told.values()] == [("db", "down"), ("db", "command")]
    assert (told["F1"].begun_ns, told["F1"].ended_ns, told["F1"].undone) == (1_005, 1_009, True)
    assert (told["F2"].ended_ns, told["F2"].undone) == (0, False)


def test_what_happened_to_lines_is_counted_as_it_was_done():
    def sent(number, fault=None):
        return SendOutcome(send=f"A/{number}", answer=Answer.ANSWERED, at_ns=1, fault=fault)

    told = course(sent(1), sent(2, LineFault.SLOW_READ), sent(3, LineFault.SLOW_READ), sent(4, LineFault.CUT_ANSWER))
    assert told.outside.lines == {LineFault.SLOW_READ: 2, LineFault.CUT_ANSWER: 1}
    assert not course(sent(1)).outside
