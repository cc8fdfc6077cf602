"""A server's log is read by a mapping, kept as far as it is of the run, and sealed in the run folder."""

import msgspec
import pytest

from harness.attached.attach import Known, attach, attached_files, read_all
from harness.attached.mapping import load_mapping, places_of
from harness.csv_stream import CsvStream
from harness.errors import ConfigError, RunDamaged, UsageError
from harness.journal import RunFolder
from harness.records.attached import LogKind
from harness.records.certificates import Certificate

START = 1_743_557_400_000_000_000  # 2025-04-02 10:30:00 in Japan
KNOWN = Known(cards=frozenset({"111"}), from_wall_ns=START, to_wall_ns=START + 60 * 10**9)
HEADING = "要求番号,シリアル番号,証明書種別,結果,発行番号,サーバ,日時\n"
OURS = "q1,111,住民票の写し,発行済,N1,n1,2025/04/02 10:30:05\n"
OTHERS = "q2,9990007770999,印鑑登録証明書,エラー,,n2,2025/04/02 10:30:06\n"
YESTERDAY = "q0,111,住民票の写し,発行済,N0,n1,2025/04/01 10:30:05\n"


@pytest.fixture
def folder(tmp_path):
    made = RunFolder.create(tmp_path / "run")
    made.manifest.write_bytes(b"{}")
    return made


@pytest.fixture
def log(tmp_path):
    def log(text, encoding="cp932", name="log.csv"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return log


def test_rows_of_the_runs_time_are_kept_without_foreign_serials(folder, log):
    header = attach(folder, log(HEADING + OURS + OTHERS + YESTERDAY), load_mapping(None, ()), KNOWN)
    assert (header.rows, header.kept, header.outside, header.encoding) == (3, 2, 1, "cp932")
    (attached,) = read_all(folder)
    ours, others = attached.rows
    assert (ours.request_id, ours.card, ours.certificate, ours.issued) == ("q1", "111", Certificate.JUMINHYO, True)
    assert (ours.issue_number, ours.node, ours.at_wall_ns) == ("N1", "n1", START + 5 * 10**9)
    assert (others.card, others.ours, others.issued) == ("", False, False)
    assert b"9990007770999" not in attached_files(folder)[0].read_bytes()
    assert oct(attached_files(folder)[0].stat().st_mode & 0o777) == "0o600"


def test_headings_and_codes_of_any_server_are_mapped(folder, log, tmp_path):
    (tmp_path / "map.toml").write_text(
        'kind = "access"\ntime_format = "%Y%m%d%H%M%S"\nissued = ["9"]\n'
        '[columns]\ncard = "SERIAL"\nstate = "ST"\n[certificates]\n"01" = "tax"\n',
        encoding="utf-8",
    )
    mapping = load_mapping(tmp_path / "map.toml", ("at=WHEN", "certificate=KIND"))
    text = "SERIAL,ST,KIND,WHEN\n111,9,01,20250402103005\n"
    assert attach(folder, log(text), mapping, KNOWN).kind is LogKind.ACCESS
    ((row,),) = [a.rows for a in read_all(folder)]
    assert (row.issued, row.certificate, row.at_wall_ns) == (True, Certificate.TAX, START + 5 * 10**9)


def test_times_with_a_zone_are_taken_as_they_are(folder, log):
    attach(folder, log("シリアル番号,日時\n111,2025-04-02T01:30:05+00:00\n"), load_mapping(None, ()), KNOWN)
    assert read_all(folder)[0].rows[0].at_wall_ns == START + 5 * 10**9


def test_several_logs_form_a_chain_that_shows_what_was_altered(folder, log):
    mapping = load_mapping(None, ())
    attach(folder, log(HEADING + OURS), mapping, KNOWN)
    attach(folder, log(HEADING + OURS + OTHERS, name="second.csv"), mapping, KNOWN)
    assert [a.header.file for a in read_all(folder)] == ["log.csv", "second.csv"]
    first = attached_files(folder)[0]
    first.write_bytes(first.read_bytes().replace(b'"N1"', b'"N7"'))
    with pytest.raises(RunDamaged, match=r"was attached after another state of 001\.jsonl"):
        read_all(folder)


def test_a_row_that_is_gone_is_noticed(folder, log):
    attach(folder, log(HEADING + OURS + OTHERS), load_mapping(None, ()), KNOWN)
    (file,) = attached_files(folder)
    file.write_bytes(b"\n".join(file.read_bytes().splitlines()[:-1]) + b"\n")
    with pytest.raises(RunDamaged, match="holds 1 rows, its header says 2"):
        read_all(folder)


def test_the_same_log_is_not_attached_twice(folder, log):
    attach(folder, log(HEADING + OURS), load_mapping(None, ()), KNOWN)
    with pytest.raises(UsageError, match=r"is attached to .* already"):
        attach(folder, log(HEADING + OURS), load_mapping(None, ()), KNOWN)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("名前,日時\nx,2025-04-02\n", ConfigError, "no column gives request_id or issue_number or card"),
        ("シリアル番号,日時\n111,noon\n", ConfigError, "line 2: 'noon' is no time"),
        (HEADING + YESTERDAY, UsageError, "none of its 1 rows is of the run's time"),
    ],
)
def test_a_log_that_cannot_be_used_is_refused_and_nothing_is_left(folder, log, text, error, message):
    with pytest.raises(error, match=message):
        attach(folder, log(text), load_mapping(None, ()), KNOWN)
    assert attached_files(folder) == []


@pytest.mark.parametrize(("column", "message"), [("card", "write it as card=HEADING"), ("cart=x", "no such item")])
def test_a_wrong_option_says_what_is_allowed(column, message):
    with pytest.raises(UsageError, match=message):
        load_mapping(None, (column,))


def test_a_heading_that_is_not_there_is_told_with_those_there_are(log):
    mapping = msgspec.structs.replace(load_mapping(None, ()), columns={"card": "SERIAL"})
    with pytest.raises(ConfigError, match="there is no column SERIAL; its columns are 要求番号"):
        places_of(CsvStream(log(HEADING)), mapping)
