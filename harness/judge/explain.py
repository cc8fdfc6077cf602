"""Explanations in Elle's manner: the anomaly, the smallest witness with its times, then the contradiction."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from harness.checks.history import NEVER, Application, HistoryView
from harness.glossary import Lang, item_word, kind_word, word
from harness.judge.classes import is_mingled
from harness.records.findings import BASELINE_PAGE, Anomaly, Evidence, Finding, Severity
from harness.sentences import seen

_LANGS: tuple[Lang, Lang] = ("ja", "en")
_EVIDENCE_TOLD = 4
_VALUE_SHOWN = 40  # characters of a printed text
_DIGEST_SHOWN = 8

# What contradicts what, per anomaly: {v} the application, {d} the document, {donor} the donor.
_CONTRADICTION: dict[Anomaly, tuple[str, str]] = {
    Anomaly.MISDELIVERY: (
        "{v} に渡された {d} には {donor} の内容が印字されている。",
        "{v} received {d}, whose pages name {donor}.",
    ),
    Anomaly.PAGE_MIX: (
        "{v} に渡された {d} は一件の証明書として作られていない({pages}に他の申請のページ)。",
        "{v} received {d}, which was not made as one document ({pages} from another application).",
    ),
    Anomaly.TYPE_CONFUSION: (
        "{v} に渡された {d} は申請と異なる種類の証明書である。",
        "{v} received {d}, which is another certificate than the one asked for.",
    ),
    Anomaly.OPTION_LEAK: (
        "{v} に渡された {d} には選択していない項目が印字されている。",
        "{v} received {d}, on which items stand that were not asked for.",
    ),
    Anomaly.RESIDUE: (
        "{v} に渡された {d} の紙面にはないが、ファイル内に他人の情報が残っている。",
        "{v} received {d}; not on its pages but in the file another person's data remain.",
    ),
    Anomaly.WRONG_SEAL: (
        "{v} に渡された {d} の印影が登録と一致しない。",
        "{v} received {d}, whose seal impression is not the registered one.",
    ),
    Anomaly.WRONG_ITEM: (
        "{v} に渡された {d} の記載が登録内容と一致しない。",
        "{v} received {d}, which does not say what the register says.",
    ),
    Anomaly.STRANGER: (
        "{v} に渡された {d} には試験住民以外の人の記載がある。",
        "{v} received {d}, which names someone outside the test population.",
    ),
    Anomaly.ZOMBIE_ISSUE: (
        "申請の始めから終わりまで交付できない状態であったのに、{v} に {d} が交付された。",
        "{d} was issued to {v}, although no state of the register during the application allowed it.",
    ),
    Anomaly.STALE: (
        "{v} が始まった時には登録の変更が終わり、反映時間も過ぎていたのに、{d} は変更前の内容である。",
        "the change was complete, and its reflection time over, when {v} began; {d} still shows what was before.",
    ),
    Anomaly.TORN: (
        "{v} に渡された {d} の記載は、登録がどの時点でも同時には持っていなかった組合せである。",
        "{v} received {d}, whose items the register never held at one and the same instant.",
    ),
    Anomaly.NEW_OLD_INVERSION: (
        "変更後の内容が一度交付された後に始まった {v} で、{d} は変更前の内容に戻っている。",
        "{v} began after the new content had been issued, and {d} shows the old content again.",
    ),
    Anomaly.ABORTED_READ: (
        "対象が失敗と答えた変更の内容が、{v} の {d} に現れている。",
        "{d} of {v} shows what a change would have made that the target reported as failed.",
    ),
    Anomaly.FUTURE: (
        "{v} に渡された {d} には、その時点でまだ始まっていない変更の内容が印字されている。",
        "{v} received {d}, which shows a change that had not begun yet.",
    ),
    Anomaly.GARBAGE: (
        "{v} に渡された {d} には、登録が一度も持ったことのない内容が印字されている。",
        "{v} received {d}, which shows what the register never held.",
    ),
    Anomaly.LOST: (
        "対象は {v} を交付済みとしているが、証明書は届いていない。",
        "the target holds {v} as issued, but the document did not arrive.",
    ),
    Anomaly.DUPLICATE: (
        "{v} の証明書が必要な数より多く発行された。",
        "more documents were issued for {v} than asked for.",
    ),
    Anomaly.ORPHAN: (
        "{d} が届いたが、交付されるはずの申請がない。",
        "{d} arrived, and no application is there that should have received it.",
    ),
    Anomaly.LATE_CROSS: (
        "既に終わった申請の証明書 {d} が、後から {v} に渡された。",
        "{d} belongs to an application that had already ended; it was handed to {v} later.",
    ),
    Anomaly.CHARGED_NOT_PRINTED: (
        "{v} から手数料を徴収したが、証明書は交付されていない。",
        "the fee of {v} was taken, and no document was handed out.",
    ),
    Anomaly.AUTH_GAP: (
        "無効なカードによる {v} が受け付けられた。",
        "{v} was accepted with an invalid card.",
    ),
    Anomaly.IDOR: (
        "{v}({donor})の証明書を、別の人のセッションから取得できた。",
        "the document of {v} ({donor}) was handed to another person's session.",
    ),
    Anomaly.SESSION_BLEED: (
        "{v}({donor})のセッションが終わった後、または離れた後に、その証明書を取得できた。",
        "the document of {v} ({donor}) was handed out when its session was over, or to the next customer.",
    ),
    Anomaly.PAGE_LOSS: (
        "{v} に渡された {d} のページが欠けている。",
        "{v} received {d}, of which pages are missing.",
    ),
    Anomaly.TRUNCATED: (
        "{v} に渡された {d} は途中で切れている。",
        "{v} received {d}, which is cut off.",
    ),
    Anomaly.SERIAL_DUP: (
        "{v} の発行番号は別の申請の番号と同じである。",
        "{v} carries the issue number of another application.",
    ),
    Anomaly.UNREAD: (
        "{v} に渡された {d} は読み取れず、誰のものか確認できない。",
        "{v} received {d}, which could not be read: whose it is is not known.",
    ),
    Anomaly.UNEXPLAINED: (
        "{v} は交付できる状態であったのに断られた。",
        "{v} was refused, although the register allowed the issue throughout.",
    ),
    Anomaly.DEVIATION: (
        "{v} に渡された {d} は、負荷のない状態での同じ申請の証明書と一致しない。",
        "{v} received {d}, which is not what the same application gave when issued quietly.",
    ),
}

# WRONG-ITEM, grave: not merely another value than the register's.
_ANOTHERS_ITEM = (
    "{v} に渡された本人の {d} に、{donor} の記載が混ざっている。",
    "{v} received their own {d}, on which items of {donor} stand.",
)

# The same where a person has to look first.
_DOUBT: dict[Anomaly, tuple[str, str]] = {
    Anomaly.DEVIATION: (
        "{v} に渡された {d} には、基準帳票と異なる箇所がある。他の住民の記載は見つかっていない。",
        "{v} received {d}, which differs from its baseline; nothing of anybody else was found there.",
    ),
    Anomaly.RESIDUE: (
        "{v} に渡された {d} のファイル末尾に、どの版にも属さない部分がある。",
        "{v} received {d}; behind the end of its file stands a part that belongs to no revision of it.",
    ),
}

# MISDELIVERY where not the pages say whose it is, but what the first evidence names.
_NOT_BY_PAGES: dict[str, tuple[str, str]] = {
    "ledger": (
        "{v} に渡された {d} は、対象の発行履歴では {donor} に発行されたものである。",
        "{v} received {d}, which the target's own ledger says was issued to {donor}.",
    ),
    "same bytes": (
        "{v} に渡された {d} は、{donor} に渡された証明書と全く同じ内容である。",
        "{v} received {d}, the very document that {donor} received.",
    ),
}

Why = Callable[[Finding, Lang], str]
"""Says in plain words what rule a finding breaks; "" where its anomaly says enough."""


_NOT_RECEIVED = (
    "発行サーバの記録では発行済みだが、{v} の端末に証明書は届いていない。",
    "the server's own log says issued, and no document reached {v}.",
)
_OF_REFUSALS = frozenset({Anomaly.STALE, Anomaly.ABORTED_READ, Anomaly.NEW_OLD_INVERSION})
_REFUSED_WRONGLY = (
    "{v} は交付不可とされたが、その間に登録が持っていた内容からは交付できた。",
    "{v} was refused, and nothing that the register held during its time explains it.",
)


def explain(finding: Finding, view: HistoryView, why: Why = lambda finding, lang: "") -> Finding:
    """Return the finding with its explanations in Japanese and English; times are seconds since the first start."""
    ja, en = (_explain(finding, view, why, lang) for lang in _LANGS)
    return replace(finding, explanation_ja=ja, explanation_en=en)


def _explain(finding: Finding, view: HistoryView, why: Why, lang: Lang) -> str:
    victim, donor = view.of(finding.application), view.of(finding.donor_application)
    parts = [_head(finding, lang)]
    parts += [_asked(one, view, lang) for one in (victim, donor) if one is not None]
    parts.append(_contradiction(finding, lang))
    if rule := why(finding, lang):
        parts.append(rule)
    if finding.evidence:
        parts.append(_evidence(finding, lang))
    if victim is not None and (wait := _wait(finding, victim, view, lang)):
        parts.append(wait)
    return ("" if lang == "ja" else " ").join(parts)


def _head(finding: Finding, lang: Lang) -> str:
    pattern = word(finding.pattern, lang) if finding.pattern else ""
    name = word(finding.anomaly, lang)
    if lang == "ja":
        return f"{finding.anomaly} {name}" + (f"・{pattern}。" if pattern else "。")
    return f"{finding.anomaly} ({name}{', ' + pattern if pattern else ''})."


def _asked(one: Application, view: HistoryView, lang: Lang) -> str:
    span = f"[{_seconds(one.started_ns, view, lang)} → {_seconds(one.ended_ns, view, lang)}]"
    what = word(one.certificate, lang)
    node = f", {one.node}" if one.node else ""
    if lang == "ja":
        return f"{one.application}: 端末 {one.kiosk}{node} で {one.resident} が{what}を申請 {span}。"
    return f"{one.application}: kiosk {one.kiosk}{node} asked {what} for {one.resident} {span}."


def _seconds(at_ns: int, view: HistoryView, lang: Lang) -> str:
    if at_ns == NEVER:
        return "-"
    return f"{(at_ns - view.started_ns) / 1e9:.3f} {'秒' if lang == 'ja' else 's'}"


def _contradiction(finding: Finding, lang: Lang) -> str:
    template = _template(finding)
    if template is None:
        return ""
    unknown = ("申請者不明", "nobody known") if finding.anomaly is Anomaly.ORPHAN else ("不明", "unknown")
    at = 0 if lang == "ja" else 1
    text = template[at].format(
        v=finding.application or unknown[at],
        d=_document(finding, lang),
        donor=finding.donor or unknown[at],
        pages=_pages(finding.pages, lang),
    )
    return text if lang == "ja" else text[0].upper() + text[1:]


def _template(finding: Finding) -> tuple[str, str] | None:
    usual = _CONTRADICTION.get(finding.anomaly)
    if finding.anomaly in _OF_REFUSALS and not finding.delivery:
        return _REFUSED_WRONGLY
    if finding.anomaly is Anomaly.ORPHAN and not finding.delivery:
        return _NOT_RECEIVED
    if finding.severity is Severity.REVIEW:
        return _DOUBT.get(finding.anomaly, usual)
    if is_mingled(finding):
        return _ANOTHERS_ITEM
    if finding.anomaly is Anomaly.MISDELIVERY and not finding.pages and finding.evidence:
        return _NOT_BY_PAGES.get(finding.evidence[0].kind, usual)
    return usual


def _document(finding: Finding, lang: Lang) -> str:
    if not finding.digest:
        return "証明書" if lang == "ja" else "the document"
    short = f"{finding.digest[:_DIGEST_SHOWN]}…"
    return f"証明書 {short}" if lang == "ja" else f"document {short}"


def _pages(pages: tuple[int, ...], lang: Lang) -> str:
    listed = ", ".join(str(p) for p in pages)
    if not listed:
        return "一部" if lang == "ja" else "pages"
    return f"{listed} ページ" if lang == "ja" else f"page{'s' if len(pages) > 1 else ''} {listed}"


def _evidence(finding: Finding, lang: Lang) -> str:
    items = [_item(e, lang) for e in finding.evidence if e.kind not in {"picture", BASELINE_PAGE}]
    if framed := sum(1 for e in finding.evidence if e.kind == "picture"):  # reports frame the places on the pages
        whose = f"({finding.donor})" if finding.donor else ""
        items.append(f"画像の相違 {framed} か所{whose}" if lang == "ja" else f"{framed} places of the picture{whose}")
    told = ("、" if lang == "ja" else "; ").join(items[:_EVIDENCE_TOLD])
    more = len(items) - _EVIDENCE_TOLD
    if lang == "ja":
        return f"根拠: {told}" + (f"、ほか {more} 件。" if more > 0 else "。")
    return f"Evidence: {told}" + (f"; and {more} more." if more > 0 else ".")


def _item(evidence: Evidence, lang: Lang) -> str:
    """Tell what kind of evidence it is, which item, what was seen, whose it is and where."""
    told = kind_word(evidence.kind, lang)
    if evidence.item:
        told += f"・{item_word(evidence.item, lang)}" if lang == "ja" else f", {item_word(evidence.item, lang)}"
    if evidence.value:
        told += f"「{_value(evidence, lang)}」" if lang == "ja" else f" “{_value(evidence, lang)}”"
    page = _pages((evidence.page,), lang) if evidence.page else ""
    where = ("、" if lang == "ja" else ", ").join(p for p in (evidence.owner, page) if p)
    return told + (f"({where})" if lang == "ja" else f" ({where})") if where else told


def _value(evidence: Evidence, lang: Lang) -> str:
    value = seen(evidence, lang)
    most = _DIGEST_SHOWN if evidence.kind == "same bytes" else _VALUE_SHOWN
    return value if len(value) <= most else value[:most] + "…"


def _wait(finding: Finding, one: Application, view: HistoryView, lang: Lang) -> str:
    """Tell how long the document took, from the application's departure to its arrival at the kiosk."""
    came = [d for d in view.deliveries_to(view.places[one.application]) if finding.delivery in {"", d.delivery}]
    if not came or one.applied_ns == NEVER or came[0].at_ns < one.applied_ns:
        return ""
    took_s = (came[0].at_ns - one.applied_ns) / 1e9
    if lang == "ja":
        return f"{one.application} は、申請の送信から証明書の到着まで {took_s:.2f} 秒。"
    return f"{one.application}: {took_s:.2f} s from sending the application to the arrival of the document."
