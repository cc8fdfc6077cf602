"""Documents of people who do not exist, in layouts of vendors that do not exist either."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone

import pytest

from harness.baseline.issued import Issued, Sheet, key_of
from harness.baseline.making import learn
from harness.baseline.moment import Moment
from harness.records.certificates import Certificate, Options

JST = timezone(timedelta(hours=9))
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_NAMES = "見本 太郎|架空 花子|例示 一郎|標本 美咲|模擬 健|試験 由美|空想 三郎|雛形 恵|演習 実|仮名 翔"
PEOPLE = {
    f"R{n}": {
        "name": name,
        "born": (1950 + 7 * n, n + 1, 3 * n + 2),
        "address": f"見本市仮町{n + 1}丁目{n + 11}番{n + 3}号",
    }
    for n, name in enumerate(_NAMES.split("|"))
}


def wareki(day):
    year = day[0] - 2018 if day[0] >= 2019 else day[0] - 1988 if day[0] >= 1989 else day[0] - 1925
    era = "令和" if day[0] >= 2019 else "平成" if day[0] >= 1989 else "昭和"
    return f"{era}{'元' if year == 1 else year}年{day[1]}月{day[2]}日"


def day_of(at):
    return at.year, at.month, at.day


def plain(who, at, number):
    """Label and value on one line; the issue number in the middle of a longer line."""
    p = PEOPLE[who]
    return (
        f"住民票の写し\n発行番号 見本R{at.year - 2018}-{number}号(見本市)\n"
        f"氏名 {p['name']} 生年月日 {wareki(p['born'])}\n住所 {p['address']}\n"
        f"この写しは原本と相違ないことを証明する。 {wareki(day_of(at))} 見本市長 見本 市長",
    )


def western(who, at, number):
    """Western dates in full-width figures, a time of issue, an expiry three months later, a year in the number."""
    p = PEOPLE[who]
    year, month = at.year + (at.month > 9), (at.month + 2) % 12 + 1
    until = (year, month, min(at.day, monthrange(year, month)[1]))
    text = (
        f"証明書\n氏名:{p['name']}\n生年月日:{p['born'][0]}.{p['born'][1]}.{p['born'][2]}\n住所:{p['address']}\n"
        f"交付 {at.year}.{at.month}.{at.day} {at.hour:02}:{at.minute:02}\n有効期限 {until[0]}.{until[1]}.{until[2]}\n"
        f"No. {at.year}-{number:06}"
    )
    return (text.translate(FULL_WIDTH),)


def narrow(who, at, number):
    """Lines break where the width is used up: a number that grows moves every word behind it."""
    p = PEOPLE[who]
    words = (
        f"第{number}号 この証明書は {p['name']} ({wareki(p['born'])}生)が {p['address']} に住所を有することを "
        f"証明する もので ある {wareki(day_of(at))} 見本市長 公印省略"
    ).split(" ")
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 22:
            lines.append(line)
            line = ""
        line += word + " "
    return ("\n".join([*lines, line]),)


def columns(who, at, number):
    """Values first, labels after them, two columns, two pages, the number on both and a count of pages."""
    p = PEOPLE[who]
    head = f"{number} {p['name']} {wareki(day_of(at))} 発行番号 氏名 交付日"
    return (
        f"{head}\n{wareki(p['born'])} {p['address']} 生年月日 住所 1/2",
        f"{number} 発行番号 {p['name']} 備考 なし 以下余白 2/2",
    )


PAPERS = {"plain": plain, "western": western, "narrow": narrow, "columns": columns}


class Town:
    """Issues documents on one paper."""

    def __init__(self, paper):
        self.paper = PAPERS.get(paper, paper)
        self.count = 0

    def sheets(self, who, at, number, images=()):
        return tuple(Sheet(text, images) for text in self.paper(who, at, number))

    def issue(self, who, at, number, *, pages=None, certificate=Certificate.JUMINHYO, options=None):
        self.count += 1
        return Issued(
            key=key_of(who, certificate, options or Options()),
            application=f"A{self.count:06}",
            delivery=f"D{self.count:06}",
            digest=f"{self.count:064x}",
            moment=moment(at),
            pages=pages or self.sheets(who, at, number),
        )

    def twice(self, at, first=8000, people=PEOPLE):
        """Everybody twice, one after the other, three seconds apart."""
        rounds = [who for _ in range(2) for who in people]
        return [self.issue(who, at + timedelta(seconds=3 * n), first + 7 * n) for n, who in enumerate(rounds)]


def moment(at):
    return Moment(at, at + timedelta(seconds=1))


@pytest.fixture
def jst():
    return lambda *parts: datetime(*parts, tzinfo=JST).astimezone(UTC).astimezone(JST)


@pytest.fixture
def town():
    return Town


@pytest.fixture
def people():
    return PEOPLE


@pytest.fixture
def items():
    """What the register holds of everybody, as the oracle is given it."""
    return {
        who: (p["name"].replace(" ", ""), "{}-{:02}-{:02}".format(*p["born"]), p["address"])
        for who, p in PEOPLE.items()
    }


@pytest.fixture
def oracle_of(items):
    """Learn from documents."""

    def build(issued, related=lambda a, b: a == b):
        return learn(issued, items, related, run="b", population="p", target="t")

    return build


@pytest.fixture
def at_moment():
    return moment
