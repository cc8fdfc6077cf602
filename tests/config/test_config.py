"""A mistake in a file is told with file, place and what is allowed."""

import pytest

from harness.campaign.scenario import Scenario
from harness.config import load_toml, read_json_lines, write_json_lines
from harness.errors import ConfigError
from harness.records.certificates import Options
from harness.records.target import Client, Target


def write(tmp_path, text, name="t.toml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_target_file_becomes_a_record_with_defaults(tmp_path):
    target = load_toml(write(tmp_path, 'name = "x"\nurl = "http://127.0.0.1:1"\nclient = "centre"\n'), Target)
    assert target.client is Client.CENTRE
    assert target.connections == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "x"\n', "url"),
        ('name = "x"\nurl = "u"\nclinet = "kiosk"\n', "did you mean `client`"),
        ('name = "x"\nurl = "u"\nclient = "bank"\n', "client: .*centre, kiosk"),
        ('name = "x"\nurl = "u"\n[limits]\nanswer_sec = 3\n', "limits: .*answer_s, body_mb"),
        ('name = "x"\nurl = "u"\n[limits]\nanswer_s = "3"\n', "limits.answer_s"),
        ('name = "x"\nurl = \n', "not valid TOML.*line 2"),
        (b'name = "\xff"\n', "not UTF-8"),
        ('name = "x"\nurl = "u"\n[[nodes]]\nid = "a"\nulr = "x"\n', "did you mean `url`"),
    ],
)
def test_a_wrong_target_file_names_the_key_and_what_is_allowed(tmp_path, text, says):
    with pytest.raises(ConfigError, match=says) as e:
        load_toml(write(tmp_path, text), Target)
    assert "t.toml" in str(e.value)


@pytest.mark.parametrize(
    ("phase", "says"),
    [
        ('kind = "brust"', "did you mean `bursts`"),
        ('kind = "pairs"\npairs = 1\nparalel = 2', "did you mean `parallel`"),
        ('kind = "hold"\nkiosks = 1', "per_kiosk"),
    ],
)
def test_a_wrong_phase_of_a_scenario_names_what_is_allowed(tmp_path, phase, says):
    head = 'name = "x"\ntitle_ja = "x"\ntitle_en = "x"\n[[phase]]\nphase = "P0"\ntitle_ja = "x"\ntitle_en = "x"\n'
    with pytest.raises(ConfigError, match=says):
        load_toml(write(tmp_path, head + phase + "\n"), Scenario)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load_toml(tmp_path / "none.toml", Target)
    with pytest.raises(ConfigError, match="is a folder"):
        load_toml(tmp_path, Target)


def test_json_lines_come_back_and_a_bad_line_is_named(tmp_path):
    path = tmp_path / "o.jsonl"
    assert write_json_lines(path, iter([Options(copies=2), Options()])) == 2
    assert [o.copies for o in read_json_lines(path, Options)] == [2, 1]
    path.write_bytes(path.read_bytes() + b'{"copies": "x"}\n')
    with pytest.raises(ConfigError, match="line 3"):
        list(read_json_lines(path, Options))
