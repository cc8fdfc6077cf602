"""The people of the hand-checked documents: a family of five, look-alikes, variant glyphs, a foreign resident.

Copied by hand from no generator; every value is written out.
"""

from harness.records.resident import Koseki, KosekiMember, Resident, Tax

TOWN = "架空県見本市"


def _person(key, household, name, kana, born_on, sex, address, **more):
    return Resident(
        key=key,
        municipality=TOWN,
        household=household,
        name=name,
        kana=kana,
        born_on=born_on,
        sex=sex,
        address=address,
        nationality=more.pop("nationality", ""),
        **more,
    )


_HOME = "架空県見本市中央一丁目2番3号"
_FAMILY = {
    "householder": "見本　太郎",
    "address_since": "2001-04-01",
    "koseki": "K1",
    "honseki": "架空県見本市本町三丁目4番地",
    "hittousha": "見本　太郎",
}

RESIDENTS = [
    _person(
        "R00001", "H1", "見本　太郎", "ミホン　タロウ", "1975-03-04", "男", _HOME, relation="世帯主",
        taxes=(
            Tax(
                year=2024, total_income=4123456, salary_income=4123456, deductions=800000, dependants=3,
                taxable=3323000, city_levy=199300, city_per_capita=3500, prefecture_levy=132900,
                prefecture_per_capita=1500, annual_tax=337200, paid=337200, unpaid=0,
            ),
        ),
        **_FAMILY,
    ),
    _person("R00002", "H1", "見本　花子", "ミホン　ハナコ", "1977-11-23", "女", _HOME, relation="妻", **_FAMILY),
    _person("R00003", "H1", "見本　一郎", "ミホン　イチロウ", "2004-05-06", "男", _HOME, relation="子", **_FAMILY),
    _person("R00004", "H1", "見本　二郎", "ミホン　ジロウ", "2004-05-06", "男", _HOME, relation="子", **_FAMILY),
    _person(
        "R00005", "H1", "見本　梅", "ミホン　ウメ", "1948-01-30", "女", _HOME, relation="母",
        **{**_FAMILY, "koseki": None, "honseki": "架空県見本市古町一丁目1番地", "hittousha": "見本　松造"},
    ),
    # the same name, birth date and sex as R00001
    _person(
        "R00006", "H2", "見本　太郎", "ミホン　タロウ", "1975-03-04", "男", "架空県見本市北町九丁目8番7号",
        relation="世帯主", householder="見本　太郎", address_since="2015-09-10",
        honseki="架空県見本市北町九丁目8番地", hittousha="見本　太郎", lookalike_of="R00001",
    ),
    # one variant glyph
    _person(
        "R00007", "H3", "髙橋　健", "タカハシ　ケン", "1980-07-08", "男", "架空県見本市東町四丁目5番6号",
        relation="世帯主", householder="髙橋　健", address_since="2010-06-01",
    ),
    _person(
        "R00008", "H4", "高橋　健", "タカハシ　ケン", "1980-07-08", "男", "架空県見本市東町四丁目5番16号",
        relation="世帯主", householder="高橋　健", address_since="2010-06-02", lookalike_of="R00007",
    ),
    _person(
        "R00009", "H5", "𠮷田　葵", "ヨシダ　アオイ", "1990-02-28", "女", "架空県見本市西町二丁目20番1号",
        relation="世帯主", householder="𠮷田　葵", address_since="2018-12-24",
    ),
    _person(
        "R00010", "H6", "吉田　葵", "ヨシダ　アオイ", "1990-02-28", "女", "架空県見本市西町二丁目2番1号",
        relation="世帯主", householder="吉田　葵", address_since="2018-12-25", lookalike_of="R00009",
    ),
    _person(
        "R00011", "H7", "NGUYEN　VAN　AN", "グエン　ヴァン　アン", "1995-10-11", "男", "架空県見本市南町七丁目7番7号",
        relation="世帯主", householder="NGUYEN　VAN　AN", address_since="2022-02-03", alias="中村　安",
        nationality="ベトナム", residence_status="技術・人文知識・国際業務", residence_card="ZZ00000011ZZ",
    ),
    # one name inside the other
    _person(
        "R00012", "H8", "村上　博", "ムラカミ　ヒロシ", "1966-06-06", "男", "架空県見本市港町五丁目15番2号",
        relation="世帯主", householder="村上　博", address_since="1999-01-01",
    ),
    _person(
        "R00013", "H9", "村上　博美", "ムラカミ　ヒロミ", "1968-08-08", "女", "架空県見本市港町五丁目15番25号",
        relation="世帯主", householder="村上　博美", address_since="1999-12-31", koseki="K2",
        honseki="架空県見本市港町五丁目15番地", hittousha="村上　博美",
        taxes=(
            Tax(
                year=2024, total_income=2987650, salary_income=0, deductions=500000, dependants=0, taxable=2487000,
                city_levy=149200, city_per_capita=3500, prefecture_levy=99400, prefecture_per_capita=1500,
                annual_tax=253600, paid=0, unpaid=253600,
            ),
        ),
    ),
]

KOSEKI = [
    Koseki(
        key="K1",
        honseki="架空県見本市本町三丁目4番地",
        hittousha="見本　太郎",
        members=(
            KosekiMember(
                resident="R00001", given_name="太郎", born_on="1975-03-04", father="見本　松造", mother="見本　梅",
                relation="長男",
                events=(
                    "出生 【出生日】昭和50年3月4日 【出生地】架空県見本市古町 【届出人】父",
                    "婚姻 【婚姻日】平成13年3月3日 【配偶者氏名】例示　花子 【従前戸籍】架空県見本市古町一丁目1番地 見本　松造",
                ),
                addresses=(("架空県見本市古町一丁目1番1号", "1975-03-04"), (_HOME, "2001-04-01")),
            ),
            KosekiMember(
                resident="R00002", given_name="花子", born_on="1977-11-23", father="例示　一男", mother="例示　幸",
                relation="二女",
                events=(
                    "出生 【出生日】昭和52年11月23日 【出生地】架空県見本市新町 【届出人】母",
                    "婚姻 【婚姻日】平成13年3月3日 【配偶者氏名】見本　太郎 【従前戸籍】架空県見本市新町二丁目2番地 例示　一男",
                ),
                addresses=(("架空県見本市新町二丁目2番2号", "1977-11-23"), (_HOME, "2001-04-01")),
            ),
            KosekiMember(
                resident="R00003", given_name="一郎", born_on="2004-05-06", father="見本　太郎", mother="見本　花子",
                relation="長男", events=("出生 【出生日】平成16年5月6日 【出生地】架空県見本市中央 【届出人】父",),
                addresses=((_HOME, "2004-05-06"),),
            ),
            KosekiMember(
                resident="R00004", given_name="二郎", born_on="2004-05-06", father="見本　太郎", mother="見本　花子",
                relation="二男", events=("出生 【出生日】平成16年5月6日 【出生地】架空県見本市中央 【届出人】父",),
                addresses=((_HOME, "2004-05-06"),),
            ),
        ),
    ),
    Koseki(
        key="K2",
        honseki="架空県見本市港町五丁目15番地",
        hittousha="村上　博美",
        members=(
            KosekiMember(
                resident="R00013", given_name="博美", born_on="1968-08-08", father="村上　清", mother="村上　澄",
                relation="長女", events=("出生 【出生日】昭和43年8月8日 【出生地】架空県見本市港町 【届出人】父",),
                addresses=(("架空県見本市港町五丁目15番25号", "1999-12-31"),),
            ),
        ),
    ),
]
