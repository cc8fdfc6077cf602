"""Japanese for the sentences that our own programs journal in English: why a run stopped, how an application ended.

What a target or the operating system says is nobody's to translate: whatever no rule knows stays as it is.
"""

from __future__ import annotations

import re

from harness.glossary import WORDS, Lang, reason_word, word
from harness.records.findings import Evidence

# A whole sentence, and its Japanese with its parts, which are looked up in turn.
_RULES: tuple[tuple[str, str], ...] = (
    # why a run was stopped
    (r"ctrl-c", "操作者が止めた(Ctrl-C)"),
    (r"told to end \(SIGTERM\)", "終了の指示を受けた(SIGTERM)"),
    (r"the terminal was closed or its connection lost", "端末が閉じられたか、接続が切れた"),
    (
        r"the window ends at (\S+): arrivals ended (\d+) s before, to drain and to confirm that the service works",
        "時間枠が {0} に終わるため、進行中の申請を待ち復旧を確かめられるよう、{1} 秒前に新しい申請を止めた",
    ),
    (r"stop_when: the program that asks after the target (.*)", "停止条件を見張るプログラムが{0}"),
    (
        r"stop_when: (\d+) of the last (\d+) applications failed \(error_rate = (\S+)\)",
        "停止条件: 直近の申請 {1} 件のうち {0} 件が失敗した(error_rate = {2})",
    ),
    (r"stop_when: (.*), (\d+) times in a row", "停止条件: {0}({1} 回続けて)"),
    (r"the probe took (\d+) ms \(probe_ms = (\S+)\)", "対象の確認に {0} ミリ秒かかった(probe_ms = {1})"),
    (r"the probe failed: (.*)", "対象の確認に失敗した: {0}"),
    (r"the health command (\S+) ended with exit code (\d+)", "確認コマンド {0} が終了コード {1} で終わった"),
    (r"the health command (\S+) ended with exit code (\d+): (.*)", "確認コマンド {0} が終了コード {1} で終わった: {2}"),
    (r"the health command (\S+) took longer than (\d+) s", "確認コマンド {0} が {1} 秒以内に終わらなかった"),
    (r"the health command (\S+) cannot be called: (.*)", "確認コマンド {0} を呼び出せない: {1}"),
    (r"the target's build has changed since this run began: (.*)", "試験の開始後に対象の版が変わった: {0}"),
    (r"the plan held no further confirmation", "計画に復旧確認が残っていない"),
    (r"it was not played", "実施していない"),
    (r"disk full", "ディスクの空きが足りない"),
    (r"disk full: (.*)", "ディスクの空きが足りない({0})"),
    (r"self-proof failed", "試験機の自己証明が不合格"),
    (r"the self-proof (.*)", "自己証明のプログラムが{0}"),
    (r"settling (.*)", "事後確認のプログラムが{0}"),
    (r"the player of phase (\S+) (.*)", "段階 {0} の端末役プログラムが{1}"),
    (r"was killed by signal (\d+)", "シグナル {0} で終わった"),
    (r"was killed by signal (\d+): (.*)", "シグナル {0} で終わった: {1}"),
    (r"ended with exit code (\d+)", "終了コード {0} で終わった"),
    (r"ended with exit code (\d+): (.*)", "終了コード {0} で終わった: {1}"),
    (r"stopped by a signal while settling", "事後確認の途中で止められた"),
    (r"stopped by a signal", "停止の指示を受けた"),
    (r"the adapter failed: (.*)", "アダプタ(接続部品)の誤り: {0}"),
    (r"generator fault in phase (\S+): (.*)", "段階 {0} で試験機に不備: {1}"),
    (
        r"the adapter failed in every application of phase (\S+): (.*)",
        "段階 {0} のすべての申請でアダプタ(接続部品)が誤りで止まった: {1}",
    ),
    (r"the adapter failed: (.*)", "アダプタ(接続部品)の誤り: {0}"),
    (r"the adapter's session returned no End", "アダプタ(接続部品)の手続が End を返さなかった"),
    (r"(\w+) at (\S+\.py):(\d+)", "{1} の {2} 行目で {0}"),
    (r"none of its (\d+) applications could be played", "計画した {0} 件の申請を一件も実施できなかった"),
    (r"the target did not answer the first probe: (.*)", "対象システムが最初の確認に応答しなかった: {0}"),
    (r"(worker .*?\)) is lost: (.*)", "{0}が失われた({1})"),
    (r"(worker .*?\)): (.*)", "{0}の不備: {1}"),
    (r"worker (\d+) \(host (\S+), process (\d+)\)", "作業機 {0}(ホスト {1}、プロセス {2})"),
    (r"worker (\d+) \(host (\S+)\)", "作業機 {0}(ホスト {1})"),
    (r"worker (\d+) \(of (\d+) expected\)", "作業機 {0}(予定 {1} 台)"),
    (r"(worker .*) did not come within (\S+) s", "{0}が {1} 秒以内に参加しなかった"),
    (r"the self-proof of (worker .*) failed", "{0}の自己証明が不合格"),
    (r"the journal of (worker .*) did not arrive complete", "{0}の記録が届き切らなかった"),
    (r"died", "異常終了"),
    (r"was not heard of for (\d+) s", "{0} 秒間応答がない"),
    (r"its connection lost (\d+) messages", "通信で {0} 件の連絡が失われた"),
    (r"did not end within (\S+) s", "{0} 秒以内に終わらなかった"),
    # why a batch is void
    (r"(\S+) not inflicted: interrupted", "障害 {0} は中断のため起こしていない"),
    (r"(\S+) not inflicted: (.*)", "障害 {0} を起こせなかった: {1}"),
    (r"the target file does not allow (\S+)", "対象ファイルが {0} を許していない"),
    (r"undone by the watchdog: deadline", "期限が来たため見張りが解いた"),
    (r"undone by the watchdog: the player is gone", "端末役がいなくなったため見張りが解いた"),
    (r"fault (\S+) of (\S+) is not undone: (.*)", "{1} の障害 {0} を解けなかった: {2}"),
    (r"absent at the release: (.*)", "合図の時にそろわなかった: {0}"),
    (r"(\S+ not played: [^;]+); (.*)", "{0}、{1}"),
    (
        r"(\S+) not played: kiosk (\S+) waits for (\S+) to be settled",
        "{0} は未実施(端末 {1} が {2} の結末を待っているため)",
    ),
    (r"(\S+) not played: interrupted", "{0} は中断のため未実施"),
    (r"a register update failed in the player", "登録内容の変更を試験側で行えなかった"),
    (r"a part was played before an interruption", "中断の前に一部を実施していた"),
    # giving up on purpose
    (r"hung up on purpose (.*)", "意図して通信を切った({0})"),
    (r"walked away before (\S+)", "「{0}」の前に立ち去った"),
    (r"before (\w+); (.*)", "「{0}」の前に取り消した({1})"),
    (r"nothing was applied for", "申請の前"),
    (r"no cancel request", "取消の要求は送っていない"),
    (r"the target accepted the cancellation", "対象システムは取消を受け付けた"),
    (r"cancellation not accepted: (.*)", "取消は受け付けられなかった: {0}"),
    # answers outside the agreed interface
    (r"no complete answer within (\S+) s; gave up (.*)", "{0} 秒以内に応答が終わらなかった({1})"),
    (r"the target closed the connection (.*)", "対象システムが通信を切った({0})"),
    (r"before any byte of an answer( \(.*\))?", "応答が届く前"),
    (r"before a complete head( \(.*\))?", "応答の先頭がそろう前"),
    (r"in the middle of the answer's head( \(.*\))?", "応答の先頭の途中"),
    (r"after (\d+) bytes of the answer's body( \(.*\))?", "応答の本文 {0} バイトの後"),
    (r"after (\d+) bytes( \(.*\))?", "{0} バイトの後"),
    (r"no connection to (\S+): (.*)", "{0} に接続できない: {1}"),
    (r"(.* \(https?://\S+\)): (no connection to .*)", "{0}: {1}"),
    (
        r"its TLS certificate is not trusted \((.*)\); check tls\.ca and the host name",
        "TLS の証明書を信頼できない({0})。対象ファイルの tls.ca とホスト名を確かめる",
    ),
    (r"connection refused", "接続を拒否された"),
    (r"the answer announces (\d+) bytes; the limit is (\d+)", "応答が大きすぎる({0} バイトと予告。限度 {1})"),
    (r"cut off after (\d+) bytes; the limit is (\d+)", "応答が大きすぎるため {0} バイトで打ち切った(限度 {1})"),
    (
        r"redirect \(status (\d+)\), not followed; give the final URL in the target file",
        "別の場所への転送(HTTP {0})。転送先へは進まない。最終の URL を対象ファイルに書く",
    ),
    (r"status (\d+) with an HTML page of (\d+) bytes .*", "HTTP {0}。取り決めた応答でなく HTML のページ({1} バイト)"),
    (r"status (\d+), (.*), (\d+) bytes: not the agreed answer", "HTTP {0}。取り決めた応答でない({1}、{2} バイト)"),
    (r"no content type", "内容の種類の表示なし"),
    (r"not HTTP/1\.1: (.*)", "HTTP/1.1 の応答でない: {0}"),
    # the same as codes
    (r"http_(\d+)", "HTTP {0}"),
    (r"timeout", "応答なし(時間切れ)"),
    (r"reset", "通信の切断"),
    (r"malformed", "取り決めにない形の応答"),
    (r"too_large", "大きすぎる応答"),
    (r"unreachable", "接続不能"),
    # documents that could not be read
    (r"(not_pdf|corrupt|encrypted|over_limit|reader_died): (.*)", "{1}"),
    (r"no %PDF- in the first \d+ bytes: (.*)", "{0}"),
    (r"(\d+) pages; the limit is (\d+)", "{0} ページある(限度 {1})"),
    (r"([\d,]+) bytes; the limit is ([\d,]+)", "{0} バイトある(限度 {1})"),
    (r"it has no pages", "ページがない"),
    (r"no text layer: the page is a picture", "文字情報がなく、ページ全体が画像である"),
    (
        r"(\d+) filled-in fields have no appearance: what is printed depends on the printer",
        "入力欄 {0} 個の値に表示用の描画データがなく、何が印刷されるかは印刷する機器による",
    ),
    (r"no text on the page", "ページに文字がない"),
    (
        r"(\S+) of the characters are none that certificates are written with: (.*)",
        "証明書に使われない文字が {0} ある({1} など)",
    ),
    (r"only (\S+) of the form's fixed labels decode", "様式の決まった文言のうち {0} しか読めない"),
    (
        r"its digits do not decode: in (\d+) fields other ones stand for (\S+) of them, always the same",
        "数字の文字情報が紙面と違う({0} 項目で、{1} 個の数字がいつも別の数字になっている)",
    ),
    (r"PDFium cannot open it: (.*)", "PDFium で開けない: {0}"),
    (r"Failed to load document \(PDFium: (.*)\)\.?", "{0}"),
    (r"Data format error", "PDF の構造が壊れている"),
    (r"File access error", "ファイルを読めない"),
    (r"Unsupported security scheme", "対応していない暗号化の方式である"),
    (r"Page not found or content error", "ページがないか、内容が壊れている"),
    (r"Failed to load page\.?", "ページを読み込めない"),
    (r"Success", "原因の表示なし"),
    (r"Incorrect password error", "パスワードが違う"),
    (r"Unknown error", "原因不明"),
    (
        r"by (SIG\w+), probably at its limit of (\d+) MB",
        "シグナル {0}。おそらく記憶領域の上限 {1} MB に達した",
    ),
    (r"by (SIG\w+)", "シグナル {0}"),
    (r"with exit code (\d+)", "終了コード {0}"),
    (
        r"(.*) before it took the document; look for what ends processes here",
        "{0}。証明書を受け取る前なので、この計算機でプロセスを止めているものを調べる",
    ),
    (r"page (\d+) of (\d+) cannot be read: (.*)", "全 {1} ページのうち {0} ページ目が読めない: {2}"),
    (r"reading it needs more than (\d+) MB", "読み取りに {0} MB を超える記憶領域が要る"),
    (
        r"(.*) is no permitted person, but other items are the applicant's",
        "「{0}」は載ってよい人でないが、ほかの記載は申請した人のもの",
    ),
    (r"(.*) is nearly a permitted person's name", "「{0}」は載ってよい人の氏名とわずかに違う"),
    (
        r"no permitted person's name was found on it, nor anybody else's",
        "載ってよい人の氏名も、ほかの人の氏名も見つからない",
    ),
    (
        r"it fits (.*) as well: nothing on it tells them from the applicant",
        "{0} にも当てはまり、申請した人と区別できる記載がない",
    ),
    (r"it is an HTML page", "HTML のページである"),
    (r"it is encrypted.*", "暗号化されている"),
    (r"it is an? (\S+) (?:archive|picture)", "PDF でなく {0} である"),
    (r"it is (.*)", "PDF でなく {0} である"),
    (r"it starts with (.*)", "PDF でない(先頭 {0})"),
    (r"the document is empty.*", "中身がない"),
    (r"it takes longer than (\S+) s of processor time", "読み取りが処理時間 {0} 秒で終わらない"),
    (r"no answer within (\S+) s", "{0} 秒以内に応答がない"),
    (r"the reader process ended (.*)", "読取プログラムが異常終了した({0})"),
    # pages compared by their pictures
    (r"more than (\d+) pages are to be looked at", "画像で確かめるページが上限の {0} を超える"),
    (r"(\d+) pages have no picture yet", "{0} ページの画像がまだない"),
    (r"(.*); its picture differs from the baseline in (\d+) places", "{0}。画像が基準帳票と {1} 箇所で違う"),
    (r"(.*); the page has no picture", "{0}。ページの画像がない"),
    (r"(.*); (issued once: nothing to compare it with)", "{0}。{1}"),
    (r"(.*); (its other issue is doubtful)", "{0}。{1}"),
    (r"(.*); (too faint .*)", "{0}。{1}"),
    (r"(.*); (it cannot be laid over .*)", "{0}。{1}"),
    (r"(.*); (it is the applicant's page of another certificate.*)", "{0}。{1}"),
    (r"(.*); (not the applicant's: .*)", "{0}。{1}"),
    (r"(.*); (the baseline has .*|the baseline's page has .*|the register changed .*|two issues of .*)", "{0}。{1}"),
    (r"(.*); (OCR reads dates: .*)", "{0}。{1}"),
    (r"OCR reads dates: (.*); numbers: (.*)", "画像から読み取れた日付: {0}、番号: {1}"),
    (r"the page has no picture", "ページの画像がない"),
    (r"the register changed after the baseline was taken", "基準帳票を採った後に登録が変わった"),
    (r"two issues of the baseline differ from each other", "基準帳票の 2 回の交付が互いに違う"),
    (r"two issues of it are one picture, and nobody else's", "2 回の交付の画像が一致し、ほかの人のものと違う"),
    (r"equal to the baseline's picture", "基準帳票の画像と一致"),
    (r"its words stand elsewhere than on the baseline", "文字の位置が基準帳票と違う"),
    (r"issued once: nothing to compare it with", "1 回しか交付していないため、比べるものがない"),
    (r"its other issue is doubtful", "もう 1 回の交付が疑わしい"),
    (r"the baseline has no such page of this application", "基準帳票にこの申請のこのページがない"),
    (r"the baseline has no document of this application", "基準帳票にこの申請の証明書がない"),
    (r"the baseline's page has no picture", "基準帳票のページの画像がない"),
    (r"the baseline has fewer pages", "基準帳票よりページが多い"),
    (r"as well (.*)'s, who may stand on the same page", "{0} のページとも一致し、同じページに載ってよい人である"),
    (r"as well (.*)'s", "{0} のものでもある"),
    (r"too faint to tell from (.*)", "不鮮明で {0} のものと区別できない"),
    (r"too faint to tell whose it is: (.*)", "不鮮明でだれのものか決められない: {0}"),
    (r"too faint: an item of another person could not be seen", "不鮮明で、他人の記載があっても見えない"),
    (r"too faint to compare with the baseline", "不鮮明で基準帳票と比べられない"),
    (r"not the applicant's: (.*)'s; too faint to tell", "申請した人のものでなく {0} のもの。不鮮明で決められない"),
    (
        r"it is the applicant's page of another certificate, or another page of this one",
        "申請した人の別の証明書のページか、この証明書の別のページである",
    ),
    (r"it cannot be laid over the baseline's page", "基準帳票のページと重ならない"),
    (r"it has no text to compare", "比べられる文字がない"),
    (
        r"differs from the baseline, and what tells its owner is not there",
        "基準帳票と違い、だれのものかを示す記載がない",
    ),
    (r"differs from the baseline", "基準帳票と違う"),
    (
        r"no baseline of this application; take one with honnin baseline",
        "この申請の基準帳票がない(honnin baseline で採る)",
    ),
    (r"its text layer differs at every issue", "交付のたびに文字情報が変わる"),
    (r"nothing on it tells residents apart", "だれのものかを示す記載がない"),
    (
        r"issued once: nothing to compare with but other people's documents",
        "1 回しか交付していないため、他人の証明書としか比べられない",
    ),
    # what findings rest on
    (r"(\d+) of (\d+)", "{1} 部のうち {0} 部"),
    (r"copy (\d+) of (\d+) asked for", "{1} 部の申請に {0} 部目"),
    (r"copy (\d+) also came as (\S+)", "{0} 部目は {1} としても届いた"),
    (r"(\S+) had ended: (\S+)", "{0} は既に終わっていた({1})"),
    (r"issued, by (.*)", "交付済み({0}による)"),
    (r"ledger", "発行履歴"),
    (r"retry", "再要求"),
    (r"late document", "遅れて届いた証明書"),
    (r"(\d+) bytes without an end mark", "{0} バイトで、終わりの印がない"),
    (
        r"(\d+) attached, archived or earlier parts could not be looked through",
        "添付ファイル・書庫・旧版など {0} 件の中身を確かめられない",
    ),
    (r"(\d+) bytes before its beginning", "始まりの印の前に {0} バイト"),
    (
        r"(\d+) end marks, (\d+) later revisions, (\d+) bytes behind the last",
        "終わりの印 {0} 個、後からの改訂 {1} 回、最後の印の後に {2} バイト",
    ),
    (r"turned by (\d+) degrees; likeness (\S+)", "紙面の文字に対して {0} 度回っている(一致度 {1})"),
    (r"likeness (\S+); too much like the seals of (.*) to tell", "一致度 {0}。{1} の印影とも似ていて決められない"),
    (r"likeness (\S+)", "一致度 {0}"),
    (r"no seal impression found", "印影が見つからない"),
    (r"(\S+) is missing", "{0} がない"),
    (r"repeats page (\d+)", "{0}ページと同じ内容"),
    (r"(\d+) versions?, (\S+) s late", "{0} 版、{1} 秒以上の遅れ"),
    (r"(\S+): (\S+) s to (\S+) s", "{0}: {1}~{2} 秒"),
    (r"(\S+): (\S+) s to (\S+) s, failed", "{0}: {1}~{2} 秒、失敗の応答"),
    (r"(\S+): (\S+) s, outcome unknown", "{0}: {1} 秒に開始、結果不明"),
    (r"line (\d+): (.*)", "{0} 行目: {1}"),
    (r"document handed out", "証明書が渡された"),
    (r"authentication accepted", "認証が通った"),
    (r"delivered", "交付"),
    (r"(\S+) issued", "{0} 交付済み"),
)
# Kinds of evidence whose value is a sentence of ours; all others show what stood on paper or came from the target.
_OURS = frozenset(
    {
        "unread",
        "copies",
        "copy",
        "settlement",
        "ledger",
        "end of file",
        "enclosed file",
        "page counter",
        "repeated page",
        "card",
        "probe",
        "seal",
        "change",
        "behind",
        "server log",
    }
)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), ja) for pattern, ja in _RULES)


def in_japanese(sentence: str) -> str:
    """Return a sentence or code of our own programs in Japanese; unchanged where it is none that is known."""
    for pattern, ja in _COMPILED:
        if match := pattern.fullmatch(sentence):
            return ja.format(*(in_japanese(part or "") for part in match.groups()))
    return word(sentence, "ja") if sentence in WORDS else sentence


def seen(evidence: Evidence, lang: Lang) -> str:
    """Return the value of an evidence as a reader of the language is told it; texts of documents stay as printed."""
    if evidence.item == "title":
        return word(evidence.value, lang)
    if evidence.item == "issuable":
        return reason_word(evidence.value, lang)
    return in_japanese(evidence.value) if lang == "ja" and evidence.kind in _OURS else evidence.value
