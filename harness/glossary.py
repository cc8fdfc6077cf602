"""One place that maps the vocabulary of code to the words of reports: (Japanese, English)."""

from __future__ import annotations

import locale
import os
from typing import Literal

Lang = Literal["ja", "en"]

WORDS: dict[str, tuple[str, str]] = {
    # verdict
    "PASS": ("検出なし(計画した試験をすべて実施)", "nothing detected (all planned tests carried out)"),
    "FAIL": ("不具合を検出", "defect detected"),
    "INCONCLUSIVE": ("判定保留", "inconclusive"),
    # severity
    "grave": ("重大", "grave"),
    "defect": ("不具合", "defect"),
    "review": ("要確認", "to be reviewed"),
    # final classes
    "own": ("本人の証明書", "own"),
    "own_with_finding": ("本人の証明書(指摘あり)", "own, with another finding"),
    "misdelivered": ("誤交付", "misdelivered"),
    "unread": ("読取不能", "unread"),
    "refused": ("交付不可(業務上)", "refused"),
    "failed": ("エラー・混雑(交付なし)", "failed"),
    "aborted": ("意図的な中止", "aborted on purpose"),
    "unresolved": ("結果不明", "unresolved"),
    # properties
    "O": ("本人性(他人の証明書が出ない)", "ownership"),
    "F": ("最新性(交付時点の登録内容)", "freshness"),
    "X": ("過不足なし(1申請1交付)", "exactly once"),
    "S": ("分離(他人のセッション・カードで何もできない)", "isolation"),
    "P": ("ページ(全ページがそろい混ざらない)", "pages"),
    "U": ("発行番号の一意性", "unique issue numbers"),
    "B": ("基準帳票との一致", "agreement with the baseline"),
    # certificates
    "juminhyo": ("住民票の写し", "certificate of residence"),
    "kisaijiko": ("住民票記載事項証明書", "certificate of entries in the residence record"),
    "inkan": ("印鑑登録証明書", "seal registration certificate"),
    "tax": ("所得・課税・納税証明書", "income and tax certificate"),
    "koseki": ("戸籍証明書", "family register certificate"),
    "fuhyo": ("戸籍の附票の写し", "copy of the supplementary family register"),
    # steps at the kiosk, and ways to give up
    "open": ("手続の開始", "opening the service"),
    "authenticate": ("カードと暗証番号による認証", "authentication by card and PIN"),
    "take_card": ("カードの取り出し", "taking the card back"),
    "apply": ("申請の送信", "sending the application"),
    "pay": ("手数料の支払", "payment of the fee"),
    "collect": ("証明書の受取待ち", "waiting for the document"),
    "acknowledge": ("印刷完了の通知", "notice that it is printed"),
    "cancel": ("取消", "cancelling"),
    "disconnect": ("通信の切断", "disconnecting"),
    "walk_away": ("立ち去り", "walking away"),
    # things
    "application": ("申請", "application"),
    "burst": ("同時申請", "burst"),
    "misdelivery": ("誤交付", "misdelivery"),
    "victim": ("受け取った人", "victim"),
    "donor": ("印字された人", "donor"),
    "kiosk": ("キオスク端末", "kiosk"),
    "node": ("サーバ", "node"),
    "copy": ("一方向(コピー型)", "copy"),
    "swap": ("入れ替わり", "swap"),
    "rotation": ("巡回", "rotation"),
    "chain": ("連鎖(順送り)", "chain"),
    "star": ("一人の証明書が多数へ", "star"),
    # anomalies
    "MISDELIVERY": ("誤交付(他人の証明書)", "misdelivery"),
    "PAGE-MIX": ("他人のページの混入", "pages of another person mixed in"),
    "TYPE-CONFUSION": ("証明書の種類違い", "another kind of certificate"),
    "OPTION-LEAK": ("選択していない項目の記載", "items printed that were not asked for"),
    "RESIDUE": ("ファイル内に残った他人の情報", "another person's data left in the file"),
    "WRONG-SEAL": ("印影の相違", "wrong seal impression"),
    "WRONG-ITEM": ("記載内容の相違", "wrong content"),
    "STRANGER": ("試験住民以外の記載", "someone outside the test population"),
    "ZOMBIE-ISSUE": ("交付できないはずの証明書の交付", "issued though it may not be"),
    "STALE": ("古い内容の記載", "stale content"),
    "TORN": ("新旧の内容の混在", "mixture of old and new content"),
    "LOST": ("証明書の未交付(滅失)", "lost document"),
    "DUPLICATE": ("二重交付", "duplicate"),
    "ORPHAN": ("申請者不明の証明書", "document nobody asked for"),
    "LATE-CROSS": ("遅れた証明書が他人へ", "late document reached someone else"),
    "CHARGED-NOT-PRINTED": ("手数料のみ徴収", "charged but not printed"),
    "IDOR": ("他人の申請の取得", "another's job could be fetched"),
    "SESSION-BLEED": ("前の利用者のセッションの引継ぎ", "session of the customer before"),
    "AUTH-GAP": ("無効なカードの受付", "invalid card accepted"),
    "PAGE-LOSS": ("ページの欠落", "missing page"),
    "TRUNCATED": ("途中で切れた証明書", "truncated document"),
    "SERIAL-DUP": ("発行番号の重複", "duplicate issue number"),
    "UNREAD": ("読取不能", "unread"),
    "UNEXPLAINED": ("説明できない記載", "unexplained text"),
    "DEVIATION": ("基準帳票との差", "deviation from the baseline"),
}


def word(key: str, lang: Lang) -> str:
    """Return the word of reports for a term of the code; the term itself where none is listed."""
    ja_en = WORDS.get(key)
    return key if ja_en is None else ja_en[0 if lang == "ja" else 1]


def default_lang() -> Lang:
    """Return "ja" where the user's locale is Japanese, else "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.lower().startswith("ja") else "en"
    return "ja" if (locale.getlocale()[0] or "").lower().startswith("ja") else "en"
