"""Every error a user may meet, as one tree.

HonninError
├── UsageError            wrong option, file or value; exit 64
│   ├── ConfigError       a TOML, CSV or JSON file: names file, place, what is allowed
│   └── TargetNotAllowed  a host that is not loopback and was not confirmed
├── GeneratorFault        the harness itself failed its self-proof; exit 3
├── RunDamaged            a run folder that cannot be read completely
└── DiskFull              the run folder's disk cannot take another record
"""

from __future__ import annotations


class HonninError(Exception):
    """Root of all errors of this distribution: what happened, with which input, what to do next."""


class UsageError(HonninError):
    """The user asked for something that cannot be done as asked."""


class ConfigError(UsageError):
    """A configuration or data file is wrong; the message names file, place and what is allowed."""

    def __init__(self, file: object, place: str, reason: str) -> None:
        """Build the message `file: place: reason`."""
        super().__init__(f"{file}: {place}: {reason}" if place else f"{file}: {reason}")
        self.file = str(file)
        self.place = place
        self.reason = reason


class TargetNotAllowed(UsageError):
    """The target's host is neither loopback nor confirmed with --i-may-test."""


class GeneratorFault(HonninError):
    """The harness would itself make the errors it accuses others of."""


class RunDamaged(HonninError):
    """A run folder lacks a part, or a part does not agree with its checksum."""


class DiskFull(HonninError):
    """A record could not be written completely; nothing acknowledged before it is lost."""
