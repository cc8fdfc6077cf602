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
from harness.records.verdict import FinalClass, Reason, Recovery
from harness.sentences import in_japanese

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
    "(Not at the first try; at the second, by other test residents at other kiosks.) ",
)
_OPEN = (
    "この試験の面からは、交付サービスを再開してよい。",
    "As far as this test can tell, the service may be opened again.",
)
_GRAVE = (
    "ただしこの試験で他人の情報の交付(重大)を検出した。提供者の説明を受けるまで再開しない。",
    "But this test saw another person's data issued: do not open before the vendor has explained it.",
)
_STOPPED = (
    "ただし停止条件に達したため試験を止めた。その原因を確かめるまで再開しない。",
    "But the test was ended by its stop condition: do not open before its cause is known.",
)
_DEAD = (
    "ただしその後、対象システムが応答しなかった。応答を確かめるまで再開しない。",
    "But afterwards the target did not answer: do not open before it does.",
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
    residents: Mapping[str, Resident]


def recovery_of(asked: Asked) -> tuple[Recovery | None, tuple[Reason, ...]]:
    """Return whether the service may be opened, and what of it is in doubt; None where nothing had to be confirmed."""
    if not asked.wanted:
        ja, en = (told + _left(asked, *left) for told, left in zip(_NOT_PLANNED, _LEFT, strict=True))
        nothing = Recovery(wanted=0, confirmed=0, may_open=False, ja=ja, en=en)
        return nothing if asked.view.windows else None, ()
    played = _last(asked.view)
    phase = played.phase if played else ""
    wanted, own = _of_one_confirmation(asked, phase), _own(asked) if phase else frozenset()
    missing = [place for batch, place in wanted.items() if batch not in own]
    why = _NOT_PLAYED if played is None else played.reason or ("" if phase else _NONE_LEFT)
    complete = bool(wanted) and not missing and not why
    answer = _answer(asked, played)
    again = _AGAIN if played and played.tries > 1 else ("", "")
    ja = (_done_ja(len(wanted)) + again[0] + answer[0]) if complete else _not_ja(missing, in_japanese(why))
    en = (_done_en(len(wanted)) + again[1] + answer[1]) if complete else _not_en(missing, why)
    ja, en = ja + _left(asked, *_LEFT[0]), en + _left(asked, *_LEFT[1])
    confirmed, may_open = len(wanted) - len(missing), complete and answer == _OPEN
    recovery = Recovery(wanted=len(wanted), confirmed=confirmed, may_open=may_open, ja=ja, en=en)
    return recovery, () if complete else (Reason(code="recovery_unconfirmed", ja=ja, en=en),)


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


def _answer(asked: Asked, played: RecoveryPlayed | None) -> tuple[str, str]:
    """Return what a confirmed recovery allows, in Japanese and English: other things may keep the service closed."""
    if any(f.severity is Severity.GRAVE for f in asked.findings):
        return _GRAVE
    since = max(asked.view.resumed_ns, default=0)
    if any(at_ns > since and why.startswith("stop_when: ") for at_ns, why in asked.view.interruptions):
        return _STOPPED
    if played and any(at_ns > played.at_ns for at_ns, _ in asked.view.deaths):
        return _DEAD
    return _OPEN


def _done_ja(wanted: int) -> str:
    return f"負荷の終了後、証明書とサーバごとに 1 件、計 {wanted} 件の通常の交付が正しく行われた。"


def _done_en(wanted: int) -> str:
    return f"After the load, {wanted} normal issues, one of each certificate on each server, went right. "


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
