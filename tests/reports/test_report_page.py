"""The page: honest on its first screen, complete, harmless whatever the target sent, the same bytes every time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
from msgspec.structs import replace

from harness.errors import RunDamaged, UsageError
from harness.records.findings import Anomaly, Evidence, Property, Severity
from harness.records.history import Ending, Interrupted
from harness.records.verdict import (
    Aftermath,
    Conformance,
    Exposure,
    FollowedUp,
    LevelMet,
    NodeBuild,
    Outcome,
    Reason,
    Unaccounted,
)
from reports import findings_in_full, write_report

RunFolderMaker = Callable[..., Path]
GOLDEN = Path(__file__).parent / "golden"
# After a wanted change of wording: UPDATE_GOLDEN=1 pytest tests/reports, then read the difference.
UPDATE = bool(os.environ.get("UPDATE_GOLDEN"))


class _Page(HTMLParser):
    """What a browser would show of a page, and what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self._unseen = 0
        self.feed(html)
        self.text = "\n".join(self.lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._unseen += tag in {"style", "title", "metadata"}
        for name, value in attrs:
            if name in {"src", "href", "xlink:href"}:
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in {"style", "title", "metadata"}

    def handle_data(self, data: str) -> None:
        line = " ".join(data.split())
        if line and not self._unseen:
            self.lines.append(line)


def page_of(folder: Path, lang: str = "ja") -> _Page:
    """Write and read a report."""
    return _Page(write_report(folder, lang).read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_whole_text_is_as_reviewed(run_folder: RunFolderMaker, imaginary: ModuleType, lang: str) -> None:
    folder = run_folder(imaginary.verdict())
    imaginary.store_pictures(folder)
    text = re.sub(r"\b[0-9a-f]{64}\b", "<SHA-256>", page_of(folder, lang).text) + "\n"
    golden = GOLDEN / f"report.{lang}.txt"
    if UPDATE:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_equal_run_folders_give_equal_bytes_wherever_they_lie(tmp_path: Path, imaginary: ModuleType) -> None:
    bodies = []
    for place in ("here", "there/deeper"):
        folder = imaginary.build(tmp_path / place, imaginary.verdict())
        imaginary.store_pictures(folder)
        bodies.append(write_report(folder, "ja").read_bytes())
    assert bodies[0] == bodies[1]
    assert str(tmp_path).encode() not in bodies[0]


def test_the_page_needs_no_other_file_and_no_script(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    folder = run_folder(imaginary.verdict())
    imaginary.store_pictures(folder)
    page = page_of(folder)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert page.addresses
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in page.addresses)
    assert page.tags.count("img") == 2


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.PASS, "検出なし(計画した試験をすべて実施)"),
        (Outcome.FAIL, "不具合を検出"),
        (Outcome.INCONCLUSIVE, "判定保留"),
    ],
)
def test_the_verdict_is_said_in_the_agreed_words(
    run_folder: RunFolderMaker, imaginary: ModuleType, outcome: Outcome, words: str
) -> None:
    page = page_of(run_folder(imaginary.verdict(outcome)))
    place = page.lines.index("1. 判定")
    assert page.lines[place + 1] == words
    assert "合格" not in page.text
    assert "安全性を証明" not in page.text


def test_what_was_not_checked_stands_before_the_second_chapter(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    text = page_of(run_folder(imaginary.verdict(Outcome.PASS))).text
    first_page = text[: text.index("2. 件数の照合")]
    assert re.search(r"基準帳票との一致\n▲\n未実施", first_page)
    assert re.search(r"最新性.*\n—\n対象外", first_page)
    assert "登録内容を変更する手段がない" in first_page
    assert "申告者: 見本ソフト 担当 架空" in first_page
    scope = first_page[first_page.index("範囲:") :].split("\n")[1]
    assert "基準帳票" not in scope
    assert "最新性" not in scope


def test_statement_bound_and_builds_stand_on_the_first_page(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    judged = imaginary.verdict(Outcome.PASS, bound_per_burst=0.009983)
    text = page_of(run_folder(judged)).text
    first_page = text[: text.index("2. 件数の照合")]
    assert judged.statement_ja in first_page
    assert "0.01 (1 %)" in first_page, "the bound is rounded up, never down"
    assert "mock-1.4.2\n— 実測(対象が応答した値); 処理した申請 5" in first_page
    assert "mock-1.4.1\n— 申告(対象ファイルの値); 処理した申請 3" in first_page
    assert judged.inputs_digest in first_page


def test_commands_of_a_step_are_set_apart_and_the_rest_of_it_is_harmless(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    step = Reason(code="x", ja="`honnin review <b>` を実行し、<i>名前</i> を記録する", en="-", who="vendor")
    html = write_report(run_folder(imaginary.verdict(next_steps=(step,))), "ja").read_text(encoding="utf-8")
    assert "<code>honnin review &lt;b&gt;</code> を実行し、&lt;i&gt;名前&lt;/i&gt;" in html


def test_deviations_from_the_procedure_are_counted_beside_the_verdict_and_listed_below_it(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    short = tuple(Reason(code="x", ja=f"相違その{n}", en=f"deviation {n}") for n in (1, 2))
    level = LevelMet(level="standard", title_ja="標準", title_en="standard", deviations=short)
    told = {"name_ja": "手順", "name_en": "p", "digest": "d", "published": True, "ja": "適合しない", "en": "no"}
    judged = imaginary.verdict(Outcome.PASS, conformance=Conformance(**told, levels=(level,)))
    text = page_of(run_folder(judged)).text
    box, below = text.split("次にすること", maxsplit=1)
    assert "相違 2 件、下に示します" in box
    assert "相違その1" not in box
    assert "相違その2" in below[: below.index("2. 件数の照合")]


def test_nothing_is_called_broken_that_waits_for_eyes(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    unread = replace(imaginary.misdelivery(), anomaly=Anomaly.UNREAD, severity=Severity.REVIEW, donor="", pattern="")
    text = page_of(run_folder(imaginary.verdict(Outcome.INCONCLUSIVE, findings=(unread,)))).text
    assert "確かめられない性質" in text
    assert "破られた性質" not in text


def test_on_a_phone_no_table_of_the_first_page_has_to_be_moved_sideways(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    html = write_report(run_folder(imaginary.verdict()), "ja").read_text(encoding="utf-8")
    tables = re.findall(r"<table[^>]*>", html[: html.index("2. 件数の照合")])
    assert len(tables) >= 4
    assert all("cards" in one for one in tables), "a table of cards is laid out by rows where the page is narrow"


@pytest.mark.parametrize(("served", "untested", "not_told"), [((0, 0), 0, 2), ((8, 0), 1, 0)])
def test_only_where_some_nodes_are_known_to_have_served_the_others_are_untested(
    run_folder: RunFolderMaker, imaginary: ModuleType, served: tuple[int, int], untested: int, not_told: int
) -> None:
    nodes = tuple(
        NodeBuild(node=f"n{place}", build="1.4", source="declared", applications=count)
        for place, count in enumerate(served)
    )
    text = page_of(run_folder(imaginary.verdict(Outcome.PASS, nodes=nodes))).text
    assert text.count("このサーバは試験していません") == untested
    assert text.count("どの申請をどのサーバが処理したかを対象システムが示していません") == not_told


def test_a_finding_shows_both_people_their_pages_and_the_time_between(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    folder = run_folder(imaginary.verdict())
    imaginary.store_pictures(folder)
    text = page_of(folder).text
    card = text[text.index("F0001") :]
    assert imaginary.misdelivery().explanation_ja in card
    assert "受け取ったページ: 申請 A000005(𠮷田 太郎)が受け取ったもの" in card
    assert "印字された人のページ: 申請 A000006(架空 花子)が受け取ったもの" in card
    assert "2人が受け取ったファイルは完全に同一です" in card
    assert "2人の申請の送信の差は 0.41 ミリ秒 です(受け取った人が先)" in card
    assert "架空県見本市見本町5丁目8番地" in card, "the applicant's own register entry stands beside what was printed"
    assert "A000008" in card, "neighbours of the burst are shown"


def test_an_absent_picture_is_said(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    page = page_of(run_folder(imaginary.verdict()))
    assert page.text.count("画像は保存されていません。") == 2
    assert "img" not in page.tags


def test_a_donor_without_a_document_is_said(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    from_nobody = replace(imaginary.misdelivery(), donor="R00008", donor_application="A000008")
    never_applied = replace(imaginary.misdelivery(2), donor="R00012", donor_application="")
    text = page_of(run_folder(imaginary.verdict(findings=(from_nobody, never_applied)))).text
    assert "印字された人の申請には証明書が届いていないため" in text
    assert "印字された人の申請の記録がないため" in text


def test_a_lost_document_has_no_page_to_show(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    lost = replace(
        imaginary.misdelivery(application=8),
        property=Property.EXACTLY_ONCE,
        anomaly=Anomaly.LOST,
        severity=Severity.DEFECT,
        digest="",
        delivery="",
        donor="",
        donor_application="",
        pattern="",
        pages=(),
        evidence=(),
    )
    text = page_of(run_folder(imaginary.verdict(findings=(lost,)))).text
    assert "この申請では証明書が届いていません。" in text
    assert "情報を印字された人\n" not in text


def test_hundreds_of_findings_are_counted_and_some_of_each_kind_shown(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    many = tuple(imaginary.misdelivery(n) for n in range(1, 301))
    unread = tuple(
        replace(imaginary.misdelivery(n), anomaly=Anomaly.UNREAD, severity=Severity.REVIEW) for n in range(301, 401)
    )
    judged = imaginary.verdict(findings=(*many, *unread))
    page = page_of(run_folder(judged))
    assert page.tags.count("article") == 20
    assert "この種類の指摘は全部で 300 件です。ここでは 10 件を詳しく示し、残り 290 件" in page.text
    assert "この種類の指摘は全部で 100 件です。ここでは 10 件を詳しく示し、残り 90 件" in page.text
    assert len(findings_in_full(judged.findings)) == 20
    assert "ほかの 290 件の一覧: 誤交付(他人の証明書)" in page.text
    assert all(f.finding in page.lines for f in judged.findings)


def test_a_run_stopped_by_ctrl_c_says_what_was_not_played(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    records = [*imaginary.history()[:30], Interrupted(at_ns=imaginary.Script.at(4000), reason="ctrl-c")]
    judged = imaginary.verdict(
        Outcome.INCONCLUSIVE,
        reasons=(Reason(code="interrupted", ja="試験が途中で止められた(Ctrl-C)。", en="Stopped by Ctrl-C."),),
        exposure=Exposure(applications=3),
        controls=(),
        nodes=(),
        bound_per_burst=None,
    )
    text = page_of(run_folder(judged, records)).text
    assert "試験が途中で止められた(Ctrl-C)。" in text
    assert "「検出なし」ではありません" in text
    assert "不具合がないことを示すものではありません" in text
    assert re.search(r"P1\n静かな連続申請\n[^▲]*▲\n途中まで", text)
    assert re.search(r"P4\n高負荷\n—\n2\n0\n▲\n未実施", text)
    assert "サーバの情報はありません" in text
    assert "検出できる力を、この対象の帳票では確かめていない" in text


def test_a_run_without_any_record_still_has_a_report(tmp_path: Path, imaginary: ModuleType) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    judged = imaginary.verdict(Outcome.INCONCLUSIVE, identities=(), scope=(), exposure=Exposure())
    (folder / "verdict.json").write_bytes(imaginary.msgspec.json.encode(judged))
    text = page_of(folder).text
    assert "経過を描ける申請の記録がありません。" in text
    assert "照合の記録がありません。" in text
    assert "確認できた性質はありません" in text


def test_an_identity_that_does_not_close_tells_what_is_left(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    base = imaginary.verdict(Outcome.INCONCLUSIVE)
    left = [replace(each, closes=False, remainder=("A5 has no ending",), remainder_ja=()) for each in base.identities]
    text = page_of(run_folder(replace(base, identities=tuple(left)))).text
    assert text.count("合っていません") == 2
    assert "A5 has no ending" in text


def test_a_damaged_journal_is_told_and_the_verdict_shown_all_the_same(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    folder = run_folder(imaginary.verdict())
    journal = folder / "segments" / "engine-1.journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b'"resident":"R00003"', b'"resident":"R00004"'))
    text = page_of(folder).text
    assert "読み取れなかった記録" in text
    assert "segments/engine-1.journal: record" in text
    assert str(folder) not in text
    assert "不具合を検出" in text


def test_a_damaged_plan_is_told_with_its_line(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    folder = run_folder(imaginary.verdict())
    lines = (folder / "plan.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "plan.jsonl").write_bytes(lines[0] + lines[1][:40])
    text = page_of(folder).text
    assert "読み取れなかった記録" in text
    assert "plan.jsonl: line 2" in text
    assert str(folder) not in text


HOSTILE = "</bdi></td><script>alert(1)</script><img src=x onerror=alert(1)>\u202e txt.exe\x00\ue000"


def test_hostile_text_is_shown_and_does_nothing(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    finding = replace(
        imaginary.misdelivery(),
        application=HOSTILE,
        explanation_ja=HOSTILE,
        victim=HOSTILE,
        evidence=(Evidence(kind=HOSTILE, item=HOSTILE, value=HOSTILE, owner=HOSTILE, bits=1e9),),
    )
    judged = imaginary.verdict(
        findings=(finding,),
        target=HOSTILE,
        run=HOSTILE,
        scenario=HOSTILE,
        statement_ja=HOSTILE,
        reasons=(Reason(code="x", ja=HOSTILE, en=HOSTILE),),
    )
    folder = run_folder(judged)
    (folder / "population" / "residents.jsonl").write_text('{"key": 7}\nnot json\n', encoding="utf-8")
    path = write_report(folder, "ja")
    page = _Page(path.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not page.handlers
    assert "<script>alert(1)</script>" in page.text, "shown as the text that it is"
    assert "‹U+202E›" in page.text
    assert "‹U+0000›" in page.text
    assert "〓‹U+E000›" in page.text
    assert "\u202e" not in page.text


def test_an_endless_value_is_cut(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    endless = replace(imaginary.misdelivery(), evidence=(Evidence(kind="foreign item", value="あ" * 1_000_000),))
    assert write_report(run_folder(imaginary.verdict(findings=(endless,))), "ja").stat().st_size < 300_000


def test_a_digest_never_names_another_file(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    folder = run_folder(imaginary.verdict(findings=(replace(imaginary.misdelivery(), digest="../../secret"),)))
    (folder.parent / "secret-p1.png").write_bytes(b"\x89PNG\r\n\x1a\n secret")
    assert "img" not in page_of(folder).tags


def test_someone_outside_the_test_population_is_announced_at_the_top(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    stranger = replace(imaginary.misdelivery(), anomaly=Anomaly.STRANGER, donor="", donor_application="")
    page = page_of(run_folder(imaginary.verdict(findings=(stranger,))))
    assert "実在の方の情報のおそれがある" in page.text[: page.text.index("この判定の理由")]


def test_regularities_are_facts_not_causes(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    fact = Reason(code="same second", ja="誤交付 1 件はすべて同じ秒に申請された。", en="All in the same second.")
    text = page_of(run_folder(imaginary.verdict(regularities=(fact,)))).text
    assert "原因の断定ではありません。\n誤交付 1 件はすべて同じ秒に申請された。" in text


def test_what_was_not_tried_stands_beside_what_was_checked(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    gap = Reason(code="steps_left_out", ja="試験していない操作: 手数料の支払", en="No such step: payment.")
    text = page_of(run_folder(imaginary.verdict(not_tried=(gap,)))).text
    assert "試していないこと" in text
    assert text.index("何を確認したか") < text.index("試験していない操作: 手数料の支払") < text.index("結果の文")


def test_an_unjudged_run_is_refused_with_what_to_do(run_folder: RunFolderMaker) -> None:
    folder = run_folder(None)
    with pytest.raises(UsageError, match="honnin judge"):
        write_report(folder, "ja")
    assert not list((folder / "reports").iterdir())


@pytest.mark.parametrize("body", [b"", b"{}", b"not json"])
def test_a_damaged_verdict_is_refused(run_folder: RunFolderMaker, body: bytes) -> None:
    folder = run_folder(None)
    (folder / "verdict.json").write_bytes(body)
    with pytest.raises(RunDamaged, match=r"verdict\.json"):
        write_report(folder, "ja")


def test_a_pass_that_is_no_acceptance_says_so_in_the_box_of_the_verdict(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    limits = Reason(code="no_acceptance", ja="この試験は受入試験ではない。", en="This is no acceptance test.")
    passed = replace(imaginary.verdict(), outcome=Outcome.PASS, findings=(), not_tried=(limits,))
    html = write_report(run_folder(passed), "ja").read_text(encoding="utf-8")
    box = html[html.index('<section class="verdict PASS limited">') :].partition("</section>")[0]
    assert "この試験は受入試験ではない。" in box


def test_what_became_of_errors_is_told_and_what_no_one_can_account_for_is_listed(
    run_folder: RunFolderMaker, imaginary: ModuleType
) -> None:
    known = FollowedUp(ending=Ending.FAILED, aftermath=Aftermath.NOT_ISSUED, count=17)
    open_ = Unaccounted(
        application="A000777",
        resident="R00001",
        kiosk="K01",
        certificate="juminhyo",
        ending=Ending.UNRESOLVED,
        code="timeout",
        request_id="<q&777>",
        aftermath=Aftermath.NOBODY_KNOWS,
    )
    told = page_of(run_folder(imaginary.verdict(followed_up=(known,), unaccounted=(open_,)))).text
    assert "エラー・混雑\n発行されていない(申請前、または発行履歴で確認)\n17" in told
    assert "A000777" in told and "<q&777>" in told and "だれにも分からない" in told


def test_where_all_errors_are_accounted_for_the_page_says_so(run_folder: RunFolderMaker, imaginary: ModuleType) -> None:
    known = FollowedUp(ending=Ending.REFUSED, aftermath=Aftermath.TARGET_SAYS, count=3)
    told = page_of(run_folder(imaginary.verdict(followed_up=(known,))), "en").text
    assert "There is none that no one can account for." in told
