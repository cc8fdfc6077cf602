"""Which properties a target can be tested for, and how often each was really put to the test."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from harness.checks.documents import Documents
from harness.checks.history import HistoryView, predecessors
from harness.checks.isolation import invalid_cards, probes_made
from harness.checks.issuing import Refusal
from harness.checks.register import Register
from harness.errors import ConfigError
from harness.glossary import reason_word, word
from harness.judge.compared import NO_BASELINE, Compared
from harness.judge.turned_away import TurnedAway
from harness.records.certificates import Certificate
from harness.records.findings import Property
from harness.records.plan import Probe
from harness.records.resident import Resident
from harness.records.target import Target
from harness.records.verdict import Reflection, ScopeEntry

# Without these a verdict would say nothing about wrong issuance.
_NEVER_OUT = frozenset({Property.OWNERSHIP, Property.PAGES, Property.BASELINE})
# A PASS needs these exercised wherever they are in scope.
MUST_BE_EXERCISED = frozenset({Property.OWNERSHIP, Property.PAGES, Property.EXACTLY_ONCE, Property.NUMBERS})

_NOT_EXERCISED = ("実施なし", "not exercised")


def validate_scope(target: Target, file: object) -> None:
    """Raise ConfigError where the target file declares out what cannot be, or without reason or name."""
    for number, out in enumerate(target.out_of_scope, 1):
        place = f"out_of_scope[{number}]"
        if out.property in _NEVER_OUT:
            allowed = ", ".join(p for p in Property if p not in _NEVER_OUT)
            raise ConfigError(file, f"{place}.property", f"{out.property} cannot be declared out; allowed: {allowed}")
        if not out.reason.strip():
            raise ConfigError(file, f"{place}.reason", "is empty; say why the target cannot show this property")
        if not out.declared_by.strip():
            raise ConfigError(file, f"{place}.declared_by", "is empty; name who declares it")


def count_register_reads(
    view: HistoryView, residents: Mapping[str, Resident], register: Register, refusal: Refusal
) -> int:
    """Count applications of people whose state changed or forbids the certificate."""
    people, kinds = (view.applications.strings(field) for field in ("resident", "certificate"))
    return sum(
        1
        for who, kind in zip(people, kinds, strict=True)
        if who in register.changed or (who in residents and refusal(residents[who], Certificate(kind)))
    )


def measure_scope(
    view: HistoryView,
    documents: Documents,
    target: Target,
    register_reads: int,
    card_states: dict[str, str],
    compared: Compared = NO_BASELINE,
    turned_away: TurnedAway | None = None,
    reflection: Reflection | None = None,
) -> tuple[ScopeEntry, ...]:
    """Return one entry per property.

    `register_reads` counts the applications by which freshness was put to the test: of people whose state
    changed or forbids the certificate. `compared` says how many documents were compared with baselines,
    `turned_away` which reasons to refuse somebody were put to the test, `reflection` what was read after changes.
    """
    counts = {
        Property.OWNERSHIP: sum(1 for j in documents.judgements() if j.read),
        Property.FRESHNESS: register_reads,
        Property.EXACTLY_ONCE: sum(1 for ending in view.applications if ending.ending is not None),
        Property.ISOLATION: _bad_cards(view, card_states) + sum(answered for answered, _ in _others(view).values()),
        Property.PAGES: sum(len(j.document.pages) for j in documents.judgements() if j.read),
        Property.NUMBERS: _numbered(view, documents),
        Property.BASELINE: compared.count,
    }
    declared = {out.property: out for out in target.out_of_scope}
    entries = []
    for name in Property:
        if name in declared:
            out = declared[name]
            entry = ScopeEntry(
                property=name,
                in_scope=False,
                exercised=False,
                exercised_count=0,
                note_ja=f"対象外: {out.reason}(申告者 {out.declared_by})",
                note_en=f"out of scope: {out.reason} (declared by {out.declared_by})",
            )
        else:
            entry = _in_scope(name, counts[name], view, target, compared, reflection or Reflection())
            if name is Property.FRESHNESS and turned_away is not None:
                entry = _with_reasons(entry, turned_away)
        entries.append(entry)
    return tuple(entries)


def _in_scope(
    name: Property, count: int, view: HistoryView, target: Target, compared: Compared, reflection: Reflection
) -> ScopeEntry:
    ja, en = ("", "") if count else _NOT_EXERCISED
    if name is Property.FRESHNESS:
        ja, en = _freshness_note(count, view, target, reflection)
    elif name is Property.ISOLATION:
        ja, en = _isolation_note(count, view)
    elif name is Property.BASELINE:
        ja, en = _baseline_note(compared)
    elif name is Property.EXACTLY_ONCE and count:
        ja, en = _exactly_once_note(view)
    return ScopeEntry(property=name, in_scope=True, exercised=count > 0, exercised_count=count, note_ja=ja, note_en=en)


def _with_reasons(entry: ScopeEntry, turned_away: TurnedAway) -> ScopeEntry:
    """Say how many people of each reason to refuse them asked for something and were answered."""
    counts = turned_away.by_reason
    if not counts:
        ja, en = "交付できない人の申請なし", "nobody asked who is to be refused"
    else:
        ja = "交付できない人の申請: " + "、".join(f"{reason_word(r, 'ja')} {n} 件" for r, n in counts.items())
        en = "asked by people to be refused: " + ", ".join(f"{reason_word(r, 'en')} {n}" for r, n in counts.items())
    return replace(entry, note_ja=f"{entry.note_ja}。{ja}", note_en=f"{entry.note_en}; {en}")


def _freshness_note(count: int, view: HistoryView, target: Target, seen: Reflection) -> tuple[str, str]:
    if count == 0:
        why = ("更新の実施なし", "no updates were made") if target.updates else ("更新手段なし", "no way to update")
        return f"実施なし({why[0]})", f"not exercised ({why[1]})"
    changes = len(view.updates)
    ja = f"{count} 件(登録の変更 {changes} 件、変更の後の読取 {seen.after_change} 件)。"
    en = f"{count} applications, {changes} changes, {seen.after_change} reads after a change; "
    if seen.observed_s is None:
        return f"{ja}反映時間は観測していない", f"{en}reflection time not observed"
    return (
        f"{ja}観測された反映時間 {seen.observed_s:.3g} 秒(文書上の反映時間 {seen.documented_s:g} 秒)",
        f"{en}observed reflection time {seen.observed_s:.3g} s, documented {seen.documented_s:g} s",
    )


def _exactly_once_note(view: HistoryView) -> tuple[str, str]:
    """Say which of the other sides of an issue could not be seen: the target's own record, and the fee."""
    ja, en = [], []
    if not any(read.complete for read in view.ledger_reads):
        ja.append("発行台帳なし: 発行されて届かなかった証明書の有無は、端末が知る範囲のみ")
        en.append("no ledger: of what was issued and never arrived, only what the kiosk knows")
    if all(one.charged is None for one in view.applications):
        ja.append("手数料の情報なし: 徴収のみの有無は未確認")
        en.append("nothing known of fees: whether somebody paid in vain was not checked")
    return "。".join(ja), "; ".join(en)


_WHY_NOT_COMPARED = {
    "no_baseline": ("基準帳票のない申請", "no baseline of the application"),
    "register_changed": ("登録の変更後", "after a change of the register"),
    "unstable_text": ("交付のたびに文字情報が変わる証明書", "text that is made anew at every issue"),
    "nothing_to_compare": ("比べられる文字がない", "no text to compare"),
}


def _baseline_note(compared: Compared) -> tuple[str, str]:
    """Say what was compared, and what could not be: a missing baseline is never taken for agreement."""
    if not compared.given:
        return (
            "実施なし(基準帳票なし。honnin baseline で採る)",
            "not exercised (no baseline; honnin baseline takes one)",
        )
    given = f"基準帳票({compared.run})と", f"with their baselines of {compared.run}"
    what = ("2回の交付どうしを", "two issues with each other") if compared.own else given
    ja, en = [f"{compared.count} 件、{what[0]}照合"], [f"{compared.count} documents compared, {what[1]}"]
    for reason, count in compared.not_applicable.items():
        words = _WHY_NOT_COMPARED.get(reason, (reason, reason))
        ja.append(f"対象外 {count} 件({words[0]})")
        en.append(f"not applicable to {count}: {words[1]}")
    return "。".join(ja), "; ".join(en)


def _isolation_note(count: int, view: HistoryView) -> tuple[str, str]:
    """Say how often each thing that must not work was tried and answered; what was never answered proves nothing."""
    followed = sum(1 for before in predecessors(view) if before >= 0)
    others = _others(view)
    cards = count - sum(answered for answered, _ in others.values())
    ja = [f"{word(p, 'ja')} {answered} / {begun} 件" for p, (answered, begun) in others.items()]
    en = [f"{word(p, 'en')} {answered} of {begun}" for p, (answered, begun) in others.items()]
    return (
        f"無効カード・誤った署名の申請 {cards} 件、同一端末での続けての利用 {followed} 件。"
        f"拒まれるべき操作の試行(対象が応答した数 / 試みた数): {'、'.join(ja) or 'なし'}",
        f"{cards} applications with invalid cards or signatures, {followed} successions at a kiosk; "
        f"probes answered of those made: {', '.join(en) or 'none'}",
    )


def _bad_cards(view: HistoryView, card_states: dict[str, str]) -> int:
    return sum(1 for _ in invalid_cards(view, card_states))


def _others(view: HistoryView) -> dict[Probe, tuple[int, int]]:
    """Return the probes besides those by bad cards: how often answered, and how often made."""
    return {probe: made for probe, made in probes_made(view).items() if probe is not Probe.WRONG_SIGNATURE}


def _numbered(view: HistoryView, documents: Documents) -> int:
    """Return how many deliveries carry a number, printed or reported beside the document."""
    columns = (view.deliveries.strings(field) for field in ("delivery", "issue_number"))
    return sum(1 for name, reported in zip(*columns, strict=True) if reported or documents.numbers(name))
