"""Seams of more than one step: what a rule decides, and its correct form beside it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from mock_issuer.defects.parts import OutputArea
from mock_issuer.node.applications import Request
from mock_issuer.node.writers import PageWriter, WriterPool
from mock_issuer.people import Extract
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register, Snapshot


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
    """Nothing of an earlier application is left in the buffer when another begins."""

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


class Context:
    """What the making of an application looks its request up in."""

    def __init__(self, request: Request) -> None:
        """Hold a request."""
        self.request = request


class Current(Protocol):
    """Whose data the making of an application works on."""

    def extract(self, read: Extract) -> Extract:
        """Return the extract to work on; `read` is what the register said."""

    def clear(self) -> None:
        """Forget it: the application is made or given up."""


class PassedOn:
    """Data goes from hand to hand; nothing is kept that would have to be forgotten."""

    def extract(self, read: Extract) -> Extract:
        """Return what was read."""
        return read

    def clear(self) -> None:
        """Nothing is kept."""


class WriterRule(Protocol):
    """Which page writer a job takes, and when it goes back."""

    def take(self) -> PageWriter:
        """Take a writer for a job."""

    def failed(self, writer: PageWriter) -> None:
        """React to a document that could not be made."""

    def done(self, writer: PageWriter) -> None:
        """React to the end of the job, whichever it was."""


class PooledWriters:
    """A writer serves one job at a time and goes back once, at its end."""

    def __init__(self) -> None:
        """Begin with an empty pool."""
        self.pool = WriterPool()

    def take(self) -> PageWriter:
        """Take a writer that nobody has."""
        return self.pool.take()

    def failed(self, writer: PageWriter) -> None:
        """Leave it to the end."""

    def done(self, writer: PageWriter) -> None:
        """Give the writer back."""
        self.pool.give_back(writer)


class ReadingRule(Protocol):
    """When the register is asked for an application."""

    def received(self, register: Register, application: str, resident: str) -> None:
        """React to an application before it waits for a worker."""

    def extract(self, view: Snapshot, application: str, resident: str) -> Extract | None:
        """Return the extract that a document is made of, None for an unknown resident."""


class ReadTogether:
    """Everything is read from one state, when the document is made."""

    def received(self, register: Register, application: str, resident: str) -> None:
        """Nothing is read before."""

    def extract(self, view: Snapshot, application: str, resident: str) -> Extract | None:
        """Read applicant, household and 戸籍 together."""
        return view.extract(resident)


class WorkRule(Protocol):
    """Which row of the work table a piece of work has."""

    def row(self, application: str, node: str) -> AbstractContextManager[str]:
        """Hold the row of an issue; the context gives its slot."""

    def of_update(self, node: str) -> str | None:
        """Return the row of the node that an update writes, None for none."""


class OwnRow:
    """Every application has a row of its own, and so has every update."""

    def row(self, application: str, node: str) -> AbstractContextManager[str]:
        """Return the application's own."""
        return nullcontext(application)

    def of_update(self, node: str) -> str | None:
        """Leave nodes alone."""
        return None
