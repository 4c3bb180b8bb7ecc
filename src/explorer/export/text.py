"""An analysis as plain text that a person would paste into an e-mail."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby

from explorer.analysis.analyse import Analysis
from explorer.analysis.change import Change
from explorer.analysis.ledger import Step
from explorer.analysis.resampling import Resampled
from explorer.analysis.safety import Events
from explorer.cohort.tables import Cohort
from explorer.export.change import Additions, additions, apart
from explorer.export.numbers import decimals, interval, number, p_value, rate_interval, share
from explorer.export.people import responders, synthetic_label
from explorer.study.presets import title
from explorer.study.sentence import INTERVAL

WIDTH = 100


def text(analysis: Analysis, resampled: Sequence[Resampled] = ()) -> str:
    """Say a whole analysis in plain text, at most 100 characters wide; what was resampled as well, if anything was."""
    blocks = [
        _head(analysis),
        _wrap(analysis.study.words()),
        _who(analysis),
        _response(analysis),
        _change(analysis),
        _resampled(resampled, analysis.study.confidence),
        _reports(analysis),
        _prior_drug(analysis),
        _safety(analysis),
        _persistence(analysis),
        _subgroups(analysis),
        _cautions(analysis),
    ]
    return "\n\n".join(block for block in blocks if block)


def cohort_text(cohort: Cohort) -> str:
    """Say what a cohort holds."""
    invented = int(cohort.hypothetical.sum())
    lines = [_title(cohort), f"{_patients(cohort)}; index drug {cohort.metadata.index_drug}."]
    for code, instrument in cohort.instruments.items():
        scores = cohort.scores(code)
        lines.append(
            f"  {code}: {len(scores.score)} scores of {len(set(scores.patient.tolist()))} patients, "
            f"days {scores.day.min()} to {scores.day.max()} ({instrument.name})"
        )
    lines += [f"  {name}: {len(getattr(cohort, name))} rows" for name in sorted(cohort.tables - {"assessments"})]
    if cohort.covariates:
        lines.append(f"  further baseline columns: {', '.join(cohort.covariates)}")
    if invented:
        lines.append(f"  {invented} of the patients are hypothetical additions, not counted unless a study says so")
    return "\n".join([*lines, f"  content fingerprint {cohort.fingerprint}"])


def _title(cohort: Cohort) -> str:
    return "\n".join(filter(None, (cohort.metadata.title, synthetic_label(cohort))))


def _patients(cohort: Cohort) -> str:
    return f"{cohort.n_patients} patients" if cohort.n_patients != 1 else "1 patient"


def _head(analysis: Analysis) -> str:
    study, cohort = analysis.study, analysis.cohort
    return f"{_title(cohort)}\nStudy: {title(study, cohort)} (fingerprint {study.fingerprint})"


def _wrap(words: str, indent: str = "") -> str:
    return textwrap.fill(words, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _section(title: str, lines: Iterable[str]) -> str:
    body = list(lines)
    return "\n".join([title.upper(), *body]) if body else ""


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay out a table: the first column to the left, the others to the right; long first cells are wrapped."""
    others = [max(len(line[i]) for line in [header, *rows]) for i in range(1, len(header))]
    first = min(max(len(line[0]) for line in [header, *rows]), WIDTH - sum(others) - 2 * len(others) - 2)
    return [laid for line in [header, *rows] for laid in _row(line, first, others)]


def _row(cells: Sequence[str], first: int, others: Sequence[int]) -> list[str]:
    *above, last = textwrap.wrap(cells[0], first) or [""]
    figures = "".join(f"  {cell:>{width}}" for cell, width in zip(cells[1:], others, strict=True))
    return [*(f"  {line}" for line in above), f"  {last:<{first}}{figures}"]


def _who(analysis: Analysis) -> str:
    invented = int((analysis.cohort.hypothetical & analysis.ledger.eligible).sum())
    eligible = f"{analysis.ledger.n - invented} eligible"
    if invented:
        eligible += f" + {invented} hypothetical additions (invented: no p values, no intervals)"
    lines = [f"  {int((~analysis.cohort.hypothetical).sum())} patients, {eligible}"]
    return _section("Who is analysed", lines + _steps(analysis.ledger.steps))


def _steps(steps: Sequence[Step]) -> list[str]:
    if not steps:
        return []
    rows = [(s.criterion, *map(str, (s.entered, s.not_met, s.unknown, s.remaining))) for s in steps]
    return _columns(("criterion", "entered", "not met", "unknown", "remaining"), rows)


def _response(analysis: Analysis) -> str:
    r, study = analysis.response, analysis.study
    lines = [
        f"  {responders(analysis)} responded, {_limits(analysis)}",
        f"  counted among {r.n_among}; {r.n_unknown} unknown: {study.missing}",
        f"  if all unknown had failed or succeeded: {number(100 * r.bounds[0], 0)} % to {number(100 * r.bounds[1], 0)} %",
    ]
    lines += _steps(r.among_steps)
    rows = [(p.rule, *map(str, (p.n_true, p.n_false, p.n_unknown, p.n_only))) for p in r.by_rule]
    return _section("Response", lines + _columns(("part of the rule", "true", "false", "unknown", "alone"), rows))


def _limits(analysis: Analysis) -> str:
    r, study = analysis.response, analysis.study
    limits = rate_interval(r.ci_low, r.ci_high, study.confidence)
    method = "Rubin's rules" if r.interval == "rubin" else INTERVAL[study.interval]
    return f"{limits} ({method})" if math.isfinite(r.ci_low) else limits


def _change(analysis: Analysis) -> str:
    confidence = analysis.study.confidence
    rows = ((row, decimals(analysis.cohort.instruments[row.instrument])) for row in analysis.change)
    lines = (
        line for row, places in rows for line in _score(row, places, confidence, additions(analysis, row.instrument))
    )
    return _section("Score change", lines)


def _score(row: Change, places: int, confidence: float, added: Additions) -> list[str]:
    if row.n_paired == 0:
        return [f"  {row.instrument}: nobody has both scores (baseline {row.n_baseline}, follow-up {row.n_followup})"]
    before, after, change, first, last = (
        number(value, places)
        for value in (
            row.baseline_mean,
            row.followup_mean,
            row.mean_change,
            row.available_baseline_mean,
            row.available_followup_mean,
        )
    )
    limits = interval(row.ci_low, row.ci_high, confidence, places)
    return [
        f"  {row.instrument}: {before} to {after} in {apart(row.n_paired, added.both)} with both scores; change {change} ({limits})",
        (
            f"    paired t {p_value(row.p_t)}; Wilcoxon {p_value(row.p_wilcoxon)}; "
            f"{row.n_improved} improved, {row.n_same} same, {row.n_worse} worse"
        ),
        (
            f"    whoever had a score: {first} (n {apart(row.n_baseline, added.baseline)}) to {last} "
            f"(n {apart(row.n_followup, added.follow_up)})"
        ),
        (
            f"    the mean improved by {number(row.improvement_of_means_percent, 0)} %, the median patient by "
            f"{number(row.median_improvement_percent, 0)} % (n {row.n_percent})"
        ),
        *_grades(row),
    ]


def _grades(row: Change) -> list[str]:
    """Say how many had which grade at each time, of whoever had a score."""
    if row.grades is None or row.available_baseline_grades is None or row.available_followup_grades is None:
        return []
    return [
        f"    {time}, patients in grade "
        + ", ".join(f"{g:g}: {n}" for g, n in zip(row.grades.grades, counts, strict=True))
        for time, counts in (("baseline", row.available_baseline_grades), ("follow-up", row.available_followup_grades))
    ]


def _resampled(rows: Sequence[Resampled], confidence: float) -> str:
    return _section(
        "Score change by resampling",
        (
            f"  {row.instrument}: mean change {number(row.mean_change, 2)} in {row.n_paired}, BCa bootstrap "
            f"{interval(row.bca_low, row.bca_high, confidence, 2)}; sign-flip {p_value(row.p_sign_flip)}"
            for row in rows
        ),
    )


def _reports(analysis: Analysis) -> str:
    confidence = analysis.study.confidence
    return _section(
        "What patients reported",
        (
            f"  {row.item.replace('_', ' ')}: yes in {share(row.n_yes, row.n_answered, row.rate)}, "
            f"{rate_interval(row.ci_low, row.ci_high, confidence)}"
            for row in analysis.reports
        ),
    )


def _prior_drug(analysis: Analysis) -> str:
    about = analysis.description
    if about.prior_drug is None:
        return ""
    lines = [f"  {about.prior_drug_n} of {about.n} took it"]
    if about.prior_drug_n and math.isfinite(about.prior_drug_exposure_median_days):
        lines.append(
            f"  exposure: median {number(about.prior_drug_exposure_median_days, 0)} days (quartiles "
            f"{number(about.prior_drug_exposure_q1_days, 0)} to {number(about.prior_drug_exposure_q3_days, 0)})"
        )
    if about.prior_drug_stop_reasons:
        reasons = ", ".join(f"{row.level.replace('_', ' ')} {row.n}" for row in about.prior_drug_stop_reasons)
        lines.append(_wrap(f"stopped for: {reasons}", "  "))
    if about.switch and about.switch.n:
        s = about.switch
        lines.append(
            f"  to the first dose of {analysis.study.index_drug}: gap in {s.n_gap}, same day in {s.n_same_day}, "
            f"overlap in {s.n_overlap}; median {number(s.median_days, 0)} days"
        )
    return _section(f"Prior {about.prior_drug}", lines)


def _safety(analysis: Analysis) -> str:
    lines = [_event(row) for row in analysis.safety.events]
    lines += [
        f"  {row.term}, {analysis.study.prior_drug} to {analysis.study.index_drug}: resolved {row.resolved}, "
        f"not resolved {row.unresolved}, recurred {row.recurred}, new {row.new}"
        for row in analysis.safety.carry_over
    ]
    return _section("Adverse events (patients)", lines)


def _event(row: Events) -> str:
    treated = "" if row.n_treated is None else f" of {row.n_treated} treated"
    resolved = "ends not recorded" if row.n_resolved is None else f"resolved in {row.n_resolved}"
    return f"  on {row.drug}: {row.term} in {row.n_patients}{treated}, {resolved}"


def _persistence(analysis: Analysis) -> str:
    p = analysis.persistence
    if p.n == 0:
        return ""
    median, low, high = (
        number(days, 0) if math.isfinite(days) else "not reached" for days in (p.median_days, p.ci_low, p.ci_high)
    )
    limits = f"{100 * analysis.study.confidence:g} % CI {low} to {high}"
    lines = [f"  {p.n_stopped} of {p.n} stopped; median days to stopping: {median} ({limits})"]
    return _section(f"Persistence on {analysis.study.index_drug}", [*lines, _wrap(p.condition, "  ")])


def _subgroups(analysis: Analysis) -> str:
    lines = []
    for by, levels in groupby(analysis.subgroups, key=lambda row: row.by):
        shares = "; ".join(f"{row.level} {share(row.n_responders, row.n_evaluable, row.rate)}" for row in levels)
        lines.append(_wrap(f"{by}: {shares}", "  "))
    return _section("Response in subgroups (descriptive, no test of difference)", lines)


def _cautions(analysis: Analysis) -> str:
    return _section("Take care", (_wrap(f"- {caution.text}", "  ") for caution in analysis.cautions))
