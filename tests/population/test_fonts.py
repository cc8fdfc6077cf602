"""Every character that a certificate may need is in a licensed font of a package, or in the gaiji font we draw."""

from io import BytesIO

import pytest
from fontTools.ttLib import TTFont

from harness.population import make_population
from harness.population.fonts import characters_of, typefaces, uncovered
from harness.population.gaiji import GAIJI, gaiji_font

# Headings, items and sentences of the six certificates.
LABELS = """
住民票の写し 住民票記載事項証明書 印鑑登録証明書 所得・課税証明書 納税証明書 戸籍全部事項証明書 戸籍個人事項証明書
戸籍の附票の写し
この写しは、住民票の原本と相違ないことを証明する。 この印影は、登録された印影と相違ないことを証明します。
これは、戸籍に記録されている事項の全部(一部)を証明した書面である。
氏名 ふりがな フリガナ 旧氏 通称 生年月日 性別 男 女 続柄 世帯主 妻 夫 子 父 母 祖父 祖母 兄 弟 姉 妹 子の子 同居人
住所 住民となった年月日 住所を定めた年月日 届出日 届出年月日 本籍 筆頭者 筆頭者氏名 転入前住所 転出先 備考
個人番号 住民票コード
国籍・地域 在留資格 在留期間 在留期間等 満了日 在留カード番号 特別永住者 除票 改製原附票 消除 職権 記載 転入 転居 転出
死亡
年度 合計所得金額 給与所得 所得控除 扶養 課税標準額 市民税 県民税 所得割 均等割 年税額 納付済額 未納額 円
名 父 母 身分事項 出生 婚姻 離婚 死亡 養子縁組 養子離縁 分籍 転籍 入籍 除籍 認知 戸籍事項 戸籍編製 改製日 改製事由
長男 二男 三男 長女 二女 三女 養子 【】〔〕()〈〉[] 【空欄】 ＊＊＊ *** 以下余白 市長 区長 町長 村長 印 公印
発行番号 発行日
令和 平成 昭和 大正 明治 元年 年 月 日 第 号 ページ 頁 枚 / − - ー 〜 ~ ・ 、 。 ※ № ① ② ③
ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 ０１２３４５６７８９ ,.:;'"!?#%&+=_@
アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョヴガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポ
"""


def all_text(population):
    """Return everything of a population that could be printed."""
    return b"".join(population.lines()).decode()


def test_the_fonts_draw_every_label_of_the_certificates():
    assert uncovered(LABELS) == set()


def test_the_fonts_draw_every_character_of_a_small_population(small):
    assert uncovered(all_text(small)) == set()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_fonts_draw_every_character_of_ten_thousand_residents():
    assert uncovered(all_text(make_population(1, 10_000))) == set()


def test_a_character_that_no_font_has_is_noticed():
    assert uncovered("見本\U0002f9ff\U0001f600\uf123") == {"\U0001f600", "\uf123"} | (uncovered("\U0002f9ff"))


def test_a_variation_selector_belongs_to_the_character_before_it():
    assert characters_of("葛\U000e0100城") == ["葛\U000e0100", "城"]
    assert uncovered("葛\U000e0100") == set()
    assert uncovered("城\U000e01ef") == {"城\U000e01ef"}


def test_one_font_alone_would_not_do():
    gothic, noto, ours = typefaces()
    assert not gothic.covers("𠮷")
    assert noto.covers("𠮷")
    assert all(ours.covers(char) and not noto.covers(char) for char in GAIJI)


def test_the_gaiji_font_is_a_valid_font_with_ink_for_each_character():
    font = TTFont(BytesIO(gaiji_font()))
    for code in map(ord, GAIJI):
        glyph = font["glyf"][font.getBestCmap()[code]]
        assert glyph.numberOfContours >= 5
        assert (glyph.xMax - glyph.xMin) > 600


def test_the_gaiji_font_never_changes_with_the_clock():
    font = TTFont(BytesIO(gaiji_font()))
    assert font["head"].created == font["head"].modified == 3_850_000_000


def test_the_population_says_what_its_gaiji_stand_for(small):
    assert small.gaiji == {"U+E000": "邊の見本外字"}
    assert small.gaiji_font == gaiji_font()
