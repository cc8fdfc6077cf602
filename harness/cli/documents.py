"""`honnin documents`: list the documents that a run received, or take them out as files that a person can open."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from harness.cli.shared_options import FOLDER_OR_FILE, lang_option
from harness.errors import UsageError
from harness.glossary import Lang, default_lang, word
from harness.journal import DocumentStore, RunFolder, read_history
from harness.records.certificates import Certificate, Options
from harness.records.history import ApplicationStarted, Delivery

_PDF_WITHIN = 1024  # bytes; readers accept what stands before the header within these

_HELP = {
    "ja": """実施記録 RUN の証明書を一覧にし、または PDF ファイルとして --out のフォルダに取り出す。

    \b
    honnin documents RUN --list
    honnin documents RUN --application A000012 --out pdf/
    honnin documents RUN --certificate juminhyo --resident R00001 --out pdf/
    honnin documents RUN --all --out pdf/
    ファイル名は 申請-証明書-申請者.pdf。届いたとおりの内容で、既存のフォルダには書かない。
    """,
    "en": """List the documents of the run RUN, or take them out of it into the folder --out, as PDF files.

    \b
    honnin documents RUN --list
    honnin documents RUN --application A000012 --out pdf/
    honnin documents RUN --certificate juminhyo --resident R00001 --out pdf/
    honnin documents RUN --all --out pdf/
    A file is named application-certificate-applicant.pdf. The bytes are as they came; no existing folder is written.
    """,
}


class Received(Struct, frozen=True, kw_only=True):
    """One delivery, and what was asked for. `resident` is the applicant, whoever is printed."""

    file: str  # name to take it out under
    delivery: str
    application: str  # "" where nobody asked for it
    resident: str
    certificate: Certificate | None
    options: Options | None
    copy: int
    bytes: int
    digest: str
    complete: bool
    late: bool


@click.command(help=_HELP[default_lang()])
@click.argument("run", type=FOLDER_OR_FILE)
@click.option("--application", "applications", multiple=True, metavar="A", help="of this application, e.g. A000012")
@click.option("--certificate", type=click.Choice([c.value for c in Certificate]), help="of this kind")
@click.option("--resident", "residents", multiple=True, metavar="R", help="that this resident applied for")
@click.option("--all", "everything", is_flag=True, help="all of them")
@click.option("--list", "listed", is_flag=True, help="only list them (all, where nothing else is chosen)")
@click.option("--out", type=FOLDER_OR_FILE, metavar="FOLDER", help="new folder for the files")
@click.option("--json", "as_json", is_flag=True, help="print one JSON list")
@lang_option
def command(
    run: Path,
    applications: tuple[str, ...],
    certificate: str | None,
    residents: tuple[str, ...],
    everything: bool,
    listed: bool,
    out: Path | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Choose, then list or write."""
    if listed == (out is not None):
        raise UsageError("say either --list, or --out FOLDER to take documents out")
    chosen = bool(applications or certificate or residents)
    if (chosen and everything) or not (chosen or everything or listed):
        raise UsageError("say which documents: --application, --certificate, --resident; or --all")
    folder = RunFolder.open(run)
    kinds = (certificate,) if certificate else ()
    wanted = ((applications, "application"), (kinds, "certificate"), (residents, "resident"))
    found = [
        one
        for one in received(folder)
        if all(not allowed or getattr(one, field) in allowed for allowed, field in wanted)
    ]
    if not found:
        raise UsageError(
            f"{folder.path}: holds no such document; `honnin documents {run} --list` names those there are"
        )
    if out is not None:
        _take_out(folder, found, out)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for one in found:
        click.echo(_line(one, lang) if out is None else str(out / one.file))


def received(folder: RunFolder) -> tuple[Received, ...]:
    """Return every delivery of a run by application and arrival, each with a file name of its own.

    Raises RunDamaged. A run that is still played shows what it has so far.
    """
    asked: dict[str, ApplicationStarted] = {}
    deliveries: list[Delivery] = []
    for entry in read_history(folder):
        if isinstance(entry.record, ApplicationStarted):
            asked[entry.record.application] = entry.record
        elif isinstance(entry.record, Delivery):
            deliveries.append(entry.record)
    store = DocumentStore(folder)
    deliveries.sort(key=lambda one: (one.application or "~", one.at_ns))  # those that nobody asked for come last
    return tuple(_named(deliveries, asked, store))


def _named(
    deliveries: list[Delivery], asked: dict[str, ApplicationStarted], store: DocumentStore
) -> Iterator[Received]:
    seen: Counter[str] = Counter()
    for one in deliveries:
        application = asked.get(one.application)
        stem = _stem(one, application)
        seen[stem] += 1
        again = f"-{seen[stem]}" if seen[stem] > 1 else ""
        yield Received(
            file=stem + again + (".pdf" if _is_pdf(one, store) else ".bin"),
            delivery=one.delivery,
            application=one.application,
            resident=application.resident if application else "",
            certificate=application.certificate if application else None,
            options=application.options if application else None,
            copy=one.copy,
            bytes=one.bytes,
            digest=one.digest,
            complete=one.complete,
            late=one.late,
        )


def _stem(one: Delivery, asked: ApplicationStarted | None) -> str:
    """Return what tells a person which document it is, free of characters that a file name may not have."""
    parts = [one.application or "nobody", *([asked.certificate, asked.resident] if asked else [one.delivery])]
    marks = [f"copy{one.copy}"] * (one.copy > 1) + ["late"] * one.late + ["part"] * (not one.complete)
    return re.sub(r"[^\w.-]", "_", "-".join([*parts, *marks]))


def _is_pdf(one: Delivery, store: DocumentStore) -> bool:
    return one.digest in store and b"%PDF-" in store.get(one.digest)[:_PDF_WITHIN]


def _take_out(folder: RunFolder, found: list[Received], out: Path) -> None:
    """Write the documents (0600) into a new folder (0700); raise UsageError, RunDamaged."""
    store = DocumentStore(folder)
    try:
        out.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        raise UsageError(f"{out} exists already; nothing is overwritten. Name a new folder with --out") from None
    except OSError as e:
        raise UsageError(f"{out}: cannot be made ({e.strerror}); name another folder with --out") from None
    for one in found:
        try:
            _write_private(out / one.file, store.get(one.digest))
        except OSError as e:
            reason = f"cannot be written ({e.strerror}); what follows it was not taken out. Name another folder"
            raise UsageError(f"{out / one.file}: {reason}") from None


def _write_private(path: Path, body: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123  a mode from the start
        file.write(body)


def _line(one: Received, lang: Lang) -> str:
    chosen = msgspec.json.encode(one.options).decode() if one.options else ""
    kind = word(one.certificate, lang) if one.certificate else "-"
    late, part = ("遅れて到着", "途中まで") if lang == "ja" else ("late", "part")
    marks = ", ".join([late] * one.late + [part] * (not one.complete))
    cells = (one.application or "-", kind, one.resident or "-", f"{one.bytes:,} B", chosen, marks, one.digest[:12])
    return "  ".join(filter(None, cells))
