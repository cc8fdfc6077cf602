"""Every answer that is not a success, as one exception: an HTTP status, a code and a sentence."""

from __future__ import annotations


class Refusal(Exception):
    """The issuer does not do as asked; becomes the JSON answer {"code", "message"}."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Refuse with an HTTP status, a fixed code and a sentence for people."""
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


_BUSINESS = {
    "NOT_REGISTERED": "この証明書の対象となる登録がありません。",
    "MOVED_OUT": "転出(予定)のため交付できません。",
    "DECEASED": "除票のため交付できません。",
    "RESTRICTED": "コンビニ交付の対象外です。窓口へお越しください。",
    "GAIJI_PENDING": "文字の登録処理中のため交付できません。",
    "UNDER_15": "15歳未満の方には交付できません。",
    "SEAL_NOT_REGISTERED": "印鑑登録がありません。",
    "SEAL_CANCELLED": "印鑑登録は廃止されています。",
    "KOSEKI_ACCESS_NONE": "本籍地への利用登録申請がされていません。",
    "KOSEKI_ACCESS_PENDING": "利用登録申請の処理中です。",
    "NAME_TOO_LONG": "氏名が印字できる文字数を超えています。",
    "NOT_ALLOWED": "選択された内容では交付できません。",
    "TAX_YEAR_UNKNOWN": "指定された年度の課税情報がありません。",
    "MOVED_IN_TODAY": "転入当日のため交付できません。",
}


def may_not_issue(code: str) -> Refusal:
    """Return the business refusal (HTTP 409) of a code of the interface."""
    return Refusal(409, code, _BUSINESS[code])
