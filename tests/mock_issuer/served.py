"""A town, an issuer served to it as a program, and the kiosk that customers stand at."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from harness.records.resident import Koseki, Resident
from tests.mock_issuer.cards import Authority, Card
from tests.mock_issuer.people import koseki_of, write_population


class Town:
    """People with their cards, written to files."""

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


class Issuer:
    """A running reference issuer."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, object], state: Path) -> None:
        self.process = process
        self.ready = ready
        self.url = str(ready["url"])
        self.state = state
        self.admin = {"X-Admin-Token": str(ready["admin_token"])}
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False)

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
    command += [
        "--state",
        str(folder / "state"),
        "--ready-file",
        str(ready_file),
        "--die-with-parent",
        str(os.getpid()),
    ]
    command += ["--threads", "160", "--node-threads", "128", *options]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not ready_file.exists():
        assert process.poll() is None, "the issuer ended before it was ready"
        assert time.monotonic() < until, "the issuer was not ready within 30 s"
        time.sleep(0.02)
    return Issuer(process, json.loads(ready_file.read_text()), folder / "state")


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
