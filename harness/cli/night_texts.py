"""The words in which `honnin plan` shows what a window has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.assurance.bounds import rounded_up
from harness.campaign.night import Night

Say = Callable[[str, str], str]  # chooses between Japanese and English


def told_night(night: Night, say: Say) -> Iterator[str]:
    """Yield what the window is spent on, what of the plan it has room for, and what that gives."""
    reserve = night.reserve
    yield say(f"時間枠 {in_time(night.window_s, say)}", f"window of {in_time(night.window_s, say)}")
    if night.baseline_s is not None:
        yield say(
            f"  事前: 基準帳票(honnin baseline)を採る場合、別枠で約 {in_time(night.baseline_s, say)}",
            f"  beforehand, where a baseline is to be taken: about {in_time(night.baseline_s, say)} more",
        )
    yield say(
        f"  試験機の自己検査と対象の確認 {night.before_s:.0f} 秒 → 申請 {in_time(night.arrivals_s, say)} → "
        f"進行中の申請の待ち {reserve.drain_s:.0f} 秒 → 復旧確認 {reserve.recovery_s:.0f} 秒 → "
        f"結果不明の照会 {reserve.settle_s:.0f} 秒",
        f"  proof of the generator and probe {night.before_s:.0f} s, arrivals {in_time(night.arrivals_s, say)}, "
        f"drain {reserve.drain_s:.0f} s, confirmation of recovery {reserve.recovery_s:.0f} s, "
        f"settling {reserve.settle_s:.0f} s",
    )
    yield _room(night, say)
    yield _gives(night, say)
    yield ""


def _room(night: Night, say: Say) -> str:
    whole, left = ", ".join(night.whole), ", ".join(night.left)
    if not night.begun and not left:
        return say("  計画はすべてこの時間枠に収まる。", "  The whole plan has room in this window.")
    begun_ja = f"、途中まで: {night.begun}" if night.begun else ""
    begun_en = f"; broken off: {night.begun}" if night.begun else ""
    return say(
        f"  終わる段階: {whole or 'なし'}{begun_ja}、次回以降: {left or 'なし'}。"
        f"全体にはこの時間枠が {night.nights} 回要る(続きは honnin resume)",
        f"  phases that end: {whole or 'none'}{begun_en}; left: {left or 'none'}. "
        f"The whole plan takes {night.nights} such windows (honnin resume goes on)",
    )


def _gives(night: Night, say: Say) -> str:
    scarce_ja = "不足するのは時間" if night.nights > 1 else "時間は不足しない"
    scarce_en = "what is scarce is time" if night.nights > 1 else "time is not what is scarce"
    if night.bound is None:
        return say(
            f"  この 1 回だけでは同時申請がなく、誤交付確率の上限は示せない({scarce_ja})",
            f"  this window alone has no bursts, so that it gives no bound ({scarce_en})",
        )
    bound = f"{rounded_up(night.bound):.2g}"
    return say(
        f"  この 1 回で同時申請 {night.bursts:,} 組、誤交付が 0 件なら 1 組当たりの上限 {bound}({scarce_ja})",
        f"  this window alone gives {night.bursts:,} bursts and, with no misdelivery, a bound per burst of {bound} "
        f"({scarce_en})",
    )


def in_time(seconds: float, say: Say) -> str:
    """Return a duration in the unit that people would use."""
    if seconds < 120:
        return say(f"{seconds:.0f} 秒", f"{seconds:.0f} s")
    if seconds < 7200:
        return say(f"{seconds / 60:.0f} 分", f"{seconds / 60:.0f} min")
    return say(f"{seconds / 3600:.1f} 時間", f"{seconds / 3600:.1f} h")
