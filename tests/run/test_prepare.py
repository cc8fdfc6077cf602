"""A run folder holds everything that its judge will need: later changes outside it change no verdict."""

from pathlib import Path

import pytest

import harness.reading
from harness.campaign.scenario import Scenario, Solo
from harness.judge.inputs import load_inputs
from harness.population import make_population, save
from harness.records.certificates import Certificate
from harness.records.target import Target
from harness.run.prepare import Request, prepare

GENERIC = (Path(harness.reading.__file__).parent / "profiles" / "generic.toml").read_text(encoding="utf-8")
OWN = GENERIC.replace('name = "generic"', 'name = "own"')
JUMINHYO = Scenario(
    name="s",
    title_ja="",
    title_en="",
    phase=(Solo(phase="P0", title_ja="", title_en=""),),
    certificates=(Certificate.JUMINHYO,),
)


@pytest.fixture
def prepared(tmp_path):
    """Return a function that lays out a run for a target with this profile; the target file's folder is `site`."""
    population = make_population(1, 12)
    save(population, tmp_path / "people")
    (tmp_path / "site").mkdir()

    def lay(profile):
        file = tmp_path / "site" / "target.toml"
        file.write_text(f'name = "t"\nurl = "http://127.0.0.1:1"\nprofile = "{profile}"\n')
        request = Request(
            scenario=JUMINHYO,
            target=Target(name="t", url="http://127.0.0.1:1", profile=profile),
            target_file=file,
            population=population,
            population_folder=tmp_path / "people",
            cards_folder=None,
            out=tmp_path / "runs",
            seed=1,
        )
        folder, _ = prepare(request, lambda keys: dict.fromkeys(keys, "1"))
        return folder

    return lay


@pytest.mark.parametrize("name", ["own.toml", "vendor.profile"])
def test_a_document_profile_of_ones_own_is_copied_and_the_copy_is_judged_by(prepared, tmp_path, name):
    own = tmp_path / "site" / name
    own.write_text(OWN, encoding="utf-8")
    folder = prepared(name)
    assert folder.profile.read_text(encoding="utf-8") == OWN
    own.write_text("changed since", encoding="utf-8")
    assert load_inputs(folder).profile.name == "own"


def test_a_profile_that_comes_with_honnin_is_taken_by_its_name(prepared):
    folder = prepared("generic")
    assert not folder.profile.exists()
    assert load_inputs(folder).profile.name == "generic"
