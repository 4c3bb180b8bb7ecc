"""Beside which published outcome the definition in force may stand, and in what each published row differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.analysis.analyse import Analysis
from explorer.export.people import counts_invented_outcomes
from explorer.literature.studies import Finding, definitions
from explorer.literature.studies_outcomes import DRUG_BEFORE, NOT_STATED
from explorer.reconstruction.facts import is_rebuilt_from_publication
from explorer.study.response import (
    AllOf,
    ImprovementRule,
    Leaf,
    PercentImprovement,
    PointImprovement,
    Reported,
    Rule,
    ScoreAtMost,
)
from explorer.study.windows import Window
from explorer.study.words import spelt

COMPOSITE = "CLINICIAN_DEFINED_RESPONSE"
FEWEST = 5
"""Patients below whom a rate is not set beside published ones."""

Asked = tuple[str, str, float]
"""Instrument, what is asked of it (percent, points, score) and the threshold."""

ITCH = {"PPNRS": "ITCH", "WINRS": "ITCH"}
"""Wordings of the same question, as the trials have them."""

MATCHES: Mapping[frozenset[Asked], str] = MappingProxyType(
    {
        frozenset({("IGA", "score", 1.0)}): "IGA_0_1",
        frozenset({("IGA", "score", 1.0), ("IGA", "points", 1.0)}): "IGA_0_1",
        frozenset({("IGA", "score", 1.0), ("IGA", "points", 2.0)}): "IGA_0_1",
        frozenset({("EASI", "percent", 50.0)}): "EASI_50",
        frozenset({("EASI", "percent", 75.0)}): "EASI_75",
        frozenset({("EASI", "percent", 90.0)}): "EASI_90",
        frozenset({("EASI", "percent", 100.0)}): "EASI_100",
        frozenset({("EASI", "score", 0.0)}): "EASI_100",
        frozenset({("EASI", "score", 7.0)}): "EASI_LE_7",
        frozenset({("ITCH", "points", 4.0)}): "PPNRS_4PT",
        frozenset({("ITCH", "points", 3.0)}): "ITCH_NRS_3PT",
        frozenset({("ITCH", "score", 4.0)}): "PPNRS_LE_4",
        frozenset({("DLQI", "score", 5.0)}): "DLQI_LE_5",
        frozenset({("EASI", "percent", 90.0), ("ITCH", "score", 1.0)}): "EASI_90_AND_ITCH_0_1",
    }
)
"""Rules that count the same as a published outcome; where they ask for two things, both are needed."""

HERE_UNKNOWN: Mapping[str, str] = MappingProxyType(
    {
        "observed": "are left out",
        "non_responder": "count as no response",
        "last_observation": "take the last score",
        "best_case": "count as response",
        "worst_case": "count as no response",
        "multiple_imputation": "are imputed",
    }
)
"""What the definition in force makes of unknown outcomes, in a few words."""

THERE: Mapping[str, str] = MappingProxyType(
    {
        "observed": "unknown outcomes are left out",
        "response without rescue": "rescue counts as no response",
        "model": "a model's probability, not a raw share",
        "Kaplan-Meier": "a Kaplan-Meier estimate",
    }
)
"""What a published row makes of them."""

DESIGN_WORDS: Mapping[str, str] = MappingProxyType(
    {"RCT": "randomised trial", "open-label extension": "trial extension"}
)


def outcome_of(rule: Rule) -> str | None:
    """Name the published outcome that a rule counts.

    Returns
    -------
    str or None
        A code of the outcomes; that of a composite where the rule puts several scores or reports together; None where
        no published row counts this.
    """
    leaves = rule.leaves()
    asked = [_asked(leaf) for leaf in leaves]
    known = frozenset(each for each in asked if each is not None)
    if None not in asked and (len(leaves) == 1 or isinstance(rule, AllOf)) and known in MATCHES:
        return MATCHES[known]
    about = {leaf.item if isinstance(leaf, Reported) else leaf.instrument for leaf in leaves}
    return COMPOSITE if len(about) > 1 else None


def _asked(leaf: Leaf) -> Asked | None:
    if isinstance(leaf, ScoreAtMost):
        return ITCH.get(leaf.instrument, leaf.instrument), "score", leaf.score
    if isinstance(leaf, ImprovementRule) and leaf.at_least is not None:
        measure = "percent" if isinstance(leaf, PercentImprovement) else "points"
        return ITCH.get(leaf.instrument, leaf.instrument), measure, leaf.at_least
    return None


@dataclass(frozen=True)
class Here:
    """The definition in force on the loaded cohort, by what published rows are compared with.

    Attributes
    ----------
    outcome : str, optional
        The published outcome it may stand beside.
    why_not : str
        Why it may stand beside none; empty where it may.
    compares : bool
        Whether published rows are of its drug's disease at all, so that differences are worth listing.
    prior : str
        Whether those counted had dupilumab before: all, some, none or unknown.
    iga_fall : float
        Grades by which the IGA has to fall; 0 where only its end is asked for.
    itch_from : float, optional
        Itch at baseline from which a patient can count.
    rebuilt : bool
        Whether the cohort is rebuilt from a published one.
    """

    drug: str
    outcome: str | None
    why_not: str
    compares: bool
    prior: str
    window: Window
    missing: str
    iga_fall: float
    itch_from: float | None
    rebuilt: bool


def here(analysis: Analysis, drugs: tuple[str, ...]) -> Here:
    """Describe the definition in force by what published rows are compared with.

    Parameters
    ----------
    drugs : tuple of str
        The drugs that published rows are of.
    """
    study = analysis.study
    rule = study.response.rule
    outcome = outcome_of(rule)
    why_not = _why_not(analysis, outcome, drugs)
    points = [leaf for leaf in rule.leaves() if isinstance(leaf, PointImprovement)]
    falls = [leaf.at_least or 0.0 for leaf in points if leaf.instrument == "IGA"]
    return Here(
        drug=study.index_drug.casefold(),
        outcome=None if why_not else outcome,
        why_not=why_not,
        compares=study.index_drug.casefold() in drugs,
        prior=_prior(analysis),
        window=study.follow_up,
        missing=study.missing.kind,
        iga_fall=max(falls, default=0.0),
        itch_from=next((leaf.baseline_at_least for leaf in points if leaf.instrument in ITCH), None),
        rebuilt=is_rebuilt_from_publication(analysis.cohort),
    )


def _why_not(analysis: Analysis, outcome: str | None, drugs: tuple[str, ...]) -> str:
    study, n = analysis.study, analysis.response.n_evaluable
    if study.index_drug.casefold() not in drugs:
        return f"The published rows are about atopic dermatitis, and none is of {study.index_drug}."
    if counts_invented_outcomes(analysis):
        return "Hypothetical additions are counted in, and invented patients never stand beside published ones."
    if n < FEWEST:
        return f"{n} patients are counted; a rate stands beside published ones from {FEWEST} on."
    if outcome is None:
        return f"No published row counts what the definition in force does: {study.response.rule}."
    return ""


def _prior(analysis: Analysis) -> str:
    """Class the patients counted as the published rows do."""
    if not analysis.cohort.gives("treatments", "drug"):
        return "unknown"
    written = [name for name in analysis.cohort.drugs if name.casefold() == DRUG_BEFORE]
    took = analysis.facts.took(written[0] if written else DRUG_BEFORE)[analysis.response.among]
    if not took.any():
        return "none"
    return "all" if took.all() else "some"


@dataclass(frozen=True)
class Comparison:
    """In what a published row differs from the definition in force, and what it does not state.

    `dependent` says that the row is the source of the loaded cohort, so that agreement with it proves nothing.
    """

    differs: tuple[str, ...]
    unstated: tuple[str, ...]
    dependent: bool = False

    def __str__(self) -> str:
        parts = ["The loaded cohort was made to give what this publication printed."] if self.dependent else []
        if self.differs:
            parts.append(f"Differs: {'; '.join(self.differs)}.")
        if self.unstated:
            parts.append(f"Not stated: {', '.join(self.unstated)}.")
        return " ".join(parts) or "No difference in what both state."


def compared(finding: Finding, ours: Here) -> Comparison:
    """Compare one published row with the definition in force: population, endpoint, time, missing outcomes."""
    differs: list[str] = []
    unstated: list[str] = []
    for part in (_population, _endpoint, _time, _missing):
        for said, known in part(finding, ours):
            (differs if known else unstated).append(said)
    return Comparison(tuple(differs), tuple(unstated), ours.rebuilt and finding.study_id == REBUILT_FROM)


REBUILT_FROM = "NYU_OLAGUN_SAMUEL_2026"
"""The study that the bundled cohort is rebuilt from."""

Said = Iterator[tuple[str, bool]]
"""What differs (True) or is not stated (False)."""


def _population(finding: Finding, ours: Here) -> Said:
    if finding.agent != ours.drug:
        yield f"another drug, {finding.agent}", True
    if "unknown" in (finding.prior, ours.prior):
        yield f"prior {DRUG_BEFORE}", False
    elif finding.prior != ours.prior:
        yield f"prior {DRUG_BEFORE} in {finding.prior}, here {ours.prior}", True
    if finding.selection:
        yield f"patients are {finding.selection}", True
    if finding.design in DESIGN_WORDS:
        yield DESIGN_WORDS[finding.design], True


def _endpoint(finding: Finding, ours: Here) -> Said:
    if finding.outcome != ours.outcome:
        yield "another endpoint", True
    elif finding.outcome == COMPOSITE:
        yield from _own_definition(finding, ours)
    elif finding.outcome == "IGA_0_1":
        yield from _fall(finding, ours)
    elif finding.definition in ITCH_FLOORS:
        yield from _floor(ITCH_FLOORS[finding.definition], ours)


REBUILT_RULE = "SEED_COMPOSITE"
"""The rule of the publication that the bundled cohort is rebuilt from."""


def _own_definition(finding: Finding, ours: Here) -> Said:
    if finding.definition == REBUILT_RULE and ours.rebuilt:
        yield "the thresholds of its rule", False
    elif finding.definition:
        label = definitions()[finding.definition].label
        yield f"its rule: {label[0].lower()}{label[1:]}", True
    else:
        yield "its rule", False


FALLS = {"IGA01_2PT": 2.0, "IGA_LE1": 0.0}
ITCH_FLOORS = {"PPNRS_3PT": 3.0, "PPNRS_4PT": 4.0}
"""What a sourced definition asks: grades that the IGA has to fall, itch at baseline from which a patient can count."""


def _fall(finding: Finding, ours: Here) -> Said:
    asked = FALLS.get(finding.definition)
    if asked is None:
        yield "whether IGA had to fall", False
    elif asked != ours.iga_fall:
        yield f"IGA must fall by {spelt(asked)}, here by {spelt(ours.iga_fall)}", True


def _floor(asked: float, ours: Here) -> Said:
    if ours.itch_from is None or ours.itch_from < asked:
        yield f"baseline itch of {spelt(asked)} or more", True


def _time(finding: Finding, ours: Here) -> Said:
    if finding.weeks is None:
        yield "time", False
    elif not ours.window.from_day <= 7 * finding.weeks <= ours.window.to_day:
        low, high = (round(day / 7) for day in (ours.window.from_day, ours.window.to_day))
        yield f"week {spelt(finding.weeks)}, here weeks {low} to {high}", True


def _missing(finding: Finding, ours: Here) -> Said:
    if finding.missing_rule == NOT_STATED:
        yield "missing outcomes", False
    elif finding.missing_rule != "observed" or ours.missing != "observed":
        yield f"{THERE[finding.missing_rule]}, here unknown ones {HERE_UNKNOWN[ours.missing]}", True


def summary(comparisons: list[Comparison]) -> str:
    """Count the rows in which nothing is known to differ, and those that state all that is compared."""
    n = len(comparisons)
    alike = sum(not each.differs for each in comparisons)
    whole = sum(not each.unstated for each in comparisons)
    return f"In {alike}/{n} rows nothing differs that is stated; {whole}/{n} state all of it."
