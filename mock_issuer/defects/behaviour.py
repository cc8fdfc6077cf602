"""How an issuer works, seam by seam; the defaults are correct, defects replace single fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mock_issuer.defects import correct, rules
from mock_issuer.defects.parts import (
    CachedSeal,
    ConversionBuffer,
    ConversionDesk,
    Dispatcher,
    ExpiredPrint,
    Lease,
    LeftSession,
    OutputArea,
    PresentedCard,
    Reception,
    Repeated,
)
from mock_issuer.documents.dates import Dates, EraTable, TableDates
from mock_issuer.documents.layout import Page
from mock_issuer.ledger import Entry, given_back
from mock_issuer.node.applications import Request
from mock_issuer.register import BODY


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One behaviour of a node, and of the centre towards it."""

    build: str | None = None  # None: as the node is set up
    # making
    bind: Callable[[Dispatcher, Request], Callable[[], Request]] = correct.own_request
    hold: Callable[[Request], rules.Context] = rules.Context
    current: rules.Current = field(default_factory=rules.PassedOn)
    work_key: Callable[[Reception], str] = correct.reception_key
    issue_number: Callable[[str, int, str], str] = correct.counted_number  # of work key, copy, the node's own number
    writers: rules.WriterRule = field(default_factory=rules.PooledWriters)
    dates: Callable[[EraTable], Dates] = TableDates
    conversion_buffer: Callable[[ConversionBuffer, ConversionDesk], ConversionBuffer] = correct.own_buffer
    reading: rules.ReadingRule = field(default_factory=rules.ReadTogether)
    resident_column: str = BODY
    replica_serves: Callable[[int, int], bool] = correct.up_to_date  # versions of copy and register
    replica_lag_s: float | None = None  # None: as the node is set up
    linked: Callable[[str], bool] = correct.every_field
    work: rules.WorkRule = field(default_factory=rules.OwnRow)
    seal_holds: Callable[[CachedSeal, int | None], bool] = correct.unchanged_since
    print_page: Callable[[Page], Page] = correct.as_it_is
    finish: Callable[[bytes], bytes] = bytes  # of a PDF
    number_gap: int = 0  # issue numbers left out after every application
    clock_skew_s: float = 0.0
    # printing and handing over
    locate: Callable[[Path, str, int], Path] = correct.own_file  # of the store's folder, work key, copy
    sheet_factor: float = 1.0  # on the print time of a sheet
    print_line: int | None = None  # None: as the node is set up
    next_in_line: Callable[[int], int] = correct.first_come  # of so many that wait for print
    checks_at_print: bool = False  # ask the rules once more before print
    print_limit_s: float | None = None  # None: as the node is set up
    publish: Callable[[Path, bytes], None] = correct.publish_whole
    answers_job: Callable[[int, int], bool] = correct.same_job  # an image's job, the job one waits for
    on_print_expiry: Callable[[ExpiredPrint], Path] = correct.cancel_print
    output: rules.OutputRule = field(default_factory=rules.ClearedOutput)
    into_output: Callable[[OutputArea, Callable[[], Path], float], bytes | None] = correct.fill_and_read
    on_repeat: Callable[[Repeated], bytes] = correct.join
    # restarts
    after_restart: Callable[[Entry], Entry] = given_back
    replays_queue: bool = False  # print what an earlier life of the node left in its queue
    restart_every_s: float = 0.0  # 0: never on purpose
    # the centre towards the node
    application_name: Callable[[str], str] = correct.random_name
    checks_owner: bool = True  # only the session that applied may ask about an application
    read_s: float | None = None  # None: as the centre is set up
    on_read_timeout: Callable[[Lease], None] = correct.close_connection
    on_client_gone: Callable[[Lease], None] = correct.close_connection
    checks_connections: bool = True  # kept connections on which something arrived are not used
    answers: correct.AnswerRule = field(default_factory=correct.AnswerRule)
    # sessions and cards at the node's kiosks
    inherits: Callable[[LeftSession], bool] = correct.never
    identify: Callable[[PresentedCard], tuple[str, int]] = correct.check_card
