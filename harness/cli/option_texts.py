"""What `--help` says of each option, for who reads Japanese; commands are written with the English words."""

from __future__ import annotations

import click

from harness.cli.help_texts import HELP_JA

_JAPANESE: dict[str, str] = {
    # where and of what
    "where to write": "書き出す場所",
    "where runs lie": "実施フォルダーを置く場所",
    "where to play": "作業するフォルダー",
    "TARGET.toml": "対象ファイル TARGET.toml",
    "another scenario, e.g. smoke": "別のシナリオ(例 smoke)",
    "population folder": "試験住民のフォルダー",
    "population folder (default: the target file's)": "試験住民のフォルダー(既定: 対象ファイルの指定)",
    "cards folder (default: the target file's)": "カードのフォルダー(既定: 対象ファイルの指定)",
    "run folder of honnin baseline to compare with": "比べる基準帳票(honnin baseline の実施フォルダー)",
    "baseline run to compare pictures with": "画像を比べる基準帳票の実施フォルダー",
    "run folder whose measured times are expected again": "所要時間の見込みに使う前回の実施フォルダー",
    "run folder with a PASS, needed for several lanes": "PASS となった実施フォルダー(--lanes が 2 以上のときに要る)",
    "another order, other gaps, people, options (default: the scenario's, or 1)": (
        "順序・間隔・人・選択肢を変える乱数の種(既定: シナリオの指定か 1)"
    ),
    "other residents, another order": "住民と順序を変える乱数の種",
    "use at most so many people (default: all)": "使う人数の上限(既定: 全員)",
    "options per person": "一人当たりの選択肢の数",
    "applications at once": "同時に行う申請の数",
    "sweep: begin at most so many applications": "全件の交付確認: 1 分間に始める申請の上限",
    "sweep: so many applications at once (default: 1)": "全件の交付確認: 同時に行う申請の数(既定: 1)",
    # languages and forms
    "no progress": "経過を表示しない",
    "language of texts": "文の言語",
    "only runs against the target of this name": "この名前の対象への実施だけ",
    "a line's digest, as a witness kept it": "立会者が控えた行の要約値",
    "print the ledger as JSON": "試験台帳を JSON で出す",
    "print the verdict as JSON on standard output": "判定を JSON で標準出力に出す",
    "print the forecast as JSON on standard output": "計画の見込みを JSON で標準出力に出す",
    "print the path as JSON": "場所を JSON で出す",
    "print one JSON list": "一つの JSON の一覧で出す",
    "print everything as JSON": "すべてを JSON で出す",
    "print the table as JSON": "表を JSON で出す",
    "print the result as JSON, without the list": "結果を JSON で出す(一覧を除く)",
    "one JSON object a line: writer, sequence, record": "一行に一つの JSON(記録者、順番、記録)",
    # playing
    "confirm a host beyond loopback": "この計算機の外の相手に、試験の許可があることを示す",
    "processes that read documents (default: by cores)": "証明書を読むプロセスの数(既定: コア数による)",
    "list every batch, too": "組を一つずつ示す",
    "leave the target alone after so long; arrivals end early enough to drain and to confirm that it works": (
        "この時間で終える。新しい申請は早めに止め、進行中のものを待ち、復旧を確かめる"
    ),
    "the same by time of day, Japan time (night: 05:30)": "終える時刻(日本時間。night は 05:30)",
    "who changes the register by hand (default: who is logged in)": "登録を手で変更する操作者(既定: ログイン中の人)",
    "processes that serve the kiosks under load": "負荷段階の端末を受け持つプロセスの数",
    "workers on other machines (honnin worker)": "別の機械の作業機の数(honnin worker)",
    "this machine's address for them": "作業機から見たこの機械の住所",
    "file to write for them [invitation.json]": "作業機に渡す招待ファイル [invitation.json]",
    "seconds to wait for them": "作業機の参加を待つ秒数",
    "only make the run folder, for scenarios/locustfile.py": "実施フォルダーだけを作る(scenarios/locustfile.py 用)",
    "file that was written for this worker": "この作業機に渡された招待ファイル",
    "where the run is conducted": "試験を進めている機械",
    "seconds to try the master for": "相手の機械への接続を試みる秒数",
    "keep this worker's folder when everything has been handed over": (
        "記録を引き渡した後も、この作業機のフォルダーを残す"
    ),
    # recorded elsewhere, looked at afterwards
    "history recorded by something else": "ほかの道具が記録した履歴",
    "with --import: TARGET.toml": "--import のとき: 対象ファイル",
    "with --import: instead of the target file's": "--import のとき: 対象ファイルの指定に代わる試験住民",
    "with --import": "--import のとき",
    "list what waits for review, change nothing": "確認を待つ指摘を示す(何も変えない)",
    "the finding that is judged, e.g. F0003": "判断する指摘(例 F0003)",
    "what was seen": "見て分かったこと(own 本人、other 本人でない)",
    "who looked": "確認した人",
    "why, in a few words": "判断の理由",
    "score.json: add the sensitivity of the same scenario": "score.json: 同じシナリオの検出力を添える",
    "open it in the browser": "ブラウザーで開く",
    "only records that name this application, e.g. A000012": "この申請に関わる記録だけ(例 A000012)",
    "only records of this kind, e.g. delivery": "この種類の記録だけ(例 delivery)",
    "of this application, e.g. A000012": "この申請のもの(例 A000012)",
    "of this kind": "この種類のもの",
    "that this resident applied for": "この住民が申請したもの",
    "all of them": "すべて",
    "only list them (all, where nothing else is chosen)": "一覧にするだけ(ほかの指定がなければすべて)",
    "new folder for the files": "書き出す新しいフォルダー",
    "do not ask": "確認を求めない",
    # logs and extracts
    "MAPPING.toml of the log": "記録の対応表 MAPPING.toml",
    "what a column is, e.g. card=SERIAL": "列の意味(例 card=シリアル)",
    "MAPPING.toml: columns, rules, values": "対応表 MAPPING.toml(列・規則・値)",
    "heading that names a person, in both (default: the first column)": "両方で人を示す列の見出し(既定: 最初の列)",
    "when A was taken, ISO time (default: the file's own)": "A を抽出した日時(既定: ファイルの日時)",
    "when B was taken": "B を抽出した日時",
    "write the differences to a new CSV file": "差分を新しい CSV ファイルに書く",
    "the list names people by their key: personal data": "一覧に人の番号を書く(個人の情報となる)",
    "file of 32 bytes; made where it is new": "32 バイトの秘密のファイル(なければ作る)",
    # cards, the reference issuer
    "Print one JSON object instead of sentences.": "文の代わりに JSON を一つ出す",
    "What holds the certificate.": "電子証明書を持つもの",
    "Make the keys of this resident (may be repeated).": "この人の鍵を作る(繰り返せる)",
    "Make everybody's keys: about 30 ms each for RSA on two cores.": (
        "全員の鍵を作る(RSA で 1 人約 30 ミリ秒、2 コアの場合)"
    ),
    "Today's card, or the next generation's. Cards that exist keep theirs.": (
        "現行のカードか次世代のカードか。既にあるカードは変えない"
    ),
    "Give the residents of --only (or --all) a phone's certificate as well.": (
        "--only(または --all)の人にスマートフォンの電子証明書も付ける"
    ),
    "Cards that are no good: revoked, expired, superseded or locked; so many, or a certain resident's.": (
        "使えないカード: revoked 失効、expired 期限切れ、superseded 更新済み、locked ロック。人数または人を指定する"
    ),
    "Keys made at once.": "同時に作る鍵の数",
    "Whose card the certificate in FILE becomes, e.g. R00001.": "FILE の電子証明書をだれのカードとするか(例 R00001)",
    "File whose first line is the PKCS #12 password.": "1 行目に PKCS #12 のパスワードを書いたファイル",
    "Issuer that counts as a test authority though its name does not say so, like CN=Vendor CA,O=Vendor,C=JP.": (
        "名からは分からないが試験用である認証局(例 CN=Vendor CA,O=Vendor,C=JP)"
    ),
    "RFC 5280 reason; this one is a lost card's.": "RFC 5280 の理由。既定は紛失したカードのもの",
    "0 takes a free port.": "0 なら空いたポートを使う",
    'Write {"url","pid"} here once requests are answered.': '答えられるようになったら {"url","pid"} をここに書く',
    "The ready file of the running issuer (serve --ready-file).": (
        "動作中の参照システムの起動ファイル(serve --ready-file)"
    ),
    "Print the switches as one JSON object.": "スイッチを一つの JSON で出す",
    "List the controls instead: correct variants, switched alike.": (
        "欠陥の代わりに、正常な変種(同じように切り替える)を一覧にする"
    ),
    # residents
    "Print one JSON object instead.": "文章の代わりにJSONを1つ出力する",
    "Replace what an earlier command wrote there.": "既存の出力先を置き換える",
    "Seed word of the residents.": "乱数の種",
    "How many residents.": "人数",
    "Save the seal of KEY as a PNG file.": "KEY の印影をPNGで保存する",
    "Byte order mark, for Excel.": "CSVの先頭にBOMを付ける(Excel用)",
    "Fill in the serials of this cards folder.": "カードフォルダの各人のシリアル番号を書く",
    "Columns, values, gaiji (TOML).": "列・値・外字の対応表(TOML)",
    "Encoding.": "文字コード",
    "CSV of tax figures.": "税額のCSV",
    "CSV of family registers.": "戸籍のCSV",
    "Folder of seals, KEY.png.": "印影PNG(KEY.png)のフォルダ",
    "CSV / JSON Lines": "CSV か JSON Lines",
    # the score
    "D02, clean, gaps-in-numbers, ...; repeatable": "D02、clean、gaps-in-numbers など(繰り返せる)",
    "a named part: small": "名のある一部: small",
    "also the scenario of each incident, and faults": "事例ごとのシナリオと faults も実施する",
    "runs of each (default: 5, of defects without a race 2)": "一つ当たりの実施回数(既定: 5、競合によらない欠陥は 2)",
    "an external issuer of the reference issuer's interface": "参照発行システムと同じインターフェースの外部システム",
    "the population that --issuer was given": "--issuer のシステムに渡した住民フォルダ",
    "their cards": "そのカード",
    "TARGET.toml of an external issuer": "外部の発行システムの対象ファイル",
    "what the external issuer is called in the table": "表での外部の発行システムの名",
    "play nothing": "実施せず、表だけを示す",
    "keep run folders and issuers' states under OUT/trials": "実施フォルダーと発行システムの状態を OUT/trials に残す",
    # one document
    "whose it should be (key)": "だれの証明書のはずか(番号)",
    "what it should be": "何の証明書のはずか",
    "what was asked for, e.g. scope=all,relation": "選択した内容(例 scope=all,relation)",
    "document profile: a name or a TOML file": "帳票プロファイル(名前または TOML ファイル)",
    "tried where it is encrypted": "暗号化されている場合に試すパスワード",
}


def say_in_japanese(command: click.Command, path: str) -> None:
    """Replace what a command, its options and its subcommands say of themselves; unknown words stay.

    `path` is how it is called, e.g. "cards make".
    """
    if path in HELP_JA:
        command.help = HELP_JA[path]
        command.short_help = HELP_JA[path].partition("\n")[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help in _JAPANESE:
            parameter.help = _JAPANESE[parameter.help]
    for name, sub in command.commands.items() if isinstance(command, click.Group) else ():
        say_in_japanese(sub, f"{path} {name}")
