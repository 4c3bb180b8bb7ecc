"""One analysis: a cohort and a study in, every figure out. The same call serves page, terminal and script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from explorer.analysis.change import INFERENTIAL, Change, changes
from explorer.analysis.description import Description, description
from explorer.analysis.facts import CohortFacts
from explorer.analysis.keys import as_keys
from explorer.analysis.ledger import Ledger, ledger
from explorer.analysis.persistence import Persistence, persistence
from explorer.analysis.reports import Report, reports
from explorer.analysis.response import Response, response
from explorer.analysis.safety import Safety, safety
from explorer.analysis.subgroups import Subgroup, subgroups
from explorer.cohort.tables import Cohort
from explorer.study.availability import require
from explorer.study.lint import Caution, lint
from explorer.study.study import Study

Bools = npt.NDArray[np.bool_]
T = TypeVar("T")
NAN = float("nan")
NO_INTERVAL: dict[str, Any] = {"ci_low": NAN, "ci_high": NAN}


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything that follows from one study of one cohort.

    Rates lie between 0 and 1, days count from the study's index day, changes are follow-up minus
    baseline. NaN stands for what does not exist.
    """

    cohort: Cohort
    study: Study
    facts: CohortFacts
    ledger: Ledger
    description: Description
    change: tuple[Change, ...]
    response: Response
    reports: tuple[Report, ...]
    safety: Safety
    persistence: Persistence
    cautions: tuple[Caution, ...]

    @cached_property
    def subgroups(self) -> tuple[Subgroup, ...]:
        """Response in subgroups; computed when asked for, since most pages do not show it."""
        found = subgroups(self.facts, self.response.outcome, self.response.among)
        return tuple(replace(row, **NO_INTERVAL) for row in found) if _counts_invented(self) else found

    def visits(self, instrument: str) -> pd.DataFrame:
        """Every score of one instrument: which was used as baseline or follow-up, and which were passed over.

        Returns
        -------
        DataFrame
            One row per score: patient_id, day (from the study's index day), score, use (`baseline`,
            `follow-up`, `passed over` for others inside a window, `outside` for the rest).
        """
        return visits(self.facts, instrument)

    def to_dict(self) -> dict[str, Any]:
        """Return the results under the keys of `explorer analyse --format json`; absent numbers are None."""
        return as_keys(self)


def analyse(cohort: Cohort, study: Study) -> Analysis:
    """Analyse a cohort under a study.

    Parameters
    ----------
    cohort : Cohort
    study : Study
        The definitions in force.

    Raises
    ------
    DefinitionError
        When the study asks for an instrument, drug, item, column or table that the cohort lacks, or for
        a threshold outside its instrument's range.
    """
    require(study, cohort)
    facts = CohortFacts(cohort, study)
    counted = _ledger(facts)
    result = response(facts, study, counted.eligible)
    return _withhold_inference(
        Analysis(
            cohort=cohort,
            study=study,
            facts=facts,
            ledger=counted,
            response=result,
            cautions=lint(study, cohort, facts, result.among, result.n_evaluable),
            **_whatever_the_rule(facts, counted.eligible),
        )
    )


def _ledger(facts: CohortFacts) -> Ledger:
    study, cohort = facts.study, facts.cohort
    entering = np.ones(cohort.n_patients, bool) if study.hypothetical else ~cohort.hypothetical
    return facts.remembered(
        ("ledger", study.eligibility, study.hypothetical), lambda: ledger(entering, study.eligibility, facts)
    )


def _whatever_the_rule(facts: CohortFacts, eligible: Bools) -> dict[str, Any]:
    """Results that stay when only the response rule changes, remembered for as long as the cohort lives."""
    study = facts.study
    choice = (study.eligibility, study.hypothetical, study.confidence, study.interval, study.prior_drug)

    def once(what: str, compute: Callable[[], T]) -> T:
        return facts.remembered((what, choice), compute)

    return {
        "description": once("description", lambda: description(facts, eligible)),
        "change": once("change", lambda: changes(facts, eligible)),
        "reports": once("reports", lambda: reports(facts, eligible)),
        "safety": once("safety", lambda: safety(facts, eligible)),
        "persistence": once("persistence", lambda: persistence(facts, eligible, study.confidence)),
    }


def _withhold_inference(analysis: Analysis) -> Analysis:
    """With invented additions counted in, nothing is estimated about any population: no p value, no interval."""
    if not _counts_invented(analysis):
        return analysis
    no_test: dict[str, Any] = {name: ("withheld" if name == "wilcoxon_method" else NAN) for name in INFERENTIAL}
    return replace(
        analysis,
        change=tuple(replace(row, **no_test) for row in analysis.change),
        response=replace(analysis.response, **NO_INTERVAL),
        reports=tuple(replace(row, **NO_INTERVAL) for row in analysis.reports),
        persistence=replace(analysis.persistence, **NO_INTERVAL),
    )


def _counts_invented(analysis: Analysis) -> bool:
    return bool((analysis.ledger.eligible & analysis.cohort.hypothetical).any())


def visits(facts: CohortFacts, instrument: str) -> pd.DataFrame:
    """Say of every score of one instrument what became of it (see `Analysis.visits`)."""
    scores, day = facts.cohort.scores(instrument), facts.score_days(instrument)
    use = np.full(len(day), "outside", dtype=object)
    for name, window, picked in (
        ("baseline", facts.study.baseline, facts.baseline_visit(instrument)),
        ("follow-up", facts.study.follow_up, facts.follow_up_visit(instrument)),
    ):
        inside = (day >= window.from_day) & (day <= window.to_day)
        use[inside] = "passed over"
        averaged = (picked.row < 0) & (picked.n_in_window > 0)
        use[inside & averaged[scores.patient]] = name
        use[picked.row[picked.row >= 0]] = name
    patient = facts.column("patient_id").to_numpy()[scores.patient]
    return pd.DataFrame({"patient_id": patient, "day": day, "score": scores.score, "use": use})
