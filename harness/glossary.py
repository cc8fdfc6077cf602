"""One place that maps the vocabulary of code to the words of reports: (Japanese, English)."""

from __future__ import annotations

import locale
import os
from typing import Literal

Lang = Literal["ja", "en"]

# Isolation probes: what must not work.
PROBES: dict[str, tuple[str, str]] = {
    "wrong_signature": ("誤った署名", "wrong signature"),
    "foreign_job": ("他人のセッションからの取得", "another person's session"),
    "next_customer": ("同じ端末の次の利用者による取得", "the next customer at the kiosk"),
    "after_end": ("終了後のセッションの再使用", "a session used after its end"),
}

WORDS: dict[str, tuple[str, str]] = {
    # verdict
    "PASS": ("検出なし(計画した試験をすべて実施)", "nothing detected (all planned tests carried out)"),
    "FAIL": ("不具合を検出", "defect detected"),
    "INCONCLUSIVE": ("判定保留", "inconclusive"),
    # severity
    "grave": ("重大", "grave"),
    "defect": ("不具合", "defect"),
    "review": ("要確認", "to be reviewed"),
    "judged_own": ("本人のもので誤りなし", "the applicant's own, and right"),
    "judged_spoiled": ("本人のものだが、判読できないか印字が不良", "the applicant's own, but illegible or misprinted"),
    "judged_other": ("本人のものでない、または誤り", "somebody else's, or wrong"),
    # final classes
    "own": ("本人の証明書", "own"),
    "own_with_finding": ("本人の証明書(指摘あり)", "own, with another finding"),
    "misdelivered": ("誤交付", "misdelivered"),
    "unread": ("読取不能", "unread"),
    "refused": ("交付不可(業務上)", "refused"),
    "failed": ("エラー・混雑(交付なし)", "failed"),
    "aborted": ("意図的な中止", "aborted on purpose"),
    "unresolved": ("結果不明", "unresolved"),
    # what is known, afterwards, of applications without a document
    "document_came": ("証明書は届いている(遅れて、またはエラーの前に)", "a document came, late or before the error"),
    "reached_another": ("証明書が他人に渡った(指摘)", "somebody else received its document (a finding)"),
    "told_by_finding": ("対象は発行済みとするが届いていない(指摘)", "issued, says the target; nothing came (finding)"),
    "not_issued": ("発行されていない(申請前、または発行履歴で確認)", "not issued: not applied for, or by the ledger"),
    "target_says": ("対象の答えのみ(裏付けなし)", "only the target's answer says so"),
    "held_as_issued": ("意図的な中止だが、対象は発行済みとする", "given up on purpose; the target holds it as issued"),
    "still_open": ("対象で処理中のまま", "still open at the target"),
    "nobody_knows": ("だれにも分からない", "nobody knows"),
    # properties
    "O": ("本人性(他人の証明書が出ない)", "ownership"),
    "F": ("最新性と交付の可否(交付時点の登録内容)", "freshness and whether it may be issued"),
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
    **PROBES,
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
    "cut_request": ("端末からの送信途中の切断", "a request cut off on its way"),
    "cut_answer": ("端末での受信途中の切断", "an answer cut off on its way"),
    "half_close": ("送信側だけの切断", "a half-closed connection"),
    "slow_read": ("遅い受信", "an answer read slowly"),
    "delay": ("通信の遅延", "delay"),
    "bandwidth": ("通信帯域の不足", "little bandwidth"),
    "reset": ("通信の強制切断", "reset"),
    "down": ("通信の途絶", "link down"),
    "command": ("停止・再起動などの操作", "command"),
    "walk_away": ("立ち去り", "walking away"),
    "bad_card": ("途中で離れた人の次に無効なカード", "somebody left midway, then a card that is no good"),
    "time_out": ("放置(時間制限超過)", "idling beyond the time limit"),
    "cancelled": ("取消", "cancelled"),
    # kinds of phases
    "solo": ("単独", "alone"),
    "succession": ("同じ端末での連続利用", "successions on one kiosk"),
    "pairs": ("2者の組合せ", "pairs"),
    "steered": ("兆候に応じた間隔", "steered pairs"),
    "seconds": ("秒の境目", "pairs set in the second"),
    "bursts": ("同時申請", "bursts"),
    "hold": ("能力を超える滞留", "held overload"),
    "updates": ("登録の変更", "changes of the register"),
    "probes": ("分離の試行", "isolation probes"),
    "mix": ("通常運用", "ordinary operation"),
    # kinds of coincidence
    "together": ("同時(計画上の差 0)", "together"),
    "10ms": ("10 ms 以下", "up to 10 ms"),
    "100ms": ("100 ms 以下", "up to 100 ms"),
    "1s": ("1 秒以下", "up to 1 s"),
    "longer": ("1 秒超", "above 1 s"),
    "two": ("2 人", "2"),
    "3-8": ("3~8 人", "3 to 8"),
    "9-32": ("9~32 人", "9 to 32"),
    "33+": ("33 人以上", "33 or more"),
    "same_second": ("同じ秒に受け付けられた二人を含む", "two accepted in one second"),
    "other_second": ("異なる秒にまたがる", "across two seconds"),
    "same_node": ("同じサーバの二人を含む", "two on one node"),
    "cross_node": ("異なるサーバにまたがる", "on different nodes"),
    "after_delivery": ("交付の後", "after a delivery"),
    "after_refusal": ("交付不可の後", "after a refusal"),
    "after_error": ("エラー・結果不明の後", "after an error"),
    "after_abort": ("中止の後", "after somebody gave up"),
    # how two people stand to each other
    "strangers": ("無関係な二人", "strangers"),
    "household": ("同じ世帯", "same household"),
    "lookalikes": ("よく似た二人(異体字・双子・同姓同名)", "look-alikes"),
    "same_birthday": ("生年月日か氏名が同じ", "same birthday or name"),
    "self": ("同じ本人", "the same person"),
    # readers of a verdict
    "municipality": ("自治体", "municipality"),
    "vendor": ("提供者・試験の実施者", "vendor, or whoever plays the test"),
    # environments
    "test": ("検証環境", "test environment"),
    "production": ("本番環境", "production"),
    # things
    "application": ("申請", "application"),
    "burst": ("同時申請", "burst"),
    "misdelivery": ("誤交付", "misdelivery"),
    "victim": ("受け取った人", "victim"),
    "donor": ("印字された人", "donor"),
    "kiosk": ("キオスク端末", "kiosk"),
    "node": ("サーバ", "node"),
    # the accounts, and what the control swaps
    "applications": ("申請", "applications"),
    "deliveries": ("証明書", "documents"),
    "server log": ("発行サーバの記録", "server log"),
    "document": ("証明書全体", "whole document"),
    "page": ("1ページ", "one page"),
    "item": ("1項目", "one item"),
    "seal": ("印影", "seal impression"),
    # inputs of a run
    "population": ("試験用住民", "population"),
    "plan": ("試験計画", "plan"),
    "target": ("対象ファイル", "target file"),
    "procedure": ("標準試験手順の写し", "copy of the standard procedure"),
    "baseline": ("基準帳票", "baseline"),
    # patterns of misdelivery
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
    "NEW-OLD-INVERSION": ("新しい内容の交付の後に古い内容", "old content after new content had been issued"),
    "ABORTED-READ": ("失敗した変更の内容の記載", "content of a change that failed"),
    "FUTURE": ("まだ行っていない変更の内容の記載", "content of a change not yet made"),
    "GARBAGE": ("登録に一度もない内容の記載", "content that was never registered"),
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


# Items of certificates and of the register, as evidence names them.
ITEMS: dict[str, tuple[str, str]] = {
    "region": ("領域(左,上 - 右,下)", "region (left,top - right,bottom)"),
    "baseline": ("基準帳票", "baseline"),
    "name": ("氏名", "name"),
    "kana": ("ふりがな", "kana"),
    "former_name": ("旧氏", "former name"),
    "alias": ("通称", "alias"),
    "born_on": ("生年月日", "date of birth"),
    "sex": ("性別", "sex"),
    "relation": ("続柄", "relation"),
    "householder": ("世帯主", "householder"),
    "address": ("住所", "address"),
    "address_since": ("住所を定めた年月日", "at the address since"),
    "resident_since": ("住民となった年月日", "resident since"),
    "notified_on": ("届出日", "notified on"),
    "previous_address": ("転入前住所", "previous address"),
    "honseki": ("本籍", "registered domicile (honseki)"),
    "hittousha": ("筆頭者", "head of family register"),
    "nationality": ("国籍・地域", "nationality"),
    "residence_status": ("在留資格", "status of residence"),
    "residence_period": ("在留期間", "period of stay"),
    "residence_expires_on": ("在留期間の満了日", "stay expires on"),
    "residence_card": ("在留カード番号", "residence card"),
    "remarks": ("備考", "remarks"),
    "seal": ("印影", "seal impression"),
    "seal_number": ("印鑑登録番号", "seal registration number"),
    "my_number": ("個人番号", "individual number"),
    "issue_number": ("発行番号", "issue number"),
    "total_income": ("合計所得金額", "total income"),
    "salary_income": ("給与所得", "salary income"),
    "deductions": ("所得控除合計", "deductions"),
    "dependants": ("扶養人数", "dependants"),
    "taxable": ("課税標準額", "taxable income"),
    "city_levy": ("市民税 所得割", "city levy on income"),
    "city_per_capita": ("市民税 均等割", "city levy per capita"),
    "prefecture_levy": ("県民税 所得割", "prefecture levy on income"),
    "prefecture_per_capita": ("県民税 均等割", "prefecture levy per capita"),
    "annual_tax": ("年税額", "annual tax"),
    "paid": ("納付済額", "paid"),
    "unpaid": ("未納額", "unpaid"),
    "events": ("身分事項", "events (mibun jikō)"),
    "member_name": ("名", "given name"),
    "father": ("父", "father"),
    "mother": ("母", "mother"),
    "title": ("証明書の種類", "title"),
    "issuable": ("交付の可否", "may be issued"),
    "state": ("状態", "state"),
    "given_name": ("名", "given name"),
    "addresses": ("これまでの住所", "earlier addresses"),
    "address_days": ("これまでの住所を定めた年月日", "at the earlier addresses since"),
    "koseki_hittousha": ("筆頭者", "head of family register"),
    "koseki_honseki": ("本籍", "registered domicile (honseki)"),
    "member_born_on": ("生年月日", "date of birth"),
    "member_relation": ("父母との続柄", "relation to the parents"),
    "year": ("年度", "fiscal year"),
    "listed": ("登録に載る人", "people on the record"),
    "printed": ("紙面の番号", "as printed"),
    "reported": ("対象が応答した番号", "as reported by the target"),
    "revoked": ("失効", "revoked"),
    "expired": ("有効期限切れ", "expired"),
    "superseded": ("更新前のカード", "superseded"),
    "locked": ("暗証番号のロック", "locked"),
    **PROBES,
}

# Why somebody may not be issued something: the codes of harness.population.issuable.
REASONS: dict[str, tuple[str, str]] = {
    "DECEASED": ("死亡", "deceased"),
    "MOVED_OUT": ("転出", "moved out"),
    "RESTRICTED": ("支援措置", "protected person"),
    "GAIJI_PENDING": ("外字登録中", "character being registered"),
    "NAME_TOO_LONG": ("氏名の長さ超過", "name too long"),
    "UNDER_15": ("年齢の下限未満", "below the minimum age"),
    "NOT_REGISTERED": ("元になる登録なし(市外在住など)", "not on the register it is made from"),
    "KOSEKI_ACCESS_NONE": ("戸籍の利用登録なし", "no access to the koseki applied for"),
    "KOSEKI_ACCESS_PENDING": ("戸籍の利用登録が処理中", "access to the koseki pending"),
    "SEAL_NOT_REGISTERED": ("印鑑登録なし", "no seal registered"),
    "SEAL_CANCELLED": ("印鑑登録の廃止", "registration of the seal cancelled"),
}

# Kinds of evidence.
KINDS: dict[str, tuple[str, str]] = {
    "foreign item": ("他人の記載", "another person's item"),
    "missing item": ("あるべき記載がない", "item missing"),
    "weak match": ("字形の区別のない一致", "weak match"),
    "missing person": ("記載されていない人", "person missing"),
    "wrong item": ("登録と違う記載", "item differs from the register"),
    "blank item": ("空欄の項目", "item left blank"),
    "unexpected item": ("登録にない項目の記載", "item not in the register"),
    "others' item": ("他の住民に登録のある項目の記載", "item that other people have"),
    "leaked item": ("選んでいない項目の記載", "item not asked for"),
    "same bytes": ("同一のファイル", "the same bytes"),
    "issue number": ("発行番号", "issue number"),
    "seal": ("印影の違い", "seal impression"),
    "page counter": ("ページ番号", "page counter"),
    "repeated page": ("同じページの重複", "repeated page"),
    "ledger": ("発行履歴", "ledger"),
    "server log": ("発行サーバの記録", "server log"),
    "stranger": ("試験用住民以外の記載", "someone outside"),
    "title": ("証明書の種類", "title"),
    "unread": ("読み取れない", "unread"),
    "copies": ("部数", "copies"),
    "copy": ("同じ部の重複", "copy"),
    "delivery": ("届いた証明書", "delivery"),
    "end of file": ("ファイルの始まり・終わり", "beginning or end of file"),
    "enclosed file": ("添付・書庫", "enclosed file"),
    "fee": ("手数料", "fee"),
    "refusal": ("交付不可の理由", "refusal"),
    "register": ("登録内容", "register"),
    "printed": ("紙面の記載", "printed"),
    "change": ("登録の変更", "change of the register"),
    "behind": ("反映の遅れ", "behind the register"),
    "earlier read": ("先に交付された新しい内容", "newer content issued before"),
    "settlement": ("後からの確認", "settlement"),
    "acknowledged": ("完了通知の受理", "acknowledged"),
    "card": ("カード", "card"),
    "probe": ("分離の試行", "isolation probe"),
    "customer before": ("同じ端末の直前の利用者", "customer before"),
    "baseline": ("基準帳票 → 今回", "baseline → now"),
    "pages": ("ページ数", "pages"),
    "other issue": ("もう一方の交付", "the other issue"),
    "possible owner": ("本来の受取人の可能性がある別の人", "may as well be this person's"),
    "same value": (
        "同じ値を登録に持つ別の住民(偶然の一致がありうる)",
        "another resident has this value too, perhaps by chance",
    ),
    "nearest in time": ("時刻が最も近い申請", "nearest in time"),
    "items": ("紙面の記載", "items"),
    "picture": ("画像の相違", "picture"),
    "ocr": ("画像から読み取った数字", "figures read by OCR"),
    "baseline page": ("比べた基準帳票", "baseline page"),
    "residue": ("ファイル内に残った記載", "left in the file"),
}


def word(key: str, lang: Lang) -> str:
    """Return the word of reports for a term of the code; the term itself where none is listed."""
    return _said(WORDS, key, lang)


def property_word(name: str, lang: Lang, updates: int = 1) -> str:
    """Return the word for a property; of freshness only the part that was tried where no update of the register was."""
    if name == "F" and not updates:
        return "交付の可否(登録の変更は試していない)" if lang == "ja" else "whether it may be issued (no updates tried)"
    return word(name, lang)


def reason_word(code: str, lang: Lang) -> str:
    """Return the word for a reason why something may not be issued; the code itself where none is listed."""
    return _said(REASONS, code, lang)


def item_word(item: str, lang: Lang) -> str:
    """Return the word for an item of evidence; the item itself where a profile of somebody's own gave it a name."""
    return _said(ITEMS, item, lang)


def kind_word(kind: str, lang: Lang) -> str:
    """Return the word for a kind of evidence."""
    return _said(KINDS, kind, lang)


def _said(words: dict[str, tuple[str, str]], key: str, lang: Lang) -> str:
    ja_en = words.get(key)
    return key if ja_en is None else ja_en[0 if lang == "ja" else 1]


def default_lang() -> Lang:
    """Return "ja" where the user's locale is Japanese, else "en"."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.lower().startswith("ja") else "en"
    return "ja" if (locale.getlocale()[0] or "").lower().startswith("ja") else "en"
