"""What a run left changed in the register, in words: each entry, and the step that looks at it and puts it back."""

from __future__ import annotations

from collections.abc import Sequence

from harness.glossary import Lang, item_word
from harness.records.verdict import LeftChanged

_NAMED = 10  # entries of the register in one step
_FIELDS = {
    "seal": ("印鑑登録", "seal registration"),
    "residency": ("住民としての状態", "residency"),
    "restricted": ("支援措置", "protection"),
}
_STATES = {
    ("seal", "registered"): ("有効", "valid"),
    ("seal", "cancelled"): ("廃止", "cancelled"),
    ("residency", "resident"): ("住民", "resident"),
    ("residency", "moved_out"): ("転出", "moved out"),
    ("residency", "deceased"): ("死亡", "deceased"),
    ("restricted", "true"): ("対象", "protected"),
    ("restricted", "false"): ("対象でない", "not protected"),
}


def put_back(left: Sequence[LeftChanged], run: str) -> tuple[str, str]:
    """Return, in Japanese and English, which entries are to be put back and what does it."""
    ja, en = _entries(left)
    return (
        f"登録を試験前の値に戻す: {ja}。計画の残りを実施するなら `honnin resume runs/{run}` が、実施しないなら "
        f"`honnin follow-up runs/{run}` が戻す。戻せない値は手で戻す。",
        f"Put the register back: {en}. `honnin resume runs/{run}` does it while it plays the rest of the plan, "
        f"else `honnin follow-up runs/{run}`; a value that neither knows is put back by hand.",
    )


def follow_up(left: Sequence[LeftChanged], run: str) -> tuple[str, str]:
    """Return how changes that had no time to show are looked at; until then nobody may put them back."""
    ja, en = _entries(left)
    until_ja = f"それまで次の登録を元に戻さない(確かめた後に、この命令が戻させる): {ja}。" if left else ""
    until_en = f" Until then leave these as they are, it has them put back afterwards: {en}." if left else ""
    return (
        "文書上の反映時間が過ぎてから(翌日など)、"
        f"`honnin follow-up runs/{run}` で登録の変更が反映されたことを確かめる。{until_ja}",
        f"Once the documented reflection time is over (next day), look with `honnin follow-up runs/{run}` whether the "
        f"changes show.{until_en}",
    )


def _entries(left: Sequence[LeftChanged]) -> tuple[str, str]:
    some, more = left[:_NAMED], len(left) - _NAMED
    ja, en = [_entry(one, "ja") for one in some], [_entry(one, "en") for one in some]
    if more > 0:
        ja.append(f"ほか {more} 件(verdict.json の left_changed)")
        en.append(f"{more} more (left_changed in verdict.json)")
    return "、".join(ja), "; ".join(en)


def _entry(one: LeftChanged, lang: Lang) -> str:
    named = _FIELDS.get(one.field)
    item = item_word(one.field, lang) if named is None else named[lang != "ja"]
    now = _value(one.field, one.now, lang)
    if lang == "ja":
        before = "不明" if one.before is None else _value(one.field, one.before, lang)
        return f"{one.resident} の{item}(試験前 {before}、今 {now}{'' if one.known else ' かもしれない'})"
    before = "not known" if one.before is None else _value(one.field, one.before, lang)
    return f"{one.resident}: {item} (before: {before}, now{'' if one.known else ' perhaps'}: {now})"


def _value(field: str, value: str, lang: Lang) -> str:
    if (state := _STATES.get((field, value))) is not None:
        return state[lang != "ja"]
    return f"「{value}」" if lang == "ja" else f"`{value}`"
