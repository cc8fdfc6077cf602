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

from harness.errors import UsageError
from harness.glossary import Lang, default_lang

if TYPE_CHECKING:
    from harness.population import Population
    from harness.population.importing import Imported

_LINE_EVERY_S = 2.0
_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


def _text(ja: str, en: str, lang: Lang | None = None) -> str:
    return ja if (lang or default_lang()) == "ja" else en


_json = click.option(
    "--json", "as_json", is_flag=True, help=_text("文章の代わりにJSONを1つ出力する", "Print one JSON object instead.")
)
_lang = click.option(
    "--lang",
    type=click.Choice(["ja", "en"]),
    default=default_lang,
    help=_text("出力の言語(既定: ロケール)", "Language of the output (default: the locale's)."),
)
_force = click.option(
    "--force", is_flag=True, help=_text("既存の出力先を置き換える", "Replace what an earlier command wrote there.")
)

_GROUP = _text(
    """試験住民(架空)を作る・見る・書き出す・取り込む。

    試験住民には、6種類の証明書に印字されるすべての項目、印影、戸籍、税額がある。個人番号は含まない。

    \b
    いつもの手順:
      honnin population make population/ --size 60
      honnin population show population/
      honnin population export population/ for-the-target/ --form csv --bom
    対象システムの試験住民を使う場合:
      honnin population import residents.csv population/ --mapping mapping.toml
    """,
    """Make, show, export and import test residents, all fictitious.

    A resident has every item that the six certificates print, a seal impression, a family register and tax figures.
    There is no My Number in it.

    \b
    The usual way:
      honnin population make population/ --size 60
      honnin population show population/
      honnin population export population/ for-the-target/ --form csv --bom
    With the residents that the target's test environment already has:
      honnin population import residents.csv population/ --mapping mapping.toml
    """,
)

_MAKE = _text(
    """試験住民を作り、フォルダ OUT に保存する。

    同じ --seed と --size からは常に同じ住民ができる。60人以上なら、異体字・外字・双子・同姓同名・外国人住民・廃印・
    支援措置など必要な特徴がすべて入り、過半数は6種類の証明書をすべて交付できる普通の住民になる。

    \b
    honnin population make population/                       60人
    honnin population make population/ --size 10000 --seed 7
    """,
    """Make test residents and save them in the folder OUT.

    The same --seed and --size always give the same residents. From 60 on, everything that a test must meet is among
    them: variant glyphs, private-use characters, twins, namesakes, foreign residents, cancelled seals, restrictions
    and more; most are ordinary residents who can get all six certificates.

    \b
    honnin population make population/                       60 residents
    honnin population make population/ --size 10000 --seed 7
    """,
)

_SHOW = _text(
    """POPULATION にどんな住民がいるか、全員を見分けられるかを表示する。KEY(例 R00001)を付けるとその人の全項目。

    \b
    honnin population show population/
    honnin population show population/ R00001 --seal seal.png
    """,
    """Show who is in POPULATION and whether everyone can be told apart; with KEY (like R00001), one resident.

    \b
    honnin population show population/
    honnin population show population/ R00001 --seal seal.png
    """,
)

_EXPORT = _text(
    """POPULATION を対象システムに登録するためのファイルを OUT に書き出す。

    \b
    --form csv    residents.csv taxes.csv koseki.csv seals/KEY.png (UTF-8。Excelで開くなら --bom)
    --form jsonl  residents.jsonl koseki.jsonl schema.json (JSON Schema)
    外字があれば gaiji.ttf も付く。列の説明は docs/population.md。
    """,
    """Write files to OUT with which a target can be filled.

    \b
    --form csv    residents.csv taxes.csv koseki.csv seals/KEY.png (UTF-8; add --bom to open them in Excel)
    --form jsonl  residents.jsonl koseki.jsonl schema.json (JSON Schema)
    gaiji.ttf is added where private-use characters occur. Columns are explained in docs/population.md.
    """,
)

_IMPORT = _text(
    """対象システムの試験住民のCSV(UTF-8 または CP932)を取り込み、フォルダ OUT に保存する。

    必須は住民番号・カードのシリアル番号・氏名だけ。列がない項目は「不明」(検査しない)、空白のセルは「空欄」(空欄で
    あることを検査する)。誤りが1つでもあれば、ファイル・行・列・理由をすべて示し、何も取り込まない。

    \b
    honnin population import residents.csv population/
    honnin population import 住民.csv population/ --mapping mapping.toml --seals 印影/
    列の対応表と外字の対応表の書き方は docs/population.md。
    """,
    """Take over the target's own test residents from a CSV file (UTF-8 or CP932); save them in the folder OUT.

    Required are only key, card serial and name. An item without a column is unknown and will not be checked; a blank
    cell is empty, and will be checked to be empty. If anything is wrong, every file, line, column and reason is told
    and nothing is imported.

    \b
    honnin population import residents.csv population/
    honnin population import residents.csv population/ --mapping mapping.toml --seals seals/
    How to map columns and private-use characters: docs/population.md.
    """,
)


@click.group("population", help=_GROUP)
def group() -> None:
    """Find the command."""


@group.command(help=_MAKE)
@click.argument("out", type=_FOLDER)
@click.option("--seed", type=int, default=1, show_default=True, help=_text("乱数の種", "Seed word of the residents."))
@click.option("--size", type=int, default=60, show_default=True, help=_text("人数", "How many residents."))
@_force
@_lang
@_json
def make(out: Path, seed: int, size: int, force: bool, lang: Lang, as_json: bool) -> None:
    """Make and save."""
    from harness.population import make_population, save
    from harness.population.telling import summarise, tell_summary

    with _progress(_text("試験住民を作成", "making residents", lang)) as progress:
        population = make_population(seed, size, progress)
        save(population, out, overwrite=force)
    summary = summarise(population, date.today())
    facts = {"folder": str(out), **msgspec.to_builtins(summary, str_keys=True)}
    _say(as_json, f"{out}\n{tell_summary(summary, lang)}", facts)


@group.command(help=_SHOW)
@click.argument("population", type=_FOLDER)
@click.argument("key", required=False)
@click.option("--seal", type=_FILE, help=_text("KEY の印影をPNGで保存する", "Save the seal of KEY as a PNG file."))
@_lang
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


@group.command("export", help=_EXPORT)
@click.argument("population", type=_FOLDER)
@click.argument("out", type=_FOLDER)
@click.option("--form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True, help="CSV / JSON Lines")
@click.option("--bom", is_flag=True, help=_text("CSVの先頭にBOMを付ける(Excel用)", "Byte order mark, for Excel."))
@_force
@_lang
@_json
def export_(population: Path, out: Path, form: str, bom: bool, force: bool, lang: Lang, as_json: bool) -> None:
    """Write an export folder."""
    from harness.population import load
    from harness.population.export import Form, export

    people = load(population)
    export(people, out, Form(form), bom=bom, overwrite=force)
    files = sorted(str(file.relative_to(out)) for file in out.iterdir())
    n = len(people.residents)
    sentence = _text(f"{out}: 住民{n}人を書き出しました", f"{out}: {n} residents written", lang)
    _say(as_json, f"{sentence}\n{' '.join(files)}", {"folder": str(out), "residents": n, "files": files})


@group.command("import", help=_IMPORT)
@click.argument("residents", type=_FILE)
@click.argument("out", type=_FOLDER)
@click.option("--mapping", type=_FILE, help=_text("列・値・外字の対応表(TOML)", "Columns, values, gaiji (TOML)."))
@click.option("--encoding", type=click.Choice(["auto", "utf-8", "cp932"]), help=_text("文字コード", "Encoding."))
@click.option("--taxes", type=_FILE, help=_text("税額のCSV", "CSV of tax figures."))
@click.option("--koseki", type=_FILE, help=_text("戸籍のCSV", "CSV of family registers."))
@click.option("--seals", type=_FOLDER, help=_text("印影PNG(KEY.png)のフォルダ", "Folder of seals, KEY.png."))
@_force
@_lang
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
    from harness.population.importing import Sources, import_population
    from harness.population.telling import tell_distinction

    sources = Sources(residents, mapping, taxes, koseki, seals, encoding)  # type: ignore[arg-type]  # click checked it
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


def _tell_import(imported: Imported, out: Path, lang: Lang) -> str:
    n = len(imported.population.residents)
    lines = [
        _text(
            f"{out}: 住民{n}人を取り込みました({imported.encoding})",
            f"{out}: {n} residents imported ({imported.encoding})",
            lang,
        )
    ]
    if imported.ignored:
        lines.append(_text("使わなかった列: ", "columns not used: ", lang) + ", ".join(imported.ignored))
    if imported.unknown:
        counts = ", ".join(f"{item} {count}/{n}" for item, count in imported.unknown.items())
        lines.append(_text("不明のため検査しない項目: ", "unknown, so not checked: ", lang) + counts)
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
