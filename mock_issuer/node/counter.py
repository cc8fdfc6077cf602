"""Documents go out here: paid, printed in order, handed to the kiosk, acknowledged, or given up as a whole."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from mock_issuer import clock
from mock_issuer.debuglog import DebugLog, HandedOver
from mock_issuer.defects.parts import PrintBusy, PrintFailed, PrintTimeout
from mock_issuer.defects.switches import Switches
from mock_issuer.ledger import ApplicationState
from mock_issuer.node.applications import Application, Applications
from mock_issuer.node.output import OutputBuffers
from mock_issuer.node.printing import PrintStage
from mock_issuer.refusals import Refusal
from mock_issuer.settings import Timing
from mock_issuer.spool import Spool


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Hands documents out at one node."""

    applications: Applications
    buffers: OutputBuffers
    spool: Spool
    stage: PrintStage
    switches: Switches
    debug: DebugLog
    timing: Timing
    reissue: Callable[[Application, int], None]  # makes a copy once more, under a new number
    require_still: Callable[[Application], None]  # raises Refusal where the rules no longer allow it

    def collect(self, application: Application, copy: int, *, again: bool = False) -> bytes:
        """Return a copy once it is printed. Raises Refusal: 404, 409, 503 BUSY, 504 PRINT_TIMEOUT, 500 PRINT_FAILED.

        `again`: the centre asks once more because no answer came. Busy leaves the application as it is; the others
        close it.
        """
        application.require_collectable(copy)
        if self.switches.behaviour.checks_at_print:
            self._check_once_more(application)
        if again:
            return self.switches.behaviour.on_repeat(_Repeated(self, application, copy))
        return self.joined(application, copy)

    def _check_once_more(self, application: Application) -> None:
        try:
            self.require_still(application)
        except Refusal as refusal:
            self.give_up(application, ApplicationState.REFUSED, refusal.code)
            raise

    def joined(self, application: Application, copy: int) -> bytes:
        """Return a copy; who asks while it is being printed, or after, gets the same bytes."""
        outcome, first = application.collecting(copy)
        if first:
            try:
                outcome.set_result(self.printed(application, copy))
            except BaseException as e:  # noqa: BLE001 - whoever joined gets it too
                application.collect_anew(copy)
                outcome.set_exception(e)
            if application.left:
                self._leave(application)
        return outcome.result()

    def printed(self, application: Application, copy: int) -> bytes:
        """Print a copy and hand it over. Raises Refusal."""
        began = time.monotonic()
        try:
            document = self._from_print(application, copy)
        except PrintTimeout:
            self.give_up(application, ApplicationState.CANCELLED, "PRINT_TIMEOUT")
            message = "印刷待ちの制限時間を超えたため申請を取り消しました。手数料は返却されます。"
            raise Refusal(504, "PRINT_TIMEOUT", message) from None
        except PrintBusy:
            raise Refusal(503, "BUSY", "混み合っています。しばらくしてからもう一度お試しください。") from None
        except PrintFailed:
            self.give_up(application, ApplicationState.FAILED, "PRINT_FAILED")
            raise Refusal(500, "PRINT_FAILED", "印刷できませんでした。手数料は返却されます。") from None
        application.hand_over(copy, document)
        self._note(application, copy, document, time.monotonic() - began)
        return document

    def _from_print(self, application: Application, copy: int) -> bytes:
        buffer, behaviour = self.buffers.of(application.request.kiosk), self.switches.behaviour
        if application.generated:
            key, limit_s = application.key, behaviour.print_limit_s or self.timing.print_limit_s
            content = behaviour.into_output(buffer, lambda: self.stage.fetch(key, copy, behaviour), limit_s)
        else:
            content = buffer.content()  # only a defective node accepts an application without generating it
        if content is None:
            raise PrintFailed
        return content

    def _note(self, application: Application, copy: int, document: bytes, waited_s: float) -> None:
        self.debug.write(
            HandedOver(
                digest=hashlib.sha256(document).hexdigest(),
                application=application.name,
                resident=application.request.resident,
                kiosk=application.request.kiosk,
                copy=copy,
                waited_ms=round(waited_s * 1000),
                at=clock.stamp(),
            )
        )

    def complete(self, application: Application, digest: str) -> None:
        """Note that the kiosk has printed all copies. Its files go when they are old enough (`tidy`)."""
        if application.complete(digest):
            buffer = self.buffers.of(application.request.kiosk)
            self.switches.behaviour.output.finished(buffer, application.name)

    def give_up(self, application: Application, state: ApplicationState, reason: str) -> None:
        """Cancel an application as a whole: state, fee, files, output buffer. A second time does nothing."""
        if application.give_up(state, reason):
            buffer = self.buffers.of(application.request.kiosk)
            self.switches.behaviour.output.abandoned(buffer, application.name)
            self.spool.remove(application.key, application.request.options.copies)

    def close_session(self, session: str) -> None:
        """Give up what a session leaves behind unfinished; what is being printed, when that is done."""
        for application in self.applications.open_of(session):
            if application.depart():
                self._leave(application)

    def _leave(self, application: Application) -> None:
        with contextlib.suppress(Refusal):  # issued after all
            self.give_up(application, ApplicationState.FAILED, "SESSION_CLOSED")

    def tidy(self) -> None:
        """Remove old files of closed applications; give up applications that nobody comes back to."""
        now = time.monotonic()
        for application in self.applications:
            if application.closed_at is None and now - application.opened_at > self.timing.open_s:
                self.give_up(application, ApplicationState.FAILED, "ABANDONED")
            elif application.closed_at is not None and now - application.closed_at > self.timing.keep_s:
                self.spool.remove(application.key, application.request.options.copies)
                self.applications.forget(application.name)


class _Repeated:
    """A copy that is asked for once more (defects.parts.Repeated)."""

    def __init__(self, counter: Counter, application: Application, copy: int) -> None:
        self._counter = counter
        self._application = application
        self._copy = copy

    def join(self) -> bytes:
        return self._counter.joined(self._application, self._copy)

    def print_again(self) -> bytes:
        return self._counter.printed(self._application, self._copy)

    def issue_again(self) -> bytes:
        self._counter.reissue(self._application, self._copy)
        return self._counter.printed(self._application, self._copy)
