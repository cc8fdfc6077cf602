"""`honnin documents`: what a run received, listed and taken out as files."""

import json

import pytest

from harness.cli import main
from harness.journal import DocumentWriter, RunFolder, SegmentWriter
from harness.records.certificates import Certificate, Options, Scope
from harness.records.history import ApplicationStarted, Delivery

PDF, OTHER = b"%PDF-1.7 one", b"<html>busy</html>"


class Recording:
    """A run folder in which applications and deliveries are written by hand."""

    def __init__(self, path):
        self.folder = RunFolder.create(path)
        self.folder.manifest.write_bytes(b"{}")
        self.journal = SegmentWriter(self.folder, "quiet-1", "run")
        self.store = DocumentWriter(self.folder, "quiet-1")
        self.deliveries = 0

    def asks(self, application, certificate, resident, options=None):
        self.journal.append(
            ApplicationStarted(
                application=application,
                batch="B1",
                phase="P1",
                resident=resident,
                card="1",
                certificate=certificate,
                options=options or Options(),
                kiosk="K1",
                store="S1",
                at_ns=1,
            )
        )

    def gets(self, application, body, **more):
        self.deliveries += 1
        digest = self.store.put(body)
        name = f"D{self.deliveries}"
        told = {"application": application, "kiosk": "K1", "digest": digest, "bytes": len(body)}
        self.journal.append(Delivery(delivery=name, at_ns=self.deliveries, **told, **more))


@pytest.fixture
def run(tmp_path):
    recording = Recording(tmp_path / "run")
    recording.asks("A000002", Certificate.INKAN, "R00002")
    recording.asks("A000001", Certificate.JUMINHYO, "R00001", Options(scope=Scope.ALL))
    recording.gets("A000002", OTHER, complete=False)
    recording.gets("A000001", PDF)
    recording.gets("A000001", PDF + b"!", copy=2)
    recording.gets("A000001", PDF, late=True)
    recording.gets("A000001", PDF)
    recording.gets("", PDF)
    return recording.folder.path


NAMES = [
    "A000001-juminhyo-R00001.pdf",
    "A000001-juminhyo-R00001-copy2.pdf",
    "A000001-juminhyo-R00001-late.pdf",
    "A000001-juminhyo-R00001-2.pdf",
    "A000002-inkan-R00002-part.bin",
    "nobody-D6.pdf",
]


@pytest.fixture
def honnin(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["documents", *map(str, arguments)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_everything_is_taken_out_under_telling_names_as_it_came(run, honnin, tmp_path):
    out = tmp_path / "a" / "pdf"
    code, said, _ = honnin(run, "--all", "--out", out)
    assert code == 0
    assert said.splitlines() == [str(out / name) for name in NAMES]
    assert sorted(p.name for p in out.iterdir()) == sorted(NAMES)
    assert (out / NAMES[1]).read_bytes() == PDF + b"!"
    assert (out / NAMES[4]).read_bytes() == OTHER


def test_files_are_for_their_owner_only(run, honnin, tmp_path):
    honnin(run, "--all", "--out", tmp_path / "pdf")
    assert (tmp_path / "pdf").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "pdf").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (["--application", "A000002"], NAMES[4:5]),
        (["--certificate", "juminhyo"], NAMES[:4]),
        (["--resident", "R00002", "--resident", "R00001"], NAMES[:5]),
        (["--certificate", "inkan", "--resident", "R00002"], NAMES[4:5]),
    ],
)
def test_only_what_was_chosen_is_taken_out(run, honnin, tmp_path, choice, names):
    assert honnin(run, *choice, "--out", tmp_path / "pdf")[0] == 0
    assert sorted(p.name for p in (tmp_path / "pdf").iterdir()) == sorted(names)


def test_the_list_tells_who_asked_for_what(run, honnin):
    code, said, _ = honnin(run, "--list", "--lang", "ja")
    assert code == 0
    first, *_, part, last = said.splitlines()
    assert first.startswith('A000001  住民票の写し  R00001  12 B  {"scope":"all"}')
    assert "途中まで" in part
    assert last.startswith("-  -  -  12 B")
    facts = json.loads(honnin(run, "--list", "--json", "--application", "A000002")[1])
    assert [(f["resident"], f["certificate"], f["complete"]) for f in facts] == [("R00002", "inkan", False)]


def test_an_existing_folder_is_never_written(run, honnin, tmp_path):
    (tmp_path / "pdf").mkdir()
    code, _, err = honnin(run, "--all", "--out", tmp_path / "pdf")
    assert code == 64
    assert "nothing is overwritten" in err
    assert not list((tmp_path / "pdf").iterdir())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--all"], "--list"),
        (["--list", "--out", "x"], "--list"),
        (["--out", "x"], "--all"),
        (["--all", "--application", "A000001", "--out", "x"], "--all"),
        (["--application", "A999999", "--list"], "no such document"),
    ],
)
def test_what_was_not_meant_is_refused_with_what_to_say(run, honnin, arguments, told):
    code, _, err = honnin(run, *arguments)
    assert code == 64
    assert told in err


def test_a_document_that_was_altered_is_not_taken_out(run, honnin, tmp_path):
    (pack,) = RunFolder(run).packs()
    pack.write_bytes(pack.read_bytes().replace(b"one!", b"two!"))
    code, _, err = honnin(run, "--all", "--out", tmp_path / "pdf")
    assert code == 2
    assert "was altered" in err
