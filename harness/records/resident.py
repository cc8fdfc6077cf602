"""A test resident and everything the six certificate families print of one. None is *unknown*, "" is *empty*.

Lines of `residents.jsonl` and `koseki.jsonl` in a population folder are these records.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Residency(StrEnum):
    """Why a person is, or is no longer, in the register."""

    RESIDENT = "resident"
    MOVED_OUT = "moved_out"  # 転出
    DECEASED = "deceased"  # 死亡 (除票)
    ELSEWHERE = "elsewhere"  # lives elsewhere; 戸籍 and 附票 are here


class KosekiAccess(StrEnum):
    """State of the 利用登録申請 of a person living elsewhere."""

    NONE = "none"  # 未登録
    PENDING = "pending"  # 処理中
    REGISTERED = "registered"  # 登録済


class Seal(Struct, frozen=True, kw_only=True):
    """A seal registration (印鑑登録). The picture is a 1-bit PNG, black ink on white."""

    number: str  # 印鑑登録番号
    registered_on: str  # ISO date
    diameter_mm: float
    png_base64: str
    cancelled_on: str | None = None  # 廃印


class Tax(Struct, frozen=True, kw_only=True):
    """One fiscal year's (年度) figures in yen."""

    year: int  # 年度, western
    total_income: int  # 合計所得金額
    salary_income: int  # 給与所得
    deductions: int  # 所得控除合計
    dependants: int  # 扶養人数
    taxable: int  # 課税標準額
    city_levy: int  # 市民税 所得割
    city_per_capita: int  # 市民税 均等割
    prefecture_levy: int  # 県民税 所得割
    prefecture_per_capita: int  # 県民税 均等割
    annual_tax: int  # 年税額
    paid: int  # 納付済額
    unpaid: int  # 未納額


class Resident(Struct, frozen=True, kw_only=True):
    """One test resident. Dates are ISO (YYYY-MM-DD); names carry their inner space as registered."""

    key: str  # R00001: the harness's and the register's key, never printed
    municipality: str  # 市区町村 name, e.g. 架空県見本市
    residency: Residency = Residency.RESIDENT
    household: str | None = None  # household key; None for people living elsewhere
    name: str | None = None  # 氏名; for foreign residents the Latin name
    kana: str | None = None  # 氏名のふりがな; "" until notified
    former_name: str | None = None  # 旧氏
    alias: str | None = None  # 通称
    born_on: str | None = None
    sex: str | None = None  # 男 / 女
    relation: str | None = None  # 続柄: 世帯主, 妻, 子, ...
    householder: str | None = None  # 世帯主 name
    address: str | None = None
    address_since: str | None = None  # 住所を定めた年月日
    resident_since: str | None = None  # 住民となった年月日
    notified_on: str | None = None  # 届出日
    previous_address: str | None = None  # 転入前住所
    koseki: str | None = None  # koseki key
    honseki: str | None = None  # 本籍
    hittousha: str | None = None  # 筆頭者
    nationality: str | None = None  # 国籍・地域; "" for Japanese
    residence_status: str | None = None  # 在留資格
    residence_period: str | None = None  # 在留期間
    residence_expires_on: str | None = None  # 在留期間満了日
    residence_card: str | None = None  # 在留カード番号 (visibly mock)
    remarks: str | None = None  # 備考
    left_on: str | None = None  # date of 転出 or 死亡
    restricted: bool = False  # 支援措置: nothing may be issued
    gaiji_pending: bool = False  # 外字 being registered: nothing may be issued
    koseki_access: KosekiAccess = KosekiAccess.REGISTERED
    seal: Seal | None = None
    taxes: tuple[Tax, ...] = ()
    cards: tuple[str, ...] = ()  # card serials of imported residents; made cards are mapped in serials.csv
    lookalike_of: str | None = None  # key of the person this one deliberately resembles
    traits: tuple[str, ...] = ()  # what this person exercises: "variant", "long_name", "twin", ...


class KosekiMember(Struct, frozen=True, kw_only=True):
    """One person's part of a 戸籍, and that person's history of addresses for the 附票."""

    resident: str | None  # resident key; None for someone outside the population (a dead parent)
    given_name: str  # 名
    born_on: str
    father: str  # 父
    mother: str  # 母
    relation: str  # 続柄: 長男, 二女, ...
    events: tuple[str, ...] = ()  # 身分事項, one line each, as printed
    removed: bool = False  # 除籍
    addresses: tuple[tuple[str, str], ...] = ()  # 附票: (住所, ISO date 住所を定めた年月日), oldest first


class Koseki(Struct, frozen=True, kw_only=True):
    """A family register (戸籍)."""

    key: str
    honseki: str
    hittousha: str  # 筆頭者氏名
    members: tuple[KosekiMember, ...]
