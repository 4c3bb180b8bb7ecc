"""Published rows and the loaded cohort's own as lines of one forest: filled where counts are printed, else hollow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from explorer.analysis.analyse import Analysis
from explorer.export.numbers import percent, share
from explorer.export.people import synthetic_label
from explorer.literature.comparable import FEWEST
from explorer.literature.studies import Finding
from explorer.literature.studies_outcomes import DESIGNS, DRUG_BEFORE, NOT_STATED, PRIORS
from explorer.statistics.intervals import rate
from explorer.statistics.meta_analysis import PooledRate
from explorer.study.words import spelt

Mark = Literal["counted", "percent", "few", "here", "pooled"]
"""Counts printed; only a percentage printed; too few to draw; the loaded cohort; a pool."""

NO_COUNT, FEW = "no count", f"fewer than {FEWEST} patients"


@dataclass(frozen=True)
class Line:
    """One line of the forest.

    Attributes
    ----------
    group : str
        Heading it stands under.
    title, detail : str
        Study and time; whom of it the row is, drug and what was read.
    said : str
        The result: count, denominator and percentage where counts are printed.
    interval : str
        The interval in words, or why there is none.
    rate, low, high : float
        From 0 to 1, NaN where not drawn.
    as_printed : bool
        Whether the interval is the source's own and not computed here.
    prior : str
        Whether its patients had the earlier drug, for the colour.
    source : str
        Web address of the source; empty for what is computed here.
    """

    group: str
    title: str
    detail: str
    said: str
    interval: str
    rate: float
    low: float
    high: float
    mark: Mark
    prior: str
    as_printed: bool = False
    source: str = ""


@dataclass(frozen=True)
class Chosen:
    """Which rows are wanted; an empty tuple wants all."""

    designs: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    priors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def wants(self, finding: Finding) -> bool:
        """Say whether a row is wanted."""
        asked = (
            (self.designs, finding.design),
            (self.agents, finding.agent),
            (self.priors, finding.prior),
            (self.sources, finding.read_from),
        )
        return all(not wanted or held in wanted for wanted, held in asked)


def chosen(findings: Sequence[Finding], outcome: str, wanted: Chosen) -> tuple[Finding, ...]:
    """Return the wanted rows of one outcome: by design, then by prior drug, then as listed."""
    rows = [each for each in findings if each.outcome == outcome and wanted.wants(each)]
    designs = list(DESIGNS)
    return tuple(sorted(rows, key=lambda each: (designs.index(each.design), PRIORS.index(each.prior))))


def line(finding: Finding) -> Line:
    """Turn a published row of shares into a line."""
    drawn = _percent(finding) if finding.k is None else _counted(finding.k, finding.n or 0)
    no_time = f"time {NOT_STATED}" if finding.weeks is None else ""
    return Line(
        group=f"{DESIGNS[finding.design]} · prior {DRUG_BEFORE}: {finding.prior}",
        title=finding.study if finding.weeks is None else f"{finding.study} · week {spelt(finding.weeks)}",
        detail=" · ".join(filter(None, (finding.selection, finding.drug, no_time, finding.read_from))),
        prior=finding.prior,
        source=finding.link.url,
        **drawn._asdict(),
    )


class _Drawn(NamedTuple):
    """The part of a line that is drawn, with its words."""

    said: str
    interval: str
    rate: float
    low: float = float("nan")
    high: float = float("nan")
    mark: Mark = "percent"
    as_printed: bool = False


def _counted(k: int, n: int) -> _Drawn:
    if n < FEWEST:
        return _Drawn(f"{k}/{n}", FEW, float("nan"), mark="few")
    found = rate(k, n)
    interval = f"95 % {percent(found.low)} to {percent(found.high)}, Wilson"
    return _Drawn(share(k, n, found.rate), interval, found.rate, found.low, found.high, "counted")


def _percent(finding: Finding) -> _Drawn:
    value = finding.value or 0.0
    said = f"{'about ' if finding.is_approximate else ''}{spelt(value)} %, {NO_COUNT}"
    if finding.interval_of != "arm" or finding.low is None or finding.high is None:
        return _Drawn(said, f"none: {NO_COUNT} printed", value / 100)
    low, high = finding.low / 100, finding.high / 100
    return _Drawn(said, f"95 % {percent(low)} to {percent(high)} as printed", value / 100, low, high, as_printed=True)


def own_line(analysis: Analysis, prior: str) -> Line:
    """Turn the definition in force on the loaded cohort into a line, labelled where the cohort is synthetic."""
    r, study = analysis.response, analysis.study
    label = synthetic_label(analysis.cohort).removesuffix(".").lower()
    return Line(
        group="The loaded cohort, definition in force",
        title=study.name,
        detail=f"{study.index_drug} · {label or analysis.cohort.metadata.title}",
        said=share(r.n_responders, r.n_evaluable, r.rate),
        interval=f"{100 * study.confidence:g} % {percent(r.ci_low)} to {percent(r.ci_high)}",
        rate=r.rate,
        low=r.ci_low,
        high=r.ci_high,
        mark="here",
        prior=prior,
    )


def pooled_lines(pool: PooledRate, prior: str, predicts: bool) -> tuple[Line, ...]:
    """Turn a pool into a line, and its prediction interval into another where there is one."""
    average = _pooled("Random effects", "Hartung-Knapp interval", pool, (pool.low, pool.high), prior)
    pooled = replace(average, said=f"{percent(pool.rate)}, {pool.k} studies", rate=pool.rate)
    if not predicts:
        return (pooled,)
    limits = pool.predicted_low, pool.predicted_high
    return pooled, _pooled("A further study", "prediction interval", pool, limits, prior)


def _pooled(title: str, detail: str, pool: PooledRate, limits: tuple[float, float], prior: str) -> Line:
    low, high = limits
    reach = f"{percent(low)} to {percent(high)}"
    return Line(
        group=f"Pool of {pool.k} studies",
        title=title,
        detail=detail,
        said=reach,
        interval=f"95 % {reach}",
        rate=float("nan"),
        low=low,
        high=high,
        mark="pooled",
        prior=prior,
    )
