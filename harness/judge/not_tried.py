"""What a run did not try although a scenario asks for it: told beside every verdict, lest a PASS be overread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from harness.checks.history import HistoryView
from harness.glossary import Lang, word
from harness.judge.generator import generator_said
from harness.reading.profile import Profile
from harness.records.certificates import Certificate
from harness.records.history import Ending
from harness.records.plan import AbortHow, LeftOut, PlanHeader, Step
from harness.records.verdict import ControlCount, NodeBuild, Reason
from harness.sentences import in_japanese


def not_tried(view: HistoryView, header: PlanHeader, profile: Profile | None) -> tuple[Reason, ...]:
    """Return one sentence each for what was left out of the plan, never came about, or could not be checked."""
    labels = _labels(view, profile) if profile else ()
    return (*_purpose(header), *_left_out(header), *_aborts(view), *_faults(view), *generator_said(view), *labels)


def uncontrolled(view: HistoryView, controls: Iterable[ControlCount]) -> Iterator[Reason]:
    """Tell of which certificates documents came, and no two could be exchanged to see whether that is found."""
    columns = (view.applications.column(field) for field in ("certificate", "ending"))
    came = {certificate for certificate, ending in zip(*columns, strict=True) if ending is Ending.DELIVERED}
    bare = came - {c.certificate for c in controls if c.injected}
    if bare:
        yield _reason(
            "control_absent",
            tuple(c for c in Certificate if c in bare),
            "互いに関係のない二人分がそろわず、実帳票による検出確認ができなかった証明書: {}",
            "no two unrelated people's documents to exchange, so nothing shows that a swap would be found: {}",
        )


def unreached(nodes: Iterable[NodeBuild]) -> Iterator[Reason]:
    """Name the nodes that no application reached, where it is known of others that some did."""
    nodes = tuple(nodes)
    never = tuple(dict.fromkeys(n.node for n in nodes if n.node and not n.applications))
    if never and any(n.applications for n in nodes):
        yield _reason(
            "node_unreached",
            never,
            "申請が一件も届かず、試験していないサーバ: {}",
            "nodes that no application reached, so nothing about them was tested: {}",
        )


def _purpose(header: PlanHeader) -> Iterator[Reason]:
    """Say of a scenario that is no acceptance test what it is: its PASS must not be taken for one."""
    if not header.acceptance:
        yield Reason(
            code="no_acceptance",
            ja=f"この試験「{header.title_ja}」は受入試験ではない。{header.description_ja}",
            en=f"This test ({header.title_en}) is no acceptance test. {header.description_en}",
        )


def _left_out(header: PlanHeader) -> Iterator[Reason]:
    left_out = header.left_out
    if left_out.certificates:
        yield _reason(
            "certificates_left_out",
            left_out.certificates,
            "対象システムが交付しない証明書のため、計画から除いた: {}",
            "not issued by the target, so left out of the plan: {}",
        )
    if left_out.steps:
        yield _reason(
            "steps_left_out",
            left_out.steps,
            "対象システムとのインターフェースにない操作のため、試験していない: {}",
            "the interface has no such steps, so nothing about them was tested: {}",
        )
    if left_out.phases:
        yield _phases(left_out)
    if left_out.probes:
        yield _reason(
            "probes_left_out",
            left_out.probes,
            "対象外(接続部品またはインターフェースにないか、試験住民が足りない)のため、試みていない分離の試行: {}",
            "probes not made: the adapter or the interface has no place for them, or there are too few people: {}",
        )
    titles = {p.phase: (p.title_ja, p.title_en) for p in header.phases}
    for few in left_out.fewer:
        ja, en = titles.get(few.phase, ("", ""))
        yield Reason(
            code="fewer_people",
            ja=f"段階 {_named(few.phase, ja, 'ja')}: 同時に {few.asked} 人とする条件だが、"
            f"試験住民が足りず {few.planned} 人とした",
            en=f"phase {_named(few.phase, en, 'en')} asks for {few.asked} people at once; "
            f"the population allowed {few.planned}",
        )


def _phases(left_out: LeftOut) -> Reason:
    titles = left_out.phase_titles or (("", ""),) * len(left_out.phases)
    named = list(zip(left_out.phases, titles, strict=True))
    ja = [_named(phase, title, "ja") for phase, (title, _) in named]
    en = [_named(phase, title, "en") for phase, (_, title) in named]
    return Reason(
        code="phases_left_out",
        ja=f"対象システムではできないため、計画から除いた段階: {'、'.join(ja)}",
        en=f"phases left out of the plan, because the target cannot do what they need: {', '.join(en)}",
    )


def _named(phase: str, title: str, lang: Lang) -> str:
    if not title:
        return phase
    return f"{phase}「{title}」" if lang == "ja" else f"{phase} ({title})"


def _reason(code: str, names: tuple[str, ...], ja: str, en: str) -> Reason:
    return Reason(
        code=code,
        ja=ja.format("、".join(word(name, "ja") for name in names)),
        en=en.format(", ".join(word(name, "en") for name in names)),
    )


def _aborts(view: HistoryView) -> Iterator[Reason]:
    """Yield the kinds of giving up that were planned and never once came about."""
    planned: Counter[tuple[AbortHow, Step]] = Counter()
    met: set[tuple[AbortHow, Step]] = set()
    for one in view.applications:
        if one.abort is None:
            continue
        kind = one.abort.how, one.abort.step
        planned[kind] += 1
        if one.ending is Ending.ABORTED:
            met.add(kind)
    for kind, count in planned.items():
        if kind not in met:
            yield _never_met(*kind, count)


def _never_met(how: AbortHow, step: Step, count: int) -> Reason:
    return Reason(
        code="abort_never_met",
        ja=f"「{word(step, 'ja')}」での「{word(how, 'ja')}」を {count} 件計画したが、"
        "その前に手続が先へ進んだ、または終わったため、一度も起きなかった",
        en=f"{word(how, 'en')} at the step '{word(step, 'en')}' was planned {count} times and never came about: "
        "the application had gone on or ended before",
    )


def _faults(view: HistoryView) -> Iterator[Reason]:
    """Yield the parts of the target that were to fail and never once did: their batches are void."""
    held = {f.planned.on for f in view.faults if (end := view.fault_ends.get(f.planned.fault)) and end.inflicted}
    failed = {f.planned.on: end for f in view.faults if (end := view.fault_ends.get(f.planned.fault))}
    for on, end in failed.items():
        if on not in held:
            yield Reason(
                code="fault_never_met",
                ja=f"計画した障害({on})を一度も起こせなかった: {in_japanese(end.reason)}",
                en=f"the planned fault of {on} never once took hold: {end.reason}",
            )


def _labels(view: HistoryView, profile: Profile) -> Iterator[Reason]:
    """Tell of which certificates the profile knows no labels: whose they are is seen, misplaced values are not."""
    asked = set(view.applications.strings("certificate"))
    bare = tuple(c for c in Certificate if c in asked and c in profile.papers and not profile.papers[c].labels)
    if bare:
        yield _reason(
            "labels_unknown",
            bare,
            f"用いた帳票プロファイル(紙面のどこに何があるかの設定。{profile.name})に欄の見出しがないため、"
            "だれの証明書かだけを確かめ、値が正しい欄にあるか、文字が正しく読み取れたかは確かめていない: {}",
            f"document profile {profile.name} knows no labels, so only whose document it is was checked, "
            "not whether values stand where they belong and text decodes rightly: {}",
        )
