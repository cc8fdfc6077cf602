"""A target that misbehaves: every misbehaviour is an outcome with a clear reason, the run goes on, nothing is lost."""

import json
import re
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.journal import RunFolder, read_history
from harness.reading.store import load_readings
from harness.records.history import ApplicationEnded, Delivery, SendIntent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

SHORT_LIMITS = ("answer_s = 1.0", "document_s = 1.0", "connect_s = 1.0", "settle_s = 3.0")
PLAYER_MB = 400  # peak of a player; a body that was kept would add 300

# One phase for each driver: quiet (httpx) and engine (own sockets).
SCENARIO = """
name = "hostile"
title_ja = "不正な応答"
title_en = "Misbehaving target"
kiosks = 30
certificates = ["juminhyo"]

[[phase]]
kind = "succession"
phase = "P1"
title_ja = "静か"
title_en = "Quiet"
events = ["success"]
rounds = 6

[[phase]]
kind = "pairs"
phase = "P2"
title_ja = "2者"
title_en = "Pairs"
pairs = 9
gap_ms = [0.05, 20.0]
atoms_ms = []
parallel = 4
"""

# What must become of an application whose document was answered like this: ending, code, words of the reason.
UNRESOLVED = {
    "error_500": ("http_500", "status 500"),
    "redirect": ("http_302", "redirect .status 302., not followed"),
    "huge_announced": ("too_large", "announces 300000000 bytes; the limit is 10000000"),
    "huge_unannounced": ("too_large", "cut off after .* the limit is 10000000"),
    "silent": ("timeout", "no complete answer within 1 s"),
    "dies_before": ("reset", "closed the connection"),
    "dies_midway": ("reset", "closed the connection after 2000 bytes"),
}
# What the reader must say of a document that was handed over like this: status, words of the reason.
UNREAD = {
    "html": ("not_pdf", "HTML"),
    "empty": ("not_pdf", "empty"),
    "truncated": ("corrupt", "cannot open"),
    "encrypted": ("encrypted", "encrypted"),
}


@pytest.fixture(scope="module")
def met(serve, hostile, begin, tmp_path_factory):
    """One run in which every misbehaviour befell documents of both drivers."""
    with serve(tmp_path_factory.mktemp("hostile")) as site:
        front = hostile.Front(site.ready["url"])
        scenario = site.folder / "hostile.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        site.aim(front.url, *SHORT_LIMITS)
        front.misbehave("document", *hostile.DOCUMENT_MANNERS, *[None] * 4, *hostile.DOCUMENT_MANNERS)
        playing = begin("run", scenario, "--target", site.target, "--out", site.out, "--lang", "en")
        peaks = peaks_of_players(playing.process)
        try:
            code = playing.end(within_s=200)
        finally:
            playing.kill()
            front.close()
    (run,) = site.out.glob("*/")
    return SimpleNamespace(
        code=code,
        run=run,
        front=front,
        peaks=peaks,
        verdict=json.loads((run / "verdict.json").read_bytes()),
        report=(run / "reports" / "report.en.html").read_text(encoding="utf-8"),
        history=[e.record for e in read_history(RunFolder(run))],
    )


def peaks_of_players(supervisor):
    """Follow the memory of the player programs; return their peaks in MB by program, which go on to be updated."""
    peaks = {}

    def look():
        root = psutil.Process(supervisor.pid)
        while supervisor.poll() is None:
            for process in root.children(recursive=True):
                try:
                    name = next((a for a in process.cmdline() if a.startswith("kiosk_sim.")), "")
                    status = Path(f"/proc/{process.pid}/status").read_text()
                except (psutil.Error, OSError):
                    continue
                if name and (peak := re.search(r"VmHWM:\s+(\d+) kB", status)):
                    peaks[name] = max(peaks.get(name, 0), int(peak[1]) / 1000)
            time.sleep(0.03)

    threading.Thread(target=look, daemon=True).start()
    return peaks


def endings(met, manner):
    """Return how the applications ended that this misbehaviour befell: one of each driver."""
    met_by = met.front.done[manner]
    assert len(met_by) == 2, f"{manner} befell {met_by}"
    return [r for r in met.history if isinstance(r, ApplicationEnded) and r.request_id in met_by]


def test_every_misbehaviour_befell_both_drivers_and_the_run_went_on_to_its_end(met, hostile):
    assert not met.front.left("document")
    assert {len(met.front.done[m.__name__]) for m in hostile.DOCUMENT_MANNERS} == {2}
    assert "plan_incomplete" not in {r["code"] for r in met.verdict["reasons"]}
    assert met.verdict["outcome"] != "PASS"
    assert met.code == {"FAIL": 1, "INCONCLUSIVE": 2}[met.verdict["outcome"]]


@pytest.mark.parametrize("manner", UNRESOLVED)
def test_an_answer_that_is_none_leaves_its_application_unresolved_with_the_reason(met, manner):
    code, words = UNRESOLVED[manner]
    both = endings(met, manner)
    assert [e.ending for e in both] == ["unresolved"] * 2
    seen = [e for e in both if e.code == code]
    assert seen and all(re.search(words, e.reason) for e in seen), both
    # on a busy machine the limit of a second may be over before the end of a connection is seen
    assert {e.code for e in both} <= {code, "timeout"}


@pytest.mark.parametrize("manner", UNREAD)
def test_a_document_that_is_none_is_kept_and_never_counts_as_its_applicants_own(met, manner):
    status, words = UNREAD[manner]
    both = {e.application for e in endings(met, manner)}
    readings = load_readings(RunFolder(met.run))
    read = [
        (r.application, readings[r.digest]) for r in met.history if isinstance(r, Delivery) and r.application in both
    ]
    assert {application for application, reading in read if reading.status == status} == both
    others = {"read", *(told for told, _ in UNREAD.values())}  # of two copies the other may be right, or befallen too
    assert {reading.status for _, reading in read} <= others
    assert all(words in reading.reason for _, reading in read if reading.status == status)
    judged = {f["application"]: f["anomaly"] for f in met.verdict["findings"] if f["anomaly"] != "MISDELIVERY"}
    assert {judged.get(a) for a in both} <= {"UNREAD", "TRUNCATED", "LOST"}


def test_every_journaled_send_was_one_request_and_there_were_no_others(met):
    intents = [r for r in met.history if isinstance(r, SendIntent)]
    assert len({r.send for r in intents}) == len(intents) == met.front.received


def test_redirects_lead_nowhere(met):
    assert met.front.elsewhere == 0


def test_a_body_of_300_mb_costs_the_players_no_memory(met):
    assert {"kiosk_sim.quiet", "kiosk_sim.engine"} <= met.peaks.keys()
    assert max(met.peaks.values()) < PLAYER_MB, met.peaks


def test_no_application_is_lost(met):
    applications = met.verdict["identities"][0]
    counts = {c["source"]: c["count"] for c in applications["counts"]}
    assert applications["closes"], applications["remainder"]
    assert counts["journal: started"] == counts["journal: ended"] == counts["classes"]
    assert sum(c["count"] for c in applications["classes"]) == counts["journal: started"]


def test_no_document_is_lost(met):
    deliveries = met.verdict["identities"][1]
    assert deliveries["closes"], deliveries["remainder"]


def test_an_error_page_in_two_hands_is_nobodys_document(met):
    assert "MISDELIVERY" not in {f["anomaly"] for f in met.verdict["findings"]}


def test_the_report_says_what_the_target_did(met):
    for words in ("redirect", "status 500", "no complete answer", "closed the connection", "limit is 10000000"):
        assert words in met.report, words
    for words in ("it is an HTML page", "it is encrypted", "the document is empty"):
        assert words in met.report, words


# -- from the start ---------------------------------------------------------------------------------------------------


def certificate_for(name, folder):
    """Make a self-signed certificate for another host; return the server's context and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "server.pem", folder / "server.key"
    file.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file


FROM_THE_START = {
    "down": "connection refused",
    "certificate for another host": "TLS certificate is not trusted .*(IP address|hostname) mismatch",
    "untrusted certificate": "TLS certificate is not trusted .*self-signed certificate",
    "error_500": "status 500",
    "redirect": "redirect .status 302., not followed",
    "silent": "no complete answer within 1 s",
}


@pytest.mark.parametrize("what", FROM_THE_START)
def test_a_target_that_fails_from_the_start_is_left_alone_and_the_reason_is_told(what, site, hostile, honnin):
    with site() as s:
        tls, file = certificate_for("issuer.example", s.folder) if "certificate" in what else (None, None)
        front = hostile.Front(s.ready["url"], tls)
        trust = [f'\n[tls]\nca = "{file}"'] if "another host" in what else []
        s.aim(front.url, *SHORT_LIMITS, *trust)
        if hasattr(hostile, what):
            front.always = dict.fromkeys(("open", "apply", "document", "probe", "other"), getattr(hostile, what))
        if what == "down":
            front.close()
        done = honnin("run", s.few, "--target", s.target, "--out", s.out, "--lang", "en")
        if what != "down":
            front.close()
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    (run,) = s.out.glob("*/")
    verdict = json.loads((run / "verdict.json").read_bytes())
    assert verdict["outcome"] == "INCONCLUSIVE"
    assert verdict["exposure"]["applications"] == 0
    said = next(r["en"] for r in verdict["reasons"] if r["code"] in {"interrupted", "target_unreachable"})
    assert re.search(FROM_THE_START[what], said), said
    assert said.partition("(")[0] in (run / "reports" / "report.en.html").read_text(encoding="utf-8")
    assert front.elsewhere == 0


def test_errors_of_the_target_before_anything_was_asked_are_no_pass(site, hostile, play):
    """Nothing was issued, so nothing can be wrong; but the tests that were planned were not carried out."""
    with site() as s:
        front = hostile.Front(s.ready["url"])
        scenario = s.folder / "hostile.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        s.aim(front.url, *SHORT_LIMITS)
        front.misbehave("open", *[None] * 4, hostile.error_500, hostile.html, hostile.redirect, hostile.dies_before)
        code, verdict, _, _ = play(s, scenario)
        front.close()
    assert (code, verdict["outcome"]) == (2, "INCONCLUSIVE"), verdict["reasons"]


def test_sessions_that_the_target_never_opened_are_no_pass(site, hostile, play):
    with site() as s:
        front = hostile.Front(s.ready["url"])
        scenario = s.folder / "hostile.toml"
        scenario.write_text(SCENARIO, encoding="utf-8")
        s.aim(front.url, *SHORT_LIMITS)
        front.misbehave("open", *[None] * 4, *[hostile.silent] * 5)
        code, verdict, _, _ = play(s, scenario)
        front.close()
    assert "target_errors" in {r["code"] for r in verdict["reasons"]}, verdict["reasons"]
    assert (code, verdict["outcome"]) == (2, "INCONCLUSIVE")


def test_a_run_begun_before_its_target_was_up_can_be_resumed_to_a_pass(site, hostile, honnin):
    with site() as s:
        front = hostile.Front(s.ready["url"])
        front.close()
        s.aim(front.url)
        assert honnin("run", s.few, "--target", s.target, "--out", s.out).returncode == 2
        (run,) = s.out.glob("*/")
        front = hostile.Front(s.ready["url"], port=front.port)
        done = honnin("resume", run)
        front.close()
    assert done.returncode == 0, done.stdout
