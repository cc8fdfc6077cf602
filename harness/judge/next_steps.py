"""What the readers of a verdict should do now: each reader's own steps, the most urgent first, one step per cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from harness.glossary import property_word
from harness.judge.put_back import follow_up, put_back
from harness.picture.ocr import INSTALL_EN, INSTALL_JA
from harness.records.findings import Property, Severity
from harness.records.verdict import LeftChanged, Reason, ScopeEntry

MUNICIPALITY, VENDOR = "municipality", "vendor"
Step = tuple[str, str, str]  # reader, Japanese, English


class Setting(Struct, frozen=True, kw_only=True):
    """What the steps depend on besides the reasons."""

    production: bool = False  # the target file declares the system that serves citizens
    scope: tuple[ScopeEntry, ...] = ()
    updates: int = 0  # changes of the register that were tried
    acceptance: bool = True  # the scenario is an acceptance test
    baseline: bool = False  # documents were issued to be compared with, not to test anything
    follows: str = ""  # run whose changes of the register were looked at again (翌日確認)
    follow_up: bool = False  # changes were made whose reflection time was not over at the end
    left_changed: tuple[LeftChanged, ...] = ()  # entries of the register
    run: str = ""


_GRAVE_TEST: Step = (
    MUNICIPALITY,
    "提供者に本報告書を渡す。これは検証環境の試験用住民での結果である。同じ版・同じ構成が本番で動いているかを確かめ、"
    "動いているなら、交付を続けてよいかを提供者と判断する。",
    "Hand this report to the vendor. It is of a test environment with test residents: find out whether production runs "
    "the same version and configuration; if it does, decide with the vendor whether issuing may go on.",
)
_GRAVE_PRODUCTION: Step = (
    MUNICIPALITY,
    "直ちに提供者へ本報告書を渡し、交付を止めるかどうかを判断する。",
    "Hand this report to the vendor at once and decide whether issuing must stop.",
)
_ASK: Step = (
    MUNICIPALITY,
    "この結果だけでは判断せず、下の対応を提供者(試験の実施者)に依頼し、やり直した試験の報告書を受け取る。",
    "Decide nothing by this result; ask the vendor (whoever plays the test) for the steps below and a new report.",
)
_NO_ACCEPTANCE: Step = (
    MUNICIPALITY,
    "受入れや稼働の判断には、受入試験(go-live など)を別に実施するよう求める。",
    "Have an acceptance test (such as go-live) played before deciding whether the system may go live.",
)
_COMPARE = (
    "この基準帳票と比べて、受入試験(go-live など)を実施する: `honnin run go-live --target 対象ファイル --baseline "
    "runs/{run}`。",
    "Play an acceptance test (such as go-live) that is compared with this baseline: `honnin run go-live --target "
    "TARGET.toml --baseline runs/{run}`.",
)
_FOLLOWED = (
    "登録の変更が反映されていることを確かめた。本報告書を、試験 {run} の報告書とともに保管する。"
    "試験全体の判定は {run} の報告書による。",
    "The changes of the register show. Keep this report with that of the run {run}, whose verdict stands for the test.",
)
_RESUME: Step = (
    VENDOR,
    "`honnin resume` で計画の残りを実施する。",
    "Play the rest of the plan with `honnin resume`.",
)
_GENERATOR: Step = (
    VENDOR,
    "試験機の計算機からほかの処理を除く、作業機を増やす(--workers)、または端末の数を増やしてから、新たに実施する。",
    "Free the generator's machine of other work, use more workers (--workers) or more kiosks; then make a new run.",
)
_WORKER: Step = (
    VENDOR,
    "作業機に残る記録(segments と documents)を試験フォルダへ写して `honnin judge`、続いて `honnin resume` を行う。",
    "Copy the worker's own segments and documents into the run folder, `honnin judge` it, then `honnin resume`.",
)
_FAULT_LEFT: Step = (
    VENDOR,
    "理由に示した障害が解かれているか対象システムを確かめ、解かれていなければ [faults] の undo を手で実行する。",
    "See whether the fault named in the reason is undone in the target; if not, run its `undo` of [faults] by hand.",
)
_BY_EYE: Step = (
    MUNICIPALITY,
    "読み取れない証明書と要確認の指摘を、担当者が報告書 4 章の画像で見て、本人のものか、判読できるかを判断する。"
    "担当者の氏名・判断・理由は試験の実施者が `honnin review` で記録し、判定し直した報告書を渡す。",
    "Have a named person look at the unread documents and the findings for review, by the pictures in chapter 4 of the "
    "report: are they the applicant's, can they be read? Whoever played the test records name, judgement and reason "
    "with `honnin review` and hands over the report of the new verdict.",
)
_STEPS: dict[str, tuple[Step, ...]] = {
    "found": (
        (
            MUNICIPALITY,
            "指摘ごとの説明と該当ページを提供者に示し、原因の報告と修正を求める。",
            "Show the vendor each finding with its pages; ask for cause and correction.",
        ),
        (
            VENDOR,
            "指摘の申請・時刻・ページから原因を調べて修正し、同じ試験をやり直す。",
            "Find the cause from the findings' applications, times and pages; correct it; play the same test again.",
        ),
    ),
    "target_unreachable": (
        (
            VENDOR,
            "対象システムを起動し、対象ファイルの url を確かめてから、`honnin resume` でこの試験を始める。",
            "Start the target, check the url in the target file, then begin this run with `honnin resume`.",
        ),
    ),
    "adapter_error": (
        (
            VENDOR,
            "理由に示したファイルと行でアダプタ(接続部品)の誤りを直し、新たに実施する。",
            "Correct the adapter at the file and line given in the reason, then make a new run.",
        ),
    ),
    "plan_incomplete": (_RESUME,),
    "sweep_incomplete": (
        (
            VENDOR,
            "計画の残りを実施しても確かめられない申請は、答えのない原因を除いてから `honnin sweep` をやり直す。",
            "What is still open when the whole plan was played: find why there was no answer, then begin a new "
            "`honnin sweep`.",
        ),
    ),
    "interrupted": (_RESUME,),
    "worker_absent": (
        (
            VENDOR,
            "作業機の起動・到達性(--bind の住所、招待ファイル)を確かめ、`honnin resume` で計画の残りを実施する。",
            "See that every worker starts and reaches the master (--bind, invitation); then `honnin resume`.",
        ),
    ),
    "worker_lost": (_WORKER,),
    "fault_end_unknown": (_FAULT_LEFT,),
    "fault_not_undone": (_FAULT_LEFT,),
    "journal_late": (_WORKER,),
    "clock_unknown": (
        (
            VENDOR,
            "作業機の時計が測られる前に失われている。ログを確認し、新たに実施する。",
            "A worker was lost before its clock was measured: look at its log, then make a new run.",
        ),
    ),
    "segment_open": (
        (
            VENDOR,
            "実施中にプログラムが異常終了している。ログを確認し、新たに実施する。",
            "A program died during the run: look at its log, then make a new run.",
        ),
    ),
    "journal_damaged": (
        (
            VENDOR,
            "控えから実施フォルダーを復元し、`honnin judge` をやり直す。",
            "Restore the run folder from its copy and run `honnin judge` again.",
        ),
    ),
    "inputs_differ": (
        (
            VENDOR,
            "実施フォルダーの入力を変更せず、控えから復元して `honnin judge` をやり直す。",
            "Do not change the inputs in a run folder: restore them and run `honnin judge` again.",
        ),
    ),
    "self_proof": (
        (
            VENDOR,
            "試験機を直すまで対象システムの結果は使えない。selfproof.log を確認する。",
            "Nothing about the target can be used until the generator is repaired; see selfproof.log.",
        ),
    ),
    "imported": (
        (
            VENDOR,
            "検出なしと言える結果が要るなら、`honnin run` で実施する(自己証明と独立した計数が残る)。",
            "For a result that may say that nothing was detected, play with `honnin run`: it proves and counts itself.",
        ),
    ),
    "target_died": (
        (
            VENDOR,
            "対象システムが停止した原因を調べ、安定してから新たに実施する。",
            "Find out why the target stopped; make a new run once it is stable.",
        ),
    ),
    "target_errors": (
        (
            VENDOR,
            "報告書の「交付以外の終わり方」にある応答の原因を調べ、解消してから新たに実施する。",
            "Find the cause of the answers listed under “ended without a document”; then make a new run.",
        ),
    ),
    "void_batches": (
        (
            VENDOR,
            "報告書の「無効とした組とその理由」にある原因(対象の遅延、試験機の負荷、接続部品の誤りなど)を取り除き、"
            "新たに実施する。",
            "Remove what the report names under void batches (a slow target, a busy generator, an adapter's error), "
            "then make a new run.",
        ),
    ),
    "arrivals_late": (_GENERATOR,),
    "bursts_strayed": (_GENERATOR,),
    "identity_open": (
        (
            VENDOR,
            "「件数の照合」で合わなかった申請・証明書を一件ずつ確認する。",
            "Look into every application and document listed as remainder of the account.",
        ),
    ),
    "unresolved": (
        (
            VENDOR,
            "結果不明の申請を対象システムの発行履歴と突き合わせる。",
            "Compare the unresolved applications with the target's own issue ledger.",
        ),
    ),
    "exposure_short": (
        (
            VENDOR,
            "`honnin plan` で求める上限に届く回数と時間枠を確かめ、シナリオの pairs・rounds または試験住民を増やして、"
            "新たに実施する。対象の応答が速く重ならない場合は、間隔の短い組を増やす。",
            "See with `honnin plan` how many bursts and which window the bound takes; give the scenario more pairs, "
            "rounds or residents and make a new run. Where the target answers before they overlap, plan shorter gaps.",
        ),
    ),
    "unread": (
        _BY_EYE,
        (
            VENDOR,
            "読み取れない証明書が多い場合は、帳票プロファイルを直して `honnin judge` で判定し直す。",
            "Where many documents are unread, correct the document profile and `honnin judge` again.",
        ),
    ),
    "ocr_absent": ((VENDOR, f"{INSTALL_JA}。その後 `honnin judge`。", f"{INSTALL_EN}; then `honnin judge` again."),),
    "pictures_missing": (
        (
            VENDOR,
            "ディスクの空きなどを確かめ、`honnin judge` で判定をやり直す(見ていないページの続きから画像にする)。",
            "Make room on the disk if that was the cause, then `honnin judge` again: it goes on with the pages left.",
        ),
    ),
    "for_review": (_BY_EYE,),
    "baseline_missing": (
        (
            VENDOR,
            "`honnin baseline` で基準帳票を採り、`honnin run --baseline` で試験する。",
            "Take a baseline with `honnin baseline`, then test with `honnin run --baseline`.",
        ),
    ),
    "checker_crashed": (
        (
            VENDOR,
            "本報告の異常終了の内容を honnin の開発元へ知らせる。",
            "Report the crash to the makers of honnin.",
        ),
    ),
    "recovery_unconfirmed": (
        (
            VENDOR,
            "再開前の確認で交付されなかった証明書とサーバの状態を調べて直し、`honnin resume` で確認し直す。",
            "See to the certificates and nodes that the confirmation could not have issued; `honnin resume` then "
            "confirms anew.",
        ),
    ),
    "build_changed": (
        (
            VENDOR,
            "一つの版で最初から実施し直す。夜をまたぐ試験の間は、対象の版と設定を変えない。",
            "Play all of it anew on one build; leave build and settings alone while a test takes several nights.",
        ),
    ),
    "build_unknown": (
        (
            VENDOR,
            "対象ファイルの build_header か [[nodes]] の build でサーバごとの版を示し、新たに実施する。",
            "Have every node's build shown (build_header, or build under [[nodes]] of the target file); play again.",
        ),
    ),
    "internal_error": (
        (
            VENDOR,
            "試験フォルダーのログ(steering.log など)を honnin の開発元へ知らせ、新たに実施する。",
            "Report the logs in the run folder (steering.log) to the makers of honnin, and make a new run.",
        ),
    ),
    "control_missing": (
        (
            VENDOR,
            "二人以上の住民に同じ種類の証明書を交付する試験を含める。",
            "Include a test in which two or more residents are issued the same certificate.",
        ),
    ),
    "control_missed": (
        (
            VENDOR,
            "帳票プロファイルと試験住民を見直し、見逃した種類を検出できるようにする。",
            "Correct the document profile or the test residents until the missed kind is detected.",
        ),
    ),
    "reviewed": (),
    "too_many_reviews": (
        (
            VENDOR,
            "目視に頼らずに済むよう、帳票プロファイルか読取りの環境を直し、`honnin judge` で判定し直す。",
            "Correct the document profile or what keeps pages from being read, then `honnin judge` again.",
        ),
    ),
    "probes_unanswered": (
        (
            VENDOR,
            "記録(honnin journal)で試行の答えを確かめ、接続部品(アダプタ)か試験環境を直して試験し直す。"
            "インターフェースにない試行なら、接続部品の probes から除く(対象外として示される)。",
            "Look at the answers in `honnin journal`, correct the adapter or the environment, and play again; a probe "
            "that the interface has no place for is left out of the adapter's `probes`, and shown as out of scope.",
        ),
    ),
    "not_exercised": (
        (
            VENDOR,
            "確かめられなかった性質を含むシナリオで試験する(本人性・ページを除き、理由を付して対象外とすることもできる)。",
            "Play a scenario that exercises the property (all but ownership and pages may be declared out of scope).",
        ),
    ),
    "nothing_found": (
        (
            MUNICIPALITY,
            "本報告書を保管する。構成・版数を変えたとき、および定期的に、同じ試験のやり直しを求める。",
            "Keep this report; have the same test played after every change of configuration or version and regularly.",
        ),
    ),
}
# A run that stopped or met trouble leaves these behind: their own step would send the reader the wrong way.
_FOLLOW = frozenset({"control_missing", "not_exercised"})
_LEAD = frozenset(
    {
        "adapter_error",
        "interrupted",
        "plan_incomplete",
        "target_died",
        "target_errors",
        "void_batches",
        "arrivals_late",
        "bursts_strayed",
        "segment_open",
        "worker_absent",
        "worker_lost",
        "fault_end_unknown",
        "fault_not_undone",
        "self_proof",
        "unread",
        "baseline_missing",
        "journal_damaged",
    }
)
# Nothing has to be played again for these: their own steps say all.
_NO_DOUBT = frozenset(
    {"found", "nothing_found", "reviewed", "target_unreachable", "for_review", "unread", "ocr_absent"}
)


def next_steps(
    reasons: tuple[Reason, ...], severities: frozenset[Severity], setting: Setting | None = None
) -> tuple[Reason, ...]:
    """Return what the readers should do now, the municipality's steps first, each step once; `who` names the reader."""
    setting = setting or Setting()
    codes = [r.code for r in reasons]
    steps: dict[Step, str] = {}
    if Severity.GRAVE in severities:
        steps[_GRAVE_PRODUCTION if setting.production else _GRAVE_TEST] = "grave"
    if "found" not in codes and not _NO_DOUBT.issuperset(codes):
        steps[_ASK] = "ask"
    if setting.baseline and "nothing_found" in codes:
        ja, en = (text.format(run=setting.run) for text in _COMPARE)
        return _told({_NO_ACCEPTANCE: "no_acceptance", (VENDOR, ja, en): "compare"})
    if setting.follows and "nothing_found" in codes:
        ja, en = (text.format(run=setting.follows) for text in _FOLLOWED)
        return _told({(MUNICIPALITY, ja, en): "followed"})
    for code in _leading(codes):
        for step in _STEPS[code]:
            steps.setdefault(step, code)
    if setting.follow_up:
        steps[VENDOR, *follow_up(setting.left_changed, setting.run)] = "follow_up"
    elif setting.left_changed:
        steps[VENDOR, *put_back(setting.left_changed, setting.run)] = "left_changed"
    if "nothing_found" in codes and not setting.acceptance:
        steps[_NO_ACCEPTANCE] = "no_acceptance"
    if "nothing_found" in codes and (untested := _untested(setting)):
        steps[untested] = "untested"
    return _told(steps)


def _told(steps: Mapping[Step, str]) -> tuple[Reason, ...]:
    ordered = sorted(steps.items(), key=lambda item: item[0][0] != MUNICIPALITY)
    return tuple(Reason(code=code, ja=ja, en=en, who=who) for (who, ja, en), code in ordered)


def _leading(codes: Iterable[str]) -> list[str]:
    codes = list(codes)
    return [c for c in codes if c not in _FOLLOW] if _LEAD.intersection(codes) else codes


def _untested(setting: Setting) -> Step | None:
    """Return the step that names what a PASS says nothing about; None where everything was exercised."""
    gaps = [s.property for s in setting.scope if not (s.in_scope and s.exercised)]
    ja, en = [property_word(p, "ja") for p in gaps], [property_word(p, "en") for p in gaps]
    if Property.FRESHNESS not in gaps and not setting.updates:
        ja.append("登録を変更した後の交付(廃印・転居など)")
        en.append("issuing after a change of the register")
    if not ja:
        return None
    return (
        MUNICIPALITY,
        f"この試験が確かめていないことを、いつ、どの試験で確かめるかを提供者と決める: {'、'.join(ja)}。",
        f"Decide with the vendor when and by which test the rest is to be checked: {', '.join(en)}.",
    )
