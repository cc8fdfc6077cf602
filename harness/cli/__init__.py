"""The command line: one file per verb, each a thin function over the library. This module only finds and runs them.

Exit codes: 0 PASS · 1 FAIL · 2 INCONCLUSIVE · 3 generator fault · 64 usage · 70 internal error.
"""

from __future__ import annotations

import importlib
import sys
import traceback

import click

from harness import __version__
from harness.cli.mistakes import chosen_lang, told, told_usage
from harness.cli.option_texts import say_in_japanese
from harness.errors import GeneratorFault, HonninError, UsageError
from harness.glossary import default_lang

EXIT_GENERATOR, EXIT_USAGE, EXIT_INTERNAL, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED = 3, 64, 70, 2, 130

# verb: (module, attribute, one line for --help in Japanese, in English)
VERBS: dict[str, tuple[str, str, str, str]] = {
    "demo": (
        "harness.cli.demo",
        "command",
        "参照システムで受入試験を一通り実演する",
        "play an acceptance on the demo issuer",
    ),
    "baseline": (
        "harness.cli.baseline",
        "command",
        "負荷をかけずに基準帳票を採る",
        "take a baseline: everybody's documents, issued quietly",
    ),
    "plan": (
        "harness.cli.plan",
        "command",
        "何を試すことになるかを、対象に接触せずに示す",
        "show what would be played, without asking the target",
    ),
    "run": ("harness.cli.run", "command", "対象システムに対して試験を実施する", "play a scenario against a target"),
    "sweep": (
        "harness.cli.sweep",
        "command",
        "試験住民の全員・全証明書を負荷をかけずに1回ずつ確かめる",
        "ask once for every certificate of every test resident, quietly",
    ),
    "resume": ("harness.cli.resume", "command", "中断した試験を続ける", "go on with a stopped run"),
    "worker": (
        "harness.cli.worker",
        "command",
        "別の機械の試験に作業機として加わる",
        "serve kiosks of a run that another machine conducts",
    ),
    "follow-up": (
        "harness.cli.follow_up",
        "command",
        "登録の変更が反映されたかを後日確かめる(翌日確認)",
        "look next day whether a run's changes of the register show",
    ),
    "judge": ("harness.cli.judge", "command", "記録から判定をやり直す", "judge a recorded run again"),
    "review": (
        "harness.cli.review",
        "command",
        "要確認の指摘を目視で確認し、判断を記録する",
        "put on record what a person saw of the findings for review",
    ),
    "report": ("harness.cli.report", "command", "判定から報告書を作る", "write the report of a judged run"),
    "ledger": (
        "harness.cli.ledger",
        "command",
        "試験台帳(実施の一覧)を表示する",
        "list all runs against a target, as entered",
    ),
    "journal": ("harness.cli.journal", "command", "実施記録を表示する", "print what a run recorded"),
    "documents": (
        "harness.cli.documents",
        "command",
        "届いた証明書を一覧にし、取り出す",
        "list the documents of a run, or take them out",
    ),
    "purge": ("harness.cli.purge", "command", "実施記録を削除する", "delete a run folder"),
    "attach-log": (
        "harness.cli.attach_log",
        "command",
        "発行サーバの記録を添えて判定し直す",
        "put the server's own log beside a run and judge it anew",
    ),
    "reconcile": (
        "harness.cli.reconcile",
        "command",
        "台帳と発行サーバの抽出を全員分突き合わせる(全件チェック)",
        "compare the register's extract with the issuing server's",
    ),
    "read": ("harness.cli.read", "command", "証明書 1 通を読み、誰の何かを説明する", "explain one document"),
    "population": ("harness.cli.population", "group", "試験住民を作る・取り込む", "make or import test residents"),
    "cards": ("harness.cli.cards", "group", "模擬カードを作る・取り込む", "make or import mock cards"),
    "score": (
        "harness.cli.score",
        "command",
        "既知の欠陥をどれだけ検出するかを測る(採点表)",
        "measure which known defects are detected, and how soon",
    ),
    "issuer": ("harness.cli.issuer", "group", "参照発行システムを動かす", "serve the reference issuer"),
}

_EPILOG = {
    "ja": "はじめに: honnin demo  続いて honnin run --help。"
    "終了コード: 0 検出なし 1 不具合検出 2 判定保留 3 試験機の不良 64 使い方 70 内部エラー",
    "en": "Start with: honnin demo, then honnin run --help. "
    "Exit codes: 0 PASS, 1 FAIL, 2 INCONCLUSIVE, 3 generator fault, 64 usage, 70 internal error",
}
_SUMMARY = {
    "ja": "honnin(本人): 証明書交付システムが、負荷や同時申請のもとでも本人の証明書だけを渡すことを試験する。",
    "en": "honnin: tests that an issuing system hands everyone their own document, under load and coincidence.",
}


class _Verbs(click.Group):
    """Loads a verb's module when it is used, so that light verbs stay fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order a new user meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and return its command."""
        if cmd_name not in VERBS:
            return None
        module, attribute, _, _ = VERBS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        if default_lang() == "ja":
            say_in_japanese(command, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List verbs with one line each, without importing them."""
        column = 2 if default_lang() == "ja" else 3
        with formatter.section("動詞" if default_lang() == "ja" else "Verbs"):
            formatter.write_dl([(verb, entry[column]) for verb, entry in VERBS.items()])


@click.group(cls=_Verbs, help=_SUMMARY[default_lang()], epilog=_EPILOG[default_lang()])
@click.version_option(__version__, prog_name="honnin")
def root() -> None:
    """Find the verb."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the project's exit codes; a user's mistake never shows a traceback."""
    sys.exit(_outcome(arguments))


def _outcome(arguments: list[str] | None) -> int:
    lang = chosen_lang(sys.argv[1:] if arguments is None else arguments)
    try:
        result = root.main(arguments, prog_name="honnin", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as e:
        return e.exit_code
    except click.ClickException as e:
        click.echo(told_usage(e, lang), err=True)
        return EXIT_USAGE
    except click.Abort:
        click.echo("中断した" if lang == "ja" else "interrupted", err=True)
        return EXIT_INTERRUPTED
    except UsageError as e:
        click.echo(f"honnin: {told(e, lang)}", err=True)
        return EXIT_USAGE
    except GeneratorFault as e:
        click.echo(f"honnin: {told(e, lang)}", err=True)
        return EXIT_GENERATOR
    except HonninError as e:
        click.echo(f"honnin: {told(e, lang)}", err=True)
        return EXIT_INCONCLUSIVE
    except Exception:  # noqa: BLE001  the outermost boundary: told in full, never a verdict
        traceback.print_exc()
        click.echo("honnin: internal error; no verdict was given. Please report the lines above", err=True)
        return EXIT_INTERNAL


if __name__ == "__main__":
    main()
