"""Each certificate family prints what its residents' register entries say, in the words of the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pypdfium2 as pdfium
import pytest
from PIL import Image

from harness.records.resident import Koseki, KosekiMember
from harness.records.resident import Resident as Exported
from mock_issuer.documents.families import COMPOSERS
from mock_issuer.documents.layout import Choice, Order
from mock_issuer.documents.names import require_printable
from mock_issuer.documents.typesetter import Typesetter
from mock_issuer.people import Extract, Resident
from mock_issuer.people import Koseki as IssuersKoseki
from mock_issuer.refusals import Refusal

TODAY = date(2026, 4, 1)
NUMBER = "見本-260401-n1-000123"


@pytest.fixture(scope="module")
def typesetter(tmp_path_factory: pytest.TempPathFactory) -> Typesetter:
    return Typesetter(tmp_path_factory.mktemp("press"), compilers=1)


def as_read(exported: Exported) -> Resident:
    """Pass a record through its file form, as the issuer meets it."""
    return msgspec.json.decode(msgspec.json.encode(exported), type=Resident)


def order_for(certificate: str, *household: Exported, koseki: Koseki | None = None, **choice: object) -> Order:
    people = tuple(map(as_read, household))
    register = msgspec.json.decode(msgspec.json.encode(koseki), type=IssuersKoseki) if koseki else None
    extract = Extract(
        applicant=people[0],
        household=people,
        koseki=register,
        relatives={p.key: p for p in people},
        version=0,
    )
    return Order(certificate=certificate, choice=Choice(**choice), extract=extract, today=TODAY)  # type: ignore[arg-type]


def pages(typesetter: Typesetter, order: Order) -> list[list[str]]:
    """Set a certificate and return the text lines of its pages."""
    pdf = typesetter.set_document(COMPOSERS[order.certificate](order), NUMBER)
    with pdfium.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range().split("\r\n") for page in document]


FRAME = ["見本・試験用 証明力なし", "発行番号 見本-260401-n1-000123", "1/1"]
CLOSING = ["令和8年4月1日", "架空県見本市長　見本　太郎", "見本", "市長", "之印"]


def test_a_copy_of_the_resident_record_shows_one_person_with_fillers_for_what_was_not_asked(
    typesetter: Typesetter, person: Callable[..., Exported]
) -> None:
    (lines,) = pages(typesetter, order_for("juminhyo", person(7)))
    assert lines == [
        "見本・試験用 証明力なし",
        "住民票の写し",
        "発行番号 見本-260401-n1-000123",
        "1/1",
        "住所 架空県見本市本町7丁目8番9号",
        "世帯主 ＊＊＊",
        "氏名 見本　七郎",
        "ふりがな ミホン　七ロウ",
        "旧氏 【空欄】",
        "性別 男",
        "住民となった年月日 平成31年4月30日",
        "届出日 令和元年5月2日",
        "生年月日 昭和42年8月17日",
        "続柄 ＊＊＊",
        "住所を定めた年月日 令和元年5月1日",
        "筆頭者 ＊＊＊",
        "本籍 ＊＊＊",
        "転入前住所 架空県例市例町7番地",
        "備考 【空欄】",
        "この写しは、住民票の原本と相違ないことを証明する。",
        *CLOSING,
    ]


def test_options_bring_their_items_onto_the_paper(typesetter: Typesetter, person: Callable[..., Exported]) -> None:
    (lines,) = pages(typesetter, order_for("kisaijiko", person(7, former_name="旧見"), honseki=True, relation=True))
    assert lines[1] == "住民票記載事項証明書"
    assert "世帯主 見本　七郎" in lines
    assert "続柄 世帯主" in lines
    assert "本籍 架空県見本市字見本7番地" in lines
    assert "筆頭者 見本　七郎" in lines
    assert "旧氏 旧見" in lines
    assert "上記の事項は、住民票に記載があることを証明する。" in lines


def test_a_foreign_resident_has_the_items_of_a_foreign_resident(
    typesetter: Typesetter, person: Callable[..., Exported]
) -> None:
    foreigner = person(
        3,
        name="NGUYEN VAN AN",
        alias="山田　安",
        nationality="ベトナム",
        residence_status="技術・人文知識・国際業務",
        residence_period="5年",
        residence_expires_on="2029-01-31",
        residence_card="ZZ12345678ZZ",
    )
    (lines,) = pages(typesetter, order_for("juminhyo", foreigner, honseki=True, relation=True))
    assert lines[4:20] == [
        "住所 架空県見本市本町3丁目4番5号",
        "世帯主 見本　三郎",
        "氏名 NGUYEN VAN AN",
        "ふりがな ミホン　三ロウ",
        "通称 山田　安",
        "生年月日 昭和38年4月13日",
        "続柄 世帯主",
        "住所を定めた年月日 令和元年5月1日",
        "国籍・地域 ベトナム",
        "在留期間 5年",
        "在留カード番号 ZZ12345678ZZ",
        "性別 男",
        "住民となった年月日 平成31年4月30日",
        "届出日 令和元年5月2日",
        "在留資格 技術・人文知識・国際業務",
        "満了日 令和11年1月31日",
    ]
    assert not any(line.startswith(("本籍", "筆頭者")) for line in lines)


def test_a_household_of_nine_takes_three_sheets_with_one_number(
    typesetter: Typesetter, person: Callable[..., Exported]
) -> None:
    household = [person(number, household="H1") for number in range(1, 10)]
    sheets = pages(typesetter, order_for("juminhyo", *household, scope="all"))
    assert [sum(line.startswith("氏名 ") for line in sheet) for sheet in sheets] == [4, 4, 1]
    assert [next(line for line in sheet if "/" in line) for sheet in sheets] == ["1/3", "2/3", "3/3"]
    assert all("発行番号 見本-260401-n1-000123" in sheet for sheet in sheets)
    assert ["架空県見本市長　見本　太郎" in sheet for sheet in sheets] == [False, False, True]


def test_some_of_the_household_need_not_include_the_applicant(
    typesetter: Typesetter, person: Callable[..., Exported]
) -> None:
    household = [person(number, household="H1") for number in (1, 2, 3)]
    (lines,) = pages(typesetter, order_for("juminhyo", *household, scope="some", persons=("R00002",)))
    assert [line for line in lines if line.startswith("氏名 ")] == ["氏名 見本　二郎"]


@pytest.mark.parametrize("persons", [(), ("R00099",), ("R00001", "R00099")])
def test_persons_outside_the_household_are_not_allowed(
    person: Callable[..., Exported], persons: tuple[str, ...]
) -> None:
    with pytest.raises(Refusal, match="NOT_ALLOWED"):
        COMPOSERS["juminhyo"](order_for("juminhyo", person(1), scope="some", persons=persons))


def test_a_seal_certificate_carries_the_seal_as_a_picture_of_its_true_size(
    tmp_path: Path, person: Callable[..., Exported]
) -> None:
    typesetter = Typesetter(tmp_path, compilers=1)
    (tmp_path / "seals").mkdir()
    drawn = Image.new("1", (90, 90), 1)
    drawn.paste(0, (10, 10, 40, 60))
    drawn.save(tmp_path / "seals" / "one.png")
    order = msgspec.structs.replace(order_for("inkan", person(5)), picture="seals/one.png", picture_mm=15.0)
    pdf = typesetter.set_document(COMPOSERS["inkan"](order), NUMBER)
    with pdfium.PdfDocument(pdf) as document:
        page = document[0]
        lines = page.get_textpage().get_text_range().split("\r\n")
        (picture,) = [o for o in page.get_objects() if o.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE]
        left, bottom, right, top = picture.get_bounds()
        assert (right - left) / 72 * 25.4 == pytest.approx(15.0, abs=0.01)
        assert (top - bottom) / 72 * 25.4 == pytest.approx(15.0, abs=0.01)
        assert picture.get_bitmap().to_pil().convert("1").tobytes() == drawn.tobytes()
    assert lines == [
        FRAME[0],
        "印鑑登録証明書",
        *FRAME[1:],
        "印影",
        "氏名 見本　五郎",
        "旧氏 【空欄】",
        "生年月日 昭和40年6月15日",
        "住所 架空県見本市本町5丁目6番7号",
        "この写しは、登録された印影と相違ないことを証明する。",
        *CLOSING,
    ]


def test_the_income_certificate_shows_the_years_figures(
    typesetter: Typesetter, person: Callable[..., Exported]
) -> None:
    (lines,) = pages(typesetter, order_for("tax", person(4), tax_year=2025))
    assert lines == [
        FRAME[0],
        "所得・課税証明書",
        *FRAME[1:],
        "年度 令和7年度",
        "住所 架空県見本市本町4丁目5番6号",
        "氏名 見本　四郎",
        "生年月日 昭和39年5月14日",
        "合計所得金額 3,456,004円",
        "給与所得 3,400,004円",
        "所得控除合計 1,200,000円",
        "扶養人数 1人",
        "課税標準額 2,256,004円",
        "市民税所得割 135,304円",
        "市民税均等割 3,500円",
        "県民税所得割 90,204円",
        "県民税均等割 1,500円",
        "年税額 230,508円",
        "上記のとおり相違ないことを証明する。",
        *CLOSING,
    ]


def test_the_payment_certificate_shows_what_was_paid(typesetter: Typesetter, person: Callable[..., Exported]) -> None:
    (lines,) = pages(typesetter, order_for("tax", person(4), tax_kind="nozei"))
    assert lines[1] == "納税証明書"
    assert lines[8:11] == ["年税額 230,508円", "納付済額 230,500円", "未納額 8円"]


def test_a_year_without_figures_is_refused(person: Callable[..., Exported]) -> None:
    with pytest.raises(Refusal, match="TAX_YEAR_UNKNOWN"):
        COMPOSERS["tax"](order_for("tax", person(4), tax_year=2019))


def large_register(members: int) -> Koseki:
    event = "婚姻 【婚姻日】平成2年3月4日 【配偶者氏名】見本　花子 【従前戸籍】架空県例市例町一丁目100番地 例　太郎"
    return Koseki(
        key="K1",
        honseki="架空県見本市字見本1番地",
        hittousha="見本　一郎",
        members=tuple(
            KosekiMember(
                resident=f"R{number:05d}",
                given_name=f"名{number}",
                born_on="1960-01-02",
                father="見本　父太",
                mother="見本　母子",
                relation="長男",
                events=(event, "出生 【届出人】父"),
                removed=number == 2,
                addresses=(("架空県例市例町1番地", "1990-01-02"), ("架空県見本市本町1番地", "2019-12-31")),
            )
            for number in range(1, members + 1)
        ),
    )


def test_a_family_register_of_twelve_takes_several_pages_and_parts_no_event(
    typesetter: Typesetter, person: Callable[..., Exported]
) -> None:
    sheets = pages(typesetter, order_for("koseki", person(1), koseki=large_register(12), scope="all"))
    assert len(sheets) == 3
    assert all(sheet[4:6] == ["本籍 架空県見本市字見本1番地", "筆頭者氏名 見本　一郎"] for sheet in sheets)
    names = [line for sheet in sheets for line in sheet if line.startswith("名 ")]
    assert names == [f"名 名{number}" for number in range(1, 13)]
    events = (
        "身分事項 婚姻 【婚姻日】平成2年3月4日 【配偶者氏名】見本　花子",
        "【従前戸籍】架空県例市例町一丁目100番地 例　太郎",
    )
    for sheet in sheets:
        begun = [i for i, line in enumerate(sheet) if line == events[0]]
        assert [sheet[i + 1] for i in begun] == [events[1]] * len(begun)
    assert "戸籍区分 除籍" in sheets[0]


def test_one_persons_extract_of_the_family_register(typesetter: Typesetter, person: Callable[..., Exported]) -> None:
    (lines,) = pages(typesetter, order_for("koseki", person(3), koseki=large_register(4), scope="self"))
    assert lines[1] == "戸籍個人事項証明書"
    assert [line for line in lines if line.startswith("名 ")] == ["名 名3"]
    assert "これは、戸籍に記録されている事項の一部を証明した書面である。" in lines


def test_the_supplementary_register_lists_every_address(
    typesetter: Typesetter, person: Callable[..., Exported]
) -> None:
    (lines,) = pages(typesetter, order_for("fuhyo", person(1), koseki=large_register(2), scope="all"))
    assert lines == [
        FRAME[0],
        "戸籍の附票の写し",
        *FRAME[1:],
        "本籍 架空県見本市字見本1番地",
        "筆頭者氏名 見本　一郎",
        "氏名 見本　一郎",
        "生年月日 昭和35年1月2日",
        "性別 男",
        "住所 架空県例市例町1番地",
        "住所を定めた年月日 平成2年1月2日",
        "住所 架空県見本市本町1番地",
        "住所を定めた年月日 令和元年12月31日",
        "氏名 見本　名2",
        "生年月日 昭和35年1月2日",
        "性別 【空欄】",
        "住所 架空県例市例町1番地",
        "住所を定めた年月日 平成2年1月2日",
        "住所 架空県見本市本町1番地",
        "住所を定めた年月日 令和元年12月31日",
        "この写しは、戸籍の附票の原本と相違ないことを証明する。",
        *CLOSING,
    ]


@pytest.mark.parametrize("name", ["髙﨑　邉", "齋藤　𠮷子", "葛\U000e0100城　葛", "嵜　斎斉", 'A "quoted" \\ name#[x]'])
def test_rare_characters_come_out_as_they_went_in(
    typesetter: Typesetter, person: Callable[..., Exported], name: str
) -> None:
    (lines,) = pages(typesetter, order_for("juminhyo", person(1, name=name)))
    assert f"氏名 {name}" in lines


def test_a_name_that_fits_its_field_stays_on_one_line(typesetter: Typesetter, person: Callable[..., Exported]) -> None:
    (lines,) = pages(typesetter, order_for("juminhyo", person(1, name="長" * 60)))
    assert f"氏名 {'長' * 60}" in lines


def test_names_that_cannot_be_printed_are_refused(person: Callable[..., Exported]) -> None:
    with pytest.raises(Refusal, match="NAME_TOO_LONG"):
        require_printable(order_for("juminhyo", person(1, name="長" * 61)), 60)
    with pytest.raises(Refusal, match="GAIJI_PENDING"):
        require_printable(order_for("inkan", person(1, gaiji_pending=True)), 60)


def test_nothing_but_embedded_subset_fonts_is_used(typesetter: Typesetter, person: Callable[..., Exported]) -> None:
    pdf = typesetter.set_document(COMPOSERS["juminhyo"](order_for("juminhyo", person(1))), NUMBER)
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        fonts = document.pages[0].Resources.Font
        for font in fonts.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "+" in str(font.BaseFont)
            assert any(key in descriptor for key in ("/FontFile2", "/FontFile3"))
            assert "/ToUnicode" in font
