"""What a sweep covered is told by certificate on the terminal, and by choice in the report."""

import pytest

from harness.records.certificates import Options, Scope
from harness.records.verdict import Outcome, Swept, SweptCount
from reports import summary, write_report


def count(certificate, planned, issued, refused=0, *, forbidden=False, **chosen):
    return SweptCount(
        certificate=certificate,
        options=Options(**chosen),
        forbidden=forbidden,
        planned=planned,
        issued=issued,
        refused=refused,
        unanswered=0,
    )


SWEPT = Swept(
    residents=60,
    left_out=(),
    whole=41,
    counts=(
        count("juminhyo", 47, 47, scope=Scope.ALL, honseki=True),
        count("juminhyo", 47, 40),
        count("juminhyo", 13, 0, 13, forbidden=True),
        count("inkan", 44, 44),
    ),
)


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("ja", "  - 住民票の写し: 計画 107、交付 87、交付不可 13、答えなし 0、申請せず 7"),
        ("en", "  - certificate of residence: planned 107, issued 87, refused 13, no answer 0, not asked 7"),
    ],
)
def test_the_terminal_tells_the_counts_by_certificate(imaginary, lang, line):
    assert line in summary(imaginary.verdict(Outcome.INCONCLUSIVE, swept=SWEPT), lang).splitlines()


def test_the_report_tells_them_by_choice(imaginary, run_folder):
    page = write_report(run_folder(imaginary.verdict(Outcome.INCONCLUSIVE, swept=SWEPT)), "ja").read_text("utf-8")
    section = page.partition("全件の交付確認</h3>")[2].partition("</table>")[0]
    assert "全員・全部 · 本籍・筆頭者あり" in section
    assert "交付してはならないもの" in section
    assert section.count("<tr") == 1 + len(SWEPT.counts)
    assert section.count('class="gap"') == 1


def test_other_runs_have_no_such_section(imaginary, run_folder):
    assert "全件の交付確認" not in write_report(run_folder(imaginary.verdict()), "ja").read_text("utf-8")
