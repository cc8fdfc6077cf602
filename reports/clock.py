"""One clock for the reader: monotonic times of the journal's writers as wall-clock time, shown in Japan's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from harness.glossary import Lang
from harness.records.history import SegmentOpened

JST = timezone(timedelta(hours=9), "JST")

# Anchors of one host and boot differ only by what time synchronisation corrected between two starts of a
# program; a reboot shifts them by more. Within this, the first anchor serves all writers of the host, so that
# the order of their records is kept to the nanosecond.
_SAME_BOOT_NS = 5_000_000_000
_REIWA_FIRST_YEAR = 2019
_HOURS_FROM = 120  # minutes
_ERAS = (("2019-05-01", "令和"), ("1989-01-08", "平成"), ("1926-12-25", "昭和"), ("1912-07-30", "大正"))


class Clock:
    """Turns `at_ns` of any writer into wall-clock nanoseconds."""

    def __init__(self) -> None:
        """Know no writer yet."""
        self._hosts: dict[str, list[int]] = {}
        self._writers: dict[str, int] = {}

    def anchor(self, opened: SegmentOpened) -> None:
        """Learn a writer's anchor from the first record of its segment."""
        offset = opened.wall_ns - opened.monotonic_ns
        known = self._hosts.setdefault(opened.host, [])
        for other in known:
            if abs(other - offset) <= _SAME_BOOT_NS:
                offset = other
                break
        else:
            known.append(offset)
        self._writers[opened.writer] = offset

    def wall_ns(self, writer: str, at_ns: int) -> int:
        """Return wall-clock nanoseconds since 1970; `at_ns` unchanged for a writer without an anchor."""
        return at_ns + self._writers.get(writer, 0)


def day_and_time(wall_ns: int, lang: Lang) -> str:
    """Return date and time to the second in Japan's time; "—" for 0."""
    if wall_ns <= 0:
        return "—"
    at = _jst(wall_ns)
    if lang == "en":
        return at.strftime("%Y-%m-%d %H:%M:%S JST")
    reiwa = f"(令和{at.year - _REIWA_FIRST_YEAR + 1}年)" if at.year > _REIWA_FIRST_YEAR else ""
    return f"{at.year}年{reiwa}{at.month}月{at.day}日 {at:%H:%M:%S}(日本時間)"


def from_to(began_wall_ns: int, ended_wall_ns: int, lang: Lang) -> str:
    """Return both instants, the day of the second only where it is another one."""
    began, ended = _jst(began_wall_ns), _jst(ended_wall_ns)
    until = f"{ended:%H:%M:%S}" if began.date() == ended.date() else day_and_time(ended_wall_ns, lang)
    return f"{day_and_time(began_wall_ns, lang)} ~ {until}"


def calendar_day(iso: str, lang: Lang) -> str:
    """Return an ISO date as Japanese forms write it, e.g. 1985年(昭和60年)4月3日; unchanged where it is no date."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    if lang == "en":
        return iso
    since, era = next(((since, era) for since, era in _ERAS if iso >= since), ("", ""))
    year = f"({era}{day.year - int(since[:4]) + 1}年)".replace(f"{era}1年", f"{era}元年") if era else ""
    return f"{day.year}年{year}{day.month}月{day.day}日"


def time_of_day(wall_ns: int) -> str:
    """Return hours to milliseconds in Japan's time, e.g. 10:04:31.250."""
    return f"{_jst(wall_ns):%H:%M:%S}.{wall_ns // 1_000_000 % 1000:03d}"


def duration(nanoseconds: int, lang: Lang) -> str:
    """Return a length of time in the unit that reads best, e.g. 0.41 ミリ秒, 30.21 秒, 4 分 05 秒, 5 時間 07 分."""
    hour, minute, second, milli = ("時間", "分", "秒", "ミリ秒") if lang == "ja" else ("h", "min", "s", "ms")
    size = abs(nanoseconds)
    if size < 10_000_000:
        return f"{size / 1e6:.2f} {milli}"
    if size < 1_000_000_000:
        return f"{size / 1e6:.1f} {milli}"
    if size < 120_000_000_000:
        return f"{size / 1e9:.2f} {second}"
    minutes, seconds = divmod(size // 1_000_000_000, 60)
    if minutes >= _HOURS_FROM:
        return f"{minutes // 60} {hour} {minutes % 60:02d} {minute}"
    return f"{minutes} {minute} {seconds:02d} {second}"


def _jst(wall_ns: int) -> datetime:
    return datetime.fromtimestamp(wall_ns // 1_000_000_000, UTC).astimezone(JST)
