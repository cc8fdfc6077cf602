"""The words in which `honnin plan` shows a plan, in Japanese and English."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from harness.assurance.bounds import percent, rounded_up
from harness.assurance.foreseen import Foreseen
from harness.campaign.forecast import Assured, Forecast
from harness.campaign.gaps import BINS
from harness.campaign.strata import Stratum
from harness.campaign.window import BEFORE_S
from harness.cli.night_texts import in_time, told_night
from harness.glossary import Lang, word
from harness.records.plan import Batch, BatchKind, Covering

_MOST_LISTED = 4  # people of a batch
_COLUMNS = (
    ("", ""),
    ("段階", "phase"),
    ("内容", "purpose"),
    ("申請", "people"),
    ("間隔", "gap"),
    ("予想", "expected"),
    ("順序(住民 @共用の接続)", "in order (resident @pooled connection)"),
)

_PACES = {
    "measured": ("実測({})", "as measured by {}"),
    "declared": ("対象ファイルの [expected]", "as declared under [expected] of the target file"),
    "assumed": (
        "仮定。対象ファイルに [expected] を書くか --like で実施済みの試験を指定すると正確になる",
        "assumed; write [expected] in the target file or name a run with --like",
    ),
}
_GROUPS = {
    "gap": ("2 者の間隔", "pairs by gap"),
    "second": ("対象の時計の秒", "pairs by the target's second"),
    "relation": ("2 者の関係", "pairs by relation"),
    "pairs": ("同時に進む要求の対", "pairs of applications under way together"),
    "burst": ("同時申請", "bursts by people"),
    "succession": ("同じ端末・接続での連続(…の直後)", "successions, the next customer after"),
    "alone": ("単独", "alone"),
    "update": ("登録の変更", "changes of the register"),
    "load": ("負荷", "under load (applications)"),
}
_NAMES = {
    "same_certificate": ("同じ種類", "same certificate"),
    "other_certificate": ("異なる種類", "other certificate"),
    "same_node": ("同じサーバ", "same node"),
    "cross_node": ("別のサーバ", "different nodes"),
    "equal_rank": ("別のサーバで同じ順番(n 件目同士)", "different nodes, the n-th of each"),
    "same_connection": ("共用の同じ接続で前後", "one behind the other on one pooled connection"),
    "other_connection": ("共用の別の接続", "on different pooled connections"),
    "under_load": ("周囲に負荷あり", "with load around"),
    "second_first": ("順序が逆", "the second first"),
    "steered": ("実施中に決める", "decided while it runs"),
    "within": ("秒の内側", "within a second"),
    "across": ("秒の境目をまたぐ", "across its end"),
    "long": ("複数ページ", "long documents"),
    "aborting": ("一部が中止", "some give up"),
    "ramp": ("段階的に増やす", "ramp"),
    "hold": ("能力を超える滞留", "held overload"),
    "mix": ("通常運用", "operation"),
    "solo": ("正常", "solo"),
    "recovery": ("復旧確認", "confirmation of recovery"),
    "refusal": ("交付不可", "refusal"),
    "sweep": ("全件の交付", "everybody's every certificate"),
    "card-revoked": ("失効したカード", "revoked card"),
    "card-expired": ("期限切れのカード", "expired card"),
    "card-superseded": ("更新前のカード", "card before its renewal"),
    "card-locked": ("暗証番号がロックされたカード", "card with a locked PIN"),
    "in_flight": ("交付の最中", "while issuing"),
    "address": ("転居", "move"),
    "seal": ("廃印", "cancelled seal"),
    "residency": ("死亡", "death"),
    "restricted": ("支援措置", "protection"),
    "success": ("正常終了", "success"),
    "retry": ("切断後の再申請", "a retry after a disconnect"),
    "other_options": ("選択を変えた再申請", "the same with other options"),
    "0": ("同時", "0 ms"),
}
_SCARCE = {
    "residents": ("試験住民の数と間柄", "residents"),
    "cards": ("カード", "cards"),
    "nodes": ("宛先を指定できるサーバ", "nodes that can be addressed"),
    "certificates": ("対象が交付する証明書の種類", "certificates that the target issues"),
    "interface": ("対象のインターフェース", "the target's interface"),
    "declarations": ("対象ファイルの申告", "what the target file declares"),
    "minutes": ("時間のみ", "nothing but time"),
}


class _Words:
    """Chooses between Japanese and English."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def __call__(self, ja: str, en: str) -> str:
        return ja if self.lang == "ja" else en

    def name(self, name: str) -> str:
        """Return the words of a stratum's name, or of an event."""
        return self(*_NAMES[name]) if name in _NAMES else word(name, self.lang)


def told(seen: Forecast, batches: Iterable[Batch], residents: int, lang: Lang) -> Iterator[str]:
    """Yield the lines that show a plan; `batches` are listed one by one."""
    say = _Words(lang)
    header = seen.header
    title = say(header.title_ja, header.title_en)
    yield say(f"計画: {title}({header.scenario})、対象 {header.target}、種 {header.seed}",
              f"plan: {title} ({header.scenario}), target {header.target}, seed {header.seed}")  # fmt: skip
    yield say("対象には接触していない。", "The target was not contacted.")
    yield ""
    yield from _phases(seen, say)
    yield from _totals(seen, residents, say)
    yield from _strata(seen.strata, say)
    for covering in header.covering:
        yield from _covering(covering, say)
    yield from _bounds(seen, say)
    if seen.night is not None:
        yield from told_night(seen.night, say)
    yield from _procedure(seen.foreseen, say)
    yield from _hindrances(seen, say)
    yield from _listed(seen, batches, say)


def _phases(seen: Forecast, say: _Words) -> Iterator[str]:
    head = say("段階", "phase"), say("組", "batches"), say("申請", "applications"), say("予想", "expected")
    rows = [
        (
            f"{p.phase} {say(p.title_ja, p.title_en)}",
            f"{p.batches:,}",
            f"{p.applications:,}",
            in_time(p.expected_s, say)
            + (say(" 〔一部は実施中に決める〕", " (partly decided while it runs)") if p.slots else ""),
        )
        for p in seen.phases
    ]
    yield from _table([head, *rows])
    yield ""


def _totals(seen: Forecast, residents: int, say: _Words) -> Iterator[str]:
    header, pace = seen.header, seen.pace
    yield say(
        f"合計: 組 {header.batches:,}、申請 {header.applications:,}、登録の変更 {header.updates:,}、"
        f"住民 {header.residents:,}(全 {residents:,} 人中、1 人平均 {seen.turns:g} 回)、端末 {len(header.kiosks):,}、"
        f"サーバ {len(header.nodes) or '指定なし'}",
        f"in all: {header.batches:,} batches, {header.applications:,} applications, {header.updates:,} updates; "
        f"{header.residents:,} of {residents:,} residents, {seen.turns:g} turns each; {len(header.kiosks):,} kiosks; "
        f"nodes: {len(header.nodes) or 'not addressed'}",
    )
    source = say(*_PACES[pace.source]).format(pace.detail)
    yield say(
        f"予想時間: {in_time(seen.expected_s, say)}(読取りと判定を除く)。1 件 {pace.solo_ms / 1000:.2f} 秒、"
        f"毎秒 {pace.per_second:g} 件として: {source}",
        f"expected time: {in_time(seen.expected_s, say)}, without reading and judging; from "
        f"{pace.solo_ms / 1000:.2f} s an issue and {pace.per_second:g} a second, {source}",
    )
    yield from _by_hand(seen, say)
    yield ""


def _by_hand(seen: Forecast, say: _Words) -> Iterator[str]:
    """Say when an operator has to sit at the terminal, where changes are made by hand."""
    begins_s = BEFORE_S
    for phase in seen.phases:
        if phase.updates and seen.by_hand_s:
            yield say(
                f"操作者: {phase.phase} で登録の変更 {phase.updates} 件を手で行う"
                f"(開始の約 {in_time(begins_s, say)}後から {in_time(phase.expected_s, say)}間、"
                f"1 件 {in_time(seen.by_hand_s, say)}として)",
                f"operator: {phase.updates} changes of the register by hand in {phase.phase}, about "
                f"{in_time(begins_s, say)} after the start and for {in_time(phase.expected_s, say)}, at "
                f"{in_time(seen.by_hand_s, say)} each",
            )
        begins_s += phase.expected_s


def _strata(strata: Sequence[Stratum], say: _Words) -> Iterator[str]:
    yield say("試すもの(計画上の件数)", "what is tried (as planned)")
    groups, names = list(_GROUPS), [name for name, _, _ in BINS]
    order = sorted(
        strata, key=lambda s: (groups.index(s.group), names.index(s.name) if s.name in names else len(names))
    )
    for group, found in groupby(order, key=lambda s: s.group):
        some = list(found)
        counts = (
            _successions(some, say) if group == "succession" else [f"{say.name(s.name)} ×{s.count:,}" for s in some]
        )
        yield f"  {say(*_GROUPS[group])}: {say('、', ', ').join(counts)}"
    yield ""


def _successions(strata: Iterable[Stratum], say: _Words) -> Iterator[str]:
    """Yield every event with the steps at which it is met."""
    for event, some in groupby(strata, key=lambda s: s.name.partition(" ")[0]):
        counts = [(s.name.partition(" ")[2], s.count) for s in some]
        where = say("、", ", ").join(f"{word(step, say.lang)} ×{count}" for step, count in counts if step)
        yield f"{say.name(event)} " + (f"({where})" if where else f"×{counts[0][1]}")


def _covering(covering: Covering, say: _Words) -> Iterator[str]:
    factors = ", ".join(f"{name} {values}" for name, values in covering.factors)
    ways = ", ".join(
        say(f"{w.strength} 因子 {w.covered:,}/{w.possible:,}", f"{w.strength}-way {w.covered:,} of {w.possible:,}")
        for w in covering.ways
    )
    yield say(
        f"組合せ網羅({covering.phase}): {covering.rows} 組、{covering.strength} 因子間をすべて網羅(実数: {ways})",
        f"covering array ({covering.phase}): {covering.rows} rows, strength {covering.strength} (counted here: {ways})",
    )
    yield say(f"  因子と値の数: {factors}", f"  factors and values: {factors}")
    yield ""


def _bounds(seen: Forecast, say: _Words) -> Iterator[str]:
    level = percent(seen.confidence)
    if seen.bound is None:
        yield say("同時申請がないため、誤交付確率の上限は示せない。", "Without bursts no bound can be given.")
    else:
        bound = f"{rounded_up(seen.bound):.2g}"
        yield say(
            f"誤交付が 0 件なら、重なると見込む異なる顔ぶれの同時申請 {seen.trials:,} 組(全 {seen.bursts:,} 組中)で、"
            f"1 組当たりの確率の上限は {bound}({level}、独立・同一条件と仮定)",
            f"with no misdelivery, {seen.trials:,} of {seen.bursts:,} bursts, likely to overlap and of different "
            f"people each, give a bound per burst of {bound} ({level}, taken as independent and alike)",
        )
    for wanted in seen.wanted:
        time = in_time(wanted.expected_s, say)
        yield say(
            f"  上限 {wanted.bound:g} には {wanted.bursts:,} 組、約 {time}、1 人 {wanted.turns:g} 回",
            f"  {wanted.bound:g} needs {wanted.bursts:,} bursts, about {time}, {wanted.turns:g} turns of each resident",
        )
    yield from _assured(seen.assured, say)
    yield ""


def _assured(asked: Assured | None, say: _Words) -> Iterator[str]:
    """Say whether what the scenario asks for will be reached, else what would."""
    if asked is None:
        yield say(
            "シナリオは上限を求めていない([assure] misdelivery_per_burst で求める)",
            "the scenario asks for no bound ([assure] misdelivery_per_burst does)",
        )
        return
    yield say(
        f"求める上限 {asked.bound:g}({percent(asked.confidence)})には {asked.trials:,} 組が要る。見込みは "
        f"{asked.in_window:,} 組: {_answer(asked, say)}",
        f"the bound asked for, {asked.bound:g} ({percent(asked.confidence)}), takes {asked.trials:,} bursts; likely "
        f"are {asked.in_window:,}: {_answer(asked, say)}",
    )


def _answer(asked: Assured, say: _Words) -> str:
    if asked.in_window >= asked.trials:
        return say("届く", "it will be reached")
    if not asked.planned:
        return say("届かない(重なる同時申請がない)", "out of reach, no bursts overlap")
    time = in_time(asked.window_s, say)
    if asked.planned >= asked.trials:
        return say(f"この時間枠では届かない。約 {time}あれば届く", f"not in this window; about {time} would do")
    times = f"{asked.trials / asked.planned:.1f}"
    return say(
        f"届かない(判定保留になる)。pairs と rounds を {times} 倍にした計画と、約 {time}の時間枠なら届く",
        f"out of reach (inconclusive); {times} times the pairs and rounds, in about {time}, would do",
    )


def _procedure(seen: Foreseen | None, say: _Words) -> Iterator[str]:
    """Say what the plan lacks of the standard procedure's level, and what only playing it will show."""
    if seen is None:
        return
    name = f"{say(*seen.name)} ({say(*seen.level)})"
    if seen.lacking:
        yield say(f"{name}に対して計画に足りないもの", f"lacking of the {name}")
        yield from (f"  - {say(*one)}" for one in seen.lacking)
    else:
        yield say(f"{name}が計画に求めるものはそろっている", f"the plan holds what the {name} asks of it")
    later = say("、", "; ").join(say(*one) for one in seen.later)
    yield say(
        f"  実施して初めて分かるもの: 判定、確かめた性質、実帳票による検出確認、各サーバの版数と処理、{later}",
        "  seen only once it is played: verdict, properties exercised, control on the target's own paper, nodes and "
        f"their builds; {later}",
    )
    yield ""


def _hindrances(seen: Forecast, say: _Words) -> Iterator[str]:
    yield say(
        "この住民・カード・サーバ・証明書では届かないもの", "out of reach with these people, cards, nodes, certificates"
    )
    for hindrance in seen.hindrances:
        yield f"  - {say(hindrance.ja, hindrance.en)}"
    if not seen.hindrances:
        yield say("  なし", "  nothing")
    yield say(f"不足しているもの: {say(*_SCARCE[seen.scarce])}", f"scarce: {say(*_SCARCE[seen.scarce])}")


def _listed(seen: Forecast, batches: Iterable[Batch], say: _Words) -> Iterator[str]:
    rows = [
        (
            batch.batch,
            batch.phase,
            batch.purpose,
            f"{len(batch.applications)}",
            f"{batch.span_ms:g} ms" if batch.span_ms else "",
            f"{seen.batch_s[batch.batch]:.1f} s",
            _who(batch),
        )
        for batch in batches
    ]
    if rows:
        yield ""
        head = [say(*words) for words in _COLUMNS]
        yield from _table([head, *rows])


def _who(batch: Batch) -> str:
    """Return the first people in the order in which they leave, each with the connection that is planned for them."""
    people = sorted(batch.applications, key=lambda a: a.gap_ms) if batch.kind is BatchKind.BURST else batch.applications
    told = [a.resident + (f"@{a.lane + 1}" if a.lane is not None else "") for a in people[:_MOST_LISTED]]
    return " ".join(told + ["…"] * (len(people) > _MOST_LISTED))


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with columns of one width each, the first flush left."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [f"{row[0]}{' ' * (widths[0] - _width(row[0]))}"]
        cells += [f"{' ' * (width - _width(cell))}{cell}" for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
