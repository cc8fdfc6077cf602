"""`honnin read FILE.pdf`: explains one document: what may be believed of it, whose items stand where, whose it is."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from harness.baseline.issued import key_of
from harness.cli.read_texts import told
from harness.cli.shared_options import FOLDER_OR_FILE, lang_option
from harness.errors import UsageError
from harness.glossary import Lang, default_lang
from harness.judge.settling import settle
from harness.judge.single import Examiner, Explained, findings_of, verdict_of
from harness.picture.ocr import INSTALL_EN, INSTALL_JA, OCR_DPI, Figures, available, read_figures
from harness.population import load
from harness.reading.pool import ReaderPool
from harness.reading.profile import load_profile
from harness.records.certificates import Certificate, Options
from harness.records.ownership import DocumentOwnership, PageVerdict
from harness.records.reading import Reading
from harness.run.single_look import BaselineLook, draw

_EXIT = {"own": 0, "foreign": 1, "wrong": 1}
_UNDECIDED = 2
_MOST_BYTES = 100_000_000  # above the readers' own limit, which is told by them; below what would fill the memory

_HELP = {
    "ja": """FILE(PDF)が何で、誰の記載がどこにあるかを説明する。

    --resident と --certificate を指定すると、その人のその証明書として判定する。
    終了コード: 0 本人のもの、1 他人の記載または内容の誤りあり、2 要確認・判定しない、64 使い方の誤り。
    --options の例: scope=all,relation,honseki
    """,
    "en": """Explain what FILE (a PDF) is, and whose items stand where in it.

    With --resident and --certificate it is judged as that person's certificate. Exit codes: 0 own, 1 somebody
    else's data or wrong content, 2 to be looked at or not decided, 64 usage.
    Example of --options: scope=all,relation,honseki
    """,
}


@click.command(help=_HELP[default_lang()])
@click.argument("file", type=FOLDER_OR_FILE)
@click.option("--population", required=True, type=FOLDER_OR_FILE, help="population folder")
@click.option("--resident", default="", metavar="R", help="whose it should be (key)")
@click.option("--certificate", type=click.Choice([c.value for c in Certificate]), help="what it should be")
@click.option("--options", "chosen", default="", metavar="LIST", help="what was asked for, e.g. scope=all,relation")
@click.option("--profile", default="generic", show_default=True, help="document profile: a name or a TOML file")
@click.option("--baseline", type=FOLDER_OR_FILE, help="baseline run to compare pictures with")
@click.option(
    "--password", "passwords", multiple=True, envvar="HONNIN_PDF_PASSWORD", help="tried where it is encrypted"
)
@click.option("--json", "as_json", is_flag=True, help="print everything as JSON")
@lang_option
def command(
    file: Path,
    population: Path,
    resident: str,
    certificate: str | None,
    chosen: str,
    profile: str,
    baseline: Path | None,
    passwords: tuple[str, ...],
    as_json: bool,
    lang: Lang,
) -> int:
    """Read, explain, judge where it is said whose it should be."""
    if bool(resident) != bool(certificate):
        raise UsageError("--resident and --certificate belong together: give both, or neither")
    if baseline is not None and not resident:
        raise UsageError("--baseline compares with one person's baseline: give --resident and --certificate too")
    body = _body(file)
    options = options_of(chosen)
    examiner = Examiner(load(population), load_profile(profile, Path.cwd()))
    with ReaderPool(1, passwords=passwords) as pool:
        reading = _read(pool, body)
        explained = examiner.explain(reading)
        if certificate is not None:
            wanted = Certificate(certificate)
            owned = examiner.judge(reading, resident, wanted, options)
            if baseline is not None:
                owned = _look(BaselineLook(baseline, pool, wanted), pool, body, owned, resident, wanted, options)
            found = findings_of(owned, resident, wanted, options, len(body))
            explained = replace(explained, ownership=owned, findings=found, verdict=verdict_of(owned, found))
        figures = _figures(pool, body, explained) if available() else {}
    missing = "" if available() else (INSTALL_JA if lang == "ja" else INSTALL_EN)
    _tell(explained, figures, missing, lang, as_json)
    return _EXIT.get(explained.verdict, _UNDECIDED)


def _body(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{file}: {file.stat().st_size:,} bytes; no certificate is that large")
        return file.read_bytes()
    except OSError as e:
        raise UsageError(f"{file}: cannot be read ({e.strerror}); give a PDF file") from None


def _read(pool: ReaderPool, body: bytes) -> Reading:
    pool.submit(hashlib.sha256(body).hexdigest(), body)
    return next(pool.results())


def options_of(chosen: str) -> Options:
    """Return the options written as `scope=all,relation,tax_year=2025`; raise UsageError naming what is allowed."""
    written: dict[str, object] = {}
    for part in filter(None, (p.strip() for p in chosen.split(","))):
        name, _, value = part.partition("=")
        written[name] = _value(name, value)
    try:
        return msgspec.convert(written, type=Options, strict=False)
    except msgspec.ValidationError as e:
        raise UsageError(f"--options {chosen}: {e}") from None


def _value(name: str, value: str) -> object:
    if name not in Options.__struct_fields__:
        raise UsageError(f"--options: {name} is none; allowed are {', '.join(Options.__struct_fields__)}")
    if name == "persons":
        return value.split("+")
    return value or True


def _look(
    look: BaselineLook,
    pool: ReaderPool,
    body: bytes,
    owned: DocumentOwnership,
    resident: str,
    certificate: Certificate,
    options: Options,
) -> DocumentOwnership:
    """Let the picture decide pages that text could not, and confirm the others."""
    key = key_of(resident, certificate, options)
    pages = []
    for page in owned.pages:
        raster = draw(pool, body, page.page)
        asked = page.verdict in {PageVerdict.UNREAD, PageVerdict.OWN, PageVerdict.OWN_WEAK}
        pages.append(settle(page, look.opinion(raster, key, page.page)) if asked and raster is not None else page)
    return replace(owned, pages=tuple(pages))


def _figures(pool: ReaderPool, body: bytes, explained: Explained) -> dict[int, Figures]:
    found = {}
    for page in (p.page for p in explained.pages if p.distrust):
        with suppress(ValueError):  # a page that cannot be drawn has no figures
            found[page] = read_figures(pool.draw(body, page, OCR_DPI))
    return found


def _tell(explained: Explained, figures: dict[int, Figures], missing: str, lang: Lang, as_json: bool) -> None:
    if as_json:
        shown = msgspec.to_builtins(explained)
        shown["ocr"] = {str(page): msgspec.to_builtins(found) for page, found in figures.items()}
        shown["ocr_missing"] = missing
        click.echo(msgspec.json.encode(shown).decode())
        return
    for line in told(explained, figures, missing, lang):
        click.echo(line)
