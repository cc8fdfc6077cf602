"""`honnin cards`: mock My Number cards for a test population, and the files with which a target recognises them."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.records.resident import Resident
    from kiosk_sim.cards import CardRecord, CardState

_LINE_EVERY_S = 2.0
_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of sentences.")
_kind = click.option(
    "--kind",
    type=click.Choice(["card", "phone"]),
    default="card",
    show_default=True,
    help="What holds the certificate.",
)


@click.group("cards")
def group() -> None:
    """Make, import and change mock My Number cards.

    Cards follow the profile of JPKI user-authentication certificates under unmistakably mock names (O=JPKI-MOCK): three
    CA generations under one name, CRL and OCSP, RSA-2048 or P-384. A certificate names nobody; which resident a serial
    stands for is written in serials.csv. Real certificates are never made and never imported.

    \b
    The usual way:
      honnin cards make population/ cards/ --only R00001 --only R00002
      honnin cards export cards/ for-the-target/
      honnin cards serve-ocsp cards/
    """


@group.command()
@click.argument("population", type=_FOLDER)
@click.argument("cards", type=_FOLDER)
@click.option("--only", "only", multiple=True, metavar="KEY", help="Make the keys of this resident (may be repeated).")
@click.option("--all", "everybody", is_flag=True, help="Make everybody's keys: about 30 ms each for RSA on two cores.")
@click.option(
    "--algorithm",
    type=click.Choice(["rsa2048", "p384"]),
    default="rsa2048",
    show_default=True,
    help="Today's card, or the next generation's. Cards that exist keep theirs.",
)
@click.option("--phones", is_flag=True, help="Give the residents of --only (or --all) a phone's certificate as well.")
@click.option(
    "--special",
    "specials",
    multiple=True,
    metavar="STATE=COUNT|KEY",
    help="Cards that are no good: revoked, expired, superseded or locked; so many, or a certain resident's.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Keys made at once.")
@_json
def make(
    population: Path,
    cards: Path,
    only: tuple[str, ...],
    everybody: bool,
    algorithm: str,
    phones: bool,
    specials: tuple[str, ...],
    jobs: int,
    as_json: bool,
) -> None:
    """Register everybody's card, make keys for some.

    Every resident of POPULATION gets a card in the folder CARDS. Serials exist at once for everybody. Keys take
    time, so only the residents named with --only get theirs now; a run makes what its plan lacks. Repeating the command
    keeps what exists and completes what an interrupted one left.

    \b
    honnin cards make population/ cards/                                  serials only, instant
    honnin cards make population/ cards/ --only R00001 --only R00002      and two keys
    honnin cards make population/ cards/ --special revoked=2 --special locked=R00031
    """
    from harness.population import load
    from kiosk_sim.cards import Algorithm, make_cards

    residents = load(population).residents
    wanted = list(residents) if everybody else list(only)
    with _progress("making keys") as progress:
        made = make_cards(
            residents,
            cards,
            algorithm=Algorithm(algorithm),
            only=wanted,
            processes=jobs,
            phones=phones,
            special=_specials(specials, residents, cards, wanted),
            progress=progress,
        )
    sentence = (
        f"{cards}: registered {made.registered} cards, made {made.keys_made} keys, kept {made.keys_kept}.\n"
        f"For the target: ca-bundle.pem, crl-1.pem, crl-2.pem, crl-3.pem, serials.csv (honnin cards export {cards} DIR)"
    )
    _say(as_json, sentence, registered=made.registered, keys_made=made.keys_made, keys_kept=made.keys_kept)


@group.command("import")
@click.argument("cards", type=_FOLDER)
@click.argument("file", type=_FILE)
@click.option("--resident", metavar="KEY", help="Whose card the certificate in FILE becomes, e.g. R00001.")
@click.option("--password-file", type=_FILE, required=True, help="File whose first line is the PKCS #12 password.")
@click.option(
    "--test-issuer",
    "test_issuers",
    multiple=True,
    metavar="DN",
    help="Issuer that counts as a test authority though its name does not say so, like CN=Vendor CA,O=Vendor,C=JP.",
)
@_kind
@_json
def import_(
    cards: Path,
    file: Path,
    resident: str | None,
    password_file: Path,
    test_issuers: tuple[str, ...],
    kind: str,
    as_json: bool,
) -> None:
    """Take a vendor's TEST certificates (PKCS #12) over as cards.

    FILE is one .p12 with --resident, or a CSV list with the columns file,resident,kind (kind may be left out; paths are
    relative to the list). Either all files are taken over or none, and then the reason is told.
    Refused are names of the real JPKI, in any case, and issuers that are not recognised as test authorities.

    \b
    honnin cards import cards/ r1.p12 --resident R00001 --password-file password.txt
    honnin cards import cards/ list.csv --password-file password.txt --test-issuer 'CN=Vendor CA,O=Vendor,C=JP'
    """
    from kiosk_sim.cards import CardKind
    from kiosk_sim.cards.importing import ImportItem, import_certificates, read_import_list

    password = _password(password_file)
    if resident:
        items = [ImportItem(file=file, resident=resident, password=password, kind=CardKind(kind))]
    elif file.suffix.lower() == ".csv":
        items = read_import_list(file, password)
    else:
        raise UsageError(f"{file}: whose card is it? Add --resident KEY, or give a CSV list of file,resident")
    records = import_certificates(cards, items, test_issuers=test_issuers)
    lines = [f"{r.resident}: {r.kind.value} {r.serial} imported, valid to {r.expires_on}" for r in records]
    _say(as_json, "\n".join(lines), imported=[_facts(record) for record in records])


@group.command()
@click.argument("cards", type=_FOLDER)
@click.argument("residents", nargs=-1, required=True, metavar="KEY...")
@_kind
@_json
def renew(cards: Path, residents: tuple[str, ...], kind: str, as_json: bool) -> None:
    """Give residents (KEY like R00001) a successor to their card.

    It has a new serial and is issued by the newest CA generation.

    The old card is superseded and on the CRL from now on; a revoked or expired one stays what it is. Hand the new CRL
    and serials.csv to the target (honnin cards export).
    """
    from kiosk_sim.cards import CardKind
    from kiosk_sim.cards.renewal import renew_cards

    records = renew_cards(cards, residents, kind=CardKind(kind))
    lines = [f"{r.resident}: {r.kind.value} {r.serial}, valid to {r.expires_on}" for r in records]
    _say(as_json, "\n".join(lines), renewed=[_facts(record) for record in records])


@group.command()
@click.argument("cards", type=_FOLDER)
@click.argument("serials", nargs=-1, required=True, metavar="SERIAL...")
@click.option(
    "--reason", default="keyCompromise", show_default=True, help="RFC 5280 reason; this one is a lost card's."
)
@_json
def revoke(cards: Path, serials: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Revoke cards by SERIAL (see serials.csv).

    They are on the CRL, and OCSP says so, from now on. A running OCSP responder follows at once. The holder has no
    valid card until it is renewed.
    """
    from kiosk_sim.cards.renewal import revoke_cards

    records = revoke_cards(cards, serials, reason=reason)
    lines = [f"{r.resident}: {r.kind.value} {r.serial} revoked at {r.revoked_at} ({r.reason})" for r in records]
    _say(as_json, "\n".join(lines), revoked=[_facts(record) for record in records])


@group.command()
@click.argument("cards", type=_FOLDER)
@click.argument("destination", type=_FOLDER)
@_json
def export(cards: Path, destination: Path, as_json: bool) -> None:
    """Copy what a target needs into DESTINATION.

    No key and no PIN leaves the folder.

    \b
    ca-bundle.pem             the three CA certificates: one name, three keys; choose by key identifier
    crl-1.pem ... crl-3.pem   revoked cards, one list per CA generation
    serials.csv               serial,resident,state (active or superseded),kind
    """
    from kiosk_sim.cards import ensure_keys
    from kiosk_sim.cards.files import CardsFolder
    from kiosk_sim.cards.publishing import export as export_files

    ensure_keys(cards)  # makes no key: it renews a CRL that is about to end
    copies = export_files(CardsFolder(cards), destination)
    _say(as_json, "\n".join(str(copy) for copy in copies), files=[str(copy) for copy in copies])


@group.command("serve-ocsp")
@click.argument("cards", type=_FOLDER)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free port.")
@click.option("--ready-file", type=_FILE, help='Write {"url","pid"} here once requests are answered.')
@_json
def serve_ocsp(cards: Path, port: int, ready_file: Path | None, as_json: bool) -> None:
    """Answer OCSP requests about CARDS until Ctrl-C.

    HTTP on 127.0.0.1, as in RFC 6960: good, revoked or unknown. Changes to the folder show at once. Try it:

    \b
    openssl ocsp -issuer cards/authority/ca-3.pem -cert cards/certs/SERIAL.pem \\
                 -CAfile cards/ca-bundle.pem -url http://127.0.0.1:PORT/
    """
    from kiosk_sim.cards.serve import announce, serve

    def ready(url: str) -> None:
        if ready_file or as_json:
            announce(url, ready_file)
        if not as_json:
            click.echo(f"OCSP responder at {url} (Ctrl-C ends it)")

    try:
        serve(cards, port=port, ready=ready)
    except OSError as e:
        raise UsageError(f"port {port}: {e.strerror}; use --port 0 for a free one") from None


def _specials(
    texts: tuple[str, ...], residents: Mapping[str, Resident], cards: Path, avoid: list[str]
) -> dict[CardState, tuple[str, ...]]:
    """Read STATE=COUNT and STATE=KEY; counted ones are chosen among residents who are not asked for otherwise."""
    from datetime import datetime

    from kiosk_sim.cards.files import CardsFolder
    from kiosk_sim.cards.profile import JST
    from kiosk_sim.cards.specials import choose_specials

    named: dict[CardState, tuple[str, ...]] = {}
    counts: dict[CardState, int] = {}
    for text in texts:
        state, value = _special(text)
        if value.isdecimal():
            counts[state] = int(value)
        else:
            named[state] = (*named.get(state, ()), value)
    avoided = {*avoid, *(key for keys in named.values() for key in keys)}
    chosen = choose_specials(
        residents.values(),
        counts,
        records=CardsFolder(cards).load(),
        avoid=avoided,
        today=datetime.now(JST).date(),
    )
    return {state: (*named.get(state, ()), *chosen.get(state, ())) for state in {*named, *chosen}}


def _special(text: str) -> tuple[CardState, str]:
    from kiosk_sim.cards import CardState
    from kiosk_sim.cards.specials import SPECIAL_STATES

    state, _, value = text.partition("=")
    if state not in SPECIAL_STATES or not value:
        allowed = ", ".join(s.value for s in SPECIAL_STATES)
        raise UsageError(f"--special {text}: write STATE=COUNT or STATE=KEY; states are {allowed}")
    return CardState(state), value


def _password(file: Path) -> bytes:
    """Return the first line. A password is never an option: options show in process lists and shell histories."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as e:
        raise UsageError(f"{file}: password file cannot be read ({e.strerror}); check the path") from None
    return lines[0] if lines else b""


def _facts(record: CardRecord) -> dict[str, object]:
    """Return what may be shown of a card; never its PIN."""
    shown = ("serial", "resident", "kind", "state", "generation", "algorithm", "issued_on", "expires_on", "revoked_at")
    return {name: getattr(record, name) for name in shown}


def _say(as_json: bool, sentence: str, **facts: object) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else sentence)


@contextlib.contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on the terminal's error stream, or a line every few seconds where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    told_at_s = time.monotonic()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def show(done: int, total: int) -> None:
            nonlocal told_at_s
            bar.update(task, completed=done, total=total)
            if not console.is_terminal and time.monotonic() - told_at_s > _LINE_EVERY_S:
                told_at_s = time.monotonic()
                console.print(f"{title}: {done} of {total}")

        yield show
