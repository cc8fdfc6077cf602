"""May the service be opened again? Read off the confirmation at the end of the last sitting, told in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from msgspec import Struct

from harness.checks.history import HistoryView
from harness.checks.left_changed import left_changed
from harness.glossary import word
from harness.population.registered import before
from harness.records.findings import Finding, Severity
from harness.records.history import RecoveryPlayed
from harness.records.resident import Resident
from harness.records.review import is_cleared
from harness.records.verdict import FinalClass, Reason, Recovery
from harness.sentences import in_japanese

_Both = tuple[str, str]  # Japanese, English
_SUPERVISOR = "supervisor-"
_NAMED = 5  # residents; of more the number is told
_LEFT = (
    ("登録を変えたまま戻していない試験住民: {}。", "、"),
    (" Test residents whose entries are still changed: {}.", ", "),
)
_NOT_PLANNED = (
    "この試験は時間枠なしで始めたため、復旧確認を計画していない。職員が証明書とサーバごとに 1 件ずつ試し交付をして、"
    "本人の証明書が出ることを確かめてから、交付サービスを再開する。",
    "This run began without a window, so its plan holds no confirmation of recovery. Before the service opens, have an "
    "officer make one issue of each certificate on each server and see the applicant's own document come out.",
)
_AGAIN = (
    "(1 回目は確認できず、別の試験住民と端末による 2 回目で確認した。)",
    "(Not at the first try; at the second, by other test residents at other kiosks.)",
)
_OPEN = (
    "この試験の面からは、試験前に行っていた交付サービスを再開してよい。",
    "As far as this test can tell, a service that was open before it may be opened again.",
)
_GRAVE = (
    "この試験で他人の情報の交付(重大)を検出した。提供者の説明を受けるまで再開しない。",
    "This test saw another person's data issued: do not open before the vendor has explained it.",
)
_STOPPED = (
    "停止条件に達したため試験を止めた。その原因を確かめるまで再開しない。",
    "The test was ended by its stop condition: do not open before its cause is known.",
)
_DEAD = (
    "その後、対象システムが応答しなかった。応答を確かめるまで再開しない。",
    "Afterwards the target did not answer: do not open before it does.",
)
_DEFECT = (
    "この試験で不具合を検出した。市民への交付を行うか(再開・稼働開始)は、見つかった不具合の内容を確かめてから判断する。",
    "This test found defects: whether citizens are to be served (again, or for the first time) is to be decided "
    "after the defects found were looked at.",
)
_DOUBT = (
    "正しいと確かめられていない証明書が残っている。市民への交付を行うか(再開・稼働開始)は、それを確かめてから判断する。",
    "Some documents are not known to be right: whether citizens are to be served (again, or for the first time) "
    "is to be decided after they were looked at.",
)
_NONE_LEFT = "the plan held no further confirmation"
_NOT_PLAYED = "it was not played"


class Asked(Struct, frozen=True, kw_only=True):
    """What the confirmation is read off."""

    view: HistoryView
    wanted: Mapping[str, tuple[str, str]]  # batch -> certificate, node: of all confirmations of the plan
    phase_of: Mapping[str, str]  # batch -> phase
    classes: Mapping[str, FinalClass | None]
    findings: Iterable[Finding]
    unseen: bool = False  # a check crashed or records are damaged: something wrong may not have been found
    residents: Mapping[str, Resident]


def recovery_of(asked: Asked) -> tuple[Recovery | None, tuple[Reason, ...]]:
    """Return whether the service may be opened, and what of it is in doubt; None where nothing had to be confirmed."""
    played = _last(asked.view)
    held = _held(asked, played)
    if not asked.wanted:
        ja, en = _told(asked, _NOT_PLANNED, held)
        nothing = Recovery(wanted=0, confirmed=0, may_open=False, ja=ja, en=en)
        return nothing if asked.view.windows else None, ()
    phase = played.phase if played else ""
    wanted, own = _of_one_confirmation(asked, phase), _own(asked) if phase else frozenset()
    missing = [place for batch, place in wanted.items() if batch not in own]
    why = _NOT_PLAYED if played is None else played.reason or ("" if phase else _NONE_LEFT)
    complete = bool(wanted) and not missing and not why
    again = _AGAIN if played and played.tries > 1 else None
    if complete:
        ja, en = _told(asked, _done(len(wanted)), again, held or _OPEN)
    else:
        ja, en = _told(asked, (_not_ja(missing, in_japanese(why)), _not_en(missing, why)), held)
    confirmed, may_open = len(wanted) - len(missing), complete and not held
    recovery = Recovery(wanted=len(wanted), confirmed=confirmed, may_open=may_open, ja=ja, en=en)
    return recovery, () if complete else (Reason(code="recovery_unconfirmed", ja=ja, en=en),)


def _told(asked: Asked, *sentences: _Both | None) -> _Both:
    """Put the sentences that there are behind each other, in each language, and who is left changed behind them."""
    ja, en = zip(*(both for both in sentences if both is not None), strict=True)
    return "".join(ja) + _left(asked, *_LEFT[0]), " ".join(en) + _left(asked, *_LEFT[1])


def _last(view: HistoryView) -> RecoveryPlayed | None:
    """Return the confirmation of the last sitting; each sitting has a supervisor's segment of its own."""
    numbers = [int(s.writer.removeprefix(_SUPERVISOR)) for s in view.segments if s.writer.startswith(_SUPERVISOR)]
    return view.recoveries.get(f"{_SUPERVISOR}{max(numbers, default=0)}")


def _of_one_confirmation(asked: Asked, phase: str) -> dict[str, tuple[str, str]]:
    """Return what the batches of the confirmation `phase` ask for, else those of the plan's first."""
    which = phase or next((asked.phase_of[batch] for batch in asked.wanted), "")
    return {batch: place for batch, place in asked.wanted.items() if asked.phase_of[batch] == which}


def _own(asked: Asked) -> frozenset[str]:
    """Return the batches in which somebody got exactly the own document."""
    names, batches = (asked.view.applications.strings(column) for column in ("application", "batch"))
    return frozenset(b for a, b in zip(names, batches, strict=True) if asked.classes.get(a) is FinalClass.OWN)


def _held(asked: Asked, played: RecoveryPlayed | None) -> _Both | None:
    """Return what keeps the service closed however well it recovered; None where nothing of this run does."""
    if any(f.severity is Severity.GRAVE for f in asked.findings):
        return _GRAVE
    since = max(asked.view.resumed_ns, default=0)
    if any(at_ns > since and why.startswith("stop_when: ") for at_ns, why in asked.view.interruptions):
        return _STOPPED
    if played and any(at_ns > played.at_ns for at_ns, _ in asked.view.deaths):
        return _DEAD
    if any(f.severity is not Severity.REVIEW for f in asked.findings):
        return _DEFECT
    if asked.unseen or any(not is_cleared(f) for f in asked.findings):
        return _DOUBT
    return None


def _done(wanted: int) -> _Both:
    return (
        f"負荷の終了後、証明書とサーバごとに 1 件、計 {wanted} 件の通常の交付が正しく行われ、対象システムは"
        "試験前と同じく交付できる状態に戻った。",
        f"After the load, {wanted} normal issues, one of each certificate on each server, went right: the system "
        "issues as it did before the test.",
    )


def _not_ja(missing: list[tuple[str, str]], why: str) -> str:
    places = "、".join(f"{word(kind, 'ja')}{f'({node})' if node else ''}" for kind, node in missing)
    told = f"({why})" if why else ""
    which = f"。確認できていないもの: {places}" if places else ""
    return (
        f"復旧を確認できていない{told}{which}。職員が証明書とサーバごとに 1 件ずつ試し交付をして、本人の証明書が出る"
        "ことを確かめるまで、交付サービスを再開しない。"
    )


def _not_en(missing: list[tuple[str, str]], why: str) -> str:
    places = ", ".join(f"{word(kind, 'en')}{f' ({node})' if node else ''}" for kind, node in missing)
    told = f" ({why})" if why else ""
    which = f"; not confirmed: {places}" if places else ""
    return (
        f"Recovery is not confirmed{told}{which}. Do not open the service before an officer has had one issue of each "
        "certificate on each server made, and seen the applicant's own document come out."
    )


def _left(asked: Asked, sentence: str, comma: str) -> str:
    """Name the residents whose entry is not what the population has, "" where there are none."""
    changed = dict.fromkeys(one.resident for one in left_changed(asked.view, partial(before, asked.residents)))
    more = f" +{len(changed) - _NAMED}" if len(changed) > _NAMED else ""
    return sentence.format(comma.join(list(changed)[:_NAMED]) + more) if changed else ""
