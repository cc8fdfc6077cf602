"""What the user did wrong, in Japanese: errors are raised with English messages, and told here in the user's language.

A message is told whole where a rule knows it, else clause by clause; what no rule knows stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from harness.errors import ConfigError
from harness.glossary import Lang, default_lang

# Pieces of messages, most particular first; {0} {1} ... are told in turn. "(.*?)" takes paths and values as they are.
_RULES: tuple[tuple[str, str], ...] = (
    # files
    (r"no such file", "ファイルがない"),
    (r"check the path", "パスを確かめる"),
    (r"is a folder", "フォルダーである"),
    (r"(.*) is no folder", "{0} というフォルダーはない"),
    (r"name the one that holds the module", "モジュールのあるフォルダーを書く"),
    (r"give the TOML file", "TOML ファイルを指定する"),
    (r"cannot be read \((.*)\)", "読めない({0})"),
    (r"check the path and who may read it", "パスと読取りの権限を確かめる"),
    (r"is not UTF-8", "UTF-8 でない"),
    (r"save the (?:file|list) as UTF-8", "UTF-8 で保存する"),
    (r"is not valid TOML: (.*)", "TOML として正しくない: {0}"),
    (r"is empty", "空である"),
    (r"restore the run folder from its copy", "控えから実施フォルダーを復元する"),
    (r"(.*?) exists already", "{0} は既にある"),
    (r"name another folder, or say --force to replace it", "別のフォルダーを指定するか、--force で置き換える"),
    (r"name another folder(?: with --out)?", "別のフォルダーを指定する(--out)"),
    (r"(.*?): cannot be made \((.*)\)", "{0}: 作れない({1})"),
    (r"(.*?): may not be written", "{0}: 書込みの権限がない"),
    (r"choose another folder with --out", "--out で別のフォルダーを指定する"),
    (r"(.*?) holds something else \(no (.*)\)", "{0} には別のものが入っている({1} がない)"),
    (r"(.*?) is a file", "{0} はファイルである"),
    (r"name a folder", "フォルダーを指定する"),
    (r"No such file or directory", "ファイルやフォルダーがない"),
    (r"Permission denied", "権限がない"),
    # TOML keys and values
    (
        r"Object contains unknown field `(.*?)`; did you mean `(.*?)`\? Allowed here: (.*)",
        "`{0}` という項目はない(`{1}` の誤りか)。ここに書けるもの: {2}",
    ),
    (r"Object contains unknown field `(.*?)`\. Allowed here: (.*)", "`{0}` という項目はない。ここに書けるもの: {1}"),
    (r"Object missing required field `(.*?)`(.*)", "必須の項目 `{0}` がない{1}"),
    (
        r"Invalid enum value '(.*?)'; did you mean `(.*?)`\? Allowed here: (.*)",
        "`{0}` は使えない(`{1}` の誤りか)。使えるもの: {2}",
    ),
    (r"Invalid enum value '(.*?)'\. Allowed here: (.*)", "`{0}` は使えない。使えるもの: {1}"),
    (r"Invalid value '(.*?)'(.*)", "`{0}` は使えない{1}"),
    (r"\.? ?Allowed(?: here)?: (.*)", "。使えるもの: {0}"),
    (r"Expected `(.*?)`, got `(.*?)`", "{0} を書く所に {1} が書かれている"),
    (r"Expected `(.*?)` (<=|>=|<|>) (\S+)", "{1} {2} の {0} でなければならない"),
    (r"Expected `(.*?)` of length (<=|>=|<|>) (\S+)", "{0} の個数は {1} {2} でなければならない"),
    (r"`(.*?)` is not known\. Allowed: (.*)", "`{0}` はない。使えるもの: {1}"),
    # document profiles
    (
        r"(\w+) has no field `(.*?)`; did you mean `(.*?)`\? Allowed: (.*)",
        "{0} に `{1}` という項目はない(`{2}` の誤りか)。使えるもの: {3}",
    ),
    (r"(\w+) has no field `(.*?)`\.? Allowed: (.*)", "{0} に `{1}` という項目はない。使えるもの: {2}"),
    (r"`(.*?)` must begin with one of: (.*)", "`{0}` の始めは次のどれかでなければならない: {1}"),
    (r"unknown item `(.*?)`; items: (.*)", "[items] に `{0}` がない。あるもの: {1}"),
    (r"needs the named group (.*)", "名前付きの組 {0} が必要"),
    (r"is not a regular expression: (.*)", "正規表現として正しくない: {0}"),
    # target, scenario, people
    (
        r"(.*?): (\S+) is not a loopback address\. honnin puts load .* --i-may-test \S+",
        "{0}: {1} はこの計算機の中ではない。honnin は、持ち主が同意したシステムにだけ負荷をかける。"
        "試験してよい相手なら --i-may-test {1} を付ける",
    ),
    (
        r"target url (.*): give http://host:port or https://host:port",
        "対象の url {0} が正しくない。http(s)://ホスト:ポート で書く",
    ),
    (r"give http://host:port or https://host:port", "http(s)://ホスト:ポート で書く"),
    (
        r"no scenario '(.*?)'; there are: (.*), or give the path of a TOML file",
        "シナリオ「{0}」はない。あるもの: {1}。または TOML ファイルのパスを指定する",
    ),
    (
        r"target (.*?) has no place for anything in scenario (\S+): it issues (.*), updates = (\w+)",
        "対象 {0} では、シナリオ {1} の何も実施できない(交付する証明書: {2}、updates = {3})",
    ),
    (r"choose another scenario", "別のシナリオを選ぶ"),
    (
        r"(.*?): no population; write population = \"FOLDER\" there or give --population",
        '{0}: 試験用住民の指定がない。population = "フォルダー" と書くか、--population で指定する',
    ),
    (
        r"nobody in this population may be issued any of: (.*)",
        "この試験用住民には、次のどれかの交付を受けられる人がいない: {0}",
    ),
    (r"check residency and dates", "住民の状態と日付を確かめる"),
    (
        r"the population has too few residents who may be issued (.*) for (\d+) at once",
        "{0}の交付を受けられる試験用住民が足りない(同時に {1} 人必要)",
    ),
    (
        r"enlarge it, or lower kiosks and burst sizes in the scenario",
        "試験用住民を増やすか、シナリオの kiosks と sizes を減らす",
    ),
    (r"phase (\S+) has no certificates", "段階 {0} に証明書がない"),
    (r"list at least one in the scenario", "シナリオに一つ以上書く"),
    (r"a population of (\S+) cannot be made", "{0} 人の試験用住民は作れない"),
    (r"choose a size from (\d+) to (\d+)", "{0}~{1} 人とする"),
    (r"resident (\S+) has no card(?: there)?", "試験用住民 {0} のカードがない"),
    (r"`honnin cards make` or `import` gives one", "`honnin cards make` または `import` で用意する"),
    (r"(\S+): no such resident", "試験用住民 {0} はいない"),
    (r"keys go from (\S+) to (\S+)", "番号は {0}~{1}"),
    (r"there is no document profile `(.*?)`\. Allowed: (.*)", "帳票プロファイル `{0}` はない。使えるもの: {1}"),
    (r"no such document profile", "その帳票プロファイルはない"),
    (r"the target has no step `(.*?)`\. Allowed: (.*)", "対象システムに手順 `{0}` はない。使えるもの: {1}"),
    (r"cannot import `(.*?)`", "`{0}` を読み込めない"),
    (
        r"install it, or name its folder in extra\.adapter_path",
        "インストールするか、フォルダーを extra.adapter_path に書く",
    ),
    (r"module `(.*?)` has no class `(.*?)`", "モジュール `{0}` にクラス `{1}` がない"),
    (r"(\S+) cannot be declared out", "性質 {0} は対象外にできない"),
    (r"allowed: (.*)", "使えるもの: {0}"),
    (r"say why the target cannot show this property", "対象システムでこの性質を確かめられない理由を書く"),
    (r"name who declares it", "申告者の名を書く"),
    # runs
    (
        r"(.*?) is no run folder \(it has no manifest\.json\)",
        "{0} は実施フォルダーではない(manifest.json がない)",
    ),
    (r"runs lie under runs/", "実施フォルダーは runs/ の下にある"),
    (r"(.*?): there is no verdict\.json yet", "{0}: まだ判定していない(verdict.json がない)"),
    (r"run `(.*?)` first", "先に `{0}` を実行する"),
    (r"(.*?): is being played or judged by another honnin(.*)", "{0}: ほかの honnin が実施中または判定中である{1}"),
    (
        r"wait for its end, or end it with Ctrl-C there, then ask again",
        "終わるのを待つか、そちらで Ctrl-C で止めてから、やり直す",
    ),
    (r"(.*?): (\d+) MB free, this run may need (\d+) MB", "{0}: 空き {1} MB に対し、この試験には {2} MB が要る見込み"),
    (r"free some space, or begin a run elsewhere with --out", "空きを作るか、--out で別の場所に始める"),
    (r"(.*?): is a link", "{0}: リンクである"),
    (r"give the run folder itself", "実施フォルダーそのものを指定する"),
    (r"(.*?) holds no baseline", "{0} に基準帳票はない"),
    (r"`honnin baseline` takes one", "`honnin baseline` で採る"),
    # one document
    (r"give a PDF file", "PDF ファイルを指定する"),
    (r"(\S+): cannot be read \((.*)\)", "{0}: 読めない({1})"),
    (r"Invalid enum value '(.*?)' - at `\$\.(\w+)`", "{1} に「{0}」は使えない"),
    (r"resident (\S+) is not in the population", "試験用住民 {0} はいない"),
    (r"was the plan made for another one\?", "計画を作ったときの試験用住民と同じかを確かめる"),
    (r"(.*?): ([\d,]+) bytes; no certificate is that large", "{0}: {1} バイトある。そのように大きい証明書はない"),
    (
        r"--resident and --certificate belong together: give both, or neither",
        "--resident と --certificate は、両方を指定するか、どちらも指定しない",
    ),
    (
        r"--baseline compares with one person's baseline: give --resident and --certificate too",
        "--baseline は一人の基準帳票と比べる。--resident と --certificate も指定する",
    ),
    (r"--options: (.*) is none; allowed are (.*)", "--options に {0} はない。使えるもの: {1}"),
    (r"--options (.*?): (.*)", "--options {0}: {1}"),
    # follow-up runs
    (r"(.*?): no change is left to look at", "{0}: 確かめる登録の変更は残っていない"),
    (r"its verdict says what became of them", "どうなったかはその判定にある"),
    (r"(.*?): the reflection time is not over", "{0}: 文書上の反映時間が過ぎていない"),
    (r"run the follow-up after (.*) \(JST\)", "{0}(日本時間)を過ぎてから実施する"),
    (r"(.*?): the target file of (.*) is gone", "{1} の対象ファイル {0} がない"),
    (r"put it back", "元の場所に戻す"),
    # changes by hand
    (
        r'the target file says updates = "manual": a person at this terminal has to change the register during the '
        r"run, and the input is no terminal",
        '対象ファイルに updates = "manual" とあり、実施中に操作者がこの端末で登録を変更するが、入力が端末でない',
    ),
    (
        r"run it from a terminal, or write updates = false to leave changes out",
        "端末から実行する。登録の変更を試さないなら updates = false と書く",
    ),
    # attaching logs
    (r"(.*?): is attached to (.*) already", "{0} は {1} に既に添えてある"),
    (r"nothing was changed", "何も変えていない"),
    (r"(.*?): none of its (\d+) rows is of the run's time", "{0} の {1} 行に、試験の時間帯のものが一つもない"),
    (
        r"check that it is this run's log, its column of times, and time_zone in the mapping",
        "この試験の記録か、日時の列、対応表の time_zone を確かめる",
    ),
    (r"no column gives (.*)", "どの申請の行かを示す列({0})がない"),
    (r"columns are (.*)\. Name one with --column, e\.g\. (.*)", "ある列: {0}。--column で示す(例 {1})"),
    (r"'(.*)' is no time in (.*)", "「{0}」は日時({1})でない"),
    (r"--column (.*?): write it as (\S+)", "--column {0}: {1} の形で書く"),
    (r"it may be one of: (.*)", "書けるもの: {0}"),
    (r"no such item", "その項目はない"),
    (r"(.*?): nothing was played in it, so no log can be compared", "{0}: 何も実施していないため突き合わせられない"),
    (r"play the run first", "先に試験を実施する"),
    # comparing extracts
    (r"there is no column (.*?)", "「{0}」という列がない"),
    (r"its columns are (.*)", "ある列: {0}"),
    (r"the heading has two columns (.*)", "見出しに「{0}」が二つある"),
    (r"rename one", "一方の名を変える"),
    (r"a heading line and one line per row are needed", "見出しの行と、一件一行のデータが要る"),
    (r"has (\d+) cells, the heading has (\d+)", "列が {0} 個で、見出しの {1} 個と合わない"),
    (r"is not CSV: (.*)", "CSV として正しくない: {0}"),
    (r"the text cannot be read: (.*)", "文字を読めない: {0}"),
    (r"(\S+) fails at line (\d+)", "{0} では {1} 行目が読めない"),
    (r"(\S+) fails at line (\d+) and (\S+) fails at line (\d+)", "{0} では {1} 行目、{2} では {3} 行目が読めない"),
    (r"save the file as UTF-8 or CP932", "UTF-8 か CP932 で保存する"),
    (r"has no column in common with (.*) besides the key", "{0} と、番号のほかに同じ見出しの列がない"),
    (r"name items in a mapping file", "--mapping の TOML に項目を書く"),
    (r"(\d+) columns, and (\d+) in (.*)", "{0} 列で、{2} の {1} 列と合わない"),
    (r"name as many", "同じ数を書く"),
    (r"(.*?): '(.*)' is no time", "{0}: 「{1}」は日時でない"),
    (r"write it as (\S+)", "{0} の形で書く"),
    (r"--with-keys goes into a list", "--with-keys は一覧にだけ書く"),
    (r"name its file with --list", "--list でファイルを指定する"),
    (r"nothing is overwritten\. Name a new file with (\S+)", "上書きはしない。{0} で新しいファイルを指定する"),
    # the command line itself
    (r"Missing option (.*)\.", "{0} の指定がない。"),
    (r"Missing argument '(.*?)'\.", "{0} の指定がない。"),
    (r"No such option:? '?(-[^ ']*)'?(?:\.? Did you mean (.*)\?)?\.?", "{0} というオプションはない。"),
    (r"No such command '(.*?)'\.?(.*)", "{0} という動詞はない。"),
    (r"Option '(.*?)' requires an argument\.", "{0} の後に値が要る。"),
    (r"Got unexpected extra arguments? \((.*)\)", "余分な引数がある: {0}"),
    (r"Invalid value for '(.*?)'(?: / '.*?')*: (.*)", "{0} の値が正しくない: {1}"),
    (r"'(.*?)' is not one of (.*?)\.", "{0} は使えない。使えるもの: {1}"),
    (r"'?(.*?)'? is not a valid integer(?: range)?\.", "{0} は整数でない。"),
    (r"(\S+) is not in the range (.*)\.", "{0} は範囲 {1} の外である。"),
    (r"(?:Path|File|Directory) '(.*?)' does not exist\.", "{0} はない。"),
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), ja) for pattern, ja in _RULES)
_PLACES = (
    (re.compile(r"line (\d+)"), r"\1 行目"),
    (re.compile(r"^top level$"), "最上位"),
    (re.compile("^heading$"), "見出し"),
)


def chosen_lang(arguments: Sequence[str]) -> Lang:
    """Return the language of `--lang` among the arguments, else the user's own."""
    for at, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang":
            value = "".join(arguments[at + 1 : at + 2])
        if value in {"ja", "en"}:
            return "ja" if value == "ja" else "en"
    return default_lang()


def told(error: Exception, lang: Lang) -> str:
    """Return an error's message in the language."""
    if lang == "en":
        return str(error)
    if isinstance(error, ConfigError):
        place = error.place
        for pattern, ja in _PLACES:
            place = pattern.sub(ja, place)
        return ": ".join(part for part in (error.file, place, _japanese(error.reason)) if part)
    return _japanese(str(error))


def told_usage(error: click.ClickException, lang: Lang) -> str:
    """Return what the command line itself refuses: how the verb is used, and what was wrong."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    lines = []
    if context is not None:
        usage, help_of = context.get_usage(), context.command_path
        lines = [
            usage.replace("Usage:", "使い方:", 1) if lang == "ja" else usage,
            f"詳しくは {help_of} --help" if lang == "ja" else f"Try '{help_of} --help' for help.",
        ]
    message = error.format_message()
    return "\n".join([*lines, f"誤り: {_japanese(message)}" if lang == "ja" else f"Error: {message}"])


def _japanese(message: str) -> str:
    whole = _by_rule(message)
    if whole is not None:
        return whole
    return "。".join(_by_rule(clause) or clause for clause in message.split("; "))


def _by_rule(text: str) -> str | None:
    for pattern, ja in _COMPILED:
        if match := pattern.fullmatch(text):
            return ja.format(*(_by_rule(part or "") or part or "" for part in match.groups()))
    return None
