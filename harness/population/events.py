"""身分事項 of a koseki: one line per event, as a computerised family register prints it."""

from __future__ import annotations

from datetime import date, timedelta

from harness.population.clerk import Clerk
from harness.population.draft import KosekiDraft, Person
from harness.population.eras import wareki


def birth(clerk: Clerk, person: Person, place: str) -> str:
    """出生; `place` is the address of birth."""
    notified = person.born + timedelta(days=clerk.random.randint(1, 13))
    reporter = clerk.random.choice(("父", "父", "母"))
    return f"出生 【出生日】{wareki(person.born)} 【出生地】{place} 【届出日】{wareki(notified)} 【届出人】{reporter}"


def marriage(day: date, spouse: Person, former: str) -> str:
    """婚姻 of someone entered by it; `former` names the 従前戸籍."""
    partner = f"【配偶者氏名】{spouse.name}"
    if spouse.foreign:
        born = f"西暦{spouse.born.year}年{spouse.born.month}月{spouse.born.day}日"
        partner += f" 【配偶者の国籍】{spouse.foreign.nationality} 【配偶者の生年月日】{born}"
    return f"婚姻 【婚姻日】{wareki(day)} {partner} 【従前戸籍】{former}"


def removal_by_marriage(day: date, spouse: str, new: str, surname_of: str) -> str:
    """婚姻 of someone who leaves the parents' koseki by it; `new` is the 新本籍."""
    return (
        f"婚姻 【婚姻日】{wareki(day)} 【配偶者氏名】{spouse} 【送付を受けた日】{wareki(day + timedelta(days=5))} "
        f"【新本籍】{new} 【称する氏】{surname_of}の氏"
    )


def death(clerk: Clerk, day: date, place: str) -> str:
    """死亡."""
    hour, minute = clerk.random.randint(1, 11), clerk.random.randint(0, 59)
    half = clerk.random.choice(("午前", "午後"))
    return (
        f"死亡 【死亡日】{wareki(day)} 【死亡時分】{half}{hour}時{minute}分 【死亡地】{place} "
        f"【届出日】{wareki(day + timedelta(days=2))} 【届出人】親族"
    )


def divorce(day: date, spouse: str) -> str:
    """離婚."""
    return f"離婚 【離婚日】{wareki(day)} 【配偶者氏名】{spouse} 【届出日】{wareki(day)}"


def adoption(day: date, father: str, mother: str, former: KosekiDraft) -> list[str]:
    """養子縁組 and, six years on, its dissolution (養子離縁)."""
    dissolved = day + timedelta(days=365 * 6 + 11)
    parents = f"【養父氏名】{father} 【養母氏名】{mother}"
    koseki = f"{former.honseki} {former.head.name}"
    return [
        f"養子縁組 【縁組日】{wareki(day)} {parents} 【代諾者】親権者父母 【従前戸籍】{koseki}",
        f"養子離縁 【離縁日】{wareki(dissolved)} {parents} 【入籍戸籍】{koseki}",
    ]


def renaming(day: date, former: str, given: str) -> str:
    """名の変更."""
    allowed = wareki(day - timedelta(days=9))
    return (
        f"名の変更 【名の変更日】{wareki(day)} 【許可の裁判確定日】{allowed} "
        f"【従前の記録】【名】{former} 【変更後の名】{given}"
    )
