"""The words in which `honnin read` explains a document, in Japanese and English."""

from __future__ import annotations

from collections.abc import Iterator

from harness.glossary import Lang, item_word, kind_word, word
from harness.judge.single import Explained, ExplainedPage
from harness.picture.ocr import Figures
from harness.records.findings import Evidence
from harness.records.reading import FileMarks
from harness.sentences import in_japanese, seen

_ITEMS_SHOWN = 40
_LINES_SHOWN = 12
_STATUS = {
    "read": ("読み取れた", "read"),
    "not_pdf": ("PDF でない", "not a PDF"),
    "corrupt": ("壊れている", "corrupt"),
    "encrypted": ("暗号化されている", "encrypted"),
    "over_limit": ("大きすぎるか、時間がかかりすぎる", "over a limit"),
    "reader_died": ("読取プログラムが異常終了した", "the reader ended"),
}
_PAGE_VERDICTS = {
    "own": ("本人のもの", "own"),
    "own_weak": ("本人のもの(弱い一致)", "own, by a weak match"),
    "foreign": ("他人のもの", "somebody else's"),
    "mixed": ("本人と他人の記載が混在", "the applicant's and somebody else's"),
    "stranger": ("試験用住民でない人の記載", "somebody outside the population"),
    "unread": ("読取不能(要確認)", "unread"),
}
_TIERS = {
    "text": ("文字", "text"),
    "picture": ("画像", "picture"),
    "ocr": ("OCR", "OCR"),
    "bytes": ("ファイル", "bytes"),
}
_VERDICTS = {
    "own": ("本人の証明書です", "it is the applicant's own document"),
    "foreign": ("他人の記載があります", "it carries somebody else's data"),
    "wrong": ("内容に誤りがあります", "its content is wrong"),
    "unread": ("すべてを確かめることができません(要確認)", "not all of it can be read or decided; look at it yourself"),
    "undecided": (
        "誰に交付すべきものかの指定がないため判定しません(--resident と --certificate を指定)",
        "not decided: say whose it should be with --resident and --certificate",
    ),
}


class Words:
    """Chooses between Japanese and English."""

    def __init__(self, lang: Lang) -> None:
        """Remember the language."""
        self.lang: Lang = lang

    def __call__(self, ja: str, en: str) -> str:
        """Return the text of the language."""
        return ja if self.lang == "ja" else en

    def sentence(self, text: str) -> str:
        """Return a sentence of ours in the language."""
        return in_japanese(text) if self.lang == "ja" else text


def told(explained: Explained, figures: dict[int, Figures], ocr_missing: str, lang: Lang) -> Iterator[str]:
    """Yield the lines that explain a document."""
    say = Words(lang)
    reading = explained.reading
    why = f": {say.sentence(reading.reason)}" if reading.reason else ""
    yield f"{say('状態', 'status')}: {say(*_STATUS[reading.status])}{why}"
    if marks := ", ".join(_marks(reading.marks, say)):
        yield f"{say('ファイルの特徴', 'file')}: {marks}"
    for page in explained.pages:
        yield from _page(page, figures.get(page.page), ocr_missing, explained, say)
    yield from _document(explained, say)
    yield f"{say('結論', 'verdict')}: {say(*_VERDICTS[explained.verdict])}"


def _marks(marks: FileMarks, say: Words) -> Iterator[str]:
    if marks.headers > 1:
        yield say(f"PDF が {marks.headers} 個つながっている", f"{marks.headers} PDFs one behind the other")
    if marks.prevs or marks.eofs > 1:
        yield say(f"更新履歴あり(終端 {marks.eofs} 個)", f"earlier revisions ({marks.eofs} ends of file)")
    if marks.leading_bytes:
        yield say(f"始まりの前に {marks.leading_bytes} バイト", f"{marks.leading_bytes} bytes before its beginning")
    if marks.trailing_bytes:
        yield say(f"終端の後に {marks.trailing_bytes} バイト", f"{marks.trailing_bytes} bytes behind its end")
    if marks.encrypted:
        yield say("暗号化(空の、または指定のパスワードで開く)", "encrypted (opens with the empty or a given password)")
    if marks.javascript:
        yield say("JavaScript を含む", "contains JavaScript")
    if marks.attachments:
        yield say(f"添付 {marks.attachments} 件", f"{marks.attachments} attachments")
    if marks.unread:
        told = f"{marks.unread} attached, archived or earlier parts not looked through"
        yield say(f"中を確かめられない添付・書庫・旧版 {marks.unread} 件", told)


def _page(
    page: ExplainedPage, figures: Figures | None, ocr_missing: str, explained: Explained, say: Words
) -> Iterator[str]:
    yield ""
    yield f"[{say('ページ', 'page')} {page.page}] {say('文字', 'characters')} {page.characters}, " + say(
        f"画像 {page.pictures}", f"pictures {page.pictures}"
    )
    trust = say.sentence(page.distrust) if page.distrust else say("信頼できる", "trusted")
    yield f"  {say('文字情報', 'text')}: {trust}"
    if page.title is not None:
        yield f"  {say('表題', 'title')}: {word(page.title, say.lang)}"
    if page.issue_number:
        yield f"  {say('発行番号', 'issue number')}: {page.issue_number}"
    if page.counter:
        yield f"  {say('頁数', 'counter')}: {page.counter[0]} / {page.counter[1]}"
    yield from _recognised(page, figures, ocr_missing, say)
    for item in page.items[:_ITEMS_SHOWN]:
        more = f" +{item.of - len(item.owners)}" if item.of > len(item.owners) else ""
        whose = f"{', '.join(item.owners)}{more} ({item.bits:.1f} {say('ビット', 'bits')})"
        yield f"    {say('行', 'line')} {item.line}: {item.text} [{item_word(item.role, say.lang)}] {whose}"
    if len(page.items) > _ITEMS_SHOWN:
        yield f"    … +{len(page.items) - _ITEMS_SHOWN}"
    if page.owners:
        weights = ", ".join(f"{o.resident} {o.bits:.1f} {say('ビット', 'bits')}" for o in page.owners)
        yield f"  {say('記載の持ち主', 'owners')}: {weights}"
    if page.unexplained and not page.distrust:
        lines = " | ".join(page.unexplained[:_LINES_SHOWN])
        yield f"  {say('説明のつかない行', 'lines unexplained')}: {lines}"
    yield from _judged(page.page, explained, say)


def _recognised(page: ExplainedPage, figures: Figures | None, ocr_missing: str, say: Words) -> Iterator[str]:
    if figures is not None:
        dates = ", ".join("{}-{:02}-{:02}".format(*day) for day in figures.dates) or "-"
        read = f"{say('日付', 'dates')} {dates}; {say('番号', 'numbers')} {', '.join(figures.numbers) or '-'}"
        yield f"  {say('画像からの読取り(数字と日付のみ)', 'OCR (figures only)')}: {read}"
    elif page.distrust and ocr_missing:
        yield f"  {say('画像からの読取り', 'OCR')}: {ocr_missing}"


def _judged(number: int, explained: Explained, say: Words) -> Iterator[str]:
    pages = explained.ownership.pages if explained.ownership else ()
    for page in pages:
        if page.page == number:
            why = f": {say.sentence(page.reason)}" if page.reason else ""
            tier = say(*_TIERS.get(page.tier, _TIERS["text"]))
            yield f"  {say('判定', 'judged')}: {say(*_PAGE_VERDICTS[page.verdict])} [{tier}]{why}"


def _document(explained: Explained, say: Words) -> Iterator[str]:
    yield ""
    if explained.likely_owner:
        paper = word(explained.likely_certificate, say.lang) if explained.likely_certificate else say("不明", "unknown")
        people = ", ".join((explained.likely_owner, *explained.fits_as_well[:4]))
        who = f"{people} ({explained.likely_bits:.1f} {say('ビット', 'bits')})"
        yield f"{say('もっとも近い持ち主', 'most likely owner')}: {who}; {say('証明書', 'certificate')}: {paper}"
    for finding in explained.findings:
        yield f"{word(finding.severity, say.lang)}: {word(finding.anomaly, say.lang)}"
        for evidence in finding.evidence:
            yield _evidence(evidence, say)


def _evidence(one: Evidence, say: Words) -> str:
    kind, item = kind_word(one.kind, say.lang), item_word(one.item, say.lang) if one.item else ""
    owner = f" → {one.owner}" if one.owner else ""
    where = f" ({say('頁', 'page')} {one.page})" if one.page else ""
    return "  " + " ".join(filter(None, (f"{kind}:", item, seen(one, say.lang)))) + owner + where
