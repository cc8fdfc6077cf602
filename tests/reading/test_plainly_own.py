"""The quick looks at a document say what the close one says, or nothing: also where anybody's item is put anywhere."""

import random

import pytest
from msgspec.structs import replace

from harness.population import make_population
from harness.reading import Judge, OwnerIndex, expect, load_profile
from harness.reading.dates import wareki
from harness.records.certificates import Certificate, Options, Scope, TaxKind
from harness.records.ownership import PageVerdict
from harness.records.reading import PageRead, Reading, ReadingStatus

ASKED = [
    (Certificate.JUMINHYO, Options(honseki=True)),
    (Certificate.JUMINHYO, Options(scope=Scope.ALL, relation=True)),
    (Certificate.KISAIJIKO, Options(scope=Scope.ALL, relation=True, honseki=True)),
    (Certificate.INKAN, Options()),
    (Certificate.TAX, Options(tax_kind=TaxKind.NOZEI)),
    (Certificate.KOSEKI, Options(scope=Scope.ALL)),
    (Certificate.FUHYO, Options(scope=Scope.ALL)),
]


@pytest.fixture(scope="module")
def people():
    return make_population(5, 400)


@pytest.fixture(scope="module")
def profile():
    return load_profile("reference")


@pytest.fixture(scope="module")
def oracle(people, profile):
    return Judge(OwnerIndex(people), profile)


@pytest.fixture
def both(oracle, monkeypatch):
    """Return a function that judges closely, demands that the quick looks agree, and says whether one answered."""
    quickly = oracle._plainly
    answers = []

    def noted(*asked):
        answers.append(quickly(*asked))
        return answers[-1]

    def judge(reading, wanted):
        answers.append(None)
        monkeypatch.setattr(oracle, "_plainly", noted)
        quick = oracle.document(reading, wanted)
        monkeypatch.setattr(oracle, "_plainly", lambda *_: None)
        close = oracle.document(reading, wanted)
        assert quick == close
        return close, answers[-1] is not None

    return judge


def sheets(wanted, profile, chance):
    """Return a plain document that says what is wanted: a list of lines per page, as (label, value)."""
    view, paper = wanted.views[0], profile.papers[wanted.certificate]
    pages, left = [], list(dict.fromkeys(w.person for w in view.wanted if w.per == "person"))
    share = chance.choice((1, 2, 4))
    while left:
        here, left = left[:share], left[share:]
        lines = [("", paper.titles[0]), ("発行番号", f"試験-{chance.randrange(10**6):06}")]
        lines += [("", label) for label in paper.labels]
        lines += [(w.labels[0], value(w, chance)) for w in view.wanted if w.per != "person" and w.labels]
        for person in here:
            of_person = sorted((w for w in view.wanted if w.per == "person" and w.person == person), key=named_last)
            lines += [(w.labels[0], value(w, chance)) for w in reversed(of_person)]
            lines += [(w.labels[0], "【空欄】") for w in view.empty if w.person == person and w.per == "person"]
        pages.append(lines)
    return pages


def named_last(item):
    return item.identity


def value(item, chance):
    if item.day:
        return chance.choice((wareki(item.day), "{}-{:02}-{:02}".format(*item.day)))
    return chance.choice(item.texts) if item.texts else "【省略】"


def reading(pages, *, hidden="", residue=""):
    read = [
        PageRead(
            number=number,
            text="\n".join(f"{label} {value}".strip() for label, value in [*lines, ("", f"{number}/{len(pages)}")]),
            hidden_text=hidden,
        )
        for number, lines in enumerate(pages, 1)
    ]
    return Reading(digest="0" * 64, status=ReadingStatus.READ, pages=tuple(read), residue=residue)


def own_documents(people, profile, seed, count):
    """Yield applications and their documents."""
    chance = random.Random(seed)
    keys = sorted(people.residents)
    for _ in range(count):
        certificate, options = chance.choice(ASKED)
        wanted = expect(certificate, options, chance.choice(keys), people, profile)
        if pages := sheets(wanted, profile, chance):
            yield wanted, pages, chance


def test_most_own_documents_are_answered_at_once(both, people, profile):
    answered = {}
    for wanted, pages, _ in own_documents(people, profile, 1, 300):
        document, quick = both(reading(pages, residue="Typst 0.15"), wanted)
        answered.setdefault(wanted.certificate, []).append(quick)
        assert not quick or {p.verdict for p in document.pages} == {PageVerdict.OWN}
    for certificate in (Certificate.JUMINHYO, Certificate.INKAN, Certificate.TAX):
        assert sum(answered[certificate]) >= 0.7 * len(answered[certificate]), certificate


def test_documents_of_one_person_are_known_by_the_layout_of_others(oracle, people, profile):
    known = {}
    for wanted, pages, _ in own_documents(people, profile, 7, 400):
        read, cast = reading(pages), oracle._cast(wanted)
        known.setdefault(wanted.certificate, []).append(oracle._layouts.recognise(read, cast))
        oracle.document(read, wanted)
    for certificate in (Certificate.INKAN, Certificate.TAX):
        assert sum(own is not None for own in known[certificate]) >= 0.5 * len(known[certificate]), certificate


MUTATIONS = {}


def mutation(function):
    MUTATIONS[function.__name__] = function
    return function


@mutation
def another_value(lines, others, chance):
    place = chance.randrange(len(lines))
    same = [v for label, v in others if label == lines[place][0]] or [others[-1][1]]
    lines[place] = (lines[place][0], chance.choice(same))


@mutation
def another_line(lines, others, chance):
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(others))


@mutation
def another_value_unlabelled(lines, others, chance):
    lines.insert(chance.randrange(len(lines) + 1), ("", chance.choice(others)[1]))


@mutation
def another_value_appended(lines, others, chance):
    place = chance.randrange(len(lines))
    glue = chance.choice(("", " ", "、"))
    lines[place] = (lines[place][0], lines[place][1] + glue + chance.choice(others)[1])


@mutation
def lines_exchanged(lines, _others, chance):
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


@mutation
def values_exchanged(lines, _others, chance):
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    (a, x), (b, y) = lines[one], lines[other]
    lines[one], lines[other] = (a, y), (b, x)


@mutation
def a_line_lost(lines, _others, chance):
    del lines[chance.randrange(len(lines))]


@mutation
def a_blank(lines, _others, chance):
    place = chance.randrange(len(lines))
    lines[place] = (lines[place][0], "【空欄】")


@mutation
def a_character_lost(lines, _others, chance):
    label, text = lines[place := chance.randrange(len(lines))]
    cut = chance.randrange(len(text) or 1)
    lines[place] = (label, text[:cut] + chance.choice(("", "\n", " ", "〓", "1")) + text[cut + 1 :])


@pytest.mark.parametrize("name", sorted(MUTATIONS))
@pytest.mark.parametrize("count", [60, pytest.param(300, marks=pytest.mark.slow)])
def test_a_changed_document_is_judged_as_closely_as_ever(both, people, profile, name, count):
    keys = sorted(people.residents)
    for wanted, pages, chance in own_documents(people, profile, name, count):
        family = [p for p in wanted.views[0].persons if p != wanted.applicant]
        other = chance.choice(family or keys) if chance.random() < 0.4 else chance.choice(keys)
        theirs = expect(wanted.certificate, wanted.options, other, people, profile)
        others = [line for page in sheets(theirs, profile, chance) for line in page] or [("氏名", "見本 太郎")]
        MUTATIONS[name](chance.choice(pages), others, chance)
        document, quick = both(reading(pages), wanted)
        wrong = document.wrong or document.missing or document.leaked or document.unexplained
        assert not (quick and wrong)


def test_somebody_elses_item_beside_the_pages_is_never_passed_over(both, people, profile):
    keys = sorted(people.residents)
    for wanted, pages, chance in own_documents(people, profile, 3, 150):
        name = people.residents[chance.choice(keys)].name
        where = chance.choice(("hidden", "residue"))
        document, quick = both(reading(pages, **{where: f"Author {name}"}), wanted)
        assert not (quick and document.residue)


def test_somebody_elses_document_is_never_answered_at_once(both, people, profile):
    keys = sorted(people.residents)
    for wanted, pages, chance in own_documents(people, profile, 4, 300):
        stranger = chance.choice(keys)
        if people.residents[stranger].household == people.residents[wanted.applicant].household:
            continue
        theirs = expect(wanted.certificate, wanted.options, stranger, people, profile)
        document, quick = both(reading(pages), theirs)
        assert not quick or document.pages[0].verdict is PageVerdict.OWN


def test_what_could_not_be_read_is_not_answered(both, people, profile):
    wanted, pages, _ = next(own_documents(people, profile, 6, 1))
    torn = replace(reading(pages), status=ReadingStatus.CORRUPT)
    assert not both(torn, wanted)[1]


def family_register(people, profile, applicant, left_out):
    """Return what is wanted, and a page that says it but for the applicant's own items of the kinds `left_out`."""
    wanted = expect(Certificate.KOSEKI, Options(scope=Scope.ALL), applicant, people, profile)
    view, title = wanted.views[0], profile.papers[wanted.certificate].titles[0]
    kept = [w for w in view.wanted if w.texts or w.day]
    kept = [w for w in kept if w.person != applicant or w.per != "person" or w.item not in left_out]
    values = (w.texts[0] if w.texts else wareki(w.day) for w in kept)
    return wanted, [("", title), *zip((w.labels[0] if w.labels else "" for w in kept), values, strict=True)]


def among_others(people, profile, left_out):
    """Yield family registers of an applicant whose name stands in nobody else's items; the others are no residents."""
    for key, resident in people.residents.items():
        wanted, lines = family_register(people, profile, key, left_out)
        members = sum(w.item == "given_name" for w in wanted.views[0].wanted)
        given = resident.name.split("\u3000")[-1] if resident.name else ""
        if wanted.views[0].persons == (key,) and members > 1 and sum(given in value for _, value in lines) <= 1:
            yield wanted, lines, given


MEMBERS_ITEMS = {"given_name", "member_born_on", "father", "mother", "member_relation", "events"}


def test_an_applicant_who_alone_is_left_out_of_the_family_register_is_missing(oracle, people, profile):
    """The others are residents of nowhere: nobody's whose document it could be instead."""
    told = [
        [e.owner for e in oracle.document(reading([lines]), wanted).wrong if e.kind == "missing person"]
        == [wanted.applicant]
        for wanted, lines, given in among_others(people, profile, MEMBERS_ITEMS)
        if not any(given in value for _, value in lines)
    ]
    assert len(told) > 5
    assert all(told)


def test_whose_name_stands_there_is_not_missing_whatever_else_is_not_found(oracle, people, profile):
    there = 0
    for wanted, lines, given in among_others(people, profile, MEMBERS_ITEMS - {"given_name"}):
        there += any(given in value for _, value in lines)
        assert [e for e in oracle.document(reading([lines]), wanted).wrong if e.kind == "missing person"] == []
    assert there > 5
