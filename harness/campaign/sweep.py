"""Everybody's every certificate, once, in small steps that an interruption can fall between (全件の交付).

The order is shuffled, so that neighbours in time are different people with different certificates, and a sweep that is
broken off has looked at everybody's alike. Each application is a batch of its own: what was asked is never asked again.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.campaign.author import Author
from harness.campaign.scenario import Sweep
from harness.reading.profile import NO_PROFILE
from harness.records.certificates import Certificate, Options
from harness.records.plan import SWEEP, SWEEP_REFUSAL, Batch, BatchKind

_Wanted = tuple[str, Certificate, Options, str]  # resident, what is asked for, and why


def sweep_batches(phase: Sweep, author: Author) -> Iterator[Batch]:
    """Yield one application a batch: what may be issued with every choice of options, what may not be once, plainly.

    Of paper that no profile describes only those choices are asked for that the baseline can tell the owner of.
    People whose card is no good come last, as in a `solo` phase.
    """
    wanted = list(_wanted(phase, author))
    author.rng.shuffle(wanted)
    for number, (resident, certificate, options, purpose) in enumerate(wanted):
        one = author.application(
            phase,
            certificate,
            kiosk=number % author.scenario.kiosks,
            node=author.node(),
            resident=resident,
            options=options,
        )
        yield author.batch(phase, BatchKind.SEQUENCE, [one], purpose)
    for holder in author.invalid:
        if holder.certificate in author.kinds(phase):
            one = author.with_bad_card(phase, holder, kiosk=0)
            yield author.batch(phase, BatchKind.SEQUENCE, [one], f"{SWEEP}:card-{holder.state}")


def _wanted(phase: Sweep, author: Author) -> Iterator[_Wanted]:
    cast, known = author.cast, author.target.profile == NO_PROFILE
    for resident in cast.everybody:
        for certificate in author.kinds(phase):
            choices = cast.every_choice(resident, certificate, known=known)
            if certificate in cast.may(resident):
                yield from ((resident, certificate, options, SWEEP) for options in choices)
            else:
                yield resident, certificate, choices[0], SWEEP_REFUSAL
