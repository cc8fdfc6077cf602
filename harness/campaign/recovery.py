"""Whether the service works again once the load is gone: one normal issue of every certificate on every node.

Each window ends with such a confirmation, or two where the first failed, so a plan holds several; which is played when,
the supervisor decides.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from msgspec.structs import replace

from harness.campaign.author import Author
from harness.campaign.scenario import Recovery, Scenario, sweeps
from harness.records.plan import RECOVERY, Batch, BatchKind

_NAME = "P9"
_NIGHTS_OF_A_SWEEP = 60  # of ten thousand residents at one application a second it takes eight


def with_recovery(scenario: Scenario) -> Scenario:
    """Return the scenario with a confirmation of recovery as its last phase, unless it has one."""
    if any(isinstance(phase, Recovery) for phase in scenario.phase):
        return scenario
    last = Recovery(phase=_NAME, title_ja="復旧確認(通常の交付)", title_en="Recovery confirmed by normal issues")
    if sweeps(scenario):
        last = replace(last, windows=_NIGHTS_OF_A_SWEEP)
    return replace(scenario, phase=(*scenario.phase, last))


def recovery_batches(phase: Recovery, author: Author) -> Iterator[Batch]:
    """Yield, for every window, each certificate on each node, at kiosks that load seldom uses."""
    kiosks = author.scenario.kiosks
    places = itertools.count()  # what failed at one kiosk is tried again at another
    for name in recovery_names(phase):
        for kind, node in itertools.product(author.kinds(phase), author.nodes or (None,)):
            kiosk = kiosks - 1 - next(places) % kiosks
            one = author.application(phase, kind, kiosk=kiosk, node=node)
            yield author.batch(phase, BatchKind.SEQUENCE, [one], RECOVERY, name=name)


def recovery_names(phase: Recovery) -> tuple[str, ...]:
    """Return the phases that a confirmation becomes: one per window."""
    return (phase.phase, *(f"{phase.phase}-{number}" for number in range(2, phase.windows + 1)))
