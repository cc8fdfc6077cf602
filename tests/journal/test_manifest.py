"""A run folder's own account of itself is read whole or refused, by everybody in the same way."""

import pytest

from harness.errors import ConfigError
from harness.journal import RunFolder, read_manifest

OTHER_VERSION = (
    '{"version": 0, "run": "r", "honnin": "0", "scenario": "s", "scenario_digest": "", "target": "t",'
    ' "target_digest": "", "plan_digest": "", "population_digest": "", "started_wall_ns": 0}'
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "truncated"),
        ('{"version": 1}', "missing required field"),
        (OTHER_VERSION, "is 0; this honnin reads"),
    ],
)
def test_a_damaged_or_foreign_manifest_is_refused(tmp_path, text, said):
    folder = RunFolder.create(tmp_path / "run")
    folder.manifest.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_manifest(folder)
