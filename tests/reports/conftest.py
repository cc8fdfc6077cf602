"""Builds run folders by hand: the journal, plan, verdict and pictures of a small imaginary run."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import msgspec
import pytest
from PIL import Image, ImageDraw, ImageFont

from harness.journal.run_folder import RunFolder
from harness.journal.segments import frame
from harness.records.certificates import Certificate, Options, Scope
from harness.records.findings import Anomaly, Evidence, Finding, Property, Severity
from harness.records.history import (
    JOURNAL_VERSION,
    Answer,
    ApplicationEnded,
    ApplicationStarted,
    BatchEnded,
    BatchReleased,
    Delivery,
    Ending,
    HistoryRecord,
    PhaseEnded,
    PhaseStarted,
    SegmentOpened,
    SendIntent,
    SendOutcome,
)
from harness.records.manifest import MANIFEST_VERSION, Manifest
from harness.records.plan import PLAN_VERSION, Batch, BatchKind, Driver, Phase, PlanHeader, PlannedApplication, Step
from harness.records.resident import Resident
from harness.records.verdict import (
    VERDICT_VERSION,
    ControlCount,
    Count,
    Exposure,
    FinalClass,
    Identity,
    NodeBuild,
    Outcome,
    Reason,
    ScopeEntry,
    Verdict,
)

RUN = "20250402-103000-go-live"
WALL_NS = 1_743_557_400_000_000_000  # 2025-04-02 10:30:00 in Japan
MONOTONIC_NS = 5_000_000_000_000
MS = 1_000_000
PEOPLE = 12


def digest(text: str) -> str:
    """Return the digest of an imaginary document."""
    return hashlib.sha256(text.encode()).hexdigest()


def resident(number: int) -> Resident:
    """Return a test resident."""
    family = ("架空", "見本", "試験", "模擬", "髙﨑", "𠮷田")[number % 6]
    return Resident(
        key=f"R{number:05d}",
        municipality="架空県見本市",
        name=f"{family} {'太郎花子一美次夫春江'[number % 5 * 2 : number % 5 * 2 + 2]}",
        born_on=f"19{60 + number}-04-{number + 1:02d}",
        address=f"架空県見本市見本町{number}丁目{number + 3}番地",
    )


class Script:
    """Writes history records at chosen moments (milliseconds after the run's start)."""

    def __init__(self) -> None:
        """Begin a segment."""
        self.records: list[HistoryRecord] = [
            SegmentOpened(
                version=JOURNAL_VERSION,
                run=RUN,
                writer="engine-1",
                host="testhost",
                pid=1,
                monotonic_ns=MONOTONIC_NS,
                wall_ns=WALL_NS,
            )
        ]

    @staticmethod
    def at(ms: float) -> int:
        """Return the monotonic instant of a moment."""
        return MONOTONIC_NS + round(ms * MS)

    def add(self, record: HistoryRecord) -> None:
        """Append a record."""
        self.records.append(record)

    def application(
        self,
        number: int,
        begin: float,
        *,
        applied: float,
        arrived: float | None,
        document: str = "",
        batch: str = "B00001",
        phase: str = "P3",
        ending: Ending = Ending.DELIVERED,
    ) -> None:
        """Play one application: choose, apply, wait, receive."""
        name = f"A{number:06d}"
        self.add(
            ApplicationStarted(
                application=name,
                batch=batch,
                phase=phase,
                resident=f"R{number:05d}",
                card=str(9000 + number),
                certificate=Certificate.JUMINHYO,
                options=Options(scope=Scope.ALL, relation=True),
                kiosk=f"K{number % 4 + 1:02d}",
                store="S01",
                at_ns=self.at(begin),
            )
        )
        steps = (
            (Step.OPEN, begin + 5),
            (Step.AUTHENTICATE, begin + 40),
            (Step.APPLY, applied),
            (Step.COLLECT, applied + 60),
        )
        for ordinal, (step, left) in enumerate(steps, 1):
            send = f"{name}/{ordinal}"
            self.add(
                SendIntent(
                    send=send,
                    application=name,
                    step=step,
                    where=f"POST /{step}",
                    connection="c1",
                    at_ns=self.at(left - 0.2),
                    bytes=200,
                )
            )
            done = left + 25 if step is not Step.COLLECT else (arrived or left + 500)
            self.add(
                SendOutcome(
                    send=send,
                    answer=Answer.ANSWERED,
                    at_ns=self.at(done),
                    left_ns=self.at(left),
                    first_byte_ns=self.at(done - 1),
                    status=200,
                )
            )
        if arrived is not None:
            self.add(
                Delivery(
                    delivery=f"D{number:06d}",
                    application=name,
                    kiosk="K01",
                    digest=digest(document or f"doc {number}"),
                    bytes=50_000,
                    at_ns=self.at(arrived),
                    issue_number=f"2025-{number:06d}",
                )
            )
        end = (arrived or applied + 560) + 30
        self.add(ApplicationEnded(application=name, ending=ending, at_ns=self.at(end), copies=1 if arrived else 0))


def history() -> list[HistoryRecord]:
    """Return a run of a quiet phase, then a burst of four in which A000005 receives A000006's document."""
    script = Script()
    script.add(PhaseStarted(phase="P1", at_ns=script.at(0)))
    for number in range(1, 5):
        begin = number * 900
        script.application(number, begin, applied=begin + 200, arrived=begin + 700, batch=f"B{number:05d}", phase="P1")
    script.add(PhaseEnded(phase="P1", at_ns=script.at(4_600), complete=True))
    script.add(PhaseStarted(phase="P3", at_ns=script.at(5_000)))
    for number, applied, arrived in (
        (5, 6000.0, 6900.0),
        (6, 6000.41, 7000.0),
        (7, 6000.02, 7300.0),
        (8, 6000.55, None),
    ):
        document = "doc 6" if number in (5, 6) else ""
        ending = Ending.DELIVERED if arrived else Ending.UNRESOLVED
        script.application(
            number,
            5_200 + number * 40,
            applied=applied,
            arrived=arrived,
            document=document,
            batch="B00010",
            ending=ending,
        )
    burst = tuple(f"A{n:06d}" for n in (5, 6, 7, 8))
    left = tuple(script.at(ms) for ms in (6000.0, 6000.41, 6000.02, 6000.55))
    script.add(BatchReleased(batch="B00010", at_ns=script.at(5999.9), applications=burst, left_ns=left))
    script.add(BatchEnded(batch="B00010", at_ns=script.at(7_800)))
    script.add(
        BatchReleased(
            batch="B00011",
            at_ns=script.at(8_500),
            applications=("A000009",),
            left_ns=(script.at(8_500),),
            absent=("A000010",),
        )
    )
    script.add(BatchEnded(batch="B00011", at_ns=script.at(8_900), void="A000010 did not arrive within 10 s"))
    script.add(PhaseEnded(phase="P3", at_ns=script.at(9_000), complete=True))
    return script.records


def misdelivery(number: int = 1, application: int = 5, donor: int = 6) -> Finding:
    """Return the finding that A000005 received the pages of A000006's resident."""
    own, other = resident(application), resident(donor)
    return Finding(
        finding=f"F{number:04d}",
        property=Property.OWNERSHIP,
        anomaly=Anomaly.MISDELIVERY,
        severity=Severity.GRAVE,
        application=f"A{application:06d}",
        delivery=f"D{application:06d}",
        digest=digest(f"doc {donor}"),
        victim=own.key,
        donor=other.key,
        donor_application=f"A{donor:06d}",
        pattern="copy",
        pages=(1,),
        evidence=(
            Evidence(kind="foreign item", page=1, item="name", value=other.name or "", owner=other.key, bits=7.9),
            Evidence(
                kind="foreign item", page=1, item="born_on", value=other.born_on or "", owner=other.key, bits=10.2
            ),
            Evidence(
                kind="foreign item", page=1, item="address", value=other.address or "", owner=other.key, bits=12.6
            ),
            Evidence(kind="missing item", page=0, item="name", value=own.name or "", owner=own.key, bits=7.9),
            Evidence(kind="same bytes", page=0, value=digest(f"doc {donor}"), owner=other.key),
        ),
        explanation_ja=(
            f"誤交付(一方向)。{own.key} が端末 K02 で住民票の写しを申請し、{other.key} の住民票の写しを受け取った。"
            f"届いたファイルは申請 A{donor:06d} に届いたものと同一で、{own.key} の氏名はどこにもない。"
        ),
        explanation_en=(
            f"MISDELIVERY (copy). {own.key} asked for a certificate of residence at kiosk K02 and received the one of "
            f"{other.key}. The file is byte-identical to that of A{donor:06d}; {own.key} is nowhere on it."
        ),
    )


SCOPE = tuple(
    ScopeEntry(
        property=p, in_scope=p is not Property.FRESHNESS, exercised=n > 0, exercised_count=n, note_ja=ja, note_en=en
    )
    for p, n, ja, en in (
        (Property.OWNERSHIP, 9, "", ""),
        (Property.PAGES, 9, "", ""),
        (Property.BASELINE, 0, "基準帳票を採っていないため確認していない。", "No baseline was taken."),
        (Property.EXACTLY_ONCE, 8, "", ""),
        (Property.NUMBERS, 7, "", ""),
        (Property.ISOLATION, 3, "", ""),
        (Property.FRESHNESS, 0, "", ""),
    )
)


def _reason(code: str, ja: str, en: str) -> Reason:
    return Reason(code=code, ja=ja, en=en)


def _counts(counts: dict[str, int]) -> tuple[Count, ...]:
    return tuple(Count(source=source, count=count) for source, count in counts.items())


def verdict(outcome: Outcome = Outcome.FAIL, findings: tuple[Finding, ...] | None = None, **changes: object) -> Verdict:
    """Return a verdict; `changes` replace fields."""
    found = (misdelivery(),) if findings is None and outcome is Outcome.FAIL else (findings or ())
    classes = {FinalClass.OWN: 6, FinalClass.MISDELIVERED: len(found), FinalClass.UNRESOLVED: 1}
    base = Verdict(
        version=VERDICT_VERSION,
        honnin="0.1.0",
        run=RUN,
        outcome=outcome,
        scenario="go-live",
        target="架空県見本市 検証環境",
        reasons=(_reason("misdelivery", "他人の証明書が届いた申請が 1 件ある。", "One application was misdelivered."),),
        next_steps=(
            _reason("stop", "このシステムでの交付を開始しないでください。", "Do not put this system into service."),
            _reason("vendor", "この報告書の 4 章を開発事業者に渡してください。", "Hand chapter 4 to the vendor."),
        ),
        scope=SCOPE,
        identities=(
            Identity(
                name="applications",
                closes=True,
                counts=_counts({"plan": 12, "journal: started": 8, "player counters: started": 8, "classes": 8}),
                classes=_counts({str(c): classes.get(c, 0) for c in FinalClass}),
            ),
            Identity(
                name="deliveries",
                closes=True,
                counts=_counts({"journal": 7, "document store: entries": 7, "readings": 6, "classes": 7}),
                classes=_counts({"expected": 7, "again": 0, "late": 0, "partial": 0, "orphan": 0}),
            ),
        ),
        exposure=Exposure(
            applications=8,
            residents=8,
            delivered=7,
            pages=7,
            bursts=1,
            void_batches=1,
            overlapping_pairs=6,
            same_second_pairs=6,
            pairs_under_1_ms=6,
            pairs_under_10_ms=6,
            pairs_under_100_ms=6,
            same_kiosk_successions=4,
            most_in_flight=4,
            same_node_pairs=3,
            cross_node_pairs=3,
            longest_wait_ms=1300.2,
            median_spread_ms=0.55,
        ),
        controls=tuple(
            ControlCount(certificate="juminhyo", kind=kind, injected=20, found=20) for kind in ("document", "page")
        ),
        nodes=(
            NodeBuild(node="n1", build="mock-1.4.2", source="measured", applications=5),
            NodeBuild(node="n2", build="mock-1.4.1", source="declared", applications=3),
        ),
        findings=found,
        bound_per_burst=None,
        statement_ja=(
            "条件「go-live」において独立な同時申請 1 組(重なり合う要求対 6 組、うち同一秒 6 組)を実施し、"
            "誤交付は 1 件であった。"
            "本結果は、試験していない条件・構成・版数に欠陥がないことを保証しない。"
        ),
        statement_en=(
            "Under the conditions “go-live”, 1 independent burst (6 overlapping pairs, 6 in the same "
            "second) was played; 1 misdelivery was found. "
            "Nothing is said of conditions, configurations and versions not tested."
        ),
        started_wall_ns=WALL_NS,
        ended_wall_ns=WALL_NS + 9_000 * MS,
        inputs_digest=digest("inputs"),
    )
    return msgspec.structs.replace(base, **changes)


TARGET = """name = "架空県見本市 検証環境"
url = "http://127.0.0.1:8080"
documentation = "検証環境。証明発行サーバ 2 台構成、版数 1.4。連絡先: 見本ソフト(架空)。"
[[out_of_scope]]
property = "F"
reason = "登録内容を変更する手段がない"
declared_by = "見本ソフト 担当 架空"
"""


def plan_lines() -> Iterable[object]:
    """Yield the plan of the imaginary run."""
    yield PlanHeader(
        version=PLAN_VERSION,
        scenario="go-live",
        scenario_digest=digest("scenario"),
        seed=42,
        population_digest=digest("population"),
        target="架空県見本市 検証環境",
        phases=(
            Phase(phase="P1", title_ja="静かな連続申請", title_en="quiet sequences", driver=Driver.QUIET),
            Phase(phase="P3", title_ja="同時申請", title_en="bursts", driver=Driver.ENGINE, users=4),
            Phase(phase="P4", title_ja="高負荷", title_en="overload", driver=Driver.ENGINE, users=40),
        ),
        batches=7,
        applications=12,
        updates=0,
        residents=12,
        kiosks=("K01",),
        nodes=("n1", "n2"),
    )
    for number in range(1, 5):
        yield _batch(f"B{number:05d}", "P1", BatchKind.SEQUENCE, (number,))
    yield _batch("B00010", "P3", BatchKind.BURST, (5, 6, 7, 8))
    yield _batch("B00011", "P3", BatchKind.BURST, (9, 10))
    yield _batch("B00012", "P4", BatchKind.ARRIVALS, (11, 12))


def _batch(name: str, phase: str, kind: BatchKind, numbers: tuple[int, ...]) -> Batch:
    people = tuple(
        PlannedApplication(
            application=f"A{n:06d}",
            resident=f"R{n:05d}",
            card=str(9000 + n),
            certificate=Certificate.JUMINHYO,
            options=Options(),
            kiosk="K01",
            store="S01",
        )
        for n in numbers
    )
    return Batch(batch=name, phase=phase, kind=kind, applications=people)


def picture(person: Resident, number: str) -> Image.Image:
    """Draw an imaginary certificate page."""
    page = Image.new("L", (620, 877), 255)
    pen = ImageDraw.Draw(page)
    font = str(files("matplotlib_fontja").joinpath("fonts/ipaexg.ttf"))
    pen.text((230, 60), "住民票の写し", font=ImageFont.truetype(font, 28), fill=0)
    rows = (("氏名", person.name), ("生年月日", person.born_on), ("住所", person.address), ("発行番号", number))
    for row, (label, value) in enumerate(rows):
        pen.rectangle((50, 140 + 60 * row, 570, 200 + 60 * row), outline=0)
        pen.text((64, 158 + 60 * row), f"{label}   {value}", font=ImageFont.truetype(font, 20), fill=0)
    return page


def build(path: Path, judged: Verdict | None, records: Iterable[HistoryRecord] | None = None) -> Path:
    """Write a run folder without pictures and return its path."""
    folder = RunFolder.create(path)
    script = list(history() if records is None else records)
    folder.segment("engine-1").write_bytes(b"".join(frame(n, record) for n, record in enumerate(script)))
    folder.plan.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in plan_lines()))
    folder.target.write_text(TARGET, encoding="utf-8")
    folder.manifest.write_bytes(msgspec.json.encode(_manifest()))
    folder.population.mkdir()
    people = b"".join(msgspec.json.encode(resident(n)) + b"\n" for n in range(1, PEOPLE + 1))
    (folder.population / "residents.jsonl").write_bytes(people)
    if judged is not None:
        folder.verdict.write_bytes(msgspec.json.encode(judged))
    return path


def store_pictures(path: Path) -> None:
    """Store the page pictures of the documents that the imaginary findings are about."""
    for number in (5, 6):
        page = picture(resident(number), f"2025-{number:06d}")
        page.save(RunFolder(path).picture(digest(f"doc {number}"), 1))


def _manifest() -> Manifest:
    return Manifest(
        version=MANIFEST_VERSION,
        run=RUN,
        honnin="0.1.0",
        scenario="go-live",
        scenario_digest=digest("scenario"),
        target="架空県見本市 検証環境",
        target_digest=digest("target"),
        plan_digest=digest("plan"),
        population_digest=digest("population"),
        started_wall_ns=WALL_NS,
    )


@pytest.fixture
def imaginary() -> ModuleType:
    """Return this module: the builders of the imaginary run."""
    return sys.modules[__name__]


@pytest.fixture
def run_folder(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that builds a run folder of a given verdict and history."""

    def make(judged: Verdict | None = None, records: Iterable[HistoryRecord] | None = None) -> Path:
        return build(tmp_path / RUN, judged, records)

    return make
