"""Says in Japanese or English what a population holds and who in it could not be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from harness.glossary import Lang, word
from harness.population.distinction import Distinction
from harness.population.issuable import refusal
from harness.population.model import Population
from harness.records.certificates import Certificate

_SHOWN = 10  # examples of one kind; --json holds all

_TRAITS = {
    "variant": ("異体字", "variant glyph"),
    "non_bmp": ("BMP外の文字(𠮷)", "beyond the BMP"),
    "variation_selector": ("異体字セレクタ", "variation selector"),
    "gaiji": ("外字", "private-use character"),
    "variant_pair": ("一字違いの異体字の組", "names one variant glyph apart"),
    "namesake": ("同姓同名・同生年月日・同性の別人", "same name, birthday and sex"),
    "twin": ("双子", "twin"),
    "name_inside_name": ("氏名が他人の氏名に含まれる", "name inside another's"),
    "long_name": ("長い氏名", "long name"),
    "long_address": ("長い住所", "long address"),
    "long_koseki": ("3ページ以上の戸籍", "koseki of three pages"),
    "former_name": ("旧氏", "former name"),
    "furigana_blank": ("ふりがな未届", "furigana not notified"),
    "foreign": ("外国人住民", "foreign resident"),
    "alias": ("通称", "alias"),
    "under_15": ("15歳未満", "under 15"),
    "no_seal": ("印鑑登録なし", "no seal registered"),
    "seal_cancelled": ("廃印", "seal cancelled"),
    "moved_out": ("転出", "moved out"),
    "deceased": ("死亡", "deceased"),
    "elsewhere": ("市外在住(戸籍は市内)", "lives elsewhere, koseki here"),
    "access_none": ("利用登録 未登録", "koseki access not applied for"),
    "access_pending": ("利用登録 処理中", "koseki access pending"),
    "restricted": ("支援措置", "restricted"),
    "gaiji_pending": ("外字登録中", "character being registered"),
    "name_too_long": ("氏名が桁数超過", "name too long for the field"),
    "not_householder": ("世帯主でない", "not the householder"),
    "household_of_many": ("5人以上の世帯", "household of five or more"),
    "not_hittousha": ("筆頭者でない", "not the head of the koseki"),
}


class Summary(Struct, frozen=True, kw_only=True):
    """What a population holds, in numbers."""

    municipality: str
    seed: int | None
    digest: str
    residents: int
    households: int
    koseki: int
    household_sizes: dict[int, int]  # members → households
    issuable: dict[str, int]  # certificate → residents who may be issued it
    all_six: int  # residents who may be issued every certificate
    traits: dict[str, int]


def summarise(population: Population, on: date) -> Summary:
    """Count what a population holds; `on` is the day for which ages count."""
    people = population.residents.values()
    homes = Counter(person.household for person in people if person.household is not None)
    allowed = {
        key: [c for c in Certificate if not refusal(person, c, on)] for key, person in population.residents.items()
    }
    traits = Counter(trait for person in people for trait in person.traits)
    return Summary(
        municipality=population.municipality,
        seed=population.seed,
        digest=population.digest,
        residents=len(population.residents),
        households=len(homes),
        koseki=len(population.koseki),
        household_sizes=dict(sorted(Counter(homes.values()).items())),
        issuable={c.value: sum(c in each for each in allowed.values()) for c in Certificate},
        all_six=sum(len(each) == len(Certificate) for each in allowed.values()),
        traits={trait: traits[trait] for trait in sorted(traits, key=lambda each: (-traits[each], each))},
    )


def tell_summary(summary: Summary, lang: Lang) -> str:
    """Return a summary as text of a few lines."""
    ja = lang == "ja"
    origin = "取込" if ja else "imported"
    made = origin if summary.seed is None else f"seed {summary.seed}"
    sizes = " ".join(f"{members}:{homes}" for members, homes in summary.household_sizes.items())
    issuable = ", ".join(f"{word(c, lang)} {n}" for c, n in summary.issuable.items())
    traits = ", ".join(f"{_trait(trait, lang)} {count}" for trait, count in summary.traits.items())
    if ja:
        return (
            f"{summary.municipality}({made}): 住民 {summary.residents}人 世帯 {summary.households} "
            f"戸籍 {summary.koseki}\n世帯人数:世帯数  {sizes}\n交付できる人数  {issuable}\n"
            f"6種類すべて交付できる人  {summary.all_six}人\n試験できる特徴  {traits}\ndigest {summary.digest}"
        )
    return (
        f"{summary.municipality} ({made}): {summary.residents} residents, {summary.households} households, "
        f"{summary.koseki} koseki\nmembers:households  {sizes}\nmay be issued  {issuable}\n"
        f"all six certificates  {summary.all_six} residents\ntraits  {traits}\ndigest {summary.digest}"
    )


def tell_distinction(distinction: Distinction, lang: Lang) -> str:
    """Return what could not be told apart, and by what look-alikes differ, as text."""
    ja = lang == "ja"
    if distinction.clear:
        n = distinction.residents
        verdict = f"{n}人全員を証明書の記載で見分けられます" if ja else f"all {n} residents can be told apart on paper"
    else:
        verdict = (
            "証明書の記載で見分けられない住民がいます。その間の誤交付は検出できません"
            if ja
            else "some residents cannot be told apart: a misdelivery between them would not be seen"
        )
    return "\n".join([verdict, *_problems(distinction, ja), *_remarks(distinction, ja)])


def _problems(distinction: Distinction, ja: bool) -> Iterator[str]:
    for pair in distinction.inseparable[:_SHOWN]:
        certificate = word(pair.certificate.value, "ja" if ja else "en")
        why = ("異体字セレクタのみ" if ja else "only a variation selector differs") if pair.weakly else ""
        unknown = (("不明な項目: " if ja else "unknown: ") + ", ".join(pair.unknown)) if pair.unknown else ""
        yield f"  {pair.one} = {pair.other}  {certificate}  {'; '.join(filter(None, (why, unknown)))}".rstrip()
    if more := len(distinction.inseparable) - _SHOWN:
        yield from [f"  … +{more}"] if more > 0 else []
    for seals in distinction.alike_seals[:_SHOWN]:
        yield f"  {seals.one} = {seals.other}  {'印影' if ja else 'seal'} {seals.correlation:.2f}"
    for lookalike in distinction.lookalikes:
        if not lookalike.differs:
            yield f"  {lookalike.resident} = {lookalike.of}"
    if distinction.unchecked_pairs:
        n = distinction.unchecked_pairs
        yield f"  同名の組 {n} 件は未確認" if ja else f"  {n} pairs of one name were not compared"


def _remarks(distinction: Distinction, ja: bool) -> Iterator[str]:
    if distinction.lookalikes:
        n = len(distinction.lookalikes)
        yield f"意図した似た住民 {n}組 (違う項目):" if ja else f"{n} deliberate look-alikes (items that differ):"
        for pair in distinction.lookalikes[:_SHOWN]:
            yield f"  {pair.resident} ~ {pair.of}: {', '.join(pair.differs)}"
        if len(distinction.lookalikes) > _SHOWN:
            yield f"  … +{len(distinction.lookalikes) - _SHOWN}"
    contained, mentions = len(distinction.contained), len(distinction.mentions)
    yield (
        f"他人の項目を含む項目 {contained}件、他人の戸籍に現れる項目 {mentions}件(いずれも正しい記載)"
        if ja
        else f"{contained} items stand inside another's, {mentions} in another's koseki (both rightly)"
    )


def _trait(trait: str, lang: Lang) -> str:
    words = _TRAITS.get(trait)
    return trait if words is None else words[0 if lang == "ja" else 1]
