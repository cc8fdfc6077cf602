"""A document profile is validated when it is loaded, and its error says what is allowed."""

import pytest

from harness.errors import ConfigError, UsageError
from harness.reading import load_profile
from harness.records.certificates import Certificate

MINIMAL = """
name = "mine"
{top}
[items]
name = {{ source = "{source}", identity = true }}
[papers.juminhyo]
titles = ["住民票"]
lists = "household"
items = [{{ item = "{item}" }}]
"""


def write(tmp_path, *, top="", source="resident.name", item="name", text=None):
    path = tmp_path / "mine.toml"
    path.write_text(text or MINIMAL.format(top=top, source=source, item=item), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["reference", "generic"])
def test_the_built_in_profiles_know_all_families(name):
    assert set(load_profile(name).papers) == set(Certificate)


def test_a_minimal_profile(tmp_path):
    profile = load_profile(str(write(tmp_path)))
    assert profile.paper(Certificate.JUMINHYO).titles == ("住民票",)
    with pytest.raises(UsageError, match="inkan"):
        profile.paper(Certificate.INKAN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": "resident.nam"}, "did you mean `resident.name`"),
        ({"source": "person.name"}, "must begin with one of: resident."),
        ({"item": "nam"}, "unknown item `nam`; items: name"),
        ({"top": "issue_number = '(?P<no>x)'"}, "issue_number: needs the named group"),
        ({"top": "page_counter = '('"}, "page_counter: is not a regular expression"),
        ({"top": "fillres = []"}, "did you mean `fillers`"),
        ({"source": 'resident.name", format = "adress'}, "items.name.format: Invalid enum value 'adress'"),
        (
            {"text": 'name = "x"\n[items]\n[papers.jumin]\n'},
            "papers: Invalid enum value 'jumin'; did you mean `juminhyo`",
        ),
        ({"top": 'labels_needed = "much"'}, "labels_needed"),
    ],
)
def test_mistakes_are_told_with_file_and_place(tmp_path, change, message):
    with pytest.raises(ConfigError, match=r"mine\.toml") as told:
        load_profile(str(write(tmp_path, **change)))
    assert message in str(told.value)


def test_an_unknown_name_lists_the_built_in_ones():
    with pytest.raises(ConfigError, match="reference, generic"):
        load_profile("refrence")


def test_a_path_is_taken_relative_to_the_target_file(tmp_path):
    write(tmp_path)
    assert load_profile("mine.toml", tmp_path).name == "mine"
