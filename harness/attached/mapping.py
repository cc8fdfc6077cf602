"""Which columns of a server's log say what, and how it writes states, certificates and times."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from harness.config import load_toml
from harness.csv_stream import CsvStream, Encoding
from harness.errors import ConfigError, UsageError
from harness.records.attached import LogKind
from harness.records.certificates import Certificate

# What a column may be, with the headings that are understood without a mapping.
HEADINGS: dict[str, tuple[str, ...]] = {
    "request_id": ("要求番号", "要求ID", "リクエストID", "request_id", "X-Request-Id"),
    "issue_number": ("発行番号", "issue_number"),
    "card": ("シリアル番号", "カードシリアル番号", "証明書シリアル番号", "card", "serial"),
    "certificate": ("証明書種別", "証明書の種類", "証明書", "certificate"),
    "state": ("結果", "状態", "処理結果", "state", "status"),
    "node": ("サーバ", "サーバ名", "号機", "node", "host"),
    "at": ("日時", "発行日時", "処理日時", "時刻", "at", "time", "timestamp"),
}
_TELL_WHOSE = ("request_id", "issue_number", "card")
_ISSUED = ("issued", "発行", "発行済", "発行済み", "正常", "正常終了", "交付", "交付済", "OK", "200", "0")
_NAMES = {
    "住民票": Certificate.JUMINHYO,
    "住民票の写し": Certificate.JUMINHYO,
    "住民票記載事項証明書": Certificate.KISAIJIKO,
    "記載事項証明": Certificate.KISAIJIKO,
    "印鑑登録証明書": Certificate.INKAN,
    "印鑑証明": Certificate.INKAN,
    "課税証明書": Certificate.TAX,
    "所得証明書": Certificate.TAX,
    "納税証明書": Certificate.TAX,
    "戸籍全部事項証明書": Certificate.KOSEKI,
    "戸籍個人事項証明書": Certificate.KOSEKI,
    "戸籍証明書": Certificate.KOSEKI,
    "戸籍の附票": Certificate.FUHYO,
    "戸籍の附票の写し": Certificate.FUHYO,
} | {c.value: c for c in Certificate}


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """MAPPING.toml of a log."""

    encoding: Encoding = "auto"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    kind: LogKind = LogKind.ISSUE
    columns: dict[str, str] = field(default_factory=dict)  # of HEADINGS → their heading
    issued: tuple[str, ...] = _ISSUED  # states that mean: issued
    certificates: dict[str, Certificate] = field(default_factory=dict)  # their code → ours
    time_format: str = ""  # as of strptime, where times are not ISO
    time_zone: Annotated[str, Meta(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")] = "+09:00"  # of times that name none

    def certificate(self, text: str) -> Certificate | None:
        """Return the certificate that a log means, None where that is not known."""
        return self.certificates.get(text) or _NAMES.get(text)


def load_mapping(file: Path | None, columns: tuple[str, ...]) -> Mapping:
    """Read a mapping, and take `columns` ("card=シリアル番号") instead of its own; raise UsageError."""
    mapping = load_toml(file, Mapping) if file is not None else Mapping()
    told = dict(mapping.columns)
    for pair in columns:
        name, _, heading = pair.partition("=")
        if not heading:
            raise UsageError(f"--column {pair}: write it as card=HEADING; it may be one of: {', '.join(HEADINGS)}")
        told[name] = heading
    for name in told:
        if name not in HEADINGS:
            raise ConfigError(file or "--column", f"columns.{name}", f"no such item. Allowed: {', '.join(HEADINGS)}")
    return replace(mapping, columns=told)


def places_of(stream: CsvStream, mapping: Mapping) -> dict[str, int]:
    """Return the column number of all that the log tells; raise ConfigError where it cannot say whose a row is."""
    places: dict[str, int] = {}
    for name, headings in HEADINGS.items():
        if name in mapping.columns:
            places[name] = stream.place(mapping.columns[name], f"columns.{name}")
        elif found := next((h for h in headings if h in stream.heading), None):
            places[name] = stream.heading.index(found)
    if not any(name in places for name in _TELL_WHOSE):
        reason = (
            f"no column gives {' or '.join(_TELL_WHOSE)}; columns are {', '.join(stream.heading)}. "
            "Name one with --column, e.g. card=HEADING"
        )
        raise ConfigError(stream.file, "heading", reason)
    return places
