"""What a document prints of changed fields is seen on its pages, through the real profile and oracle."""

import pytest
from msgspec.structs import replace

from harness.checks.printed import LISTED
from harness.checks.register import Register
from harness.judge.printed_fields import PrintedFields
from harness.population import Population
from harness.reading.profile import load_profile
from harness.records.certificates import Certificate, Options, Scope
from harness.records.findings import Evidence
from harness.records.reading import PageRead, Reading, ReadingStatus
from harness.records.resident import Resident

OLD, NEW = "架空県見本市旧町1丁目1番1号", "架空県見本市旧町1丁目1番11号"
ALL = Options(scope=Scope.ALL)


def person(key, name, household="H1", **fields):
    return Resident(
        key=key,
        municipality="架空県見本市",
        household=household,
        name=name,
        address=OLD,
        born_on="1980-01-01",
        **fields,
    )


PEOPLE = {
    "R1": person("R1", "見本 太郎", householder="見本 太郎", relation="世帯主"),
    "R2": person("R2", "見本 花子", householder="見本 太郎", relation="妻"),
    "R3": person("R3", "別人 一郎", "H3", householder="別人 一郎", relation="世帯主"),
}


def page(*lines):
    return Reading(digest="d", status=ReadingStatus.READ, pages=(PageRead(number=1, text="\n".join(lines)),))


@pytest.fixture
def seen(history):
    """What application A1 prints: (resident, field, value), given the lines of its page."""

    def seen(*lines, **document):
        history.gets("A1", **document)
        view = history.view()
        population = Population(residents=PEOPLE, koseki={}, municipality="架空県見本市")
        fields = PrintedFields(population, load_profile("reference"), Register(PEOPLE, view.updates))
        readings = {d.digest: replace(page(*lines), digest=d.digest) for d in view.deliveries}
        return [(p.resident, p.field, p.value) for p in fields.of_run(view, history.documents, readings)]

    return seen


def test_a_value_that_a_relative_has_now_is_not_taken_for_the_one_that_somebody_had_before(history, seen):
    history.updates("U1", "R2", "former_name", "旧姓見本", 1, 2).updates("U2", "R2", "former_name", "", 3, 4)
    history.updates("U3", "R1", "former_name", "旧姓見本", 5, 6).asks("A1", "R1", 12, 13, options=ALL)
    assert seen("氏名 見本 太郎", "旧氏 旧姓見本", "氏名 見本 花子") == [("R1", "former_name", "旧姓見本")]


def test_a_value_that_another_contains_is_not_taken_for_it(history, seen):
    history.updates("U1", "R1", "address", NEW, 10, 11).asks("A1", "R1", 12, 13)
    assert seen("住所 架空県見本市旧町1丁目1番11号", "氏名 見本 太郎") == [("R1", "address", NEW)]


def test_the_old_value_is_seen(history, seen):
    history.updates("U1", "R1", "address", NEW, 10, 11).asks("A1", "R1", 12, 13)
    assert seen("住所 架空県見本市旧町1丁目1番1号", "氏名 見本 太郎") == [("R1", "address", OLD)]


def test_both_values_are_two_reads_only_where_a_label_shows_the_wrong_one(history, seen):
    history.updates("U1", "R1", "address", NEW, 10, 11).asks("A1", "R1", 12, 13)
    lines = f"住所 {OLD}", "氏名 見本 太郎", f"備考 {NEW}"
    assert seen(*lines) == []


def test_both_values_where_a_label_shows_the_wrong_one(history, seen):
    history.updates("U1", "R1", "address", NEW, 10, 11).asks("A1", "R1", 12, 13)
    wrong = (Evidence(kind="wrong item", item="address", value=OLD),)
    found = seen(f"住所 {OLD}", "氏名 見本 太郎", f"備考 {NEW}", wrong=wrong)
    assert found == [("R1", "address", OLD), ("R1", "address", NEW)]


def test_what_was_never_registered_is_told_as_it_is_printed(history, seen):
    history.updates("U1", "R1", "address", NEW, 10, 11).asks("A1", "R1", 12, 13)
    wrong = (Evidence(kind="wrong item", item="address", value="架空県見本市別町9番"),)
    assert seen("住所 架空県見本市別町9番", "氏名 見本 太郎", wrong=wrong) == [("R1", "address", "架空県見本市別町9番")]


def test_the_value_of_a_failed_change_is_looked_for_too(history, seen):
    from harness.records.history import UpdateResult

    history.updates("U1", "R1", "address", NEW, 10, 11, UpdateResult.FAILED).asks("A1", "R1", 12, 13)
    assert seen(f"住所 {NEW}", "氏名 見本 太郎") == [("R1", "address", NEW)]


def test_a_value_that_stands_there_for_another_reason_tells_nothing(history, seen):
    """Two householders of the household: both names are printed whoever is the householder."""
    history.updates("U1", "R1", "householder", "見本 花子", 10, 11).asks("A1", "R1", 12, 13, options=ALL)
    assert seen("世帯主 見本 太郎", "氏名 見本 太郎", "氏名 見本 花子") == []


def test_documents_of_people_whom_nobody_changed_are_passed_over(history, seen):
    history.updates("U1", "R1", "address", NEW, 10, 11).asks("A1", "R3", 12, 13)
    assert seen(f"住所 {OLD}", "氏名 別人 一郎") == []


@pytest.mark.parametrize("listed", [True, False])
def test_whether_a_member_who_died_is_listed(history, seen, listed):
    history.updates("U1", "R2", "residency", "deceased", 10, 11).asks("A1", "R1", 12, 13, options=ALL)
    lines = [f"住所 {OLD}", "世帯主 見本 太郎", "氏名 見本 太郎", *(["氏名 見本 花子"] if listed else [])]
    assert seen(*lines) == [("R2", LISTED, listed)]


def test_a_householder_who_died_is_named_anyway(history, seen):
    history.updates("U1", "R1", "residency", "deceased", 10, 11).asks("A1", "R2", 12, 13, options=ALL)
    assert seen(f"住所 {OLD}", "世帯主 見本 太郎", "氏名 見本 花子") == []


def test_a_certificate_without_the_field_tells_nothing_of_it(history, seen):
    history.updates("U1", "R1", "householder", "見本 花子", 10, 11)
    history.asks("A1", "R1", 12, 13, certificate=Certificate.INKAN)
    assert seen(f"住所 {OLD}", "氏名 見本 太郎") == []
