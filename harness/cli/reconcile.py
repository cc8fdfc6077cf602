"""`honnin reconcile A.csv B.csv` (全件チェック): the register's extract against the issuing server's, by person."""

from __future__ import annotations

import secrets
from pathlib import Path

import click
import msgspec

from harness.cli.shared_options import FOLDER_OR_FILE, lang_option
from harness.csv_stream import CsvStream
from harness.errors import UsageError
from harness.glossary import Lang, default_lang
from harness.reconcile.compare import reconcile
from harness.reconcile.digests import SECRET_BYTES
from harness.reconcile.mapping import load_mapping, with_options
from harness.reconcile.telling import keys_of, tell, write_list

_HELP = {
    "ja": """住基などの抽出 A と証明発行サーバの抽出 B を、全員について突き合わせる(データ連携の全件チェック)。

    \b
    honnin reconcile 住基.csv 発行サーバ.csv --key 宛名番号 --taken-a 2026-11-20T18:00 --taken-b 2026-11-20T18:05
    honnin reconcile A.csv B.csv --mapping 対応.toml --list 差分.csv
    CSV は UTF-8 または CP932。見出しが同じ列を比べる。見出しや書き方が違えば --mapping で示す(docs/reconcile.md)。
    値は鍵付きの要約値としてこの計算機の中だけで比べ、画面と一覧に個人の情報を出さない(--with-keys で番号のみ)。
    終了コード: 0 差なし、1 差あり。
    """,
    "en": """Compare two extracts, A of the register and B of the issuing server, person by person: the data link.

    \b
    honnin reconcile register.csv server.csv --key id --taken-a 2026-11-20T18:00 --taken-b 2026-11-20T18:05
    honnin reconcile A.csv B.csv --mapping MAPPING.toml --list differences.csv
    CSV in UTF-8 or CP932. Columns of the same heading are compared; --mapping names others (docs/reconcile.md).
    Values are compared as keyed digests on this machine only; nothing personal is shown (--with-keys: keys only).
    Exit code: 0 no difference, 1 differences.
    """,
}


@click.command(help=_HELP[default_lang()])
@click.argument("a", type=FOLDER_OR_FILE)
@click.argument("b", type=FOLDER_OR_FILE)
@click.option("--mapping", "mapping_file", type=FOLDER_OR_FILE, help="MAPPING.toml: columns, rules, values")
@click.option("--key", "keys", multiple=True, help="heading that names a person, in both (default: the first column)")
@click.option("--taken-a", default="", help="when A was taken, ISO time (default: the file's own)")
@click.option("--taken-b", default="", help="when B was taken")
@click.option("--list", "list_file", type=FOLDER_OR_FILE, help="write the differences to a new CSV file")
@click.option("--with-keys", is_flag=True, help="the list names people by their key: personal data")
@click.option("--secret", "secret_file", type=FOLDER_OR_FILE, help="file of 32 bytes; made where it is new")
@lang_option
@click.option("--json", "as_json", is_flag=True, help="print the result as JSON, without the list")
def command(
    a: Path,
    b: Path,
    mapping_file: Path | None,
    keys: tuple[str, ...],
    taken_a: str,
    taken_b: str,
    list_file: Path | None,
    with_keys: bool,
    secret_file: Path | None,
    lang: Lang,
    as_json: bool,
) -> int:
    """Compare, tell, list."""
    if with_keys and list_file is None:
        raise UsageError("--with-keys goes into a list; name its file with --list")
    mapping = with_options(load_mapping(mapping_file), keys, taken_a, taken_b)
    found = reconcile(a, b, mapping, _secret(secret_file))
    shown = msgspec.structs.replace(found, differences=())
    click.echo(msgspec.json.encode(shown).decode() if as_json else tell(found, lang))
    if list_file is not None:
        streams = (
            CsvStream(a, mapping.a.encoding, mapping.a.delimiter),
            CsvStream(b, mapping.b.encoding, mapping.b.delimiter),
        )
        named = keys_of(found, *streams, mapping.a.key, mapping.b.key) if with_keys else None
        write_list(found, list_file, named, lang)
    return 0 if found.agree else 1


def _secret(file: Path | None) -> bytes | None:
    """Return the secret of a file, so that tokens of several comparisons agree; a new file gets a fresh one (0600)."""
    if file is None:
        return None
    try:
        if not file.exists():
            file.touch(mode=0o600, exist_ok=False)
            file.write_bytes(secrets.token_bytes(SECRET_BYTES))
        secret = file.read_bytes()
    except OSError as e:
        raise UsageError(f"{file}: the secret cannot be read or written ({e.strerror}); name another file") from None
    if len(secret) != SECRET_BYTES:
        raise UsageError(f"{file}: holds {len(secret)} bytes; a secret has {SECRET_BYTES}. Name a new file to make one")
    return secret
