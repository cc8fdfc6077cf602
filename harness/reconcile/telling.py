"""Tells what a comparison of two extracts found, in words for a municipality; and lists the differences as CSV."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from harness.csv_stream import CsvStream
from harness.errors import UsageError
from harness.glossary import Lang
from harness.reconcile.compare import LISTED, Difference, Extract, Reconciliation

_KIND = {
    "only_a": ("A のみ", "only in A"),
    "only_b": ("B のみ", "only in B"),
    "differs": ("内容が異なる", "differs"),
    "repeated_a": ("A に重複", "repeated in A"),
    "repeated_b": ("B に重複", "repeated in B"),
}


def tell(found: Reconciliation, lang: Lang) -> str:
    """Return the result: counts, extract times, differing items. Names nobody."""
    ja = lang == "ja"
    lines = [
        *_extract("A", found.a, lang),
        *_extract("B", found.b, lang),
        *_times(found, lang),
        f"一致 {found.same:,} 人、内容が異なる {found.differing:,} 人、A のみ {found.only_a:,} 人、"
        f"B のみ {found.only_b:,} 人"
        if ja
        else f"{found.same:,} people agree, {found.differing:,} differ, {found.only_a:,} only in A, "
        f"{found.only_b:,} only in B",
    ]
    for item in found.items:
        if item.differing:
            lines.append(f"  {item.item}: {item.differing:,} {'人で相違' if ja else 'people differ'}")
    compared = ("、" if ja else ", ").join(item.item for item in found.items)
    lines.append(f"比べた項目: {compared}" if ja else f"items compared: {compared}")
    if found.agree:
        lines.append("差は見つからなかった" if ja else "no difference was found")
    return "\n".join(lines)


def _extract(name: str, extract: Extract, lang: Lang) -> Iterator[str]:
    told = (
        f"{name}: {extract.file}({extract.encoding}) {extract.rows:,} 行、{extract.people:,} 人"
        if lang == "ja"
        else f"{name}: {extract.file} ({extract.encoding}), {extract.rows:,} rows, {extract.people:,} people"
    )
    yield told
    if extract.repeated:
        yield (
            f"  同じ番号の行が重複 {extract.repeated:,}"
            if lang == "ja"
            else f"  {extract.repeated:,} further rows of a key"
        )
    if extract.without_key:
        yield (
            f"  番号のない行 {extract.without_key:,}"
            if lang == "ja"
            else f"  {extract.without_key:,} rows without a key"
        )


def _times(found: Reconciliation, lang: Lang) -> Iterator[str]:
    """State when each extract was taken: what changed in between shows as a difference."""
    for name, extract in (("A", found.a), ("B", found.b)):
        declared = extract.taken_from == "declared"
        if lang == "ja":
            yield f"{name} の抽出日時: {extract.taken}" + ("" if declared else "(申告なし。ファイルの更新日時)")
        else:
            yield f"{name} was taken {extract.taken}" + ("" if declared else " (not declared: the file's own time)")
    apart_s = abs(_seconds(found.a.taken) - _seconds(found.b.taken))
    if apart_s >= 1:
        minutes = apart_s / 60
        yield (
            f"抽出の間隔は {minutes:,.0f} 分。その間の異動は差として現れる"
            if lang == "ja"
            else f"{minutes:,.0f} minutes lie between them: changes made meanwhile show as differences"
        )


def _seconds(taken: str) -> float:
    return datetime.fromisoformat(taken).astimezone().timestamp()


def write_list(found: Reconciliation, out: Path, keys: Mapping[tuple[str, int], str] | None, lang: Lang) -> None:
    """Write the differences (0600) as CSV: kind, token, lines in A and B, items; and keys where they are given.

    Raises UsageError where the file exists already or cannot be written.
    """
    column = 0 if lang == "ja" else 1
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{out} exists already; nothing is overwritten. Name a new file with --list") from None
    except OSError as e:
        raise UsageError(f"{out}: cannot be written ({e.strerror}); name another file with --list") from None
    with open(descriptor, "w", encoding="utf-8-sig", newline="") as text:  # noqa: PTH123  a mode from the start
        writer = csv.writer(text)
        writer.writerow([*_HEADING[column], *([("番号", "key")[column]] if keys is not None else [])])
        for one in found.differences:
            row = [_KIND[one.kind][column], one.token, one.line_a or "", one.line_b or "", " ".join(one.items)]
            writer.writerow([*row, *([_key(one, keys)] if keys is not None else [])])
        total = found.differing + found.only_a + found.only_b + found.a.repeated + found.b.repeated
        if total > LISTED:
            more = total - LISTED
            writer.writerow([f"ほか {more} 件(一覧は {LISTED} 件まで)" if column == 0 else f"{more} more"])


_HEADING = (("区分", "符号", "A の行", "B の行", "項目"), ("kind", "token", "line in A", "line in B", "items"))


def _key(one: Difference, keys: Mapping[tuple[str, int], str]) -> str:
    return keys.get(("a", one.line_a), "") or keys.get(("b", one.line_b), "")


def keys_of(
    found: Reconciliation, a: CsvStream, b: CsvStream, key_a: tuple[str, ...], key_b: tuple[str, ...]
) -> dict[tuple[str, int], str]:
    """Return the keys of the people who differ, as written, by side and line: personal data."""
    keys: dict[tuple[str, int], str] = {}
    for name, stream, headings, wanted in (
        ("a", a, key_a or a.heading[:1], {d.line_a for d in found.differences}),
        ("b", b, key_b or b.heading[:1], {d.line_b for d in found.differences}),
    ):
        places = [stream.place(h, f"{name}.key") for h in headings]
        for line, cells in stream.rows():
            if line in wanted:
                keys[name, line] = " ".join(cells[p] for p in places)
    return keys
