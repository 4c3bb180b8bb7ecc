"""Which studies of a plan a cohort cannot be analysed under, and why."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from explorer.cohort.tables import Cohort
from explorer.multiverse.plan import Plan
from explorer.study.availability import Lack, criterion_lacks, index_lacks, leaf_lacks

Texts = npt.NDArray[np.object_]
NOT_ASKED = "multiple imputation runs study by study, and was not asked for"


def problems(cohort: Cohort, plan: Plan, imputing: bool) -> Texts:
    """Say of each study of a plan why it cannot be computed; empty where it can."""
    found = _lines([index_lacks(study, cohort) for study in plan.windows])[plan.window]
    found = _both(found, _of_paths(cohort, plan)[plan.among])
    rules = [
        [lack for leaf in rule.leaves() for lack in leaf_lacks("response.rule", leaf, cohort)] for rule in plan.rules
    ]
    found = _both(found, _lines(rules)[plan.rule])
    if imputing:
        return found
    left_out = [NOT_ASKED if policy.kind == "multiple_imputation" else "" for policy in plan.policies]
    return _both(found, np.array(left_out, object)[plan.missing])


def _of_paths(cohort: Cohort, plan: Plan) -> Texts:
    """Say at each step of the paths what the criteria up to it lack."""
    each = [[str(lack) for lack in criterion_lacks("criteria", criterion, cohort)] for criterion in plan.paths.criteria]
    lines: list[list[str]] = [[]]
    for parent, criterion in zip(plan.paths.parent[1:], plan.paths.criterion[1:], strict=True):
        lines.append(lines[parent] + each[criterion])
    return np.array(["; ".join(dict.fromkeys(held)) for held in lines], object)


def _lines(lacks: Iterable[Iterable[Lack]]) -> Texts:
    return np.array(["; ".join(dict.fromkeys(map(str, held))) for held in lacks], object)


def _both(one: Texts, other: Texts) -> Texts:
    if not other.any():
        return one
    return np.array([f"{a}; {b}" if a and b else a or b for a, b in zip(one, other, strict=True)], object)
