"""The Locust script that people would write today, against the same defects: random users, one assertion on the name.

    python benchmarks/naive_rival.py --only D02 --only clean --seconds 100
    honnin score --out score/rival --show        # its table again
    python benchmarks/beside_rival.py score/score.jsonl score/rival/score.jsonl

Thirty users go to a kiosk each, again and again, with half a second to two seconds in between; each is a random
resident with a random certificate, and the applicant's name has to stand on the first page. Residents whose names
such a script could not look for (beyond the BMP, variants of glyphs, private use, no plain text) are left out, as its
author would. It stops at the first failure; what this version has played is not played again. Its rows are those of
`honnin score`, under the scenario "naive rival", with the issuer's own log beside them, and its time runs as honnin's
does: from the first application to the arrival of the first document that fails, reading excluded. Loopback only.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import os
import random
import sys
import tempfile
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

if __name__ != "__main__":  # locust imports this file as its locustfile: gevent has to patch before the rest
    import locust
else:
    locust = None  # type: ignore[assignment]

from harness.cli.demo import make_people
from harness.embedded import SCALED, issuer, wrong
from harness.errors import HonninError
from harness.lifeline import start
from harness.population import load
from harness.run.prepare import JST
from harness.score.rows import Row, append_row, code_version, is_done, read_rows
from harness.score.summary import board
from harness.score.telling import table, told
from harness.score.zoo import Kind, Subject, chosen

SCENARIO = "naive rival"
USERS = 30
CERTIFICATES = ("juminhyo", "kisaijiko", "inkan", "tax")
_FOLDER, _SEED = "RIVAL_FOLDER", "RIVAL_SEED"  # how the locustfile is told


def plain(name: str) -> bool:
    """Tell whether a script can look for a name in a page's text without further thought."""
    return bool(name) and all("\u3000" <= c <= "\u9fff" for c in name)


if locust is not None:
    from pypdf import PdfReader

    from kiosk_sim.cards import CardState, load_cards

    HERE = Path(os.environ[_FOLDER])
    CARDS = load_cards(HERE / "cards")
    HOLDERS = {card.resident for card in CARDS.in_state(CardState.VALID)}
    NAMES = {
        key: one.name
        for key, one in load(HERE / "population").residents.items()
        if key in HOLDERS and one.name and plain(one.name) and not one.nationality
    }
    KIOSKS = iter(range(10_000))
    random.seed(int(os.environ[_SEED]))

    class Applicant(locust.HttpUser):
        """Somebody at a kiosk."""

        wait_time = locust.between(0.5, 2.0)
        first_s = 0.0  # when the first of all applied: the score counts from there, to a document's arrival

        def on_start(self) -> None:
            self.kiosk = f"K{next(KIOSKS):03d}"

        @locust.task
        def get_certificate(self) -> None:
            key = random.choice(sorted(NAMES))
            card, certificate = CARDS.for_resident(key), random.choice(CERTIFICATES)
            opened = self.client.post("/v1/sessions", json={"kiosk": self.kiosk, "store": "S1"}).json()
            one = f"/v1/sessions/{opened['session']}"
            signature = card.sign(base64.b64decode(opened["nonce"]), card.pin)
            proof = {"certificate": b64(card.certificate_der()), "signature": b64(signature)}
            entered = self.client.post(f"{one}/authentication", json=proof, name="authentication")
            if entered.status_code == 200:
                self.client.headers["Authorization"] = f"Bearer {entered.json()['token']}"
                self.apply(key, certificate)
            self.client.delete(one, name="close")

        def apply(self, key: str, certificate: str) -> None:
            Applicant.first_s = Applicant.first_s or time.monotonic()
            wish = {"kiosk": self.kiosk, "certificate": certificate, "options": {}}
            with self.client.post("/v1/applications", json=wish, catch_response=True) as answer:
                answer.success()  # a refusal is no failure
                if answer.status_code != 201:
                    return
                accepted = answer.json()
            one = f"/v1/applications/{accepted['application']}"
            self.client.post(f"{one}/payment", json={"amount": accepted["fee"]}, name="payment")
            with self.client.get(f"{one}/document?copy=1", name="document", catch_response=True) as printed:
                printed.success()
                if printed.status_code != 200:
                    return
                self.check(key, printed.content)
            digest = hashlib.sha256(printed.content).hexdigest()
            self.client.post(f"{one}/completion", json={"digest": digest}, name="completion")

        def check(self, key: str, pdf: bytes) -> None:
            """The assertion: the applicant's name stands on the first page."""
            arrived_s = time.monotonic() - Applicant.first_s
            with (HERE / "checked").open("a") as out:
                out.write("1\n")
            try:
                text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
            except Exception:  # noqa: BLE001  such scripts count what they cannot read as a failure
                text = ""
            if "".join(NAMES[key].split()) not in "".join(text.split()):
                digest = hashlib.sha256(pdf).hexdigest()
                failed = {"victim": key, "digest": digest, "seconds": round(arrived_s, 1)}
                with (HERE / "failures.jsonl").open("a") as out:
                    out.write(json.dumps(failed) + "\n")
                self.environment.runner.quit()

    def b64(body: bytes) -> str:
        """Return Base64 text."""
        return base64.b64encode(body).decode()


def play(folder: Path, subject: Subject, seed: int, seconds: float, code: str) -> Row:
    """Serve an issuer, let the users loose on it, and return what the script saw."""
    make_people(folder, seed=1)
    everybody_gets_a_key(folder)
    with issuer(folder, 2, *SCALED, *subject.serve) as ready, (folder / "locust.log").open("wb") as log:
        arguments = ["-f", __file__, "--headless", "-u", str(USERS), "-r", str(USERS), "--host", str(ready["url"])]
        environment = {_FOLDER: str(folder), _SEED: str(seed)}
        began_s = time.monotonic()
        more = ["-t", f"{seconds:.0f}s", "--stop-timeout", "5", "--only-summary"]
        child = start("locust", *arguments, *more, stdout=log, stderr=log, environment=environment)
        child.wait(timeout=seconds + 60)
        played_s = time.monotonic() - began_s
    if not lines(folder / "checked"):
        raise HonninError(f"no document was checked: {(folder / 'locust.log').read_text()[-800:]}")
    failures = [json.loads(line) for line in lines(folder / "failures.jsonl")]
    true = wrong(folder, subject.reflection_s)
    named = {(w.digest, w.victim) for w in true}
    detected = bool(failures)
    return Row(
        code=code,
        subject=subject.name,
        kind=subject.kind,
        scenario=SCENARIO,
        seed=seed,
        outcome="FAIL" if detected else "PASS",
        detected=detected,
        right=detected and subject.kind is Kind.DEFECT and (failures[0]["digest"], failures[0]["victim"]) in named,
        anomalies={"MISDELIVERY": len(failures)} if detected else {},
        seconds=failures[0]["seconds"] if detected and subject.kind is Kind.DEFECT else None,
        played_s=round(played_s, 1),
        stopped=detected,
        wrong=len(true) if subject.in_log else None,
        false_alarms=sum((f["digest"], f["victim"]) not in named for f in failures),
        load=round(os.getloadavg()[0], 1),
        at=datetime.now(JST).isoformat(timespec="seconds"),
    )


def everybody_gets_a_key(folder: Path) -> None:
    """Make the keys of all valid cards beforehand."""
    from kiosk_sim.cards import CardState, ensure_keys, load_cards

    ensure_keys(folder / "cards", serials=[c.serial for c in load_cards(folder / "cards").in_state(CardState.VALID)])


def lines(file: Path) -> list[str]:
    """Return a file's lines, none where it does not exist."""
    with suppress(FileNotFoundError):
        return file.read_text().splitlines()
    return []


def main() -> int:
    """Play against what was chosen; print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="D02, clean, ...; repeatable")
    parser.add_argument("--seconds", type=float, default=120.0, help="of each, as long as go-live takes")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("score/rival"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    file, code = options.out / "score.jsonl", code_version()
    for seed in range(1, options.seeds + 1):
        for subject in chosen(tuple(options.only)):
            if is_done(read_rows(file), code, subject.name, SCENARIO, seed):
                continue
            try:
                with tempfile.TemporaryDirectory(prefix="rival-") as folder:
                    row = play(Path(folder), subject, seed, options.seconds, code)
            except HonninError as e:  # the next command plays it again
                print(f"{subject.name}: {e}", flush=True)
                continue
            append_row(file, row)
            print(told(row, "en"), flush=True)
    print("\n".join(table(board(read_rows(file), code), "en")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
