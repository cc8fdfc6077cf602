"""Makes `population/`: the small town whose people are on the corpus's documents. Every value is written out here.

It holds the pairs that reading must keep apart: 髙/高, 﨑/崎, 邉/邊/辺, 𠮷/吉, 葛 with and without a variation
selector, a private-use character, one name inside another, one name with two birth dates, twins, house numbers that
begin alike.
"""

import base64
import hashlib
import io
import json
import random
from pathlib import Path

from PIL import Image, ImageDraw

POPULATION = Path(__file__).parent / "population"
TOWN = "架空県例川市"
SEAL_SIDE = 160


def person(key, household, relation, name, kana, born_on, sex, street, **more):
    return {
        "key": key,
        "municipality": TOWN,
        "household": household,
        "relation": relation,
        "name": name,
        "kana": kana,
        "born_on": born_on,
        "sex": sex,
        "address": TOWN + street,
        "nationality": "",
        "former_name": "",
        "alias": "",
        "remarks": "",
        **more,
    }


PEOPLE = [
    # a family of six, and its koseki
    person("R00101", "H01", "世帯主", "桐島　清志", "キリシマ　キヨシ", "1971-08-19", "男", "桜台二丁目11番8号"),
    person("R00102", "H01", "妻", "桐島　美咲", "キリシマ　ミサキ", "1973-12-02", "女", "桜台二丁目11番8号"),
    person("R00103", "H01", "子", "桐島　蓮", "キリシマ　レン", "2001-04-27", "男", "桜台二丁目11番8号"),
    person("R00104", "H01", "子", "桐島　結衣", "キリシマ　ユイ", "2003-09-14", "女", "桜台二丁目11番8号"),
    person("R00105", "H01", "子", "桐島　結菜", "キリシマ　ユナ", "2003-09-14", "女", "桜台二丁目11番8号"),
    person("R00106", "H01", "母", "桐島　トメ", "キリシマ　トメ", "1944-05-30", "女", "桜台二丁目11番8号"),
    # another family, of four
    person("R00107", "H02", "世帯主", "大隅　直樹", "オオスミ　ナオキ", "1982-02-11", "男", "緑が丘四丁目3番21号"),
    person("R00108", "H02", "妻", "大隅　香織", "オオスミ　カオリ", "1984-07-25", "女", "緑が丘四丁目3番21号"),
    person("R00109", "H02", "子", "大隅　颯太", "オオスミ　ソウタ", "2012-10-03", "男", "緑が丘四丁目3番21号"),
    person("R00110", "H02", "子", "大隅　陽葵", "オオスミ　ヒマリ", "2015-03-18", "女", "緑が丘四丁目3番21号"),
    # one variant glyph
    person("R00111", "H03", "世帯主", "髙橋　健吾", "タカハシ　ケンゴ", "1979-06-21", "男", "新町一丁目7番4号"),
    person("R00112", "H04", "世帯主", "高橋　健吾", "タカハシ　ケンゴ", "1979-06-21", "男", "新町一丁目7番14号"),
    person("R00113", "H05", "世帯主", "山﨑　千夏", "ヤマザキ　チナツ", "1991-01-09", "女", "港南三丁目2番2号"),
    person("R00114", "H06", "世帯主", "山崎　千夏", "ヤマザキ　チナツ", "1990-11-09", "女", "港南三丁目22番2号"),
    person("R00115", "H07", "世帯主", "渡邉　誠", "ワタナベ　マコト", "1968-04-05", "男", "川端町六丁目10番1号"),
    person("R00116", "H08", "世帯主", "渡邊　誠", "ワタナベ　マコト", "1965-10-15", "男", "川端町六丁目10番11号"),
    person("R00117", "H09", "世帯主", "渡辺　誠", "ワタナベ　マコト", "1959-12-31", "男", "川端町六丁目1番1号"),
    # one name inside the other
    person("R00118", "H10", "世帯主", "村上　博", "ムラカミ　ヒロシ", "1966-06-16", "男", "若葉五丁目15番2号"),
    person("R00119", "H11", "世帯主", "村上　博美", "ムラカミ　ヒロミ", "1969-08-28", "女", "若葉五丁目15番25号"),
    # the same name and another birth date
    person("R00120", "H12", "世帯主", "木下　優", "キノシタ　ユウ", "1987-03-03", "女", "旭町八丁目9番10号"),
    person("R00121", "H13", "世帯主", "木下　優", "キノシタ　ユウ", "1955-05-25", "男", "本郷七丁目6番5号"),
    # beyond the BMP, a variation selector, private use
    person("R00122", "H14", "世帯主", "𠮷野　茜", "ヨシノ　アカネ", "1994-02-17", "女", "西原九丁目1番30号"),
    person("R00123", "H15", "世帯主", "吉野　茜", "ヨシノ　アカネ", "1994-12-17", "女", "西原九丁目1番3号"),
    person("R00124", "H16", "世帯主", "葛󠄀西　岳", "カサイ　ガク", "1976-09-09", "男", "北条二丁目5番5号"),
    person("R00125", "H17", "世帯主", "葛西　岳", "カサイ　ガク", "1977-10-10", "男", "北条二丁目5番15号"),
    person("R00126", "H18", "世帯主", "\ue001川　文", "マスカワ　フミ", "1949-07-07", "女", "宮前町一丁目2番3号"),
    # foreign residents
    person(
        "R00127",
        "H19",
        "世帯主",
        "TRAN　THI　HOA",
        "チャン　ティ　ホア",
        "1996-05-06",
        "女",
        "駅前通一丁目1番1-805号",
        alias="陳野　華",
        nationality="ベトナム",
    ),
    person(
        "R00128",
        "H20",
        "世帯主",
        "SILVA　MARCOS　ANTONIO",
        "シルバ　マルコス　アントニオ",
        "1985-11-30",
        "男",
        "駅前通一丁目1番1-806号",
        nationality="ブラジル",
    ),
    # a long address and a long name
    person(
        "R00129",
        "H21",
        "世帯主",
        "勅使河原　三四郎左衛門",
        "テシガワラ　サンシロウザエモン",
        "1936-01-22",
        "男",
        "大字上之郷字中屋敷1234番地の56　コーポラス例川グランドヒルズ弐番館1203号室",
    ),
    person("R00130", "H22", "世帯主", "二階堂　さくら", "ニカイドウ　サクラ", "1999-10-20", "女", "桜台二丁目1番8号"),
]
HONSEKI = {"H01": ("架空県例川市桜台二丁目48番地", "桐島　清志"), "H02": ("架空県上総町大字緑101番地", "大隅　直樹")}
TAXED = {
    "R00101": (5318400, 1204900),
    "R00107": (4870250, 988000),
    "R00111": (3662170, 871300),
    "R00112": (2954810, 640000),
    "R00118": (6120030, 1530200),
    "R00119": (1987640, 455000),
    "R00120": (7045990, 1610700),
    "R00121": (912350, 430000),
}


def engraved(key):
    """Draw a seal impression of its own for every key: a ring and strokes that depend on the key."""
    large = 4 * SEAL_SIDE
    picture = Image.new("L", (large, large), 255)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((6, 6, large - 7, large - 7), outline=0, width=large // 22)
    strokes = random.Random(f"corpus {key}")
    for _ in range(11):
        points = [strokes.randint(large // 5, 4 * large // 5) for _ in range(4)]
        draw.line(points, fill=0, width=large // 17)
    return (
        picture.resize((SEAL_SIDE, SEAL_SIDE), Image.Resampling.LANCZOS).point(lambda v: 255 * (v > 127)).convert("1")
    )


def seal(key, number):
    png = io.BytesIO()
    engraved(key).save(png, "PNG")
    return {
        "number": f"第{number}号",
        "registered_on": "2012-06-01",
        "diameter_mm": 18.0,
        "png_base64": base64.b64encode(png.getvalue()).decode(),
    }


def taxes(total, deductions):
    taxable = (total - deductions) // 1000 * 1000
    city, prefecture = taxable * 6 // 100, taxable * 4 // 100
    annual = city + 3500 + prefecture + 1500
    return {
        "year": 2025,
        "total_income": total,
        "salary_income": total,
        "deductions": deductions,
        "dependants": 1,
        "taxable": taxable,
        "city_levy": city,
        "city_per_capita": 3500,
        "prefecture_levy": prefecture,
        "prefecture_per_capita": 1500,
        "annual_tax": annual,
        "paid": annual,
        "unpaid": 0,
    }


def completed():
    heads = {p["household"]: p["name"] for p in PEOPLE if p["relation"] == "世帯主"}
    for number, p in enumerate(PEOPLE):
        household = p["household"]
        honseki, head = HONSEKI.get(household, (f"架空県例川市古田{number + 1}丁目{number + 70}番地", p["name"]))
        japanese = not p["nationality"]
        p |= {
            "householder": heads[household],
            "address_since": f"{2002 + number % 17}-{number % 12 + 1:02}-{number % 27 + 1:02}",
            "koseki": {"H01": "K01", "H02": "K02"}.get(household) if p["key"] != "R00106" else None,
            "honseki": honseki if japanese else "",
            "hittousha": head if japanese else "",
            "seal": seal(p["key"], 40100 + 7 * number),
        }
        if p["key"] == "R00106":
            p |= {"honseki": "架空県例川市桜台二丁目9番地", "hittousha": "桐島　源蔵"}
        if p["key"] in TAXED:
            p["taxes"] = [taxes(*TAXED[p["key"]])]
        yield p


def member(key, given, born_on, father, mother, relation, events, addresses):
    names = ("resident", "given_name", "born_on", "father", "mother", "relation", "events", "addresses")
    return dict(zip(names, (key, given, born_on, father, mother, relation, events, addresses), strict=True))


def registers():
    home, before = "架空県例川市桜台二丁目11番8号", "架空県例川市三条町二丁目6番7号"
    children = [("R00103", "蓮", "2001-04-27", "長男"), ("R00104", "結衣", "2003-09-14", "長女"),
                ("R00105", "結菜", "2003-09-14", "二女")]  # fmt: skip
    yield {
        "key": "K01",
        "honseki": "架空県例川市桜台二丁目48番地",
        "hittousha": "桐島　清志",
        "members": [
            member("R00101", "清志", "1971-08-19", "桐島　源蔵", "桐島　トメ", "長男",
                   ["【出生日】昭和46年8月19日 【届出人】桐島　源蔵",
                    "【婚姻日】平成12年11月11日 【配偶者氏名】柏木　美咲"],
                   [[before, "1995-04-01"], [home, "2002-01-01"]]),
            member("R00102", "美咲", "1973-12-02", "柏木　勝", "柏木　和子", "三女",
                   ["【出生日】昭和48年12月2日 【届出人】柏木　勝",
                    "【婚姻日】平成12年11月11日 【配偶者氏名】桐島　清志"],
                   [[home, "2003-02-02"]]),
            *(member(key, given, born, "桐島　清志", "桐島　美咲", relation, [f"【出生日】{born} 【届出人】父"],
                     [[home, born]]) for key, given, born, relation in children),
        ],
    }  # fmt: skip
    house = "架空県例川市緑が丘四丁目3番21号"
    yield {
        "key": "K02",
        "honseki": "架空県上総町大字緑101番地",
        "hittousha": "大隅　直樹",
        "members": [
            member("R00107", "直樹", "1982-02-11", "大隅　茂", "大隅　節子", "二男",
                   ["【出生日】昭和57年2月11日 【届出人】大隅　茂"], [[house, "2008-07-07"]]),
            member("R00108", "香織", "1984-07-25", "深町　修", "深町　弘子", "長女",
                   ["【出生日】昭和59年7月25日 【届出人】深町　修"], [[house, "2009-08-08"]]),
        ],
    }  # fmt: skip


def main():
    POPULATION.mkdir(exist_ok=True)
    residents = "".join(json.dumps(p, ensure_ascii=False) + "\n" for p in completed())
    koseki = "".join(json.dumps(k, ensure_ascii=False) + "\n" for k in registers())
    (POPULATION / "residents.jsonl").write_text(residents, encoding="utf-8")
    (POPULATION / "koseki.jsonl").write_text(koseki, encoding="utf-8")
    about = {
        "version": 1,
        "seed": None,
        "municipality": TOWN,
        "residents": len(PEOPLE),
        "digest": hashlib.sha256((residents + koseki).encode()).hexdigest(),
        "made_by": "tests/corpus/make_population.py",
        "gaiji": {"U+E001": "益 with another top"},
    }
    (POPULATION / "population.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
