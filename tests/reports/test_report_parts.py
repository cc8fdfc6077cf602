"""The parts under the page: times, grouping, geometry, plot, words, terminal summary."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest
from msgspec.structs import replace

from harness.glossary import WORDS, Lang
from harness.journal import RunFolder, read_history
from harness.records.findings import Anomaly, Property, Severity
from harness.records.history import Decided, Ending, SegmentOpened
from harness.records.verdict import (
    Aftermath,
    Count,
    Exposure,
    FaultMet,
    FinalClass,
    GapClass,
    KneeSeen,
    LimitCrossed,
    Outcome,
    Reason,
    Recovery,
    SetAside,
    SetAsideKind,
    Sitting,
)
from reports import summary, timeline, write_report
from reports.affected import affected
from reports.axis import lay_out
from reports.clock import Clock, calendar_day, day_and_time, duration
from reports.course import Course, read_course
from reports.exposure import burst_rows, exposure_groups, phase_rows, reached
from reports.groups import group
from reports.plain import plain
from reports.planned import read_planned
from reports.story import read_stories
from reports.texts import speaker, term, texts

RunFolderMaker = Callable[..., Path]
SECOND = 1_000_000_000


def opened(writer: str, monotonic_ns: int, wall_ns: int) -> SegmentOpened:
    """Return a segment's anchor."""
    return SegmentOpened(version=1, run="r", writer=writer, host="h", pid=1, monotonic_ns=monotonic_ns, wall_ns=wall_ns)


def test_writers_of_one_boot_share_one_clock_and_a_reboot_gets_its_own() -> None:
    clock = Clock()
    clock.anchor(opened("a", 100 * SECOND, 1_000 * SECOND))
    clock.anchor(opened("b", 110 * SECOND, 1_010 * SECOND + 3_000_000))  # the wall clock was corrected by 3 ms
    clock.anchor(opened("c", 5 * SECOND, 2_000 * SECOND))
    assert clock.wall_ns("a", 120 * SECOND) == clock.wall_ns("b", 120 * SECOND) == 1_020 * SECOND
    assert clock.wall_ns("c", 6 * SECOND) == 2_001 * SECOND


def test_times_are_shown_in_japans_time_and_the_unit_that_reads_best() -> None:
    assert day_and_time(1_743_557_400 * SECOND, "ja") == "2025年(令和7年)4月2日 10:30:00(日本時間)"
    assert day_and_time(1_743_557_400 * SECOND, "en") == "2025-04-02 10:30:00 JST"
    assert day_and_time(0, "ja") == "—"
    assert duration(410_000, "ja") == "0.41 ミリ秒"
    assert duration(-412_000_000, "en") == "412.0 ms"
    assert duration(30_210_000_000, "ja") == "30.21 秒"
    assert duration(245 * SECOND, "ja") == "4 分 05 秒"
    assert duration(18_420 * SECOND, "ja") == "5 時間 07 分"


@pytest.mark.parametrize(
    ("lang", "told"), [("ja", "交付サービスの再開: はい"), ("en", "Opening the service again: yes")]
)
def test_whether_the_service_may_be_opened_stands_right_under_the_verdict(
    imaginary: ModuleType, lang: Lang, told: str
) -> None:
    recovery = Recovery(wanted=1, confirmed=1, may_open=True, ja="はい", en="yes")
    assert summary(imaginary.verdict(recovery=recovery), lang).splitlines()[1] == told
    assert told.split(":", maxsplit=1)[0] not in summary(imaginary.verdict(), lang), "it was not asked"


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("ja", "対象システムを使った時間: 5 時間 07 分 (2025年(令和7年)4月2日 23:30:00(日本時間) ~ 2025年"),
        ("en", "Target in use for: 5 h 07 min (2025-04-02 23:30:00 JST ~ 2025-04-03 02:30:00 JST; 2025-04-03 20:00:00"),
    ],
)
def test_the_terminal_says_how_long_the_target_was_used_and_when(imaginary: ModuleType, lang: Lang, told: str) -> None:
    night = 1_743_604_200 * SECOND
    sittings = ((night, night + 10_800 * SECOND), (night + 73_800 * SECOND, night + 81_420 * SECOND))
    used = tuple(Sitting(began_wall_ns=began, ended_wall_ns=ended) for began, ended in sittings)
    assert told in summary(imaginary.verdict(sittings=used), lang)
    assert told[:5] not in summary(imaginary.verdict(), lang), "where nobody applied nothing is said"


def test_the_gravest_findings_come_first_and_each_kind_is_shown(imaginary: ModuleType) -> None:
    review = [
        replace(imaginary.misdelivery(n), anomaly=Anomaly.UNREAD, severity=Severity.REVIEW, pattern="")
        for n in range(1, 40)
    ]
    groups = group([*review, imaginary.misdelivery(40)])
    assert [(g.severity, len(g.findings), len(g.shown)) for g in groups] == [
        (Severity.GRAVE, 1, 1),
        (Severity.REVIEW, 39, 19),
    ]


def test_of_equally_grave_groups_the_largest_comes_first_and_the_rest_is_listed_to_a_bound(
    imaginary: ModuleType,
) -> None:
    few = [replace(imaginary.misdelivery(n), pattern="chain") for n in range(1, 4)]
    many = [replace(imaginary.misdelivery(n), pattern="star") for n in range(4, 700)]
    groups = group([*few, *many])
    assert [(g.pattern, len(g.findings)) for g in groups] == [("star", 696), ("chain", 3)]
    assert len(groups[0].listed) == 500
    assert groups[0].hidden == 696 - len(groups[0].shown)
    assert groups[1].listed == ()


def test_the_axis_places_bars_sends_and_release_inside_its_frame(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    entries = read_history(RunFolder(run_folder()))
    stories = read_stories(entries, {"A000005", "A000006", "A000008"})
    axis = lay_out(stories["A000005"], stories["A000006"], [stories["A000008"]])
    assert [bar.role for bar in axis.bars] == ["victim", "donor", "neighbour"]
    for bar in axis.bars:
        assert axis.left <= bar.x <= bar.x + bar.width <= axis.width
        assert bar.applies
    victim, donor, _ = axis.bars
    assert victim.x < donor.x, "the victim began earlier"
    assert abs(victim.applies[0] - donor.applies[0]) < 1, "0.41 ms apart in 1.6 s"
    assert axis.released is not None
    assert abs(axis.released - victim.applies[0]) < 1
    assert [tick.label for tick in axis.ticks] == ["0", "+0.5", "+1.0", "+1.5"]


def test_an_application_without_an_ending_is_drawn_open(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    records = [r for r in imaginary.history() if getattr(r, "ending", None) is not Ending.UNRESOLVED]
    stories = read_stories(read_history(RunFolder(run_folder(None, records))), {"A000008"})
    assert lay_out(stories["A000008"], None, []).bars[0].open_end


def test_phases_and_bursts_are_told_as_planned_and_as_played(run_folder: RunFolderMaker) -> None:
    folder = RunFolder(run_folder())
    planned, course = read_planned(folder.plan, {}), read_course(read_history(folder))
    rows = {row.phase: (row.planned, row.played, row.complete) for row in phase_rows(planned, course)}
    assert rows == {"P1": (4, 4, True), "P3": (6, 4, True), "P4": (2, 0, False)}
    gap = GapClass(up_to_ms=0.0, bursts=1, overlapped=1, median_ms=0.55, longest_ms=0.55)
    (burst,) = burst_rows(planned, course, Exposure(gaps=(gap,)))
    assert burst.overlapped == 1
    assert burst_rows(planned, course, Exposure())[0].overlapped is None
    assert (burst.bursts, burst.most_people, burst.longest_spread_ns) == (1, 4, 550_000), "the void burst is left out"


def test_what_was_decided_not_to_be_played_is_not_missing_and_gaps_are_those_chosen(run_folder: RunFolderMaker) -> None:
    folder = RunFolder(run_folder())
    whole = read_planned(folder.plan, {})
    burst = next(iter(whole.span_ms))
    chosen = read_planned(folder.plan, {burst: Decided(batch=burst, at_ns=1, why="hit", gap_ms=-12.5)})
    assert chosen.span_ms[burst] == 12.5
    without = read_planned(folder.plan, {burst: Decided(batch=burst, at_ns=1, why="enough", skipped=True)})
    assert sum(p.skipped for p in without.phases.values()) == 1
    rows = phase_rows(without, read_course(read_history(folder)))
    assert [row.phase for row in rows if row.superfluous] == [p for p, one in without.phases.items() if not one.batches]


@pytest.mark.parametrize(
    ("lang", "words"), [("ja", ("申告", "18", "同じ世帯")), ("en", ("declared", "18", "same household"))]
)
def test_limits_reached_the_knee_and_relations_are_told_in_sentences(lang: Lang, words: tuple[str, ...]) -> None:
    told = reached(
        Exposure(
            limits=(LimitCrossed(limit_ms=2000.0, source="declared", crossed=41),),
            knee=KneeSeen(kiosks=8, per_second=18.5, most_kiosks=72),
            relations=(Count(source="household", count=9),),
            faults=(FaultMet(kind="down", on="backbone", injected=4, met=3, applications=7),),
        ),
        lang,
    )
    assert len(told) == 4
    assert "backbone 4 (3)" in told[3]
    assert all(word in " ".join(told) for word in words)
    assert reached(Exposure(), lang) == ()


def test_every_count_of_exposure_is_shown_once_with_words() -> None:
    keys = [row.key for each in exposure_groups(Exposure()) for row in each.rows]
    # Told by distance in a table of its own, and in sentences.
    assert sorted([*keys, "gaps", "limits", "knee", "relations", "faults"]) == sorted(Exposure.__struct_fields__)
    for key in keys:
        assert {f"exposure_{key}", f"exposure_{key}_means"} <= texts().keys()


def big_course(imaginary: ModuleType, applications: int) -> Course:
    """Return a course of many applications, one started every millisecond."""
    course = Course()
    for number in range(applications):
        course._row(f"A{number:06d}")
        course.started_ns[number] = imaginary.WALL_NS + number * 1_000_000
        course.ended_ns[number] = course.started_ns[number] + 100_000_000 + number % 977 * 1_000_000
    return course


def test_the_plot_of_many_applications_stays_small_and_is_the_same_every_time(imaginary: ModuleType) -> None:
    labels = timeline.Labels(in_flight="a", taken_s="b", elapsed_s="c", without_finding="d", with_finding="e")
    plotted = timeline.points(big_course(imaginary, 100_000), {"A000077"})
    drawn = timeline.draw(plotted, labels)
    assert len(plotted.marks) == 1
    assert len(plotted.dots) <= 401 * 61
    assert len(plotted.steps) <= 402
    assert len(drawn) < 4_000_000
    assert drawn == timeline.draw(plotted, labels)
    assert "<dc:date>" not in drawn


def test_in_flight_counts_are_exact_where_there_is_room(run_folder: RunFolderMaker) -> None:
    course = read_course(read_history(RunFolder(run_folder())))
    plotted = timeline.points(course, {"A000005"})
    assert max(count for _, count in plotted.steps) == 4
    assert [band.label for band in plotted.bands] == ["P1", "P3"]


def test_both_languages_fill_in_the_same_fields() -> None:
    for key, text in texts().items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(each) if name} for each in (text.ja, text.en)]
        assert fields[0] == fields[1], key
        assert text.ja, key


def test_no_text_is_left_without_use() -> None:
    package = files("reports")
    sources = [p for p in Path(str(package)).rglob("*") if p.suffix in {".html", ".py"}]
    code = "\n".join(p.read_text(encoding="utf-8") for p in sources)
    prefixes = re.findall(r'"([a-z_]+_)" ?~', code) + [f"{p}_" for p in re.findall(r'term\("([a-z]+)"', code)]
    unused = [key for key in texts() if f'"{key}"' not in code and not key.startswith(tuple(prefixes))]
    assert unused == []


def test_the_closed_vocabulary_has_words() -> None:
    for member in (*Anomaly, *Property, *Severity, *FinalClass, *Outcome, *Aftermath):
        assert member in WORDS
    for outcome in Outcome:
        assert speaker("ja")(f"verdict_means_{outcome}")


def test_a_term_without_a_word_is_shown_as_it_is() -> None:
    assert term("class", "late", "ja") == "申請が終わった後に届いたもの"
    assert term("class", "own", "ja") == "本人の証明書"
    assert term("class", "something new", "ja") == "something new"


def test_the_summary_says_verdict_scope_gaps_findings_and_next_steps(imaginary: ModuleType) -> None:
    lines = summary(imaginary.verdict(), "ja").splitlines()
    assert lines[0] == "判定: 不具合を検出 [FAIL]"
    assert lines[1].startswith("範囲: 本人性")
    assert "対象外: 最新性と交付の可否(交付時点の登録内容)" in lines
    assert "未実施: 基準帳票との一致" in lines
    assert "  - 誤交付(他人の証明書) (一方向(コピー型)) × 1  [F0001]" in lines
    assert lines[-2:] == [
        "  - このシステムでの交付を開始しないでください。",
        "  - この報告書の 4 章を開発事業者に渡してください。",
    ]


def test_the_summary_is_short_and_harmless_on_a_terminal(imaginary: ModuleType) -> None:
    evil = replace(imaginary.verdict().reasons[0], ja="\x1b[2J消去\u202e")
    text = summary(imaginary.verdict(reasons=(evil,) * 30), "ja")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "ほか 20 件" in text


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_pass_is_never_worded_stronger_than_it_is(imaginary: ModuleType, lang: str) -> None:
    text = summary(imaginary.verdict(Outcome.PASS), lang)
    assert "合格" not in text
    assert ("検出なし(計画した試験をすべて実施)" if lang == "ja" else "nothing detected") in text


def test_an_iso_date_is_shown_as_forms_write_it() -> None:
    assert calendar_day("1985-04-03", "ja") == "1985年(昭和60年)4月3日"
    assert calendar_day("2019-05-01", "ja") == "2019年(令和元年)5月1日"
    assert calendar_day("1985-04-03", "en") == "1985-04-03"
    assert calendar_day("不詳", "ja") == "不詳"


def test_the_first_page_lists_each_application_once_the_gravest_first(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    course = read_course(read_history(RunFolder(run_folder())))
    grave = imaginary.misdelivery(1)
    also = replace(grave, finding="F0002", anomaly=Anomaly.SERIAL_DUP, severity=Severity.DEFECT, donor="", pattern="")
    review = replace(also, finding="F0003", application="A000001", severity=Severity.REVIEW)
    nobody = replace(also, finding="F0004", application="", victim="", anomaly=Anomaly.ORPHAN)
    met = affected(group([also, review, nobody, grave]), course)
    assert [row.anomalies for row in met.rows] == [(Anomaly.MISDELIVERY, Anomaly.SERIAL_DUP), (Anomaly.ORPHAN,)]
    assert met.rows[0].donors == (grave.donor,)
    assert met.people() == {grave.victim, grave.donor}
    many = affected(group([imaginary.misdelivery(n) for n in range(1, 41)]), course)
    assert len(many.rows) + many.hidden == len({imaginary.misdelivery(n).application for n in range(1, 41)})


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_result_is_told_in_plain_words_that_promise_nothing(imaginary: ModuleType, outcome: Outcome) -> None:
    told = plain(replace(imaginary.verdict(), outcome=outcome, findings=()), 0, "0.022 (2.2 %)", "ja")
    assert not any(word in told for word in ("安全", "合格", "起きません", "起こりません"))
    if outcome is Outcome.PASS:
        assert "「その割合で誤交付が起きる」という意味ではありません" in told


def test_next_steps_stand_under_their_reader(imaginary: ModuleType) -> None:
    steps = (
        Reason(code="grave", ja="渡す。", en="Hand it over.", who="municipality"),
        Reason(code="found", ja="直す。", en="Correct it.", who="vendor"),
    )
    lines = summary(replace(imaginary.verdict(), next_steps=steps), "ja").splitlines()
    assert lines[-2:] == ["  - [自治体] 渡す。", "  - [提供者・試験の実施者] 直す。"]


@pytest.mark.parametrize(("lang", "shown"), [("ja", "サーバ・時間帯別"), ("en", "by node and time")])
def test_what_was_set_aside_is_shown_by_node_and_time(
    imaginary: ModuleType, run_folder: RunFolderMaker, lang: Lang, shown: str
) -> None:
    begin = 1_795_315_200_000_000_000  # 2026-11-22 13:00 in Japan
    cells = (
        SetAside(kind=SetAsideKind.VOID, from_wall_ns=begin, node="n2", count=7, of=9),
        SetAside(kind=SetAsideKind.CLEARED, from_wall_ns=begin, node="", count=1, of=40),
    )
    folder = run_folder(imaginary.verdict(Outcome.INCONCLUSIVE, set_aside=cells))
    section = write_report(folder, lang).read_text("utf-8").partition(shown)[2].partition("</table>")[0]
    assert "<bdi>n2</bdi>" in section
    assert "7 / 9" in section
    assert "1 / 40" in section
