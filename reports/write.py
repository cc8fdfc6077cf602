"""Writes the report of a run folder."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from harness.assurance.bounds import percent
from harness.assurance.procedure import asked_level
from harness.glossary import Lang
from harness.journal.run_folder import RunFolder, write_whole
from harness.records.findings import Anomaly
from reports import timeline
from reports.achieved import achieved
from reports.exposure import burst_rows, exposure_groups, phase_rows, reached
from reports.gather import Gathered, gather
from reports.groups import severities
from reports.in_use import in_use
from reports.page import environment, told_bound
from reports.plain import plain
from reports.summary import scope_in_words, steps_by_reader
from reports.texts import speaker

_NAMES: dict[Lang, str] = {"ja": "report.html", "en": "report.en.html"}


def write_report(run_folder: Path, lang: Lang = "ja") -> Path:
    """Write `reports/report.html` (`report.en.html`) of a judged run, whole or not at all; return its path.

    The same run folder and version give the same bytes. Raises UsageError where the run was not judged yet,
    RunDamaged where its verdict cannot be read.
    """
    folder = RunFolder(run_folder)
    page = render(gather(run_folder), lang)
    folder.reports.mkdir(mode=0o700, exist_ok=True)
    path = report_path(folder, lang)
    write_whole(path, page.encode("utf-8"))
    return path


def report_path(folder: RunFolder, lang: Lang) -> Path:
    """Return where the report of a language lies (it may not exist)."""
    return folder.reports / _NAMES[lang]


def render(gathered: Gathered, lang: Lang) -> str:
    """Return the page."""
    verdict = gathered.verdict
    bound, misdelivered = told_bound(verdict.bound_per_burst), _class_count(gathered, "misdelivered")
    return (
        environment(lang)
        .get_template("report.html")
        .render(
            g=gathered,
            v=verdict,
            severities=severities(verdict.findings),
            scope=scope_in_words(verdict, lang),
            in_use=in_use(verdict, lang),
            bound=bound,
            level=percent(verdict.assure.confidence),
            misdelivered=misdelivered,
            plain=plain(verdict, misdelivered or 0, bound, lang),
            limits=next((r for r in verdict.not_tried if r.code == "no_acceptance"), None),
            deviating=asked_level(verdict.conformance, verdict.assure.level) if verdict.conformance else None,
            steps=steps_by_reader(verdict),
            exposure=exposure_groups(verdict.exposure),
            reached=reached(verdict.exposure, lang),
            digests=_digests(gathered),
            phases=phase_rows(gathered.planned, gathered.course),
            achieved=achieved(verdict.generator, lang),
            bursts=burst_rows(gathered.planned, gathered.course, verdict.exposure),
            plot=_plot(gathered, lang),
            strangers=any(finding.anomaly is Anomaly.STRANGER for finding in verdict.findings),
        )
    )


def _digests(gathered: Gathered) -> tuple[tuple[str, str], ...]:
    """Return what a reader can compare: everything judged, the verdict, what was planned and with whom."""
    always = (("inputs", gathered.verdict.inputs_digest), ("verdict", gathered.verdict_digest))
    manifest = gathered.manifest
    if manifest is None:
        return always
    return (*always, ("scenario", manifest.scenario_digest), ("target", manifest.target_digest),
            ("plan", manifest.plan_digest), ("population", manifest.population_digest))  # fmt: skip


def _class_count(gathered: Gathered, name: str) -> int | None:
    """Return how many applications ended in a final class; None where the verdict does not say."""
    for identity in gathered.verdict.identities:
        if identity.name == "applications":
            return next((count.count for count in identity.classes if count.source == name), 0)
    return None


def _plot(gathered: Gathered, lang: Lang) -> Markup | None:
    with_finding = {finding.application for finding in gathered.verdict.findings}
    plotted = timeline.points(gathered.course, with_finding)
    if not plotted.dots and not plotted.marks:
        return None
    say = speaker(lang)
    labels = timeline.Labels(
        in_flight=say("plot_in_flight"),
        taken_s=say("plot_taken"),
        elapsed_s=say("plot_elapsed"),
        without_finding=say("plot_without_finding"),
        with_finding=say("plot_with_finding"),
    )
    return Markup(timeline.draw(plotted, labels))  # noqa: S704 made by matplotlib from numbers and phase names
