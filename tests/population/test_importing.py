"""Import of a vendor's residents: what is taken over, what is unknown, and how everything wrong is told at once."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from harness.errors import ConfigError
from harness.population import make_population
from harness.population.export import Form, export, with_serials
from harness.population.gaiji import gaiji_font
from harness.population.import_cells import ImportRefused
from harness.population.importing import Sources, import_population, sources_of
from harness.records.resident import KosekiAccess, Residency


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file and returns its path."""

    def write(name, text, encoding="utf-8"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return write


@pytest.fixture
def take(write):
    """Return a function that imports a CSV text, with a mapping if given."""

    def take(text, mapping=None, encoding="utf-8", **sources):
        file = write("residents.csv", text, encoding)
        return import_population(Sources(file, write("map.toml", mapping) if mapping else None, **sources))

    return take


def refusals(caught):
    return [(r.line, r.column, r.reason) for r in caught.value.refusals]


MINIMAL = "key,cards,name\n1001,123456,見本 花子\n1002,0xFF,試験 太郎\n"


def test_key_card_and_name_are_enough_and_everything_else_is_unknown(take):
    imported = take(MINIMAL)
    one, other = imported.population.residents.values()
    assert (one.key, one.cards, one.name) == ("1001", ("123456",), "見本 花子")
    assert other.cards == ("255",)
    for item in ("kana", "address", "born_on", "sex", "honseki", "nationality", "remarks"):
        assert getattr(one, item) is None
        assert imported.unknown[item] == 2
    assert one.residency is Residency.RESIDENT
    assert one.koseki_access is KosekiAccess.REGISTERED
    assert "foreign" not in one.traits
    assert "not_householder" not in one.traits


def test_a_missing_column_is_unknown_and_a_blank_cell_is_empty(take):
    imported = take("key,cards,name,kana,former_name\n1,11,見本 花子,,\\N\n")
    (person,) = imported.population.residents.values()
    assert person.kana == ""
    assert person.former_name is None
    assert person.alias is None
    assert "kana" not in imported.unknown
    assert imported.unknown["former_name"] == 1


@pytest.mark.parametrize("encoding", [None, "auto", "cp932"])
def test_cp932_is_recognised_and_can_be_named(write, encoding):
    file = write("residents.csv", "住民番号,シリアル番号,氏名,住所\n1,11,髙橋 一郎,見本市①丁目\n", "cp932")
    imported = import_population(Sources(file, encoding=encoding))
    assert imported.encoding == "cp932"
    (person,) = imported.population.residents.values()
    assert (person.name, person.address) == ("髙橋 一郎", "見本市①丁目")


def test_a_named_encoding_is_taken_at_its_word(write):
    file = write("residents.csv", "key,cards,name\n1,11,あ\n")
    assert import_population(Sources(file, encoding="utf-8")).population.residents["1"].name == "あ"
    with pytest.raises(ConfigError, match="cp932 fails at line 2"):
        import_population(Sources(file, encoding="cp932"))


def test_a_byte_order_mark_is_no_part_of_the_heading(take):
    assert take("\ufeff" + MINIMAL).population.residents.keys() == {"1001", "1002"}


def test_text_in_neither_encoding_is_told_with_its_line(write):
    file = write("residents.csv", "")
    file.write_bytes(b"key,cards,name\n1,2,\xff\xfe\xfd\n")
    with pytest.raises(ConfigError, match="utf-8 fails at line 2 and cp932 fails at line 2"):
        import_population(Sources(file))


def test_columns_values_and_gaiji_are_mapped(take):
    mapping = """
    municipality = "見本市"
    unknown = ["不明"]
    [columns]
    key = "宛名番号"
    cards = "JPKI"
    name = "漢字氏名"
    residency = "区分"
    [values.residency]
    "1" = "resident"
    "9" = "moved_out"
    [values.sex]
    "1" = "男"
    "2" = "女"
    [gaiji]
    "U+E000" = "邉"
    "U+E001" = "葛\\U000E0100"
    """
    text = "宛名番号,JPKI,漢字氏名,区分,性別,住所,電話\n7,70,渡\ue000 花子,9,2,不明,000\n8,80,\ue001城 一,1,1,,111\n"
    imported = take(text, mapping)
    one, other = imported.population.residents.values()
    assert (one.name, one.residency, one.sex, one.address) == ("渡邉 花子", Residency.MOVED_OUT, "女", None)
    assert (other.name, other.address, other.municipality) == ("葛\U000e0100城 一", "", "見本市")
    assert imported.ignored == ("電話",)
    assert imported.population.municipality == "見本市"


def test_user_defined_characters_of_cp932_are_mapped_by_their_private_use_code(take):
    text = "key,cards,name\n1,11,渡\ue000 花子\n"
    assert take(text, '[gaiji]\n"U+E000" = "邉"', encoding="cp932").population.residents["1"].name == "渡邉 花子"


def test_a_private_use_character_is_kept_where_the_vendors_font_draws_it(take, tmp_path):
    (tmp_path / "vendor.ttf").write_bytes(gaiji_font())
    population = take("key,cards,name\n1,11,渡\ue000 花子\n", 'gaiji_font = "vendor.ttf"').population
    assert population.residents["1"].name == "渡\ue000 花子"
    assert population.gaiji == {"U+E000": "邊の見本外字"}
    assert population.gaiji_font == gaiji_font()


def test_a_gaiji_font_beside_the_table_needs_no_mapping(take, tmp_path):
    (tmp_path / "gaiji.ttf").write_bytes(gaiji_font())
    assert take("key,cards,name\n1,11,渡\ue000 花子\n").population.gaiji_font == gaiji_font()


def test_a_damaged_font_beside_the_table_is_named(take, tmp_path):
    (tmp_path / "gaiji.ttf").write_bytes(b"no font")
    with pytest.raises(ConfigError, match=r"gaiji\.ttf is no readable TrueType font"):
        take(MINIMAL)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-01-31", "2024-01-31"),
        ("2024/1/5", "2024-01-05"),
        ("20240131", "2024-01-31"),
        ("2024年1月31日", "2024-01-31"),
        ("令和6年1月31日", "2024-01-31"),
        ("R6.1.31", "2024-01-31"),
        ("平成元年1月8日", "1989-01-08"),
        ("S64/1/7", "1989-01-07"),
        ("", ""),
    ],
)
def test_dates_are_read_as_vendors_write_them(take, cell, day):
    assert take(f"key,cards,name,born_on\n1,11,見本,{cell}\n").population.residents["1"].born_on == day


@pytest.mark.parametrize("cell", ["2024-02-30", "31.1.2024", "R6", "2024011", "昨日", "0000-00-00"])
def test_what_is_no_date_is_refused(take, cell):
    with pytest.raises(ImportRefused) as caught:
        take(f"key,cards,name,生年月日\n1,11,見本,{cell}\n")
    assert refusals(caught) == [
        (2, "生年月日", f"{cell} is no date; write 2024-01-31, 2024/1/31, 20240131, 令和6年1月31日 or R6.1.31")
    ]


def test_every_bad_place_is_told_at_once_and_in_order(take):
    text = (
        "key,cards,name,born_on,sex,restricted,residency\n"
        ",11,見本,,,,\n"
        "2,,見本,1990-13-01,不詳,たぶん,\n"
        "3,12x,,,,,宇宙\n"
        "4,14,見本,,男,1\n"
        "2,15,見〓本,,,,\n"
        "6,15,見\ue123本,,,,\n"
        "a b,16,見本,,,,\n"
    )
    with pytest.raises(ImportRefused) as caught:
        take(text)
    told = refusals(caught)
    assert [(line, column) for line, column, _ in told] == [
        (2, "key"), (3, "born_on"), (3, "cards"), (3, "restricted"), (3, "sex"), (4, "cards"), (4, "name"),
        (4, "residency"), (5, ""), (6, ""), (6, "name"), (7, ""), (7, "name"), (8, "key"),
    ]  # fmt: skip
    message = str(caught.value)
    assert message.startswith("nothing was imported; 14 places to correct:")
    assert "residents.csv: line 5: has 6 cells, the heading has 7" in message
    assert "key 2 stands in line 3 too" in message
    assert "card serial 15 stands in line 6 too" in message
    assert "private-use character U+E123" in message
    assert "U+3013 (〓)" in message


def test_lines_are_counted_as_an_editor_counts_them(take):
    with pytest.raises(ImportRefused) as caught:
        take('key,cards,name,remarks\n1,11,見本,"a\nb"\n\n2,,見本,\n')
    assert [(line, column) for line, column, _ in refusals(caught)] == [(2, "remarks"), (5, "cards")]


def test_a_broken_quote_is_told_with_its_line(take):
    with pytest.raises(ConfigError, match="line 3: is not CSV"):
        take('key,cards,name\n1,11,見本\n2,"12"x,見本\n')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("key,cards,name\n", "no residents"),
        ("key,name\n1,見本\n", "no column gives cards"),
        ("key,cards,name,name\n1,2,3,4\n", "two columns name"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_told_so(take, text, expected):
    with pytest.raises(ConfigError, match=expected):
        take(text)


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ('[columns]\nnmae = "氏名"', r"columns.nmae: no such item. Allowed here: key, municipality"),
        ('[columns]\nkana = "カナ"', "has no column カナ; its columns are key, cards, name"),
        ('[values.colour]\nred = "1"', "values.colour: no such item"),
        ('[gaiji]\n"E000" = "邉"', "U\\+E000"),
        ('[gaiji]\n"U+4E00" = "邉"', "U\\+E000 to U\\+F8FF"),
        ('encoding = "sjis"', "encoding"),
        ('gaiji_font = "absent.ttf"', "gaiji_font"),
        ("colums = 1", "did you mean `columns`"),
    ],
)
def test_a_wrong_mapping_is_told_with_key_and_what_is_allowed(take, mapping, expected):
    with pytest.raises(ConfigError, match=expected):
        take(MINIMAL, mapping)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"absent.csv: cannot be read"):
        import_population(Sources(tmp_path / "absent.csv"))


def test_households_come_from_a_column_and_put_the_householder_first(take):
    text = "key,cards,name,household,relation\n1,11,見本 子,5,子\n2,12,見本 親,5,世帯主\n5,15,試験 一,,世帯主\n"
    population = take(text).population
    assert [r.key for r in population.household("1")] == ["2", "1"]
    assert [r.key for r in population.household("5")] == ["5"]


def test_references_to_nobody_are_refused(take, write):
    koseki = write(
        "koseki.csv",
        "koseki,honseki,hittousha,resident,given_name,born_on,father,mother,relation,removed,"
        "events,addresses\nK1,見本市一丁目,見本 一,99,一,1990-01-01,父,母,長男,0,出生,2020-01-01 見本市\n",
    )
    taxes = write("taxes.csv", ",".join(("key", *TAX)) + "\n" + ",".join(["98", "2025", *["0"] * 12]) + "\n")
    with pytest.raises(ImportRefused) as caught:
        take("key,cards,name,koseki,lookalike_of\n1,11,見本,K2,77\n", koseki=koseki, taxes=taxes)
    assert [(column, reason) for _, column, reason in refusals(caught)] == [
        ("resident", "99 is no resident of the residents' file"),
        ("koseki", "K2 is not in the koseki file"),
        ("lookalike_of", "77 is no resident of this file"),
        ("key", "98 is no resident of the residents' file"),
    ]


TAX = (
    "year", "total_income", "salary_income", "deductions", "dependants", "taxable", "city_levy", "city_per_capita",
    "prefecture_levy", "prefecture_per_capita", "annual_tax", "paid", "unpaid",
)  # fmt: skip


def test_bad_tax_figures_and_repeated_years_are_refused(take, write):
    good = ["1", "2025", "1,000,000".replace(",", ""), *["0"] * 11]
    bad = ["1", "2025", "たくさん", *["0"] * 11]
    taxes = write("taxes.csv", "\n".join([",".join(("key", *TAX)), ",".join(good), ",".join(bad)]) + "\n")
    with pytest.raises(ImportRefused) as caught:
        take("key,cards,name\n1,11,見本\n", taxes=taxes)
    assert [(line, column) for line, column, _ in refusals(caught)] == [(3, "total_income"), (3, "year")]


def test_a_koseki_file_in_another_form_is_refused(take, write):
    with pytest.raises(ConfigError, match=r"lacks the columns .*given_name"):
        take(MINIMAL, koseki=write("koseki.csv", "koseki,honseki\nK1,見本市\n"))


def test_seals_are_taken_from_pictures_of_any_depth(take, tmp_path):
    (tmp_path / "seals").mkdir()
    for name, mode in (("1001", "L"), ("1002", "RGBA")):
        picture = Image.new(mode, (60, 60), 255 if mode == "L" else (0, 0, 0, 0))
        picture.paste(0 if mode == "L" else (200, 0, 0, 255), (10, 10, 50, 20))
        picture.save(tmp_path / "seals" / f"{name}.png")
    people = import_population(Sources(written(tmp_path, MINIMAL), seals=tmp_path / "seals")).population.residents
    from harness.population.seals import decode_png

    assert decode_png(people["1001"].seal.png_base64).tobytes() == decode_png(people["1002"].seal.png_base64).tobytes()
    assert decode_png(people["1001"].seal.png_base64).getpixel((11, 11)) == 0
    assert (people["1001"].seal.number, people["1001"].seal.cancelled_on) == ("", None)


def written(folder, text):
    (folder / "residents.csv").write_text(text, encoding="utf-8")
    return folder / "residents.csv"


def test_bad_seal_pictures_are_refused_by_file(take, tmp_path):
    seals = tmp_path / "seals"
    seals.mkdir()
    (seals / "1001.png").write_bytes(b"GIF89a")
    Image.new("1", (50, 50), 1).save(seals / "1002.png")
    Image.new("1", (50, 50), 0).save(seals / "nobody.png")
    with pytest.raises(ImportRefused) as caught:
        take(MINIMAL, seals=seals)
    told = {r.file.rpartition("/")[2]: r.reason for r in caught.value.refusals}
    assert told["1001.png"].startswith("is no readable PNG")
    assert told["1002.png"].startswith("shows no ink")
    assert told["nobody.png"] == "nobody is no resident of the residents' file"


def test_a_picture_bomb_is_refused_unopened(take, tmp_path):
    (tmp_path / "seals").mkdir()
    Image.new("1", (9000, 9000), 1).save(tmp_path / "seals" / "1001.png")
    with pytest.raises(ImportRefused) as caught:
        take(MINIMAL, seals=tmp_path / "seals")
    assert "at most 2000 pixels" in str(caught.value)


def test_an_export_can_be_imported_again_without_loss(small, tmp_path):
    carded = with_serials(small, {key: str(n) for n, key in enumerate(small.residents, 10**20)})
    export(carded, tmp_path / "out", Form.CSV, bom=True)
    imported = import_population(sources_of(tmp_path / "out"))
    assert imported.population.residents == carded.residents
    assert imported.population.koseki == carded.koseki
    assert imported.population.digest == carded.digest
    assert imported.population.gaiji == carded.gaiji
    assert imported.population.gaiji_font == carded.gaiji_font
    assert imported.ignored == ()


def test_a_folder_that_is_no_export_is_told_what_to_name(tmp_path):
    with pytest.raises(ConfigError, match=r"without residents.csv; name the CSV file"):
        sources_of(tmp_path)


def cells(row):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=5), max_size=5))
def test_whatever_stands_in_the_rows_it_is_imported_or_refused_with_a_place(tmp_path, rows):
    """No input ends in anything but residents or a message that names a line."""
    text = "key,cards,name,born_on,sex\n" + "".join(cells(row) for row in rows)
    try:
        file = tmp_path / "residents.csv"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        imported = import_population(Sources(file))
    except ImportRefused as refused:
        assert all(r.line >= 2 and r.reason for r in refused.refusals)
    except ConfigError as error:
        assert error.file.endswith("residents.csv")
    else:
        assert all(r.key and r.name and r.cards for r in imported.population.residents.values())


def test_imported_populations_make_no_claims_about_a_seed(take):
    population = take(MINIMAL).population
    assert population.seed is None
    assert make_population(1, 1).seed == 1
