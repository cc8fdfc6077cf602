"""Pieces of error messages and how they read in Japanese, for `harness.cli.mistakes`."""

from __future__ import annotations

from harness.cli.card_mistakes import CARD_RULES

# Pieces of messages, most particular first; {0} {1} ... are told in turn. "(.*?)" takes paths and values as they are.
RULES: tuple[tuple[str, str], ...] = (
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
    # the ledger of runs
    (
        r"(.*?): there is no ledger of runs; `honnin run` opens one with the first run that it makes there",
        "{0}: 試験台帳がない。ここで `honnin run` が最初の試験を行うときに作られる",
    ),
    (r"a run that is not entered does not begin", "台帳に記録できない試験は始めない"),
    (r"(.*?): may not be written \((.*)\)", "{0}: 書き込めない({1})"),
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
    (r"Expected `(.*?)` matching regex (.*)", "{0} は {1} の形でなければならない"),
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
    (
        r"two are called `(.*?)`; give each link and command a name of its own",
        "`{0}` という名が二つある。接続(link)と操作(command)にはそれぞれ別の名を付ける",
    ),
    (
        r"`(.*?)` is no program that can be run; give its absolute path, then its arguments",
        "`{0}` は実行できない。絶対パスに続けて引数を書く",
    ),
    (
        r"link (\S+) of the target file: '(.*?)' is not HOST:PORT, e\.g\. (\S+)",
        "対象ファイルの接続 {0}: '{1}' は HOST:PORT の形でない(例 {2})",
    ),
    (
        r"link (\S+) of the target file: (?s:(.*?)); end what uses this address, or choose another\. .*",
        "対象ファイルの接続 {0} を開けない({1})。この住所を使っているものを終えるか、別の住所にする"
        "(前回の実施の接続は links_stay_s のあいだ残る)",
    ),
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
    (r"(.*?): its changes were looked at and undone by (.*)", "{0}: その変更は {1} で確かめ、元に戻してある"),
    (
        r"its verdict stands there, and honnin resume goes on with it if it was interrupted",
        "判定はそこにある。中断していた場合は honnin resume で続ける",
    ),
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
    # reviews
    (r"a review needs the name of whoever looked", "確認した人の名前が要る"),
    (r"give --reviewer NAME", "--reviewer 名前 を指定する"),
    (
        r"--finding, --as and --reason belong together: give all three, or none to be asked",
        "--finding、--as、--reason は三つとも指定する。一つも指定しなければ、一件ずつ尋ねる",
    ),
    (r"(.*?): has no finding (\S+); (`.*`) names them", "{0} に指摘 {1} はない。あるものは {2} で分かる"),
    (
        r"(F\d+) is (\w+); only findings for review can be judged by eye",
        "{0} は要確認の指摘ではない({1})。目視で判断できるのは要確認の指摘だけである",
    ),
    (
        r"the input is no terminal; give --finding, --as and --reason",
        "入力が端末でない。--finding、--as、--reason を指定する",
    ),
    # comparing extracts
    (r"has a heading but no rows", "見出しだけで、データの行がない"),
    (r"give the whole extract", "全員分の抽出を指定する"),
    (r"there is no column (.*?)", "「{0}」という列がない"),
    (r"its columns are (.*)", "ある列: {0}"),
    (r"the heading has two columns (.*)", "見出しに「{0}」が二つある"),
    (r"rename one", "一方の名を変える"),
    (r"a heading line and one line per row are needed", "見出しの行と、一件一行のデータが要る"),
    (r"has (\d+) cells, the heading has (\d+)", "列が {0} 個で、見出しの {1} 個と合わない"),
    (r"is not CSV: (.*)", "CSV として正しくない: {0}"),
    (r"the text cannot be read: ([^;]*)", "文字を読めない: {0}"),
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
    # options that do not go together, values
    (r"(--\S+) and (--\S+): give one of them", "{0} と {1} は、どちらか一方だけを指定する"),
    (
        r"'(.*?)': give HOST or HOST:PORT, with a number from 1 to 65534",
        "「{0}」: ホスト または ホスト:ポート(1~65534) で書く",
    ),
    (
        r"'(.*?)': the port must leave room for the next one, which is used too: (\d+) at most",
        "「{0}」: 次のポートも使うため、ポートは {1} までとする",
    ),
    (r"name one run folder, or a history with --import", "実施フォルダーを一つ指定するか、--import で履歴を指定する"),
    (
        r"--import needs the target file that says what the documents look like: --target TARGET\.toml",
        "--import には、帳票の様式を示す対象ファイルが要る: --target TARGET.toml",
    ),
    (
        r"say either --list, or --out FOLDER to take documents out",
        "一覧は --list、証明書の取出しは --out フォルダー のどちらかを指定する",
    ),
    (
        r"say which documents: --application, --certificate, --resident; or --all",
        "どの証明書かを --application、--certificate、--resident で指定する。全部なら --all",
    ),
    (
        r"(.*?): holds no such document; `(.*?)` names those there are",
        "{0}: その証明書はない。あるものは `{1}` で分かる",
    ),
    (r"nothing is overwritten\. Name a new folder with --out", "上書きはしない。--out で新しいフォルダーを指定する"),
    (r"port (\d+): (.*)", "ポート {0}: {1}"),
    (r"use --port 0 for a free one", "--port 0 とすれば空いたものを使う"),
    (r"Address already in use", "既に使われている"),
    (r"--bind (.*?): (.*)", "--bind {0}: {1}"),
    (r"give an address of this machine", "この機械の住所を指定する"),
    (
        r"--lanes above 1: a baseline must not itself be taken under coincidence\. Give --proven RUN, a run of this "
        r"target that ended with PASS, or leave --lanes out",
        "--lanes が 2 以上: 基準帳票そのものを同時申請の下で採ってはならない。"
        "この対象が PASS となった試験を --proven で示すか、--lanes を外す",
    ),
    (r"(.*?): is no PASS of target (.*)", "{0}: 対象 {1} が PASS となった試験ではない"),
    (r"take the baseline in one lane", "--lanes を外して採る"),
    (
        r"(.*?): holds (\d+) bytes; a secret has (\d+)\. Name a new file to make one",
        "{0}: {1} バイトある。秘密は {2} バイト。新しいファイルを指定すれば作る",
    ),
    (r"(.*?): the secret cannot be read or written \((.*)\)", "{0}: 秘密のファイルを読み書きできない({1})"),
    (r"name another file(?: with --list)?", "別のファイルを指定する"),
    (r"cannot be written \((.*)\)", "書けない({0})"),
    (r"(.*?) cannot be written: (.*)", "{0} は書けない: {1}"),
    (r"nothing was left there", "何も残していない"),
    *CARD_RULES,
    # run folders and their parts
    (
        r"a run folder is never written twice\. Give another --out",
        "実施フォルダーに二度は書かない。--out で別の場所を指定する",
    ),
    (r"nothing was left to play", "実施するものは残っていない"),
    (
        r"(.*?): no space left for (\d+) bytes; what was acknowledged is kept\. Free space on this disk, then "
        r"`honnin resume` the run",
        "{0}: ディスクに {1} バイトの空きがない。記録済みのものは残っている。空きを作り、`honnin resume` で続ける",
    ),
    (r"(.*?): no space left", "{0}: ディスクに空きがない"),
    (r"free space on this disk, then go on", "空きを作ってから続ける"),
    (r"document (\S+) is not in the store", "証明書 {0} が保管されていない"),
    (r"document (\S+) at byte (\d+) was altered", "証明書 {0}({1} バイト目から)が改変されている"),
    (r"restore (?:it|the run folder)(?: from its copy)?", "控えから復元する"),
    (r"holds (\d+) (?:rows|batches), its header says (\d+)", "{0} 件あり、見出しの {1} 件と合わない"),
    (r"(.*?) is not judged yet", "{0} はまだ判定していない"),
    (
        r"`honnin resume` goes on with it, `honnin judge` judges it",
        "`honnin resume` で続けるか、`honnin judge` で判定する",
    ),
    (r"(.*?) was taken with another population", "{0} は別の試験用住民で採ったものである"),
    (r"take a baseline with this one", "この試験用住民で採り直す"),
    (r"(.*?) was taken of target (.*), not of (.*)", "{0} は対象 {1} で採ったもので、{2} のものではない"),
    (r"take a baseline of this one", "この対象で採る"),
    (r"(.*?) is no baseline but a run of scenario (.*)", "{0} は基準帳票ではなく、シナリオ {1} の試験である"),
    (
        r"this baseline's own judgement is FAIL, so nothing may be compared with it\. Its report says what was wrong "
        r"with the documents issued quietly: have it corrected, then take a new baseline",
        "この基準帳票自体の判定が FAIL のため、比べる基準にできない。"
        "負荷のない交付で何が誤りだったかは、その報告書にある。是正を受けてから採り直す",
    ),
    (
        r"no pair would be played; give pairs >= 1, or a strength",
        "組が一つもない。pairs を 1 以上とするか、strength を書く",
    ),
    (r"version (\d+), this program reads (\d+)", "版 {0} で、このプログラムは版 {1} を読む"),
    (r"(?:is |plan )?version (\d+); this honnin (?:reads|plays) (\d+)", "版 {0} で、この honnin は版 {1} を扱う"),
    (r"run (`.*?`) again", "{0} をやり直す"),
    (r"must be the header: (.*)", "見出しでなければならない: {0}"),
    (r"is a second header; a file holds one history", "見出しが二つある。一つのファイルには一つの履歴を入れる"),
    (r"the id (.*) occurs twice; give every one its own", "番号 {0} が二度ある。それぞれ別の番号とする"),
    (r"there is no file (.*) beside the import file", "取り込むファイルの隣に {0} がない"),
    (
        r"document profile (\S+) has no \[papers\.(\S+)\] \(it has: (.*)\); add one",
        "帳票プロファイル {0} に [papers.{1}] がない(あるもの: {2})。書き足す",
    ),
    # windows and nights
    (r"--budget (.*?): give a time such as 90s, 10m or 2h, or night", "--budget {0}: 90s、10m、2h か night で書く"),
    (r"--until (.*?): give a time of day as HH:MM, such as 05:30", "--until {0}: 時:分 で書く(例 05:30)"),
    (
        r"the window of (\d+) s leaves no time for arrivals: (\d+) s to the generator's proof, (\d+) s to draining, "
        r"(\d+) s to the confirmation of recovery, (\d+) s to settling; give it more, or lower limits\.settle_s in the "
        r"target file",
        "時間枠 {0} 秒には申請の時間が残らない: 試験機の自己検査 {1} 秒、進行中の申請の待ち {2} 秒、復旧確認 {3} 秒、"
        "結果不明の照会 {4} 秒。枠を長くするか、対象ファイルの limits.settle_s を減らす",
    ),
    (
        r"--lay-out: a window is kept by honnin run alone; leave out --budget and --until",
        "--lay-out: 時間枠を守るのは honnin run だけである。--budget と --until を外す",
    ),
    (
        r"(.*?): has changed since this run began, so its nights would not add up; put it back as it was, or begin a "
        r"new run with honnin run",
        "{0}: 試験の開始時から変わっているため、夜ごとの結果を合算できない。元に戻すか、honnin run で新しく始める",
    ),
    (r"(.*?): is incomplete", "{0}: 途中で切れている"),
    (
        r"--per-minute and --parallel: scenario (.*?) has no sweep",
        "--per-minute と --parallel: シナリオ {0} に全件の交付確認(sweep)はない",
    ),
    (r"leave them out", "外す"),
    (
        r'(.*?): with profile = "none" only a baseline says whose a document is; give --baseline RUN (\(.*\))',
        '{0}: profile = "none" では、だれの証明書かを示すのは基準帳票だけである。--baseline RUN を指定する'
        "(`honnin baseline` で採る)",
    ),
    # the score
    (r"nothing is called (.*)", "{0} というものはない"),
    (r"no subset (.*)", "組 {0} はない"),
    (r"there are: (.*)", "あるもの: {0}"),
    (
        r"an external issuer needs --label, the name of its row, and either --issuer URL or --target TARGET\.toml",
        "外部のシステムには、表での名前 --label と、--issuer URL か --target TARGET.toml を指定する",
    ),
    (
        r"--issuer URL needs --population and --cards, the folders that this issuer was given, and --label, .*",
        "--issuer URL には、そのシステムに渡した --population と --cards、表での名前 --label を指定する",
    ),
    (
        r"(.*?): does not tell its nodes as the reference issuer does (\(.*\))",
        "{0}: 参照発行システムのようにサーバの一覧を返さない{1}",
    ),
    (
        r"is it running\? For an issuer with another interface write a target file and give it with --target",
        "動いているか確かめる。別のインターフェースのシステムは、対象ファイルを書いて --target で指定する",
    ),
    (r"(.*?): is no score \((.*)\)", "{0}: 採点の結果ではない({1})"),
    (r"`honnin score` writes OUT/score\.json", "`honnin score` が OUT/score.json に書く"),
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
    (r"(?:Path|Directory) '(.*?)' is a file\.", "{0} はファイルである。"),
    (r"(?:Path|File) '(.*?)' is a directory\.", "{0} はフォルダーである。"),
)
