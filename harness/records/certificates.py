"""The six certificate families (証明書の種類) and the options an applicant may choose."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Certificate(StrEnum):
    """A certificate family as the kiosk offers it."""

    JUMINHYO = "juminhyo"  # 住民票の写し
    KISAIJIKO = "kisaijiko"  # 住民票記載事項証明書
    INKAN = "inkan"  # 印鑑登録証明書
    TAX = "tax"  # 所得・課税・納税証明書
    KOSEKI = "koseki"  # 戸籍全部/個人事項証明書
    FUHYO = "fuhyo"  # 戸籍の附票の写し


class Scope(StrEnum):
    """Whom the certificate is to list: everyone, some named persons, or the applicant alone."""

    ALL = "all"  # 世帯全員 / 全部事項
    SOME = "some"  # 世帯の一部
    SELF = "self"  # 本人 / 個人事項


class TaxKind(StrEnum):
    """Which tax certificate: 所得・課税証明書 or 納税証明書."""

    KAZEI = "kazei"
    NOZEI = "nozei"


class Options(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the applicant chose; fields that a family does not know keep their defaults."""

    scope: Scope = Scope.SELF
    persons: tuple[str, ...] = ()  # resident keys, with scope "some" only; the applicant need not be among them
    honseki: bool = False  # 本籍・筆頭者
    relation: bool = False  # 世帯主・続柄
    my_number: bool = False  # 個人番号
    tax_year: int | None = None  # 年度, western
    tax_kind: TaxKind = TaxKind.KAZEI
    copies: int = 1
