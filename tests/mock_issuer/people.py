"""Residents of a tiny municipality, written with harness.records: the issuer's readers meet the contract's fields."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw

from harness.config import write_json_lines
from harness.records.resident import Koseki, KosekiMember, Resident, Seal, Tax


def seal_of(number: int, cancelled_on: str | None = None) -> Seal:
    """A seal unlike all others: its number in dots."""
    picture = Image.new("1", (120, 120), 1)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, 115, 115), outline=0, width=4)
    for bit in range(10):
        if number >> bit & 1:
            draw.rectangle((24 + bit % 4 * 20, 24 + bit // 4 * 26, 36 + bit % 4 * 20, 44 + bit // 4 * 26), fill=0)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return Seal(
        number=f"{number:06d}",
        registered_on="2020-01-15",
        diameter_mm=15.0,
        png_base64=base64.b64encode(file.getvalue()).decode(),
        cancelled_on=cancelled_on,
    )


def tax_of(number: int, year: int = 2025) -> Tax:
    return Tax(
        year=year,
        total_income=3_456_000 + number,
        salary_income=3_400_000 + number,
        deductions=1_200_000,
        dependants=number % 3,
        taxable=2_256_000 + number,
        city_levy=135_300 + number,
        city_per_capita=3_500,
        prefecture_levy=90_200 + number,
        prefecture_per_capita=1_500,
        annual_tax=230_500 + 2 * number,
        paid=230_500,
        unpaid=2 * number,
    )


def resident_of(number: int, **changes: object) -> Resident:
    """An ordinary single person who may have every certificate."""
    person = Resident(
        key=f"R{number:05d}",
        municipality="架空県見本市",
        household=f"H{number:05d}",
        name=f"見本　{_numeral(number)}郎",
        kana=f"ミホン　{_numeral(number)}ロウ",
        former_name="",
        born_on=f"19{60 + number % 40}-0{1 + number % 9}-1{number % 9}",
        sex="男",
        relation="世帯主",
        householder=f"見本　{_numeral(number)}郎",
        address=f"架空県見本市本町{number}丁目{number + 1}番{number + 2}号",
        address_since="2019-05-01",
        resident_since="2019-04-30",
        notified_on="2019-05-02",
        previous_address=f"架空県例市例町{number}番地",
        koseki=f"K{number:05d}",
        honseki=f"架空県見本市字見本{number}番地",
        hittousha=f"見本　{_numeral(number)}郎",
        nationality="",
        remarks="",
        seal=seal_of(number),
        taxes=(tax_of(number),),
    )
    return msgspec.structs.replace(person, **changes)


def _numeral(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def koseki_of(person: Resident) -> Koseki:
    assert person.koseki and person.honseki and person.hittousha and person.name and person.born_on
    member = KosekiMember(
        resident=person.key,
        given_name=person.name.split("\u3000")[-1],
        born_on=person.born_on,
        father="見本　父太",
        mother="見本　母子",
        relation="長男",
        events=("出生 【出生日】昭和55年1月1日 【出生地】架空県見本市 【届出人】父",),
        addresses=((f"{person.previous_address}", "2001-02-03"), (f"{person.address}", "2019-05-01")),
    )
    return Koseki(key=person.koseki, honseki=person.honseki, hittousha=person.hittousha, members=(member,))


def write_population(folder: Path, residents: list[Resident], koseki: list[Koseki]) -> Path:
    folder.mkdir(parents=True)
    write_json_lines(folder / "residents.jsonl", iter(residents))
    write_json_lines(folder / "koseki.jsonl", iter(koseki))
    (folder / "population.json").write_text(json.dumps({"version": 1, "municipality": "架空県見本市"}))
    return folder
