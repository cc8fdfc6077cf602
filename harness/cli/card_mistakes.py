"""Mistakes with populations, cards, the reference issuer and workers, in Japanese; a part of `mistake_texts.RULES`."""

from __future__ import annotations

CARD_RULES: tuple[tuple[str, str], ...] = (
    # populations and cards
    (
        r"this is not a population folder, or its making was interrupted\. (`.*?`)(?: makes one)?",
        "試験用住民のフォルダーではないか、作成が中断されたものである。{0} で作る",
    ),
    (r"cannot be read: (.*)", "読めない: {0}"),
    (r"is larger than (\d+) bytes", "{0} バイトを超える"),
    (r"is it the right file\?", "正しいファイルかを確かめる"),
    (r"has a heading but no residents", "見出しだけで、住民がない"),
    (r"is a folder without (.*)", "{0} のないフォルダーである"),
    (r"name the CSV file of the residents", "住民の CSV ファイルを指定する"),
    (r"is no folder", "フォルダーではない"),
    (r"give the one that holds a KEY\.png per seal", "印影ごとに KEY.png のあるフォルダーを指定する"),
    (
        r'write private-use characters as "U\+E000", U\+E000 to U\+F8FF',
        '外字は "U+E000" の形で、U+E000~U+F8FF の範囲で書く',
    ),
    (r"(.*?) is no readable TrueType font: (.*)", "{0} は TrueType フォントとして読めない: {1}"),
    (
        r"(.*?) has no seal whose picture is known; nothing was written to (.*)",
        "{0} には画像の分かる印影がない。{1} には何も書いていない",
    ),
    (r"resident (\S+) has no card there", "試験用住民 {0} のカードがない"),
    (r"complete the folder with `honnin cards make`(?: first)?", "`honnin cards make` で補う"),
    (r"(\d+) unknown: (.*)", "知らない番号が {0} 件ある: {1}"),
    (r"name residents of this population \(known are (\S+) to (\S+)\)", "この試験用住民の番号({0}~{1})を指定する"),
    (r"--special (.*?): write STATE=COUNT or STATE=KEY", "--special {0}: 状態=人数 か 状態=番号 の形で書く"),
    (r"states are (.*)", "状態は {0}"),
    (
        r"(\d+) residents with (\w+) cards asked for, only (\d+) suit",
        "{1} のカードの持ち主を {0} 人求められたが、{2} 人しか適さない",
    ),
    (r"ask for fewer", "人数を減らす"),
    (r"is no cards folder", "カードのフォルダーではない"),
    (r"make one with (`.*`)", "{0} で作る"),
    (r"make cards first with (`.*`)", "先に {0} でカードを作る"),
    (r"card (\S+) was renewed before", "カード {0} は更新済みである"),
    (r"its successor is (\S+)", "後のカードは {0}"),
    (
        r"card (\S+) was imported: only its issuer can revoke or renew it",
        "カード {0} は取り込んだもので、発行者にしか失効・更新できない",
    ),
    (r"ask the vendor", "構築業者に依頼する"),
    (
        r"card (\S+) is a serial of the target without a certificate of ours; nothing to change",
        "カード {0} は対象システムの発行番号だけで、こちらの証明書がない。変えるものはない",
    ),
    (r"no such reason", "その理由はない"),
    (r"allowed are (.*)", "使えるもの: {0}"),
    (r"(\S+) was born on (\S+) and can hold no expired card", "{0} は {1} 生まれで、期限切れのカードを持ち得ない"),
    (r"name an older resident", "年長の人を指定する"),
    (r"card (\S+) exists and is not expired", "カード {0} は既にあり、期限切れでない"),
    (r"name a resident without keys yet", "まだ鍵のない人を指定する"),
    (r"password file cannot be read \((.*)\)", "暗証のファイルを読めない({0})"),
    (
        r"whose card is it\? Add --resident KEY, or give a CSV list of file,resident",
        "だれのカードかを --resident 番号 で示すか、file,resident の CSV を渡す",
    ),
    (r"columns must be (.*) \(kind may be left out\)", "列は {0} とする(kind は省ける)"),
    (r"restore the file or make a new (?:cards )?folder", "ファイルを復元するか、新しいフォルダーを作る"),
    # the reference issuer, workers
    (
        r"start the issuer with --ready-file issuer\.json, or give --issuer FILE",
        "参照システムを --ready-file issuer.json で起動するか、--issuer で指定する",
    ),
    (r"the issuer of (.*?) does not answer \((.*)\)", "{0} の参照システムが応答しない({1})"),
    (r"is it running\?", "動いているかを確かめる"),
    (r"the reference issuer refused defect (\S+): (.*)", "参照システムが欠陥 {0} を受け付けない: {1}"),
    (
        r"copy the invitation that `honnin run` wrote to this machine",
        "`honnin run` が書いた招待ファイルをこの機械へ写す",
    ),
    (r"is no invitation \((.*)\)", "招待ファイルではない({0})"),
    (r"copy the one that `honnin run` wrote again", "`honnin run` が書いたものを写し直す"),
    (
        r"--master (.*?): the invitation of (\S+) says port (\d+)",
        "--master {0}: {1} の招待ファイルではポートは {2} である",
    ),
    (r"leave it out", "書かない"),
    (r"the generator's self-proof failed on this machine; see (.*)", "この機械の試験機の自己検査が不合格。{0} を見る"),
    (
        r"the generator's self-proof failed, so nothing was sent to the target: (.*); see (.*)",
        "試験機の自己検査が不合格のため、対象には何も送っていない: {0}。{1} を見る",
    ),
    (
        r"the target file says connections = (\d+): (\d+) workers would need one each; use at most (\d+) workers",
        "対象ファイルに connections = {0} とあり、作業機 {1} 台には足りない。作業機は {2} 台までとする",
    ),
    (r"(\S+) does not accept this target file: (.*)", "アダプター {0} はこの対象ファイルを受け付けない: {1}"),
    (r"the reference issuer is the centre itself", "参照システムは自身がセンターである"),
    (r"use (client = .*)", "{0} とする"),
    (r"(\S+) lacks (.*); see TargetAdapter", "{0} に {1} がない(docs/adapter.md)"),
    # lists of cards, certificates of servers
    (r"has more values than columns", "列より値が多い"),
    (r"remove what is too much", "余分なものを消す"),
    (r"fill it in or remove the line", "書き足すか、その行を消す"),
    (r"'?(.*?)'? is not allowed; use card or phone", "{0} は使えない。card か phone とする"),
    (r"give a PEM file of CA certificates", "CA 証明書の PEM ファイルを指定する"),
    (r"give PEM files", "PEM ファイルを指定する"),
    (r"(.*?): is no ready file of the reference issuer: (.*)", "{0}: 参照システムの起動ファイルではない: {1}"),
    (r"(.*?): '(.*?)' is not NAME=NUMBER, e\.g\. (.*)", "{0}: 「{1}」は 名前=数 の形でない(例 {2})"),
)
