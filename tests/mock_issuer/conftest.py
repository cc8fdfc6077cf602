"""A tiny municipality, a mini CA, a served issuer and a kiosk: what the issuer's tests stand on.

The population files are written with harness.records, so that the issuer's own readers are tested against the
contract's field names.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image, ImageDraw

from harness.config import write_json_lines
from harness.records.resident import Koseki, KosekiMember, Resident, Seal, Tax
from mock_issuer import clock
from mock_issuer.debuglog import DebugLog, Rendered, read_debug_logs
from mock_issuer.defects.catalogue import Switch
from mock_issuer.defects.switches import Switches
from mock_issuer.documents.layout import Choice
from mock_issuer.load import load_population
from mock_issuer.node.applications import Request
from mock_issuer.node.process import build
from mock_issuer.refusals import Refusal
from mock_issuer.register import Register
from mock_issuer.settings import NodeSettings, State, Timing
from mock_issuer.spool import Spool, new_spool
from mock_issuer.truth import WrongDocument, wrong_documents
from mock_issuer.updates import Update, apply_update
from mock_issuer.worktable import WorkTable

DAY = timedelta(days=1)
DN = x509.Name(
    [
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "JPKI-MOCK"),
    ]
)


# -- people -----------------------------------------------------------------------------------------------------------


def seal_of(number: int, cancelled_on: str | None = None) -> Seal:
    """A seal unlike all others: its number in dots."""
    picture = Image.new("1", (120, 120), 1)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, 115, 115), outline=0, width=4)
    for bit in range(10):
        if number >> bit & 1:
            draw.rectangle((24 + bit % 4 * 20, 24 + bit // 4 * 26, 36 + bit % 4 * 20, 44 + bit // 4 * 26), fill=0)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return Seal(
        number=f"{number:06d}",
        registered_on="2020-01-15",
        diameter_mm=15.0,
        png_base64=base64.b64encode(file.getvalue()).decode(),
        cancelled_on=cancelled_on,
    )


def tax_of(number: int, year: int = 2025) -> Tax:
    return Tax(
        year=year,
        total_income=3_456_000 + number,
        salary_income=3_400_000 + number,
        deductions=1_200_000,
        dependants=number % 3,
        taxable=2_256_000 + number,
        city_levy=135_300 + number,
        city_per_capita=3_500,
        prefecture_levy=90_200 + number,
        prefecture_per_capita=1_500,
        annual_tax=230_500 + 2 * number,
        paid=230_500,
        unpaid=2 * number,
    )


def resident_of(number: int, **changes: object) -> Resident:
    """An ordinary single person who may have every certificate."""
    person = Resident(
        key=f"R{number:05d}",
        municipality="架空県見本市",
        household=f"H{number:05d}",
        name=f"見本　{_numeral(number)}郎",
        kana=f"ミホン　{_numeral(number)}ロウ",
        former_name="",
        born_on=f"19{60 + number % 40}-0{1 + number % 9}-1{number % 9}",
        sex="男",
        relation="世帯主",
        householder=f"見本　{_numeral(number)}郎",
        address=f"架空県見本市本町{number}丁目{number + 1}番{number + 2}号",
        address_since="2019-05-01",
        resident_since="2019-04-30",
        notified_on="2019-05-02",
        previous_address=f"架空県例市例町{number}番地",
        koseki=f"K{number:05d}",
        honseki=f"架空県見本市字見本{number}番地",
        hittousha=f"見本　{_numeral(number)}郎",
        nationality="",
        remarks="",
        seal=seal_of(number),
        taxes=(tax_of(number),),
    )
    return msgspec.structs.replace(person, **changes)


def _numeral(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def koseki_of(person: Resident) -> Koseki:
    assert person.koseki and person.honseki and person.hittousha and person.name and person.born_on
    member = KosekiMember(
        resident=person.key,
        given_name=person.name.split("\u3000")[-1],
        born_on=person.born_on,
        father="見本　父太",
        mother="見本　母子",
        relation="長男",
        events=("出生 【出生日】昭和55年1月1日 【出生地】架空県見本市 【届出人】父",),
        addresses=((f"{person.previous_address}", "2001-02-03"), (f"{person.address}", "2019-05-01")),
    )
    return Koseki(key=person.koseki, honseki=person.honseki, hittousha=person.hittousha, members=(member,))


def write_population(folder: Path, residents: list[Resident], koseki: list[Koseki]) -> Path:
    folder.mkdir(parents=True)
    write_json_lines(folder / "residents.jsonl", iter(residents))
    write_json_lines(folder / "koseki.jsonl", iter(koseki))
    (folder / "population.json").write_text(json.dumps({"version": 1, "municipality": "架空県見本市"}))
    return folder


# -- cards ------------------------------------------------------------------------------------------------------------


class Card:
    """A certificate and its key."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
        self.certificate = certificate
        self.key = key
        self.serial = str(certificate.serial_number)

    def sign(self, nonce: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(nonce, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(nonce, ec.ECDSA(hashes.SHA384()))

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


class Authority:
    """Three CA generations under one DN."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.keys = [ec.generate_private_key(ec.SECP384R1()) for _ in range(3)]
        self.certificates = [self._ca(key) for key in self.keys]
        self.serials: dict[str, tuple[str, str]] = {}
        self.revoked: dict[int, list[int]] = {0: [], 1: [], 2: []}
        (folder / "ca-bundle.pem").write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in self.certificates))

    def _ca(self, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        builder = self._builder(key.public_key(), DN, 20 * 365 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        return builder.sign(key, hashes.SHA384())

    def _builder(self, key: object, subject: x509.Name, life: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .issuer_name(DN)
            .subject_name(subject)
            .public_key(key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 10 * DAY)
            .not_valid_after(now + life)
        )

    def card(
        self, resident: str, generation: int = 1, *, state: str = "active", life: timedelta = DAY, kind: str = "p384"
    ) -> Card:
        """Make a card; `life` below zero makes it expired."""
        key = ec.generate_private_key(ec.SECP384R1()) if kind == "p384" else rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"MOCK{resident}")])
        ca_key = self.keys[generation - 1]
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
        builder = self._builder(key.public_key(), subject, life).add_extension(identifier, critical=False)
        card = Card(builder.sign(ca_key, hashes.SHA384()), key)
        if state != "unknown":
            self.serials[card.serial] = (resident, state)
        return card

    def revoke(self, card: Card, generation: int = 1) -> None:
        self.revoked[generation - 1].append(card.certificate.serial_number)

    def publish(self) -> Path:
        now = datetime.now(UTC)
        for generation, serials in self.revoked.items():
            crl = x509.CertificateRevocationListBuilder().issuer_name(DN).last_update(now).next_update(now + DAY)
            for serial in serials:
                entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
                crl = crl.add_revoked_certificate(entry)
            signed = crl.sign(self.keys[generation], hashes.SHA384())
            (self.folder / f"crl-{generation + 1}.pem").write_bytes(signed.public_bytes(Encoding.PEM))
        with (self.folder / "serials.csv").open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("serial", "resident", "state", "kind"))
            writer.writerows((serial, resident, state, "card") for serial, (resident, state) in self.serials.items())
        return self.folder


# -- the served issuer ------------------------------------------------------------------------------------------------


class Issuer:
    """A running reference issuer."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, object], state: Path) -> None:
        self.process = process
        self.ready = ready
        self.url = str(ready["url"])
        self.state = state
        self.admin = {"X-Admin-Token": str(ready["admin_token"])}
        self.client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def switch(self, defect: str, node: str | None = None, **params: float) -> httpx.Response:
        body = {"defect": defect, "node": node, "params": params}
        return self.client.put("/admin/defects", json=body, headers=self.admin)

    def clean(self) -> None:
        assert self.client.delete("/admin/defects", headers=self.admin).status_code == 200

    def update(self, resident: str, field: str, value: object) -> httpx.Response:
        body = {"update": "U1", "resident": resident, "field": field, "value": value}
        return self.client.post("/v1/register/updates", json=body)

    def ledger(self) -> dict[str, dict[str, object]]:
        lines = self.client.get("/v1/ledger").text.splitlines()
        return {entry["application"]: entry for entry in map(json.loads, lines)}

    def node_pid(self, node: str) -> int:
        (found,) = [n["pid"] for n in self.ready["nodes"] if n["node"] == node]  # type: ignore[index,attr-defined]
        assert isinstance(found, int)
        return found

    def end(self) -> None:
        self.client.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        finally:
            self.process.kill()
            self.process.wait()


def start_issuer(folder: Path, population: Path, cards: Path, *options: str) -> Issuer:
    ready_file = folder / "ready.json"
    ready_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mock_issuer", "serve", "--population", str(population), "--cards", str(cards)]
    command += ["--state", str(folder / "state"), "--ready-file", str(ready_file), "--die-with-parent"]
    command += ["--threads", "160", "--node-threads", "128", *options]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not ready_file.exists():
        assert process.poll() is None, "the issuer ended before it was ready"
        assert time.monotonic() < until, "the issuer was not ready within 30 s"
        time.sleep(0.02)
    return Issuer(process, json.loads(ready_file.read_text()), folder / "state")


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Issuer]]:
    """Start issuers that end with the test."""
    running: list[Issuer] = []

    def start(town: Town, *options: str, folder: str = "issuer") -> Issuer:
        (tmp_path / folder).mkdir(exist_ok=True)
        issuer = start_issuer(tmp_path / folder, town.population, town.card_files, *options)
        running.append(issuer)
        return issuer

    yield start
    for issuer in running:
        issuer.end()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Issuer]]:
    """One town and its issuer with two nodes, for tests that leave both as they were."""
    folder = tmp_path_factory.mktemp("shared")
    town = Town(folder / "town", [resident_of(number) for number in range(1, 61)])
    issuer = start_issuer(folder, town.population, town.card_files, "--print-ms", "10", "--print-limit-s", "20")
    yield town, issuer
    issuer.end()


@pytest.fixture
def people(shared: tuple[Town, Issuer]) -> Town:
    return shared[0]


@pytest.fixture
def issuer(shared: tuple[Town, Issuer]) -> Iterator[Issuer]:
    """The shared issuer, clean before and after."""
    shared[1].clean()
    yield shared[1]
    shared[1].clean()


# -- the kiosk --------------------------------------------------------------------------------------------------------


class Kiosk:
    """A kiosk with one connection, used by one customer after the other."""

    def __init__(self, issuer: Issuer, name: str = "K001", node: str = "", client: httpx.Client | None = None) -> None:
        self.client = client or httpx.Client(base_url=issuer.url, timeout=60, trust_env=False)
        self.name = name
        self.node = node
        self.session = ""
        self.bearer: dict[str, str] = {}

    def open(self) -> bytes:
        answer = self.client.post("/v1/sessions", json={"kiosk": self.name, "store": "S001"})
        assert answer.status_code == 201
        self.session = answer.json()["session"]
        return base64.b64decode(answer.json()["nonce"])

    def prove(self, certificate: bytes, signature: bytes) -> httpx.Response:
        body = {
            "certificate": base64.b64encode(certificate).decode(),
            "signature": base64.b64encode(signature).decode(),
        }
        answer = self.client.post(f"/v1/sessions/{self.session}/authentication", json=body)
        self.bearer = {"Authorization": f"Bearer {answer.json().get('token', '')}"}
        return answer

    def authenticate(self, card: Card) -> httpx.Response:
        nonce = self.open()
        return self.prove(card.der, card.sign(nonce))

    def apply(self, certificate: str, **options: object) -> httpx.Response:
        body = {"kiosk": self.name, "certificate": certificate, "options": options}
        headers = {**self.bearer, **({"X-Route-Node": self.node} if self.node else {})}
        return self.client.post("/v1/applications", json=body, headers=headers)

    def post(self, application: str, what: str, **body: object) -> httpx.Response:
        return self.client.post(f"/v1/applications/{application}/{what}", json=body, headers=self.bearer)

    def collect(self, application: str, copy: int = 1) -> httpx.Response:
        return self.client.get(f"/v1/applications/{application}/document?copy={copy}", headers=self.bearer)

    def close(self) -> httpx.Response:
        return self.client.delete(f"/v1/sessions/{self.session}")

    def begin(self, card: Card, certificate: str, **options: object) -> str:
        """Authenticate, apply and pay; return the application."""
        assert self.authenticate(card).status_code == 200
        applied = self.apply(certificate, **options)
        assert applied.status_code == 201, applied.text
        application = str(applied.json()["application"])
        assert self.post(application, "payment", amount=applied.json()["fee"]).status_code == 200
        return application

    def visit(self, card: Card, certificate: str, **options: object) -> bytes:
        """Go through a whole visit and return the (first copy of the) document."""
        application = self.begin(card, certificate, **options)
        answer = self.collect(application)
        assert answer.status_code == 200, answer.text
        digest = hashlib.sha256(answer.content).hexdigest()
        assert self.post(application, "completion", digest=digest).status_code == 204
        assert self.close().status_code == 204
        return answer.content


class Town:
    """Twenty ordinary people with their cards, written to files."""

    def __init__(self, folder: Path, people: list[Resident], koseki: list[Koseki] | None = None) -> None:
        self.people = {p.key: p for p in people}
        self.authority = Authority(folder / "cards")
        self.cards = {p.key: self.authority.card(p.key) for p in people}
        registers = koseki if koseki is not None else [koseki_of(p) for p in people if p.koseki]
        self.population = write_population(folder / "population", people, registers)
        self.authority.publish()

    @property
    def card_files(self) -> Path:
        return self.authority.folder


@pytest.fixture
def make_town(tmp_path: Path) -> Callable[..., Town]:
    """Make a town of given people."""

    def make(people: list[Resident], koseki: list[Koseki] | None = None) -> Town:
        return Town(tmp_path / "town", people, koseki)

    return make


@pytest.fixture
def kiosk() -> Iterator[Callable[..., Kiosk]]:
    """Make kiosks before an issuer."""
    made: list[Kiosk] = []

    def make(issuer: Issuer, name: str = "K001", node: str = "", client: httpx.Client | None = None) -> Kiosk:
        made.append(Kiosk(issuer, name, node, client))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


@pytest.fixture(scope="session")
def person() -> Callable[..., Resident]:
    """Make ordinary residents by number, with changes."""
    return resident_of


@pytest.fixture(scope="session")
def seal() -> Callable[..., Seal]:
    """Make seals by number."""
    return seal_of


@pytest.fixture(scope="module")
def settle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[Town, Issuer]]]:
    """Make a town of given people with an issuer of its own, for the tests of one module."""
    running: list[Issuer] = []

    def make(people: list[Resident], *options: str, koseki: list[Koseki] | None = None) -> tuple[Town, Issuer]:
        folder = tmp_path_factory.mktemp("settled")
        town = Town(folder / "town", people, koseki)
        running.append(start_issuer(folder, town.population, town.card_files, *options))
        return town, running[-1]

    yield make
    for issuer in running:
        issuer.end()


# -- the zoo of defects -----------------------------------------------------------------------------------------------


class Play:
    """What happens at an issuer since a test began: visits, crowds of them, and the truth about what came of it."""

    state: State
    population: Path

    def __init__(self) -> None:
        self.since = clock.stamp()

    def get(self, number: int, certificate: str, kiosk: str = "K001", node: str = "n1", **options: object) -> int:
        """Let one person come, collect every copy and leave; return the last answer's status."""
        raise NotImplementedError

    def clean(self) -> None:
        """Switch everything off."""
        raise NotImplementedError

    def wrong(self) -> list[WrongDocument]:
        """What reached the wrong hands, or was wrong, since the test began."""
        return list(wrong_documents(self.state, self.population, self.since))

    def made(self) -> dict[str, Rendered]:
        lines = read_debug_logs(self.state.debug)
        return {line.application: line for line in lines if isinstance(line, Rendered)}

    def crowd(
        self,
        certificate: str = "juminhyo",
        people: Iterable[int] = range(1, 17),
        nodes: tuple[str, ...] = ("n1", "n2"),
        then: int = 0,
        **options: object,
    ) -> list[int]:
        """Let people come to a kiosk each, all at once, `then` others after them; return the answers' statuses."""
        numbers = list(people)
        gate = threading.Barrier(len(numbers))

        def come(place: int) -> int:
            gate.wait(timeout=20)
            kiosk, node = f"K9{place:02d}", nodes[place % len(nodes)]
            status = self.get(numbers[place], certificate, kiosk, node, **options)
            for follower in range(then):
                status = self.get(numbers[(place + follower + 1) % len(numbers)], certificate, kiosk, node)
            return status

        with ThreadPoolExecutor(len(numbers)) as pool:
            return list(pool.map(come, range(len(numbers))))

    def until(
        self, enough: Callable[[list[WrongDocument]], bool], play: Callable[[], object], rounds: int = 30
    ) -> list[WrongDocument]:
        """Play until there is enough to see, and return it: how many meet in one round is the machine's chance."""
        for _ in range(rounds):
            play()
            if enough(found := self.wrong()):
                return found
        return pytest.fail(f"not enough to see after {rounds} rounds")

    def clean_again(self, play: Callable[[], object]) -> None:
        """Switch everything off: the same play brings nothing new."""
        self.clean()
        before = len(self.wrong())
        play()
        assert len(self.wrong()) == before


class Stage(Play):
    """A served issuer and many kiosks before it."""

    def __init__(self, town: Town, issuer: Issuer) -> None:
        super().__init__()
        self.town = town
        self.issuer = issuer
        self.state = State(issuer.state)
        self.population = town.population
        self.clean = issuer.clean  # type: ignore[method-assign]
        self._kiosks: dict[str, Kiosk] = {}

    def at(self, name: str, node: str = "n1") -> Kiosk:
        return self._kiosks.setdefault(f"{name}@{node}", Kiosk(self.issuer, name, node))

    def card(self, number: int) -> Card:
        return self.town.cards[f"R{number:05d}"]

    def get(self, number: int, certificate: str, kiosk: str = "K001", node: str = "n1", **options: object) -> int:
        at = self.at(kiosk, node)
        answer = at.authenticate(self.card(number))
        if answer.status_code == 200:
            answer = at.apply(certificate, **options)
        if answer.status_code == 201:
            application = str(answer.json()["application"])
            at.post(application, "payment", amount=answer.json()["fee"])
            answers = [at.collect(application, copy + 1) for copy in range(int(str(options.get("copies", 1))))]
            printed = b"".join(one.content for one in answers if one.status_code == 200)
            at.post(application, "completion", digest=hashlib.sha256(printed).hexdigest())
            answer = answers[-1]
        at.close()
        return answer.status_code

    def end(self) -> None:
        for one in self._kiosks.values():
            one.client.close()


class Office(Play):
    """Nodes without network, cards and centre: their desks and counters are called by as many threads as come."""

    def __init__(self, folder: Path, population: Path, nodes: tuple[str, ...], print_ms: float) -> None:
        super().__init__()
        self.population = population
        self.state = State(folder)
        self.state.prepare()
        new_spool(self.state.spool)
        load_population(population, self.state)
        timing = Timing(print_ms=print_ms)
        settings = [NodeSettings(node=n, build="b", state=str(folder), secret="s", timing=timing) for n in nodes]
        self.nodes = {one.node: build(one) for one in settings}
        self._register = Register(self.state.register)
        self._work = WorkTable(Spool(self.state.spool, "centre"))
        self._given = DebugLog(self.state.debug / "centre.jsonl", self._switched)

    def _switched(self) -> tuple[str, ...]:
        return tuple(sorted({name for switches in self._switches() for name in switches.names}))

    def _switches(self, node: str | None = None) -> list[Switches]:
        return [service.desk.switches for name, (service, _) in self.nodes.items() if node in (None, name)]

    def switch(self, defect: str, node: str | None = None, **params: float) -> None:
        for switches in self._switches(node):
            switches.turn_on(Switch(defect=defect, node=node, params=params))

    def clean(self) -> None:
        for switches in self._switches():
            switches.turn_off(None)

    def update(self, resident: str, field: str, value: str | bool) -> int:
        """Change the register as the centre does; return the answer's status."""
        rows = (service.desk.switches.behaviour.work.of_update(name) for name, (service, _) in self.nodes.items())
        change = Update(resident=resident, field=field, value=value)
        try:
            apply_update(self._register, change, self._work, [secrets.token_hex(4), *filter(None, rows)])
        except Refusal as refusal:
            return refusal.status
        return 200

    def get(self, number: int, certificate: str, kiosk: str = "K001", node: str = "n1", **options: object) -> int:
        service, counter = self.nodes[node]
        name, session = f"{node}-{secrets.token_hex(8)}", secrets.token_hex(8)
        resident, choice = f"R{number:05d}", Choice(**options)  # type: ignore[arg-type]
        wish = Request(
            session=session, resident=resident, card="1", kiosk=kiosk, certificate=certificate, options=choice
        )
        try:
            application = service.desk.apply(name, wish)
            application.pay(application.fee)
            for copy in range(1, choice.copies + 1):
                document = counter.collect(application, copy)
                self._given.gave(document, application=name, session=session, copy=copy)
            counter.complete(application, "")
        except Refusal as refusal:
            return refusal.status
        return 200

    def close(self) -> None:
        self._given.close()
        for service, _ in self.nodes.values():
            service.desk.debug.close()
            service.desk.ledger.close()


@pytest.fixture(scope="session")
def open_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Office]]:
    """Open an office for people."""
    opened: list[Office] = []

    def make(
        people: list[Resident], koseki: list[Koseki], nodes: tuple[str, ...] = ("n1", "n2"), print_ms: float = 10.0
    ) -> Office:
        folder = tmp_path_factory.mktemp("office")
        population = write_population(folder / "population", people, koseki)
        opened.append(Office(folder / "state", population, nodes, print_ms))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def main_office(open_office: Callable[..., Office]) -> Office:
    """Two nodes and ordinary people 1 to 60, for all tests that leave them as they were."""
    people = [resident_of(number) for number in range(1, 61)]
    return open_office(people, [koseki_of(one) for one in people])


@pytest.fixture
def office(main_office: Office) -> Iterator[Office]:
    """The main office, clean before and after."""
    main_office.clean()
    main_office.since = clock.stamp()
    yield main_office
    main_office.clean()


def staged(town: Town, issuer: Issuer) -> Iterator[Stage]:
    """Make a stage, clean before and after."""
    issuer.clean()
    made = Stage(town, issuer)
    yield made
    issuer.clean()
    made.end()


@pytest.fixture(scope="session")
def stage_of() -> Callable[[Town, Issuer], Iterator[Stage]]:
    """Make the stage of a town and its issuer."""
    return staged


@pytest.fixture
def stage(shared: tuple[Town, Issuer]) -> Iterator[Stage]:
    """The shared issuer (two nodes, ordinary people 1 to 60)."""
    yield from staged(*shared)


@pytest.fixture(scope="module")
def slow_office(settle: Callable[..., tuple[Town, Issuer]]) -> tuple[Town, Issuer]:
    """An issuer whose print is slow enough to be waited for: two nodes, 80 ms a sheet."""
    return settle([resident_of(number) for number in range(1, 31)], "--print-ms", "80", "--print-limit-s", "20")


@pytest.fixture
def slow(slow_office: tuple[Town, Issuer]) -> Iterator[Stage]:
    """The slow office's stage."""
    yield from staged(*slow_office)


@pytest.fixture(scope="session")
def family_registers() -> Callable[[Resident], Koseki]:
    """Make the 戸籍 of a single person."""
    return koseki_of
