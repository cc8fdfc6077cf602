"""The making of documents at a node: seal converted, pages composed and set, every copy noted and stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from msgspec.structs import replace

from mock_issuer import clock
from mock_issuer.debuglog import DebugLog, Rendered, printed
from mock_issuer.defects.behaviour import Behaviour
from mock_issuer.defects.parts import ConversionBuffer
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Layout, Order
from mock_issuer.documents.typesetter import Typesetter
from mock_issuer.node.conversion import Conversion
from mock_issuer.node.writers import PageWriter, Sheet
from mock_issuer.register import Register
from mock_issuer.spool import Spool


@dataclass(frozen=True)
class Job:
    """What a document is made for and stored under."""

    name: str  # of the application
    resident: str
    key: str
    copies: tuple[int, ...]
    numbers: tuple[str, ...]  # one a copy
    behaviour: Behaviour


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Makes what the desk has accepted."""

    typesetter: Typesetter
    conversion: Conversion
    register: Register
    spool: Spool
    debug: DebugLog

    def make(self, job: Job, order: Order, writer: PageWriter) -> None:
        """Convert the seal, compose the pages, set every copy and put it into the store."""
        with self._converted(order, job.behaviour) as seal:
            self._set(job, replace(order, picture=seal.path if seal else ""), writer, seal)

    @contextmanager
    def _converted(self, order: Order, behaviour: Behaviour) -> Iterator[ConversionBuffer | None]:
        """Convert the seal, where the certificate shows one, into a buffer held meanwhile."""
        if not order.picture:
            yield None
            return
        with self.conversion.buffer(behaviour) as buffer:
            buffer.load(order.picture)
            yield buffer

    def _set(self, job: Job, order: Order, writer: PageWriter, seal: ConversionBuffer | None) -> None:
        writer.begin()
        layout = COMPOSERS[order.certificate](order)
        for page in layout.pages:
            writer.append(job.behaviour.print_page(page))
        sheets = writer.finish()
        for copy, number in zip(job.copies, job.numbers, strict=True):
            self._store_copy(job, layout, sheets, copy, number, seal)

    def _store_copy(
        self,
        job: Job,
        layout: Layout,
        sheets: tuple[Sheet, ...],
        copy: int,
        number: str,
        seal: ConversionBuffer | None,
    ) -> None:
        seen: list[str] = []
        watch = (lambda: seen.append(seal.content())) if seal else None
        pdf = self.typesetter.set_document(layout, number, [sheet.source for sheet in sheets], watch)
        pdf = job.behaviour.finish(pdf)
        self.debug.write(
            Rendered(
                digest=hashlib.sha256(pdf).hexdigest(),
                application=job.name,
                resident=job.resident,
                key=job.key,
                copy=copy,
                issue_number=number,
                at=clock.stamp(),
                title=layout.title,
                pages=printed(tuple(sheet.page for sheet in sheets)),
                pictures=tuple(sorted(set(seen))),
                version=self.register.version(),
            )
        )
        checks = " ".join(sheet.check for sheet in sheets)
        self.spool.put(job.key, copy, pdf, application=job.name, pages=len(sheets), checks=checks)
