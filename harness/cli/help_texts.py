"""What `--help` says of the commands of `honnin cards` and `honnin issuer`, for who reads Japanese, by their names."""

from __future__ import annotations

# The first line is what the list of commands shows.
HELP_JA: dict[str, str] = {
    "cards": """模擬マイナンバーカードを作る・取り込む・変更する。

    カードは公的個人認証の利用者証明用電子証明書のプロファイルに従い、模擬と分かる名(O=JPKI-MOCK)を持つ。認証局は同じ名の
    三世代、CRL と OCSP、RSA-2048 または P-384。電子証明書に人の名はなく、どのシリアル番号が誰のものかは
    serials.csv に書く。本物の電子証明書は、作りも取り込みもしない。

    \b
    いつもの手順:
      honnin cards make population/ cards/ --only R00001 --only R00002
      honnin cards export cards/ for-the-target/
      honnin cards serve-ocsp cards/
    """,
    "cards make": """全員のカードを登録し、指定した人の鍵を作る。

    POPULATION の全員のカードをフォルダー CARDS に登録する。シリアル番号は全員にすぐ付く。鍵には時間がかかるため、--only
    で指定した人の分だけを作り、足りない鍵は試験が計画に応じて作る。繰り返すと、あるものは残し、中断した分を補う。

    \b
    honnin cards make population/ cards/                                  シリアル番号だけ(すぐ終わる)
    honnin cards make population/ cards/ --only R00001 --only R00002      鍵も二人分
    honnin cards make population/ cards/ --special revoked=2 --special locked=R00031
    """,
    "cards import": """構築業者の「試験用」電子証明書(PKCS #12)をカードとして取り込む。

    FILE は --resident を付けた .p12 一つ、または file,resident,kind の列を持つ CSV の一覧(kind は省ける。パスは一覧の
    あるフォルダーから)。全部を取り込むか、理由を示して一つも取り込まない。本物の公的個人認証の名を持つものと、試験用の認証局と
    分からない発行者のものは受け付けない。

    \b
    honnin cards import cards/ r1.p12 --resident R00001 --password-file password.txt
    honnin cards import cards/ list.csv --password-file password.txt --test-issuer 'CN=Vendor CA,O=Vendor,C=JP'
    """,
    "cards renew": """住民(KEY は R00001 など)のカードを更新する。

    新しいカードは新しいシリアル番号を持ち、最新の世代の認証局が発行する。古いカードは更新済みとなり、以後 CRL に載る。
    失効・期限切れのものはそのまま。新しい CRL と serials.csv を対象システムに渡す(honnin cards export)。
    """,
    "cards revoke": """シリアル番号(SERIAL。serials.csv を見る)でカードを失効させる。

    以後 CRL に載り、OCSP もそう答える。動いている OCSP 応答プログラムはすぐに従う。更新するまで、持ち主に
    有効なカードはない。
    """,
    "cards export": """対象システムに要るものを DESTINATION に写す。鍵と暗証番号は出さない。

    \b
    ca-bundle.pem             認証局の証明書三つ。名は一つ、鍵は三つ。鍵識別子で選ぶ
    crl-1.pem ... crl-3.pem   失効したカード。認証局の世代ごとに一つ
    serials.csv               serial,resident,state(active または superseded),kind
    """,
    "cards serve-ocsp": """CARDS についての OCSP の問合せに、Ctrl-C まで答える。

    127.0.0.1 の HTTP(RFC 6960)。good、revoked、unknown のどれかを答え、フォルダーの変更はすぐに反映する。試し方:

    \b
    openssl ocsp -issuer cards/authority/ca-3.pem -cert cards/certs/SERIAL.pem \\
                 -CAfile cards/ca-bundle.pem -url http://127.0.0.1:PORT/
    """,
    "issuer": """参照発行システムを動かし、その欠陥を切り替える。

    参照発行システムは、業者のものと同じく別のシステムである。センターの後ろに、登録簿と印刷待ちを共有する発行サーバが数台ある。
    書き出されたファイルだけを読み込む。honnin の働きを見るためと、シナリオが見つけるべきものを見つけるかを確かめる
    ために使う。既知の欠陥はどれもスイッチで、初めは切ってある。

    \b
    いつもの手順:
      honnin population make population/ --size 60
      honnin cards make population/ cards/ --all --algorithm p384
      honnin issuer serve --population population/ --cards cards/ --state issuer/ --ready-file issuer.json
      honnin issuer defect on D02@n2
    """,
    "issuer serve": """Ctrl-C まで動かす。すべてのオプションは `honnin issuer serve --help` で分かる。

    このプロセスは発行システム自身のプログラム(`python -m mock_issuer serve`)となり、引数をそのまま受け取る。
    """,
    "issuer defect": "既知の欠陥を一覧にし、動作中の参照システムで切り替える。",
    "issuer defect list": "すべての欠陥と、入っているサーバを示す。参照システムが動いていなければ種類だけを示す。",
    "issuer defect on": "欠陥を入れる。一台(@n2)または全部に、あれば値を付けて(D01:limit_s=2)。",
    "issuer defect off": "欠陥を切る。名がなければ全部、サーバの指定がなければ全サーバで。",
}
