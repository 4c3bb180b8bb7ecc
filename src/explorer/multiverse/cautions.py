"""What a reader should mind about every study of a plan: the codes of `explorer.study.lint`, each part found once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from explorer.cohort.tables import Cohort
from explorer.multiverse.counts import Counts
from explorer.multiverse.plan import Plan
from explorer.study import lint
from explorer.study.eligibility import BaselineScore, Criterion
from explorer.study.lint import Caution
from explorer.study.response import Leaf, Reported, Response, Rule
from explorer.study.study import Study

Bits = npt.NDArray[np.int64]


class Codes:
    """Codes as bits, so that those of the parts of a study can be put together."""

    def __init__(self) -> None:
        self.known: list[str] = []

    def bit(self, code: str) -> int:
        """Return the bit of a code."""
        if code not in self.known:
            self.known.append(code)
        return 1 << self.known.index(code)

    def bits(self, cautions: Iterable[Caution]) -> int:
        """Return the bits of some cautions."""
        found = 0
        for caution in cautions:
            found |= self.bit(caution.code)
        return found

    def text(self, bits: int) -> str:
        """Return the codes of some bits, in alphabetical order."""
        return " ".join(sorted(code for place, code in enumerate(self.known) if bits >> place & 1))


def cautions(
    cohort: Cohort, plan: Plan, counts: Counts, n_evaluable: npt.NDArray[np.float64]
) -> npt.NDArray[np.object_]:
    """Give the codes of each study, a space between."""
    codes, base = Codes(), plan.listing.grid.base
    window = [codes.bits(lint.of_windows(study)) for study in plan.windows]
    policy = [codes.bits(lint.of_policy(base.model_copy(update={"missing": held}))) for held in plan.policies]
    rule = [codes.bits(lint.of_criteria(_asking(base, (), rule), cohort)) for rule in plan.rules]
    bits = np.array(window, np.int64)[plan.window] | np.array(policy, np.int64)[plan.missing]
    bits |= np.array(rule, np.int64)[plan.rule] | _of_criteria(cohort, plan, codes)[plan.among]
    bits |= np.where(n_evaluable < lint.FEWEST, codes.bit("few_evaluable"), 0)
    bits |= _of_rules(cohort, plan, counts, codes)[plan.window, plan.denominator, plan.rule]
    different, which = np.unique(bits, return_inverse=True)
    return np.array([codes.text(held) for held in different.tolist()], object)[which]


def _asking(base: Study, criteria: tuple[Criterion, ...], rule: Rule) -> Study:
    """Return a study of nothing but some criteria and a rule."""
    return base.model_copy(update={"eligibility": criteria, "response": Response.model_construct(among=(), rule=rule)})


def _of_criteria(cohort: Cohort, plan: Plan, codes: Codes) -> Bits:
    """Give the bits of the criteria up to each step of the paths."""
    base, plain = plan.listing.grid.base, Reported(item="any")
    each = [codes.bits(lint.of_criteria(_asking(base, (held,), plain), cohort)) for held in plan.paths.criteria]
    steps = [codes.bits(lint.of_criteria(_asking(base, (), plain), cohort))]
    for parent, criterion in zip(plan.paths.parent[1:], plan.paths.criterion[1:], strict=True):
        steps.append(steps[parent] | each[criterion])
    return np.array(steps, np.int64)


def _of_rules(cohort: Cohort, plan: Plan, counts: Counts, codes: Codes) -> Bits:
    """Give the bits of baselines that put a rule out of reach: (windows, denominators, rules)."""
    leaves = {leaf: _of_leaf(cohort, plan, counts, codes, leaf) for leaf in counts.began}
    none = np.zeros((len(plan.windows), len(plan.denominators)), np.int64)
    each = [[leaves[leaf] for leaf in rule.walk() if leaf in leaves] for rule in plan.rules]
    return np.stack([np.bitwise_or.reduce([none, *held]) for held in each], axis=2)


def _of_leaf(cohort: Cohort, plan: Plan, counts: Counts, codes: Codes, leaf: Leaf) -> Bits:
    instrument, base = cohort.instruments[leaf.instrument], plan.listing.grid.base  # type: ignore[union-attr]
    nobody, unable = codes.bit("no_baseline"), codes.bit("unreachable_here")
    found = np.where(counts.began[leaf], np.where(counts.able[leaf], 0, unable), nobody)
    known: dict[tuple[Criterion, ...], int] = {}
    for place, step in enumerate(plan.denominators.tolist()):
        severity = tuple(held for held in plan.paths.up_to(step) if isinstance(held, BaselineScore))
        if severity not in known:
            caution = lint.of_scale(_asking(base, severity, leaf), leaf, instrument)
            known[severity] = 0 if caution is None else codes.bit(caution.code)
        if known[severity]:
            found[:, place] = known[severity]
    return found
