"""The seams of a node at which known defects sit, with their correct form as default."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mock_issuer.refusals import Refusal


class PrintTimeout(Exception):
    """The wait for print passed its limit; the application is to be cancelled as a whole."""


class ExpiredPrint(Protocol):
    """A print wait that has passed its limit while the application held the print order."""

    def withdraw(self) -> None:
        """Take the print job back: what it made or will make is thrown away."""

    def release_order(self) -> None:
        """Let the next application have the print order."""

    def take_next(self, sheets: float) -> Path | None:
        """Take the next file of the outbox, None if none comes within the print time of so many sheets."""


class CachedSeal(Protocol):
    """A seal registration that the node remembers."""

    @property
    def version(self) -> int:
        """Return the register's version when the seal last changed before it was read."""

    @property
    def age_s(self) -> float:
        """Return how long ago it was read."""


class OutputArea(Protocol):
    """A kiosk's output buffer."""

    reserved_by: str | None

    def clear(self) -> None:
        """Throw its content away."""


class OutputRule(Protocol):
    """When a kiosk's output buffer is reserved, cleared and given back."""

    def reserve(self, area: OutputArea, application: str) -> bool:
        """Prepare the buffer for an application; False: it is not to be generated."""

    def generation_failed(self, area: OutputArea, refusal: Refusal) -> None:
        """React to a document that could not be made."""

    def abandoned(self, area: OutputArea, application: str) -> None:
        """React to an application that ends without its document."""

    def finished(self, area: OutputArea, application: str) -> None:
        """React to an application whose documents are printed."""


class ClearedOutput:
    """The correct rule: nothing of an earlier application is left when another begins."""

    def reserve(self, area: OutputArea, application: str) -> bool:
        """Clear the buffer and hold it."""
        area.clear()
        area.reserved_by = application
        return True

    def generation_failed(self, area: OutputArea, refusal: Refusal) -> None:
        """Clear the buffer and tell the applicant."""
        area.clear()
        area.reserved_by = None
        raise refusal

    def abandoned(self, area: OutputArea, application: str) -> None:
        """Clear what the application left, unless another holds the buffer by now."""
        if area.reserved_by == application:
            area.clear()
            area.reserved_by = None

    finished = abandoned


def unique_key() -> str:
    """Return a work key that no other application of any node has."""
    return secrets.token_hex(12)


def cancel_print(wait: ExpiredPrint) -> Path:
    """Take the print job back and give the whole application up. Always raises PrintTimeout."""
    wait.withdraw()
    raise PrintTimeout


def unchanged_since(seal: CachedSeal, version: int | None) -> bool:
    """Tell whether a remembered seal still is what the register holds."""
    return seal.version == version


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How a node works. Defects replace single fields."""

    work_key: Callable[[], str] = unique_key
    print_limit_s: float | None = None  # None: as the node is set up
    on_print_expiry: Callable[[ExpiredPrint], Path] = cancel_print
    output: OutputRule = field(default_factory=ClearedOutput)
    seal_holds: Callable[[CachedSeal, int | None], bool] = unchanged_since
