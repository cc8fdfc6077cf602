"""Asks a person at the terminal to change the register by hand, one change after the other, and notes the answers."""

from __future__ import annotations

import getpass
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TextIO

from harness.campaign.fitting import fit
from harness.campaign.scenario import Scenario, Updates
from harness.config import load_toml
from harness.errors import UsageError
from harness.glossary import Lang, item_word
from harness.journal import RunFolder
from harness.journal.by_hand import HandFolder
from harness.population import Population, load
from harness.records.by_hand import AskedByHand, DoneByHand
from harness.records.history import UpdateResult
from harness.records.plan import PlanHeader
from harness.records.target import Target

_LOOK_EVERY_S = 0.1
_NO = frozenset({"n", "no", "x", "×", "いいえ", "できない"})

Show = Callable[[str], None]

_STATES: dict[tuple[str, str], tuple[str, str]] = {
    ("seal", "cancelled"): ("印鑑登録を廃止(廃印)し", "cancel the seal registration"),
    ("seal", "registered"): ("印鑑登録を元どおり有効にし", "register the seal again, as it was"),
    ("residency", "deceased"): ("死亡(除票)とし", "record the death"),
    ("residency", "moved_out"): ("転出とし", "record as moved out"),
    ("residency", "resident"): ("住民に戻し", "record as a resident again"),
    ("restricted", "true"): ("支援措置の対象とし", "place under protection"),
    ("restricted", "false"): ("支援措置を解除し", "end the protection"),
}


def check_operator(stdin: TextIO | None = None) -> None:
    """Raise UsageError where nobody sits at the terminal who could change the register by hand."""
    if not (stdin or sys.stdin).isatty():
        raise UsageError(
            'the target file says updates = "manual": a person at this terminal has to change the register during the '
            "run, and the input is no terminal; run it from a terminal, or write updates = false to leave changes out"
        )


def changes_by_hand(scenario: Scenario, target: Target) -> bool:
    """Tell whether a scenario, played against a target, needs somebody to change the register."""
    return target.updates == "manual" and any(isinstance(p, Updates) for p in fit(scenario, target)[0].phase)


@contextmanager
def by_hand(
    folder: RunFolder, header: PlanHeader, show: Show, stopping: Callable[[], bool], name: str, lang: Lang
) -> Iterator[None]:
    """Have the changes of a run made by the operator, whom `show` tells, where its target takes them no other way."""
    if load_toml(folder.target, Target).updates != "manual" or not header.updates:
        yield
        return
    who = name or getpass.getuser()
    with Operator(folder, load(folder.population), who, show, stopping, lang):
        yield


class Operator:
    """Watches for changes to be made; `with` starts and ends it. What is open at its end is of unknown outcome."""

    def __init__(
        self,
        folder: RunFolder,
        population: Population,
        name: str,
        show: Show,
        stopping: Callable[[], bool],
        lang: Lang,
        stdin: TextIO | None = None,
    ) -> None:
        """`name` is journaled with every change; `stopping` tells that the run is being stopped."""
        self._folder = HandFolder(folder)
        self._population, self._name, self._show = population, name, show
        self._stopping, self._lang, self._stdin = stopping, lang, stdin or sys.stdin
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._serve)]

    def __enter__(self) -> Self:
        """Begin; what an earlier player had asked is dropped."""
        self._folder.clear()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None) -> None:
        """End; the thread that reads the terminal ends with the process."""
        self._over.set()
        self._threads[1].join(timeout=5)

    def _read(self) -> None:
        for line in self._stdin:
            self._lines.put(line)

    def _serve(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            for asked in self._folder.open():
                self._folder.answer(self._have_done(asked))

    def _have_done(self, asked: AskedByHand) -> DoneByHand:
        """Show one change and wait for the answer; a line that was typed before it was shown is no answer to it."""
        while not self._lines.empty():
            self._lines.get_nowait()
        shown_ns = time.monotonic_ns()
        self._show(instruction(asked, self._population, self._lang))
        while not (self._over.is_set() or self._stopping()):
            try:
                line = self._lines.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                continue
            failed = line.strip().lower() in _NO
            result = UpdateResult.FAILED if failed else UpdateResult.APPLIED
            return self._done(asked, result, shown_ns, "the operator could not make the change" if failed else "")
        return self._done(asked, UpdateResult.UNRESOLVED, shown_ns, "the run was stopped while the change was made")

    def _done(self, asked: AskedByHand, result: UpdateResult, shown_ns: int, reason: str) -> DoneByHand:
        return DoneByHand(
            update=asked.update,
            result=result,
            operator=self._name,
            shown_ns=shown_ns,
            done_ns=time.monotonic_ns(),
            reason=reason,
        )


def instruction(asked: AskedByHand, population: Population, lang: Lang) -> str:
    """Return what the operator is to do, in whole sentences: 見本 太郎さんの住所を「…」に変更し、登録したら Enter."""
    resident = population.residents.get(asked.resident)
    who = f"{resident.name if resident and resident.name else asked.resident}"
    state = _STATES.get((asked.field, asked.value))
    if lang == "ja":
        what = f"について、{state[0]}" if state else f"の{item_word(asked.field, 'ja')}を「{asked.value}」に変更し"
        return f"▶ {who} さん({asked.resident}){what}、登録したら Enter(登録できないときは n と Enter)"
    what = state[1] if state else f"change {item_word(asked.field, 'en')} to “{asked.value}”"
    return f"▶ {who} ({asked.resident}): {what}; press Enter once it is registered (n and Enter if it cannot be)"
