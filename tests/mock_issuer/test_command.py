"""`honnin issuer` serves the issuer's own program and switches defects at it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mock_issuer
from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.defects.catalogue import CATALOGUE
from mock_issuer.defects.table import control_table, table


def honnin(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "issuer", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, check=False)


def test_defects_are_switched_by_name_and_node(issuer) -> None:
    ready = ("--issuer", str(issuer.state.parent / "ready.json"))
    assert honnin("defect", "on", "D02@2", *ready).stdout.splitlines() == ["n1: clean", "n2: D02"]
    assert json.loads(honnin("defect", "on", "D01:limit_s=2", *ready, "--json").stdout) == {
        "n1": {"D01": {"limit_s": 2.0}},
        "n2": {"D02": {}, "D01": {"limit_s": 2.0}},
    }
    listed = honnin("defect", "list", *ready).stdout
    assert [line[:3] for line in listed.splitlines()] == list(CATALOGUE)
    assert "ON at n2" in listed.splitlines()[1]
    assert honnin("defect", "off", "D02", *ready).stdout.splitlines() == ["n1: D01", "n2: D01"]
    assert honnin("defect", "off", *ready).stdout.splitlines() == ["n1: clean", "n2: clean"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("defect", "on", "D02"), "issuer.json: no such file; start the issuer with --ready-file"),
        (("defect", "on", "D01:limit_s=long"), "is not NAME=NUMBER"),
    ],
)
def test_mistakes_are_told_with_what_to_do(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    result = honnin(*arguments, folder=tmp_path)
    assert result.returncode == 64
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_defects_and_controls_are_listed_in_both_languages(tmp_path: Path) -> None:
    listed = honnin("defect", "list", "--lang", "ja", folder=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(CATALOGUE)
    assert "作業キーが秒単位" in listed[1]
    controls = honnin("defect", "list", "--controls", "--lang", "en", folder=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in controls] == list(CONTROLS)


def test_the_documentation_has_every_defect_and_control() -> None:
    document = (Path(mock_issuer.__file__).parents[1] / "docs" / "defects.md").read_text(encoding="utf-8")
    for row in (*table(CATALOGUE.values()), *control_table(CONTROLS.values())):
        assert row in document
    assert len(CATALOGUE) == 36


def test_an_unknown_defect_is_told_by_the_issuer(issuer) -> None:
    result = honnin("defect", "on", "D99", "--issuer", str(issuer.state.parent / "ready.json"))
    assert result.returncode == 64
    assert "there are: D01, D02, D03" in result.stderr


def test_help_of_serve_is_the_issuers_own() -> None:
    result = honnin("serve", "--help")
    assert result.returncode == 0
    assert "--print-limit-s" in result.stdout


def test_the_issuer_imports_nothing_of_ours() -> None:
    code = (
        "import sys; import mock_issuer.centre.process, mock_issuer.node.process, mock_issuer.__main__;"
        "sys.exit(any(m.split('.')[0] in {'harness', 'kiosk_sim', 'reports'} for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 0
