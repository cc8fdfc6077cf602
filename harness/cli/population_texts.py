"""What `honnin population --help` teaches, in the language of the reader."""

from __future__ import annotations

from harness.glossary import Lang, default_lang


def in_words(ja: str, en: str, lang: Lang | None = None) -> str:
    """Return one of two texts, by default the one of the user's locale."""
    return ja if (lang or default_lang()) == "ja" else en


GROUP = in_words(
    """試験住民(架空)を作る・見る・書き出す・取り込む。

    試験住民には、6種類の証明書に印字されるすべての項目、印影、戸籍、税額がある。個人番号は含まない。

    \b
    いつもの手順:
      honnin population make population/ --size 60
      honnin population show population/
      honnin population export population/ for-the-target/ --form csv --bom
    対象システムの試験住民を使う場合:
      honnin population import residents.csv population/ --mapping mapping.toml
    """,
    """Make, show, export and import test residents, all fictitious.

    A resident has every item that the six certificates print, a seal impression, a family register and tax figures.
    There is no My Number in it.

    \b
    The usual way:
      honnin population make population/ --size 60
      honnin population show population/
      honnin population export population/ for-the-target/ --form csv --bom
    With the residents that the target's test environment already has:
      honnin population import residents.csv population/ --mapping mapping.toml
    """,
)

MAKE = in_words(
    """試験住民を作り、フォルダ OUT に保存する。

    同じ --seed と --size からは常に同じ住民ができる。60人以上なら、異体字・外字・双子・同姓同名・外国人住民・廃印・
    支援措置など必要な特徴がすべて入り、過半数は6種類の証明書をすべて交付できる普通の住民になる。

    \b
    honnin population make population/                       60人
    honnin population make population/ --size 10000 --seed 7
    """,
    """Make test residents and save them in the folder OUT.

    The same --seed and --size always give the same residents. From 60 on, everything that a test must meet is among
    them: variant glyphs, private-use characters, twins, namesakes, foreign residents, cancelled seals, restrictions
    and more; most are ordinary residents who can get all six certificates.

    \b
    honnin population make population/                       60 residents
    honnin population make population/ --size 10000 --seed 7
    """,
)

SHOW = in_words(
    """POPULATION にどんな住民がいるか、全員を見分けられるかを表示する。KEY(例 R00001)を付けるとその人の全項目。

    \b
    honnin population show population/
    honnin population show population/ R00001 --seal seal.png
    """,
    """Show who is in POPULATION and whether everyone can be told apart; with KEY (like R00001), one resident.

    \b
    honnin population show population/
    honnin population show population/ R00001 --seal seal.png
    """,
)

EXPORT = in_words(
    """POPULATION を対象システムに登録するためのファイルを OUT に書き出す。

    \b
    --form csv    residents.csv taxes.csv koseki.csv seals/KEY.png (UTF-8。Excelで開くなら --bom)
    --form jsonl  residents.jsonl koseki.jsonl schema.json (JSON Schema)
    外字があれば gaiji.ttf も付く。列の説明は docs/population.md。
    --serials を付けると各人のカードのシリアル番号(cards 列)が入る。

    \b
    honnin population export population/ for-the-target/ --bom
    honnin population export population/ for-the-target/ --serials cards/
    """,
    """Write files to OUT with which a target can be filled.

    \b
    --form csv    residents.csv taxes.csv koseki.csv seals/KEY.png (UTF-8; add --bom to open them in Excel)
    --form jsonl  residents.jsonl koseki.jsonl schema.json (JSON Schema)
    gaiji.ttf is added where private-use characters occur. Columns are explained in docs/population.md. With --serials,
    the column `cards` holds the serial of everybody's card.

    \b
    honnin population export population/ for-the-target/ --bom
    honnin population export population/ for-the-target/ --serials cards/
    """,
)

IMPORT = in_words(
    """対象システムの試験住民のCSV(UTF-8 または CP932)を取り込み、フォルダ OUT に保存する。

    必須は住民番号・カードのシリアル番号・氏名だけ。列がない項目は「不明」(検査しない)、空白のセルは「空欄」(空欄で
    あることを検査する)。誤りが1つでもあれば、ファイル・行・列・理由をすべて示し、何も取り込まない。

    \b
    honnin population import residents.csv population/
    honnin population import 住民.csv population/ --mapping mapping.toml --seals 印影/
    honnin population import for-the-target/ population/      honnin population export --serials が書いたフォルダ
    CSV と同じフォルダの gaiji.ttf は外字フォントとして使う。対応表の書き方は docs/population.md。
    """,
    """Take over the target's own test residents from a CSV file (UTF-8 or CP932); save them in the folder OUT.

    Required are only key, card serial and name. An item without a column is unknown and will not be checked; a blank
    cell is empty, and will be checked to be empty. If anything is wrong, every file, line, column and reason is told
    and nothing is imported.

    \b
    honnin population import residents.csv population/
    honnin population import residents.csv population/ --mapping mapping.toml --seals seals/
    honnin population import for-the-target/ population/      a folder of honnin population export --serials
    A gaiji.ttf beside the CSV draws its private-use characters. How to map columns: docs/population.md.
    """,
)
