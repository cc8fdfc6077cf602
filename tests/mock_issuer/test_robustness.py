"""The issuer begins and ends in order, survives the death of a node, and never outlives who started it."""

from __future__ import annotations

import datetime as dt
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mock_issuer.debuglog import Rendered, read_debug_logs, wrong_handovers

pytestmark = pytest.mark.slow  # each serves an issuer of its own


@pytest.fixture
def town(make_town, person):
    return make_town([person(number) for number in range(1, 5)])


def gone(pid: int, within_s: float = 10.0) -> bool:
    """Tell whether a process ends in time."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within_s)[0])
    finally:
        os.close(watched)


def test_a_killed_node_is_reported_and_its_applications_answered(serve, town, kiosk) -> None:
    issuer = serve(town)
    at = kiosk(issuer, "K1", "n1")
    application = at.begin(town.cards["R00001"], "juminhyo")
    os.kill(issuer.node_pid("n1"), signal.SIGKILL)
    assert gone(issuer.node_pid("n1"))
    answer = at.collect(application)
    assert (answer.status_code, answer.json()["code"]) == (503, "NODE_DOWN")
    assert (answer.headers["x-request-id"], answer.headers["x-node-id"]) == (application, "n1")
    assert [n["alive"] for n in issuer.client.get("/v1/nodes").json()] == [False, True]
    assert at.apply("juminhyo").json()["code"] == "NODE_DOWN"
    assert at.close().status_code == 204
    assert kiosk(issuer, "K2").visit(town.cards["R00002"], "juminhyo").startswith(b"%PDF")
    assert issuer.ledger()[application]["state"] == "open"  # the ledger is read without the node
    assert issuer.client.get("/admin/defects", headers=issuer.admin).json() == {"n2": {}}


def test_sigterm_ends_it_in_order_with_its_nodes(serve, town) -> None:
    issuer = serve(town)
    nodes = [issuer.node_pid(node) for node in ("n1", "n2")]
    issuer.process.terminate()
    assert issuer.process.wait(timeout=15) == 0
    assert all(gone(pid) for pid in nodes)


def test_nodes_die_with_a_killed_centre(serve, town) -> None:
    issuer = serve(town)
    nodes = [issuer.node_pid(node) for node in ("n1", "n2")]
    issuer.process.kill()
    issuer.process.wait(timeout=5)
    assert all(gone(pid) for pid in nodes)


def test_it_dies_with_its_parent_where_asked_to(town, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    serve = [sys.executable, "-m", "mock_issuer", "serve", "--population", str(town.population), "--cards",
             str(town.card_files), "--state", str(tmp_path / "s"), "--ready-file", str(ready), "--nodes", "1",
             "--die-with-parent"]  # fmt: skip
    start = f"import os, subprocess; subprocess.Popen([*{serve!r}, str(os.getpid())]).wait()"
    parent = subprocess.Popen([sys.executable, "-c", start])
    until = time.monotonic() + 60
    while not ready.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    pid = json.loads(ready.read_text())["pid"]
    parent.kill()
    parent.wait(timeout=5)
    assert gone(pid, 20)


def test_updates_ledger_and_numbers_survive_a_restart_and_open_applications_end(serve, town, kiosk) -> None:
    issuer = serve(town, "--nodes", "1")
    kiosk(issuer, "K1").visit(town.cards["R00001"], "juminhyo")
    waiting = kiosk(issuer, "K2").begin(town.cards["R00002"], "juminhyo")
    assert issuer.update("R00001", "address", "架空県見本市新町9番").json()["version"] == 1
    issuer.end()
    again = serve(town, "--nodes", "1")
    entry = again.ledger()[waiting]
    assert (entry["state"], entry["fee"], entry["reason"]) == ("failed", "returned", "NODE_RESTARTED")
    assert list((again.state / "spool" / "store").iterdir()) == []  # stale documents are gone
    kiosk(again, "K3").visit(town.cards["R00001"], "juminhyo")
    assert again.update("R00001", "remarks", "x").json()["version"] == 2
    numbers = [number for e in again.ledger().values() for number in e["issue_numbers"]]
    assert len(numbers) == len(set(numbers)) == 3


def test_one_state_folder_serves_one_issuer(serve, town, tmp_path: Path) -> None:
    issuer = serve(town)
    refused = run_serve(town.population, town.card_files, issuer.state)
    assert refused.returncode == 1
    assert "another issuer serves from this folder" in refused.stderr


def run_serve(population: Path, cards: Path, state: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mock_issuer", "serve", "--population", str(population), "--cards", str(cards)]
    return subprocess.run(
        [*command, "--state", str(state), *options], capture_output=True, text=True, timeout=30, check=False
    )


def test_another_populations_register_is_not_overwritten(serve, town, make_town, person, tmp_path: Path) -> None:
    issuer = serve(town)
    issuer.end()
    (town.population / "residents.jsonl").write_bytes(b"")
    refused = run_serve(town.population, town.card_files, issuer.state)
    assert "register of another population" in refused.stderr


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda t: (t.population / "koseki.jsonl").unlink(), "koseki.jsonl: no such file"),
        (lambda t: (t.population / "residents.jsonl").write_text('{"key": 1}\n'), "residents.jsonl: line 1:"),
        (lambda t: (t.card_files / "ca-bundle.pem").unlink(), "ca-bundle.pem"),
        (lambda t: (t.card_files / "serials.csv").write_text("serial,resident,state,kind\nx,R1,active,card\n"), "'x'"),
    ],
)
def test_damaged_files_are_named_before_the_door_opens(town, tmp_path: Path, damage, told: str) -> None:
    damage(town)
    refused = run_serve(town.population, town.card_files, tmp_path / "state")
    assert refused.returncode == 1
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--defect", "D99"), "there are: D01"),
        (("--defect", "D02@n7"), "no node 'n7'"),
        (("--tls-cert", "x.pem"), "--tls-key"),
        (("--build", "v2@n9"), "no node 'n9'"),
    ],
)
def test_wrong_options_are_told(town, tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    refused = run_serve(town.population, town.card_files, tmp_path / "state", *options)
    assert refused.returncode == 2
    assert told in refused.stderr


def test_builds_and_defects_may_differ_by_node(serve, town, kiosk) -> None:
    issuer = serve(town, "--build", "2024.2", "--build", "2019.7@n2", "--defect", "D06@n2")
    assert [n["build"] for n in issuer.client.get("/v1/nodes").json()] == ["2024.2", "2019.7"]
    assert issuer.client.get("/admin/defects", headers=issuer.admin).json() == {"n1": {}, "n2": {"D06": {}}}
    at = kiosk(issuer, "K1", "n2")
    assert at.collect(at.begin(town.cards["R00001"], "tax")).headers["x-build-id"] == "2019.7"


# -- TLS --------------------------------------------------------------------------------------------------------------


def server_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a self-signed certificate for the loopback address."""
    import ipaddress

    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mock issuer")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def card_client(issuer, trusted: Path, folder: Path, card) -> httpx.Client:
    """A client whose TLS identity is a card."""
    file = folder / f"{card.serial}.pem"
    key = card.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(card.certificate.public_bytes(Encoding.PEM) + key)
    context = ssl.create_default_context(cafile=str(trusted))
    context.load_cert_chain(file)
    return httpx.Client(base_url=issuer.url, verify=context, timeout=20, trust_env=False)


def test_over_tls_a_cards_connection_serves_that_card_only(serve, town, kiosk, tmp_path: Path) -> None:
    certificate, key = server_certificate(tmp_path)
    bundle = town.card_files / "ca-bundle.pem"
    issuer = serve(
        town, "--tls-cert", str(certificate), "--tls-key", str(key), "--client-ca", str(bundle), "--require-client-cert"
    )
    assert issuer.url.startswith("https://")
    mine = town.cards["R00001"]
    at = kiosk(issuer, client=card_client(issuer, certificate, tmp_path, mine))
    assert at.visit(mine, "juminhyo").startswith(b"%PDF")
    other = kiosk(issuer, client=card_client(issuer, certificate, tmp_path, town.cards["R00002"]))
    refused = other.authenticate(mine)  # another card than the connection's
    assert (refused.status_code, refused.json()["code"]) == (403, "CERT_UNTRUSTED")
    at.authenticate(mine)
    other.bearer = at.bearer  # a stolen token
    assert other.apply("juminhyo").status_code == 401
    assert at.apply("juminhyo").status_code == 201
    nobody = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(base_url=issuer.url, verify=nobody, trust_env=False) as client, pytest.raises(httpx.HTTPError):
        client.get("/v1/health")


def test_a_client_that_never_shakes_hands_holds_nobody_up(serve, town, kiosk, tmp_path: Path) -> None:
    import socket

    certificate, key = server_certificate(tmp_path)
    issuer = serve(town, "--tls-cert", str(certificate), "--tls-key", str(key))
    address = ("127.0.0.1", int(issuer.url.rsplit(":", 1)[1]))
    silent = [socket.create_connection(address) for _ in range(5)]
    context = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(base_url=issuer.url, verify=context, timeout=3, trust_env=False) as client:
        assert client.get("/v1/health").status_code == 200
    for one in silent:
        one.close()


def test_a_kiosk_that_hangs_up_harms_nobody(serve, town, kiosk) -> None:
    issuer = serve(town, "--nodes", "1", "--print-ms", "100")
    leaver = kiosk(issuer, "K1")
    application = leaver.begin(town.cards["R00001"], "juminhyo")
    with pytest.raises(httpx.ReadTimeout):
        leaver.client.get(f"/v1/applications/{application}/document", headers=leaver.bearer, timeout=0.03)
    leaver.client.close()
    stayer = kiosk(issuer, "K1")
    assert stayer.visit(town.cards["R00002"], "juminhyo").startswith(b"%PDF")
    made = [line for line in read_debug_logs(issuer.state / "debug") if isinstance(line, Rendered)]
    assert [line.resident for line in made] == ["R00001", "R00002"]
    assert wrong_handovers(issuer.state / "debug") == ()


def test_the_secret_files_are_their_owners_alone(serve, town) -> None:
    issuer = serve(town, "--nodes", "1")
    assert (issuer.state.parent / "ready.json").stat().st_mode & 0o077 == 0
    assert (issuer.state / "nodes" / "n1.json").stat().st_mode & 0o077 == 0
    assert issuer.state.stat().st_mode & 0o077 == 0
