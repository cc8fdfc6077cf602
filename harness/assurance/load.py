"""Words for the load that was played beside what the system is to carry (負荷の根拠)."""

from __future__ import annotations

from harness.records.generator import Lateness
from harness.records.target import LoadBasis
from harness.records.verdict import Reason


def told_load(basis: LoadBasis | None, arrivals: Lateness) -> Reason:
    """Return the load of ordinary operation (arrivals at their own instants) against the declared peak."""
    per_hour, minutes = _played(arrivals)
    played_ja = f"毎時 {per_hour:,.0f} 件を {minutes:.1f} 分間" if minutes else "通常運用の負荷は実施していない"
    played_en = f"{per_hour:,.0f} an hour for {minutes:.1f} min" if minutes else "ordinary operation was not played"
    if basis is None:
        shown = ("。この量が運用に見合うかは示せない", "; whether that is what the system meets is not shown")
        ja, en = shown if minutes else ("", "")
        return Reason(
            code="no_load_basis",
            ja=f"負荷の根拠: 未記入({played_ja}{ja})",
            en=f"Basis of the load: not stated ({played_en}{en})",
        )
    of_ja, of_en = _declared(basis)
    if not minutes:
        ja, en = f"負荷の根拠: {of_ja}。{played_ja}", f"Basis of the load: {of_en}; {played_en}"
    else:
        times = f"{per_hour / basis.peak_per_hour:,.1f}"
        ja = f"負荷の根拠: {of_ja}。実績ピークの {times} 倍({played_ja})"
        en = f"Basis of the load: {of_en}; played was {times} times that peak ({played_en})"
    return Reason(code="load_basis", ja=ja, en=en)


def _played(arrivals: Lateness) -> tuple[float, float]:
    """Return arrivals an hour as achieved, and for how many minutes."""
    if not arrivals.achieved_per_s:
        return 0.0, 0.0
    return arrivals.achieved_per_s * 3600.0, arrivals.arrivals / arrivals.achieved_per_s / 60.0


def _declared(basis: LoadBasis) -> tuple[str, str]:
    ja, en = [f"ピーク {basis.peak_per_hour:,.0f} 件/時"], [f"peak of {basis.peak_per_hour:,.0f} an hour"]
    if basis.yearly_issues:
        ja.append(f"年間 {basis.yearly_issues:,} 件")
        en.append(f"{basis.yearly_issues:,} a year")
    if basis.population:
        ja.append(f"人口 {basis.population:,} 人")
        en.append(f"population {basis.population:,}")
    return f"{'、'.join(ja)}({basis.source})", f"{', '.join(en)} ({basis.source})"
