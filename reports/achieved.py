"""What the generator reached, in sentences: how bursts were released, how late arrivals began, how strained it was."""

from __future__ import annotations

from collections.abc import Iterator

from harness.glossary import Lang
from harness.records.generator import Achieved, Lateness, Strain

_SENTENCES = {
    "withdrawn": (
        "送信を終える前に無効となり、やり直した同時申請が {n} 回あります(相手が接続を閉じた、早く応答したなど)。",
        "{n} attempts at bursts were void before the requests had left, and were made again "
        "(a connection closed, an early answer).",
    ),
    "whole": (
        "{n} 組は、最後の 1 バイトを残さず、要求全体を続けて送りました。",
        "{n} bursts were sent as whole requests, nothing of them held back.",
    ),
    "brackets": (
        "{n} 組では、最初の送出から最後の受領確認(相手機)までを OS の時刻で確かめました(中央値 {ms} ms)。",
        "For {n} bursts the kernel itself told when they left and were acknowledged "
        "(first departure to last acknowledgement, median {ms} ms).",
    ),
    "lateness": (
        "時刻を決めた来店 {n} 件の開始の遅れ: 中央値 {median} ms、99 % 点 {p99} ms、最大 {most} ms"
        "(計画 毎秒 {planned} 件、実績 毎秒 {achieved} 件)。",
        "{n} arrivals were planned for an instant and began late by: median {median} ms, p99 {p99} ms, "
        "at most {most} ms (planned {planned} a second, achieved {achieved}).",
    ),
    "took": (
        "予定の時刻から終わりまで: 中央値 {median} ms、95 % 点 {p95} ms、99 % 点 {p99} ms。",
        "From the intended instant to the end: median {median} ms, p95 {p95} ms, p99 {p99} ms.",
    ),
    "strain": (
        "試験機({s} 秒間監視): 処理の遅れ(p99)は最大 {lag} ms、プロセッサは最大 {cpu} %、ソケットは最大 {sockets} 個。",
        "The generator, watched for {s} s: loop lag p99 up to {lag} ms, processor up to {cpu} %, "
        "at most {sockets} sockets.",
    ),
    "saturated": (
        "うち {s} 秒間は飽和していました。その間の時間の測定には試験機自身の遅れが含まれます。",
        "It was saturated for {s} s of that: times measured then include its own delay.",
    ),
}


def achieved(generator: Achieved, lang: Lang) -> tuple[str, ...]:
    """Return one sentence for each thing there is to tell."""
    column = 0 if lang == "ja" else 1
    told = (*_bursts(generator), *_lateness(generator.lateness), *_strain(generator.strain))
    return tuple(_SENTENCES[key][column].format(**numbers) for key, numbers in told)


def _bursts(generator: Achieved) -> Iterator[tuple[str, dict[str, str]]]:
    if generator.withdrawn:
        yield "withdrawn", {"n": f"{generator.withdrawn:,}"}
    if generator.whole:
        yield "whole", {"n": f"{generator.whole:,}"}
    if generator.brackets:
        yield "brackets", {"n": f"{generator.brackets:,}", "ms": f"{generator.bracket_median_ms:,.2f}"}


def _lateness(late: Lateness) -> Iterator[tuple[str, dict[str, str]]]:
    if not late.arrivals:
        return
    yield (
        "lateness",
        {
            "n": f"{late.arrivals:,}",
            "median": f"{late.median_ms:,.0f}",
            "p99": f"{late.p99_ms:,.0f}",
            "most": f"{late.most_ms:,.0f}",
            "planned": f"{late.planned_per_s:.3g}",
            "achieved": f"{late.achieved_per_s:.3g}",
        },
    )
    yield (
        "took",
        {
            "median": f"{late.took_median_ms:,.0f}",
            "p95": f"{late.took_p95_ms:,.0f}",
            "p99": f"{late.took_p99_ms:,.0f}",
        },
    )


def _strain(strain: Strain) -> Iterator[tuple[str, dict[str, str]]]:
    if not strain.watched_s:
        return
    yield (
        "strain",
        {
            "s": f"{strain.watched_s:,.0f}",
            "lag": f"{strain.lag_p99_ms:,.0f}",
            "cpu": f"{strain.cpu_most * 100:.0f}",
            "sockets": f"{strain.sockets_most:,}",
        },
    )
    if strain.saturated_s:
        yield "saturated", {"s": f"{strain.saturated_s:,.0f}"}
