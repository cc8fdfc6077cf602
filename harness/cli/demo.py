"""`honnin demo`: plays a go-live acceptance against the embedded reference issuer, clean and with a known defect."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from msgspec import Struct

from harness.campaign import find_scenario, load_scenario
from harness.cli.display import Display
from harness.cli.inputs import Inputs, load_request
from harness.cli.run import play
from harness.cli.shared_options import FOLDER_OR_FILE, lang_option, quiet_option
from harness.embedded import SCALED, issuer, switch, target_toml
from harness.glossary import Lang, default_lang, word
from harness.population import load, make_population, save
from harness.records.findings import Anomaly
from harness.records.verdict import Outcome, Verdict
from harness.run.prepare import JST, make_out

RESIDENTS = 240  # enough for 140 kiosks at once and for rest between two turns of one person

_HELP = {
    "ja": """参照発行システムを起動し、受入試験を2回実施する。

    1回目は正常な状態(検出なしのはず)、2回目は川崎市の事案と同種の欠陥 D02 を入れた状態(誤交付を検出するはず)。
    両方が期待どおりなら終了コード 0。所要時間は導入後約5分。通信はこの機械の中だけで行う。
    """,
    "en": """Start the reference issuer and play the go-live acceptance twice.

    First clean (nothing may be detected), then with defect D02 on, of the kind of Kawasaki, May 2023 (a misdelivery
    must be detected). Exit code 0 when both are as expected. About 5 minutes; all traffic stays on this machine.
    """,
}
_WORDS = {
    "ja": (
        "正常な発行システム",
        "欠陥 D02 を入れた発行システム(作業キーが秒単位)",
        "期待",
        "結果",
        "期待どおり",
        "期待と違う",
    ),
    "en": (
        "clean issuer",
        "issuer with defect D02 on (work key of one second)",
        "expected",
        "found",
        "as expected",
        "NOT as expected",
    ),
}


class Round(Struct, frozen=True, kw_only=True):
    """One run of the demo and what it must show."""

    defect: str  # "" for the clean issuer
    outcome: Outcome
    anomaly: Anomaly | None


ROUNDS = (
    Round(defect="", outcome=Outcome.PASS, anomaly=None),
    Round(defect="D02", outcome=Outcome.FAIL, anomaly=Anomaly.MISDELIVERY),
)


@click.command(help=_HELP[default_lang()])
@click.option("--out", type=FOLDER_OR_FILE, default=Path("runs"), show_default=True, help="where to write")
@click.option("--scenario", default="go-live", show_default=True, help="another scenario, e.g. smoke")
@click.option("--seed", type=int, default=1, show_default=True, help="other residents, another order")
@lang_option
@quiet_option
def command(out: Path, scenario: str, seed: int, lang: Lang, quiet: bool) -> int:
    """Make residents, cards and issuer; play both rounds; compare with what is expected."""
    find_scenario(scenario)
    folder = out.resolve() / f"demo-{datetime.now(JST):%Y%m%d-%H%M%S}"
    make_out(folder)
    target_file = folder / "target.toml"
    make_people(folder, seed)
    right = True
    with issuer(folder, 2, *SCALED) as ready:
        target_file.write_text(target_toml(ready), encoding="utf-8")
        renew_a_card(folder)
        for part in ROUNDS:
            verdict = _round(part, folder, scenario, seed, lang, quiet, ready)
            right = right and as_expected(part, verdict)
            if _interrupted(verdict):
                break
    return 0 if right else 1


def _interrupted(verdict: Verdict) -> bool:
    """Tell whether somebody, or a full disk, stopped the round: the next would only be stopped again."""
    return any(reason.code == "interrupted" for reason in verdict.reasons)


def make_people(folder: Path, seed: int) -> None:
    """Make `folder`/population and `folder`/cards: RESIDENTS people, one card of each invalid kind."""
    from kiosk_sim.cards import Algorithm, make_cards
    from kiosk_sim.cards.specials import SPECIAL_STATES, choose_specials

    save(make_population(seed, RESIDENTS), folder / "population")
    people = load(folder / "population")
    special = choose_specials(
        people.residents.values(),
        dict.fromkeys(SPECIAL_STATES, 1),
        records={},
        avoid=(),
        today=datetime.now(JST).date(),
    )
    make_cards(people.residents, folder / "cards", algorithm=Algorithm.P_384, special=special)


def renew_a_card(folder: Path) -> None:
    """Renew a card of `folder` once an issuer serves it: only who reads the lists again refuses the old one."""
    from kiosk_sim.cards import CardState, ensure_keys, load_cards
    from kiosk_sim.cards.files import CardsFolder
    from kiosk_sim.cards.renewal import renew_cards
    from kiosk_sim.cards.specials import choose_specials

    cards, people = folder / "cards", load(folder / "population").residents.values()
    records, today = CardsFolder(cards).load(), datetime.now(JST).date()
    old = sum(1 for record in records.values() if record.superseded_by)
    lost = {record.resident for record in records.values() if record.state is not CardState.VALID}
    chosen = choose_specials(people, {CardState.SUPERSEDED: old + 1}, records=records, avoid=lost, today=today)
    *_, who = chosen[CardState.SUPERSEDED]
    ensure_keys(cards, serials=[load_cards(cards).for_resident(who).serial])
    renew_cards(cards, [who])


def _round(
    part: Round, folder: Path, scenario: str, seed: int, lang: Lang, quiet: bool, ready: dict[str, object]
) -> Verdict:
    clean, defective, expected, found, yes, no = _WORDS[lang]
    click.echo(f"\n== {defective if part.defect else clean}")
    if part.defect:
        switch(ready, part.defect)
    request = load_request(
        load_scenario(find_scenario(scenario)), folder / "target.toml", Inputs(out=folder, seed=seed)
    )
    verdict, run = play(request, Display(lang, quiet))
    right = as_expected(part, verdict)
    names = sorted({f.anomaly for f in verdict.findings})
    anomalies = ", ".join(word(n, lang) for n in names) or "-"
    click.echo(f"   {expected}: {word(part.outcome, lang)} {word(part.anomaly or '', lang)}")
    click.echo(
        f"   {found}: {word(verdict.outcome, lang)} ({len(verdict.findings)}: {anomalies})  → {yes if right else no}"
    )
    for reason in verdict.reasons if not right else ():
        click.echo(f"     - {reason.ja if lang == 'ja' else reason.en}")
    click.echo(f"   {run.reports / ('report.html' if lang == 'ja' else 'report.en.html')}")
    return verdict


def as_expected(part: Round, verdict: Verdict) -> bool:
    """Tell whether a verdict is what a round must show: no finding at all, or the right anomaly."""
    if part.anomaly is None:
        return verdict.outcome is part.outcome and not verdict.findings
    return verdict.outcome is part.outcome and any(f.anomaly is part.anomaly for f in verdict.findings)
