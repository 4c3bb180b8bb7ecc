"""Definitions with a name: the published study, stricter and looser ones, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from explorer.errors import DefinitionError
from explorer.study.availability import lacking
from explorer.study.eligibility import (
    AgeLimits,
    BaselineScore,
    Criterion,
    FollowUpScores,
    IndexDate,
    PatientReport,
    Prescriptions,
    PriorTreatment,
)
from explorer.study.missing import Missing
from explorer.study.response import (
    AllOf,
    AnyOf,
    PercentImprovement,
    PointImprovement,
    Reported,
    Response,
    Rule,
    ScoreAtMost,
)
from explorer.study.study import Study
from explorer.study.windows import Window

if TYPE_CHECKING:
    from explorer.cohort.instruments import Instrument
    from explorer.cohort.tables import Cohort

Kind = Literal["reading", "published", "adapted", "ours"]
"""Our reading of a rule the paper leaves open; a rule as its source has it; a proxy for one; our own."""

ARTICLE = "https://www.emjreviews.com/en-us/amj/dermatology/news/tralokinumab-offers-relief-after-dupilumab-failure"
COMPARE = "https://studylib.net/doc/25873472/a2-bieber"


@dataclass(frozen=True)
class Preset:
    """A study with a name, and where its definition of response comes from.

    `definition` is the identifier of the rule in the table of responder definitions; `url` is empty where the
    rule is nobody's but ours, so that a proxy is never cited as its source.
    """

    name: str
    title: str
    study: Study
    kind: Kind
    source: str
    url: str
    note: str
    definition: str = ""


@dataclass(frozen=True)
class Offer:
    """A preset beside what a cohort lacks for it: it can be computed where nothing is lacking."""

    preset: Preset
    lacking: tuple[str, ...]

    @property
    def computable(self) -> bool:
        """Whether the cohort holds all that the preset needs."""
        return not self.lacking


HALF_OF_BSA = PercentImprovement(instrument="BSA", at_least=50)
FOUR_OF_ITCH = PointImprovement(instrument="PPNRS", at_least=4)
ALMOST_CLEAR = ScoreAtMost(instrument="IGA", score=1)
ALMOST_CLEAR_AND_BETTER = AllOf(rules=(ALMOST_CLEAR, PointImprovement(instrument="IGA", at_least=1)))
ALMOST_CLEAR_BY_TWO = AllOf(rules=(ALMOST_CLEAR, PointImprovement(instrument="IGA", at_least=2)))
REPORTS = tuple(Reported(item=item) for item in ("fewer_flares", "less_topical", "overall_benefit"))

AS_PUBLISHED = Study(
    name="As published",
    index_drug="tralokinumab",
    prior_drug="dupilumab",
    eligibility=(
        IndexDate(from_="2019-01-01", to="2024-01-31"),
        AgeLimits(from_=18),
        Prescriptions(drug="tralokinumab", at_least=2),
        FollowUpScores(instruments=("BSA", "PPNRS", "IGA"), at_least=1),
        PatientReport(at_least=1),
    ),
    baseline=Window(from_day=-60, to_day=0, pick="last"),
    follow_up=Window(from_day=30, to_day=120, target_day=90, pick="closest"),
    response=Response(
        among=(PriorTreatment(drug="dupilumab"),),
        rule=AnyOf(rules=(HALF_OF_BSA, FOUR_OF_ITCH, ALMOST_CLEAR_AND_BETTER, *REPORTS)),
    ),
)


def _counting(name: str, rule: Rule, *among: Criterion) -> Study:
    """Return the published study with another rule of response, and perhaps counted among fewer."""
    everyone = AS_PUBLISHED.response.among
    return AS_PUBLISHED.replace(name=name, response=Response(among=(*everyone, *among), rule=rule))


_ALL = (
    Preset(
        "as-published",
        "As published",
        AS_PUBLISHED,
        "reading",
        "Olagun-Samuel 2026, JAAD International 24:67-69, read as a news summary",
        ARTICLE,
        "The paper counts improvement on an objective score or benefit reported by the patient, and does not say how "
        "much improvement counted. The thresholds, the windows and the reports that count are our operational reading.",
        "SEED_COMPOSITE",
    ),
    Preset(
        "as-published-thresholds",
        "As published, of the reports only overall benefit",
        _counting(
            "As published, thresholds",
            AnyOf(rules=(HALF_OF_BSA, FOUR_OF_ITCH, ALMOST_CLEAR_AND_BETTER, Reported(item="overall_benefit"))),
        ),
        "reading",
        "Olagun-Samuel 2026, JAAD International 24:67-69, read as a news summary",
        ARTICLE,
        "A stricter reading of the same sentence: fewer flares or less topical treatment alone do not count.",
        "SEED_COMPOSITE",
    ),
    Preset(
        "as-published-any",
        "As published, any improvement",
        _counting(
            "As published, any improvement",
            AnyOf(
                rules=(*(PointImprovement(instrument=code, more_than=0) for code in ("BSA", "PPNRS", "IGA")), *REPORTS)
            ),
        ),
        "reading",
        "Olagun-Samuel 2026, JAAD International 24:67-69, read as a news summary",
        ARTICLE,
        "The loosest reading of the same sentence: any fall of any score, however small, or any of the three reports.",
        "SEED_COMPOSITE",
    ),
    Preset(
        "iga-01-2pt",
        "Clear or almost clear, with a fall of 2 grades",
        _counting("IGA 0 or 1 with a fall of 2 grades", ALMOST_CLEAR_BY_TWO),
        "published",
        "JADE COMPARE; ARCADIA; ROCKET-IGNITE",
        COMPARE,
        "Most trials admit only an IGA of 3 or more at baseline; no such restriction is made here. Who starts at 2 "
        "can meet the rule only by reaching 0, and who starts at 1 cannot meet it.",
        "IGA01_2PT",
    ),
    Preset(
        "itch-4pt",
        "Itch fell by 4 points",
        _counting("Itch fell by 4 points", FOUR_OF_ITCH, BaselineScore(instrument="PPNRS", at_least=4)),
        "published",
        "JADE COMPARE; ARCADIA (entry needs PP-NRS of 4 or more)",
        COMPARE,
        "Counted among patients with an itch of 4 or more at baseline, because nobody below can fall by 4.",
        "PPNRS_4PT",
    ),
    Preset(
        "bsa-50",
        "Affected body surface halved",
        _counting("BSA halved", HALF_OF_BSA),
        "published",
        "Treat-to-target, moderate set",
        "https://doi.org/10.1007/s13555-025-01508-w",
        "The authors of that study say that the target may be too lenient. Undefined where nothing was affected at "
        "baseline.",
        "BSA_50",
    ),
    Preset(
        "lenient",
        "Lenient: half of BSA, 3 points of itch or 1 grade of IGA",
        _counting(
            "Lenient",
            AnyOf(
                rules=(
                    HALF_OF_BSA,
                    PointImprovement(instrument="PPNRS", at_least=3, baseline_at_least=3),
                    PointImprovement(instrument="IGA", at_least=1),
                )
            ),
        ),
        "adapted",
        "Adapted: an either-or rule as in a post hoc analysis of ECZTRA 1 and 2, on the scores held here",
        "",
        "That analysis asks for EASI-50, 3 points of itch or 4 of DLQI in patients not clear or almost clear; here "
        "BSA stands in for EASI and a grade of IGA for DLQI, so it is not that definition.",
    ),
    Preset(
        "strict",
        "Strict: clear or almost clear by 2 grades, and 4 points of itch",
        _counting("Strict", AllOf(rules=(ALMOST_CLEAR_BY_TWO, FOUR_OF_ITCH))),
        "ours",
        "Our own: two published trial endpoints, both required",
        "",
        "Each half is a trial endpoint (see iga-01-2pt and itch-4pt); no source read asks for both together.",
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in _ALL})
"""The presets by name, the published one first."""

DOMAINS: tuple[PercentImprovement | PointImprovement, ...] = (
    PercentImprovement(instrument="EASI", at_least=50),
    PercentImprovement(instrument="SCORAD", at_least=50),
    PointImprovement(instrument="PPNRS", at_least=3),
    PointImprovement(instrument="DLQI", at_least=4),
    PointImprovement(instrument="POEM", at_least=4),
    HALF_OF_BSA,
)
"""The domains of the 3-month treat-to-target rule."""


def treat_to_target(instruments: frozenset[str]) -> Preset:
    """Return the 3-month treat-to-target rule on those of its domains a cohort has scores of (on all, without any)."""
    domains = tuple(domain for domain in DOMAINS if domain.instrument in instruments) or DOMAINS
    rule = AllOf(rules=(PointImprovement(instrument="PGIS", at_least=1), AnyOf(rules=domains)))
    return Preset(
        "treat-to-target",
        "Treat-to-target at 3 months",
        _counting("Treat-to-target at 3 months", rule),
        "published",
        "International eDelphi consensus; thresholds from a later study (10.1007/s13555-025-01508-w)",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC9366686",
        "A better patient global assessment and at least one domain target; the list of domains is approximate.",
        "T2T_3M",
    )


ERASMUS = Preset(
    "erasmus",
    "Erasmus: any fall of IGA and of itch, and the wish to continue",
    _counting(
        "Erasmus",
        AllOf(
            rules=(
                PointImprovement(instrument="IGA", more_than=0),
                PointImprovement(instrument="PPNRS", more_than=0),
                Reported(item="wants_to_continue"),
            )
        ),
    ),
    "published",
    "Erasmus MC daily-practice tralokinumab cohort",
    "https://doi.org/10.1093/ced/llad038",
    "Lenient on the size of the fall, strict on needing all three.",
    "ERASMUS_GOOD",
)


def offered(cohort: Cohort) -> list[Offer]:
    """List every preset, treat-to-target and Erasmus included, with what a cohort lacks for each."""
    return [Offer(preset, tuple(lacking(preset.study, cohort))) for preset in _every(cohort)]


def _every(cohort: Cohort) -> tuple[Preset, ...]:
    return (*PRESETS.values(), treat_to_target(frozenset(cohort.instruments)), ERASMUS)


CHANGED = " (changed)"


def title(study: Study, cohort: Cohort) -> str:
    """Return the name of a study, which cannot lie: no other definition goes by the name of a preset.

    Whoever named it so, and wherever it came from (a link, a file, a control), a study that bears the name of a
    preset, or of the cohort's starting point, and is another definition is said to be changed.
    """
    known = cohort.derived("named studies", lambda: _named(cohort))
    base = known.get(study.name.removesuffix(CHANGED).casefold())
    if base is None:
        return study.name
    return base.name if study.fingerprint == base.fingerprint else f"{base.name}{CHANGED}"


def _named(cohort: Cohort) -> dict[str, Study]:
    studies = {name: each.study for each in _every(cohort) for name in (each.name, each.title, each.study.name)}
    start = default_for(cohort)
    return {name.casefold(): study for name, study in (studies | {start.name: start}).items()}


def default_for(cohort: Cohort) -> Study:
    """Return the published study where a cohort holds all that it needs, else a starting point of its own."""
    return starting_point(cohort) if lacking(AS_PUBLISHED, cohort) else AS_PUBLISHED


def starting_point(cohort: Cohort) -> Study:
    """Return a study that any cohort with scores can be analysed under, to be changed from there.

    Everyone is eligible; the windows are those of the published study where the first instrument has scores in
    them, else as wide as its scores; response is half of the baseline score, or the instrument's MCID where a
    percentage of its scale would mislead; patients whose response is unknown are left out.

    Raises
    ------
    DefinitionError
        Where the cohort has neither scores nor reports.
    """
    rule = _first_rule(cohort)
    if codes := rule.instruments():
        days = cohort.scores(codes[0]).day
        baseline = _baseline_window(days)
    else:
        days, baseline = cohort.reports["day"].to_numpy(), AS_PUBLISHED.baseline
    return Study(
        name="Starting point",
        index_drug=cohort.metadata.index_drug or "the index drug",
        prior_drug=cohort.metadata.prior_drug or None,
        baseline=baseline,
        follow_up=_follow_up_window(days, after=baseline.to_day),
        response=Response(rule=rule),
        missing=Missing(kind="observed"),
    )


def _first_rule(cohort: Cohort) -> Rule:
    if cohort.instruments:
        return _meaningful(next(iter(cohort.instruments.values())))
    if cohort.items:
        return Reported(item=cohort.items[0])
    raise DefinitionError(
        "This cohort has neither scores nor reports, so no response can be defined. Add assessments or reports."
    )


def _meaningful(instrument: Instrument) -> Rule:
    # Half of a score means little on a scale that rises with health or does not begin at 0.
    if instrument.mcid is not None and not (instrument.lower_is_better and instrument.range_min == 0):
        return PointImprovement(instrument=instrument.code, at_least=instrument.mcid)
    return PercentImprovement(instrument=instrument.code, at_least=50)


def _baseline_window(days: npt.NDArray[np.int32]) -> Window:
    if np.any((days >= -60) & (days <= 0)):
        return AS_PUBLISHED.baseline
    # Where the first scores come after the start, the first visit is the baseline.
    first = int(days.min())
    return Window(from_day=first, to_day=max(first, 0), pick="last")


def _follow_up_window(days: npt.NDArray[np.int32], after: int) -> Window:
    if np.any((days >= 30) & (days <= 120)) and after < 30:
        return AS_PUBLISHED.follow_up
    return Window(from_day=after + 1, to_day=max(after + 1, int(days.max(initial=0))), pick="last")
