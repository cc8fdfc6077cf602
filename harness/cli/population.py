"""`honnin population`: make, show, export and import the residents whose certificates are tested."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from harness.cli import population_texts as texts
from harness.cli.population_texts import in_words
from harness.cli.shared_options import FOLDER_OR_FILE, lang_option
from harness.errors import UsageError
from harness.glossary import Lang

if TYPE_CHECKING:
    from harness.population import Population
    from harness.population.importing import Imported

_LINE_EVERY_S = 2.0
_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


_json = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object instead.",
)
_force = click.option("--force", is_flag=True, help="Replace what an earlier command wrote there.")


@click.group("population", help=texts.GROUP)
def group() -> None:
    """Find the command."""


@group.command(help=texts.MAKE)
@click.argument("out", type=_FOLDER)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed word of the residents.")
@click.option("--size", type=int, default=60, show_default=True, help="How many residents.")
@_force
@lang_option
@_json
def make(out: Path, seed: int, size: int, force: bool, lang: Lang, as_json: bool) -> None:
    """Make and save."""
    from harness.population import make_population, save
    from harness.population.telling import summarise, tell_summary

    with _progress(in_words("試験住民を作成", "making residents", lang)) as progress:
        population = make_population(seed, size, progress)
        save(population, out, overwrite=force)
    summary = summarise(population, date.today())
    facts = {"folder": str(out), **msgspec.to_builtins(summary, str_keys=True)}
    _say(as_json, f"{out}\n{tell_summary(summary, lang)}", facts)


@group.command(help=texts.SHOW)
@click.argument("population", type=_FOLDER)
@click.argument("key", required=False)
@click.option("--seal", type=_FILE, help="Save the seal of KEY as a PNG file.")
@lang_option
@_json
def show(population: Path, key: str | None, seal: Path | None, lang: Lang, as_json: bool) -> None:
    """Show a summary or one resident."""
    from harness.population import distinguish, load
    from harness.population.telling import summarise, tell_distinction, tell_summary

    people = load(population)
    if key is not None:
        _show_one(people, key, seal)
        return
    summary, distinction = summarise(people, date.today()), distinguish(people)
    facts = {
        **msgspec.to_builtins(summary, str_keys=True),
        "clear": distinction.clear,
        "distinction": msgspec.to_builtins(distinction),
    }
    _say(as_json, f"{tell_summary(summary, lang)}\n\n{tell_distinction(distinction, lang)}", facts)


@group.command("export", help=texts.EXPORT)
@click.argument("population", type=_FOLDER)
@click.argument("out", type=_FOLDER)
@click.option("--form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True, help="CSV / JSON Lines")
@click.option("--bom", is_flag=True, help="Byte order mark, for Excel.")
@click.option(
    "--serials",
    "cards",
    type=_FOLDER,
    metavar="CARDS",
    help="Fill in the serials of this cards folder.",
)
@_force
@lang_option
@_json
def export_(
    population: Path, out: Path, form: str, bom: bool, cards: Path | None, force: bool, lang: Lang, as_json: bool
) -> None:
    """Write an export folder."""
    from harness.population import load
    from harness.population.export import Form, export, with_serials

    people = load(population)
    if cards is not None:
        people = with_serials(people, _serials(cards))
    export(people, out, Form(form), bom=bom, overwrite=force)
    files = sorted(str(file.relative_to(out)) for file in out.iterdir())
    n = len(people.residents)
    sentence = in_words(f"{out}: 住民{n}人を書き出しました", f"{out}: {n} residents written", lang)
    if not all(one.cards for one in people.residents.values()):
        sentence += "\n" + in_words(
            "シリアル番号のない住民がいます。honnin cards make でカードを作り、--serials CARDS を付けてください",
            "Residents without a card serial: make cards (honnin cards make), then export with --serials CARDS",
            lang,
        )
    _say(as_json, f"{sentence}\n{' '.join(files)}", {"folder": str(out), "residents": n, "files": files})


@group.command("import", help=texts.IMPORT)
@click.argument("residents", type=FOLDER_OR_FILE)
@click.argument("out", type=_FOLDER)
@click.option("--mapping", type=_FILE, help="Columns, values, gaiji (TOML).")
@click.option("--encoding", type=click.Choice(["auto", "utf-8", "cp932"]), help="Encoding.")
@click.option("--taxes", type=_FILE, help="CSV of tax figures.")
@click.option("--koseki", type=_FILE, help="CSV of family registers.")
@click.option("--seals", type=_FOLDER, help="Folder of seals, KEY.png.")
@_force
@lang_option
@_json
def import_(
    residents: Path,
    out: Path,
    mapping: Path | None,
    encoding: str | None,
    taxes: Path | None,
    koseki: Path | None,
    seals: Path | None,
    force: bool,
    lang: Lang,
    as_json: bool,
) -> None:
    """Import and save."""
    from harness.population import distinguish, save
    from harness.population.import_cells import ImportRefused
    from harness.population.importing import Sources, import_population, sources_of
    from harness.population.telling import tell_distinction

    found = sources_of(residents) if residents.is_dir() else Sources(residents)
    sources = Sources(
        found.residents,
        mapping,
        taxes or found.taxes,
        koseki or found.koseki,
        seals or found.seals,
        encoding,  # type: ignore[arg-type]  # click checked it
    )
    try:
        imported = import_population(sources)
    except ImportRefused as refused:
        if as_json:
            click.echo(json.dumps({"refused": [each._asdict() for each in refused.refusals]}, ensure_ascii=False))
        raise
    save(imported.population, out, overwrite=force)
    distinction = distinguish(imported.population)
    facts = {
        "folder": str(out),
        "residents": len(imported.population.residents),
        "encoding": imported.encoding,
        "ignored": imported.ignored,
        "unknown": imported.unknown,
        "clear": distinction.clear,
        "distinction": msgspec.to_builtins(distinction),
    }
    _say(as_json, f"{_tell_import(imported, out, lang)}\n{tell_distinction(distinction, lang)}", facts)


def _serials(cards: Path) -> dict[str, str]:
    """Return the serial of everybody's card by resident: the valid one's, or the newest of one who has none."""
    from kiosk_sim.cards import CardKind, CardState
    from kiosk_sim.cards.files import CardsFolder

    folder = CardsFolder(cards)
    folder.require()
    held = [record for record in folder.load().values() if record.kind is CardKind.CARD]  # oldest first
    valid = {record.resident: record.serial for record in held if record.state is CardState.VALID}
    return {record.resident: record.serial for record in held} | valid


def _tell_import(imported: Imported, out: Path, lang: Lang) -> str:
    n = len(imported.population.residents)
    lines = [
        in_words(
            f"{out}: 住民{n}人を取り込みました({imported.encoding})",
            f"{out}: {n} residents imported ({imported.encoding})",
            lang,
        )
    ]
    if imported.ignored:
        lines.append(in_words("使わなかった列: ", "columns not used: ", lang) + ", ".join(imported.ignored))
    if imported.unknown:
        counts = ", ".join(f"{item} {count}/{n}" for item, count in imported.unknown.items())
        lines.append(in_words("不明のため検査しない項目: ", "unknown, so not checked: ", lang) + counts)
    return "\n".join(lines)


def _show_one(people: Population, key: str, seal: Path | None) -> None:
    """Print everything of one resident as JSON, the seal's picture left out, and save that where asked."""
    import base64

    resident = people.residents.get(key)
    if resident is None:
        first, last = min(people.residents), max(people.residents)
        raise UsageError(f"{key}: no such resident; keys go from {first} to {last}")
    if seal is not None:
        if resident.seal is None or not resident.seal.png_base64:
            raise UsageError(f"{key} has no seal whose picture is known; nothing was written to {seal}")
        seal.write_bytes(base64.b64decode(resident.seal.png_base64))
    facts = msgspec.to_builtins(resident)
    if resident.seal is not None:
        facts["seal"]["png_base64"] = f"({len(resident.seal.png_base64)} characters)"
    facts["household_members"] = [member.key for member in people.household(key)]
    family = people.koseki.get(resident.koseki or "")
    facts["koseki_record"] = msgspec.to_builtins(family) if family else None
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2))


def _say(as_json: bool, sentence: str, facts: dict[str, object]) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False) if as_json else sentence)


@contextlib.contextmanager
def _progress(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on a terminal's error stream, or a line every two seconds elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    told_at_s = time.monotonic()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def show_progress(_: str, done: int, total: int) -> None:
            nonlocal told_at_s
            bar.update(task, completed=done, total=total)
            if not console.is_terminal and time.monotonic() - told_at_s > _LINE_EVERY_S:
                told_at_s = time.monotonic()
                console.print(f"{title}: {done}/{total}")

        yield show_progress
