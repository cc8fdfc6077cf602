"""The story of a few applications in full: what was sent when, and what arrived."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct, field

from harness.journal import Entry
from harness.records.history import (
    ApplicationEnded,
    ApplicationStarted,
    BatchReleased,
    Delivery,
    SegmentOpened,
    SendIntent,
    SendOutcome,
)
from harness.records.plan import Step
from reports.clock import Clock


class Sent(Struct, kw_only=True):
    """One request; wall-clock nanoseconds, 0 where not journaled."""

    send: str
    step: Step
    intent_ns: int
    left_ns: int = 0
    answered_ns: int = 0
    status: int = 0

    @property
    def at_ns(self) -> int:
        """When it left, by the best record there is."""
        return self.left_ns or self.intent_ns


class Arrived(Struct, frozen=True, kw_only=True):
    """One delivery."""

    delivery: Delivery
    at_ns: int  # wall clock


class Story(Struct, kw_only=True):
    """One application."""

    application: str
    started: ApplicationStarted | None = None
    ended: ApplicationEnded | None = None
    started_ns: int = 0
    ended_ns: int = 0
    released_ns: int = 0  # release of its burst
    sends: list[Sent] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)

    @property
    def applied_ns(self) -> int:
        """When the application itself was sent; 0 where it was not."""
        return next((s.at_ns for s in self.sends if s.step is Step.APPLY), 0)

    @property
    def last_ns(self) -> int:
        """The last thing known of it."""
        seen = (self.started_ns, self.ended_ns, *(s.at_ns for s in self.sends), *(a.at_ns for a in self.arrived))
        return max(seen)


def read_stories(entries: Iterable[Entry], wanted: Collection[str]) -> dict[str, Story]:
    """Return a story for each application of `wanted`, empty for those the journal does not know."""
    stories = {application: Story(application=application) for application in wanted}
    clock = Clock()
    sends: dict[str, Sent] = {}
    for entry in entries:
        if isinstance(entry.record, SegmentOpened):
            clock.anchor(entry.record)
        else:
            _tell(entry, clock, stories, sends)
    for story in stories.values():
        story.sends.sort(key=lambda s: (s.at_ns, s.send))
        story.arrived.sort(key=lambda a: (a.at_ns, a.delivery.delivery))
    return stories


def _tell(entry: Entry, clock: Clock, stories: dict[str, Story], sends: dict[str, Sent]) -> None:
    record = entry.record
    match record:
        case ApplicationStarted() | ApplicationEnded() | Delivery():
            if story := stories.get(record.application):
                _tell_of_application(story, record, clock.wall_ns(entry.writer, record.at_ns))
        case SendIntent():
            if story := stories.get(record.application):
                at_ns = clock.wall_ns(entry.writer, record.at_ns)
                sends[record.send] = sent = Sent(send=record.send, step=record.step, intent_ns=at_ns)
                story.sends.append(sent)
        case SendOutcome():
            if known := sends.get(record.send):
                known.left_ns = clock.wall_ns(entry.writer, record.left_ns) if record.left_ns else 0
                known.answered_ns = clock.wall_ns(entry.writer, record.at_ns)
                known.status = record.status
        case BatchReleased():
            for application in record.applications:
                if story := stories.get(application):
                    story.released_ns = clock.wall_ns(entry.writer, record.at_ns)
        case _:
            pass


def _tell_of_application(story: Story, record: ApplicationStarted | ApplicationEnded | Delivery, at_ns: int) -> None:
    if isinstance(record, ApplicationStarted):
        story.started, story.started_ns = record, at_ns
    elif isinstance(record, ApplicationEnded):
        story.ended, story.ended_ns = record, at_ns
    else:
        story.arrived.append(Arrived(delivery=record, at_ns=at_ns))
