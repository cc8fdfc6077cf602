"""The plain sentence of a ZOMBIE-ISSUE: why this person should have been refused, and which key declares otherwise."""

from __future__ import annotations

from datetime import date

from harness.glossary import Lang
from harness.population.issuable import age, longest_name
from harness.records.findings import Anomaly, Finding
from harness.records.resident import Resident
from harness.records.rules import Rules

# Per reason: why, and the key of the target file's [rules] that declares another rule ("": no municipality may).
_BECAUSE: dict[str, tuple[str, str, str]] = {
    "DECEASED": ("死亡しているため", "has died", ""),
    "MOVED_OUT": ("転出しているため", "has moved out", ""),
    "RESTRICTED": ("支援措置の対象であるため", "is protected (shien sochi)", "refuse_restricted = false"),
    "GAIJI_PENDING": (
        "氏名の外字が登録中であるため",
        "has characters that are still being registered",
        "refuse_gaiji_pending = false",
    ),
    "NAME_TOO_LONG": ("氏名が印字できる長さを超えるため", "has a name too long to be printed", "name_limit = 0"),
    "UNDER_15": ("{minimum}歳未満のため", "is under {minimum}", "minimum_age = 0"),
    "NOT_REGISTERED": ("この証明書の元になる登録がないため", "is not on the register it is made from", ""),
    "KOSEKI_ACCESS_NONE": (
        "市外に住み、戸籍の利用登録を申請していないため",
        "lives elsewhere and has not applied for access to the koseki",
        "koseki_access = false",
    ),
    "KOSEKI_ACCESS_PENDING": (
        "市外に住み、戸籍の利用登録が処理中であるため",
        "lives elsewhere, and access to the koseki is still pending",
        "koseki_access = false",
    ),
    "SEAL_NOT_REGISTERED": ("印鑑が登録されていないため", "has no registered seal", ""),
    "SEAL_CANCELLED": ("印鑑登録が廃止されているため", "has cancelled the registration of the seal", ""),
}


_DECLARE = (
    "対象システムの規則でないとき(センターが確かめるなど)は、対象ファイルの [rules] に {} と書いて申告する。",
    " Where this is no rule of the target (the centre checks it, say), declare {} under [rules] in the target file.",
)


def forbidden(finding: Finding, resident: Resident | None, rules: Rules, on: date, lang: Lang) -> str:
    """Return why what was issued may not be, one sentence a reason, in plain words; "" for other anomalies.

    `resident` is the applicant as the population has it, `on` the day of the run.
    """
    if finding.anomaly is not Anomaly.ZOMBIE_ISSUE or resident is None:
        return ""
    reasons = [e.value for e in finding.evidence if e.item == "issuable" and e.value in _BECAUSE]
    return ("" if lang == "ja" else " ").join(_sentence(reason, resident, rules, on, lang) for reason in reasons)


def _sentence(reason: str, resident: Resident, rules: Rules, on: date, lang: Lang) -> str:
    ja, en, key = _BECAUSE[reason]
    facts = _facts(reason, resident, rules, on, lang)
    if lang == "ja":
        told = (
            f"{resident.key} は{ja.format(minimum=rules.minimum_age)}交付できないはず{f'({facts})' if facts else ''}。"
        )
        return told + (_DECLARE[0].format(key) if key else "")
    told = f"{resident.key} {en.format(minimum=rules.minimum_age)}"
    told += f" ({facts}), so nothing may be issued." if facts else ", so nothing may be issued."
    return told + (_DECLARE[1].format(key) if key else "")


def _facts(reason: str, resident: Resident, rules: Rules, on: date, lang: Lang) -> str:
    if reason == "UNDER_15" and resident.born_on:
        years, born = age(resident.born_on, on), date.fromisoformat(resident.born_on)
        if lang == "ja":
            return f"{_day(born)}生まれ、{_day(on)}の試験日に{years}歳"
        return f"born on {born.isoformat()}, aged {years} on {on.isoformat()}, the day of the run"
    if reason == "NAME_TOO_LONG":
        length, limit = longest_name(resident), rules.name_limit
        if lang == "ja":
            return f"{length}文字、上限 {limit}文字" if limit else f"{length}文字、試験住民の name_too_long の印"
        return f"{length} characters, limit {limit}" if limit else f"{length} characters, marked name_too_long"
    if reason in {"DECEASED", "MOVED_OUT"} and resident.left_on:
        left = date.fromisoformat(resident.left_on)
        return f"異動日 {_day(left)}" if lang == "ja" else f"since {left.isoformat()}"
    return ""


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
