"""Shows a run's progress: a live bar on a terminal, one line every few seconds elsewhere. Display only."""

from __future__ import annotations

import io
import sys
import time
from types import TracebackType
from typing import IO, Self, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from harness.glossary import Lang
from harness.records.plan import Phase
from harness.run.conduct import Progress
from harness.run.so_far import SoFar
from harness.run.watch import Watch

_LINE_EVERY_S = 5.0
_STEPS = frozenset(
    {"people", "self-proof", "probe", "settle", "reading", "pictures", "judging", "report"}
)  # take a while

_TEXTS: dict[str, tuple[str, str]] = {
    "people": ("試験住民を証明書の記載で見分けられるかの確認", "can the residents be told apart on paper?"),
    "self-proof": ("試験機の自己検査(1送信=1要求、識別の取り違えなし)", "self-proof of the generator"),
    "workers": (
        "作業機の参加待ち",
        "waiting for workers (number, invitation, certificate)",
    ),
    "joined": ("参加した試験・作業機番号", "joined, as worker"),
    "phase": ("段階", "phase"),
    "handed-over": ("記録を引き渡した(ファイル数)", "handed over (files)"),
    "kept": ("引き渡せず、この機械に残る", "not handed over, and kept here"),
    "end": ("試験は終わった", "the run is over"),
    "probe": ("対象への接続確認", "probing the target"),
    "settle": ("結果不明の申請の照会と後片付け", "settling what is still open"),
    "stopped": ("中断", "stopped"),
    "reading": ("残りの証明書の読取り", "reading the remaining documents"),
    "pictures": ("画像で確かめるページの描画", "drawing the pages to be compared as pictures"),
    "judging": ("判定", "judging"),
    "figures": ("未読のページの番号・日付の読取り(OCR)", "reading numbers and dates of unread pages (OCR)"),
    "finished": (
        "この試験は終わっています。何も実施せず、記録された判定を示します(判定のやり直しは honnin judge)",
        "this run is finished: nothing is played, its verdict stands (honnin judge judges it again)",
    ),
    "report": ("報告書の作成", "writing the report"),
    "draining": (
        "新しい申請を止め、進行中の申請を待っています(もう一度 Ctrl-C で打切り)",
        "no new applications; waiting for those in flight (Ctrl-C again to cut short)",
    ),
}


class _Forgiving(io.TextIOBase):
    """A stream to which nothing more is written once it has failed, as after a lost connection to the machine."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = False

    def write(self, text: str) -> int:
        """Write and flush, unless the stream is lost; never raise OSError."""
        try:
            if not self._lost:
                self._stream.write(text)
                self._stream.flush()
        except OSError:
            self._lost = True
        return len(text)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only at run time too
        return self._stream.encoding

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()


class Display:
    """Implements harness.run.conduct.Announce. A terminal or pipe that went away silences it and ends nothing."""

    def __init__(self, lang: Lang, quiet: bool = False) -> None:
        """Write to standard error; nothing at all where `quiet`."""
        self.lang = lang
        self._console = Console(
            file=cast("IO[str]", _Forgiving(sys.stderr)), quiet=quiet, highlight=False, soft_wrap=True
        )
        self._column = 0 if lang == "ja" else 1
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[more]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task = self._bars.add_task("", total=None, more="", visible=False)
        self._title = ""
        self._told = 0.0
        self._watch: Watch | None = None

    def follow(self, watch: Watch) -> None:
        """Take the counts of readings from `watch`."""
        self._watch = watch

    def __enter__(self) -> Self:
        """Start the live display."""
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None) -> None:
        """Stop it."""
        self._bars.stop()

    def phase(self, phase: Phase, number: int, of: int) -> None:
        """Say that a phase begins, and what was exercised before it."""
        self._tell_so_far()
        title = phase.title_ja if self._column == 0 else phase.title_en
        self._title = f"[{number}/{of}] {phase.phase} {title}"
        self._console.print(self._title, markup=False)
        self._bars.update(self._task, description=phase.phase, completed=0, total=None, visible=True)

    def progress(self, line: Progress) -> None:
        """Say how far the phase is."""
        more = self._more(line)
        self._bars.update(self._task, completed=line.done, total=line.of or None, more=more)
        self._line_now_and_then(f"    {line.done}/{line.of} {more}")

    def count(self, key: str, done: int, of: int) -> None:
        """Say how far a step is that plays nothing, by its fixed text."""
        self._bars.update(
            self._task, description=_TEXTS[key][self._column], completed=done, total=of, more="", visible=True
        )
        self._line_now_and_then(f"    {done}/{of}")

    def say(self, key: str, detail: str = "") -> None:
        """Say one of the fixed texts, with a detail."""
        if key == "settle":
            self._tell_so_far()
        text = _TEXTS[key][self._column]
        self._bars.update(self._task, description=text, completed=0, total=None, more="", visible=key in _STEPS)
        self._console.print(f"{text}: {detail}" if detail else text, markup=False)

    def tell(self, text: str) -> None:
        """Print a text of several lines."""
        self._console.print(text, markup=False)

    def ask(self, text: str) -> None:
        """Print what somebody at the terminal has to do, above the bar; also where nothing else is shown."""
        if self._console.quiet:
            print(text, file=sys.stderr, flush=True)
        else:
            self._console.print(text, markup=False, style="bold")

    def _tell_so_far(self) -> None:
        """Print the provisional exposure, once there is any."""
        if self._watch is not None and self._watch.so_far.most_in_flight:
            self._console.print(f"    {_so_far(self._watch.so_far, self.lang)}", markup=False)

    def _line_now_and_then(self, line: str) -> None:
        if not self._console.is_terminal and time.monotonic() - self._told > _LINE_EVERY_S:
            self._told = time.monotonic()
            self._console.print(line, markup=False)

    def _more(self, line: Progress) -> str:
        in_flight = f"進行中 {line.in_flight}" if self._column == 0 else f"in flight {line.in_flight}"
        if self._watch is None:
            return in_flight
        watch = self._watch
        read, pairs = f"{watch.read}/{watch.to_read}", f"{watch.so_far.overlapping_pairs:,}"
        if self._column == 0:
            return (
                f"{in_flight} · 重なった対 {pairs} · 読取り {read} (待ち {watch.waiting} 通、遅れ {watch.lag_s:.1f} 秒)"
            )
        behind = f"{watch.waiting} waiting, {watch.lag_s:.1f} s behind"
        return f"{in_flight} · overlapping pairs {pairs} · read {read} ({behind})"


def _so_far(seen: SoFar, lang: Lang) -> str:
    if lang == "ja":
        return (
            f"ここまで(暫定): 同時申請 {seen.bursts:,} 組 · 重なった対 {seen.overlapping_pairs:,} · "
            f"送信の差 1 ミリ秒未満 {seen.pairs_under_1_ms:,}、10 ミリ秒未満 {seen.pairs_under_10_ms:,} · "
            f"同じ端末での連続 {seen.successions:,} · 最大同時 {seen.most_in_flight:,} · 失敗・結果不明 {seen.errors:,}"
        )
    return (
        f"so far (provisional): {seen.bursts:,} bursts · {seen.overlapping_pairs:,} overlapping pairs · "
        f"sent less than 1 ms apart {seen.pairs_under_1_ms:,}, 10 ms {seen.pairs_under_10_ms:,} · "
        f"{seen.successions:,} successions at a kiosk · {seen.most_in_flight:,} at most in flight · "
        f"{seen.errors:,} failed or unknown"
    )
