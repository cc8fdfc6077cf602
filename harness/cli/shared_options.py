"""Options that several verbs take alike, each written once. Those that belong together have modules of their own."""

from __future__ import annotations

from pathlib import Path

import click

from harness.glossary import default_lang

FOLDER_OR_FILE = click.Path(path_type=Path)

lang_option = click.option("--lang", type=click.Choice(["ja", "en"]), default=default_lang, help="language of texts")
quiet_option = click.option("--quiet", is_flag=True, help="no progress")
out_option = click.option("--out", type=FOLDER_OR_FILE, default=Path("runs"), show_default=True, help="where runs lie")
target_option = click.option("--target", "target_file", required=True, type=FOLDER_OR_FILE, help="TARGET.toml")
baseline_option = click.option("--baseline", type=FOLDER_OR_FILE, help="run folder of honnin baseline to compare with")
confirm_option = click.option(
    "--i-may-test", "confirmed", multiple=True, metavar="HOST", help="confirm a host beyond loopback"
)
readers_option = click.option(
    "--readers", type=click.IntRange(1, 64), help="processes that read documents (default: by cores)"
)
operator_option = click.option(
    "--operator", default="", help="who changes the register by hand (default: who is logged in)"
)
