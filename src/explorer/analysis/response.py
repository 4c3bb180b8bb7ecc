"""Who responded, out of whom, and which part of the rule carried it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.facts import CohortFacts
from explorer.analysis.ledger import Step, ledger
from explorer.analysis.outcome import Outcome, outcome, response_rate
from explorer.study.response import AnyOf, Rule
from explorer.study.study import Study
from explorer.study.truth import FALSE, TRUE, UNKNOWN, Truth

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """How one part of the rule came out among the patients in whom response is counted.

    `n_only` counts those who respond by this part and by no other.
    """

    rule: str
    n_true: int
    n_false: int
    n_unknown: int
    n_only: int


@dataclass(frozen=True, eq=False)
class Response:
    """Responders under the definition in force.

    Attributes
    ----------
    n_among, n_unknown : int
        Eligible patients in whom response is counted, and how many of their outcomes were unknown
        before the missing-outcome policy.
    n_evaluable, n_responders, rate, ci_low, ci_high
        After it; `n_responders` is the mean over imputations where there are several.
    bounds : (float, float)
        The rate if every unknown outcome were a failure, and if every one were a success.
    among, outcome
        Per patient: who is counted, and the verdicts.
    """

    n_among: int
    n_evaluable: int
    n_unknown: int
    n_responders: int | float
    rate: float
    ci_low: float
    ci_high: float
    interval: str
    missing: str
    imputations: int | None
    bounds: tuple[float, float]
    by_rule: tuple[Part, ...]
    among_steps: tuple[Step, ...]
    among: Bools
    outcome: Outcome


def response(facts: CohortFacts, study: Study, eligible: Bools) -> Response:
    """Judge the eligible patients by the study's response rule."""
    counted = ledger(eligible, study.response.among, facts)
    result = outcome(facts, study, counted.eligible)
    estimate = response_rate(result, counted.eligible, study)
    return Response(
        n_among=counted.n,
        n_evaluable=estimate.n_evaluable,
        n_unknown=int((counted.eligible & (result.verdict == UNKNOWN)).sum()),
        n_responders=estimate.n_responders,
        rate=estimate.rate,
        ci_low=estimate.low,
        ci_high=estimate.high,
        interval=estimate.interval,
        missing=study.missing.kind,
        imputations=study.missing.imputations,
        bounds=_bounds(result.verdict[counted.eligible]),
        by_rule=by_part(study.response.rule, facts, counted.eligible, result.verdict),
        among_steps=counted.steps,
        among=counted.eligible,
        outcome=result,
    )


def _bounds(verdict: Truth) -> tuple[float, float]:
    if len(verdict) == 0:
        return float("nan"), float("nan")
    return float((verdict == TRUE).mean()), float((verdict != FALSE).mean())


def parts(rule: Rule) -> tuple[Rule, ...]:
    """Return the parts that can each make the rule true: those of an `any_of`, else the rule itself."""
    return rule.rules if isinstance(rule, AnyOf) else (rule,)


def by_part(rule: Rule, facts: CohortFacts, who: Bools, verdict: Truth) -> tuple[Part, ...]:
    """Count each part's verdicts among some patients, and those whom it alone makes responders."""
    each = parts(rule)
    verdicts = np.stack([part.met_by(facts)[who] for part in each])
    alone = ((verdicts == TRUE).sum(axis=0) == 1) & (verdict[who] == TRUE)
    return tuple(
        Part(
            str(part),
            int((truth == TRUE).sum()),
            int((truth == FALSE).sum()),
            int((truth == UNKNOWN).sum()),
            int((alone & (truth == TRUE)).sum()),
        )
        for part, truth in zip(each, verdicts, strict=True)
    )
