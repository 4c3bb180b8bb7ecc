"""What counts as response: rules on scores and reports, combined in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Literal, Self, cast

import numpy as np
from pydantic import Field, model_validator

from explorer.study.eligibility import Criterion
from explorer.study.facts import Facts, Floats
from explorer.study.frozen import LARGEST, Count, Frozen, Number, Text, entries, within
from explorer.study.limits import between, exceeds, reaches
from explorer.study.truth import Truth, all_of, any_of, at_least, known
from explorer.study.words import counted, listing, spelt

# Below 0 a patient who became worse would count as improved.
Percentage = Annotated[Number, within(0, 100, "a percentage improvement")]
Points = Annotated[Number, within(0, LARGEST, "an improvement in points")]

DEEPEST, MOST_PARTS = 8, 64
"""How far rules may be nested, and how many simple rules a response may hold: a link is a stranger's input."""


class AnyRule(Frozen):
    """What all rules can be asked."""

    kind: str

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the rule holds; unknown where the inputs that decide it are missing."""
        return self.judged(lambda leaf: leaf.met_by(facts))

    def judged(self, truth: Callable[[Leaf], Truth]) -> Truth:
        """Say of each patient whether the rule holds, given the truth of the simple rules it is made of."""
        raise NotImplementedError

    def leaves(self) -> tuple[Leaf, ...]:
        """Return the simple rules this one is made of, each once, in the order in which they stand."""
        return tuple(dict.fromkeys(self.walk()))

    def walk(self) -> Iterator[Leaf]:
        """Yield every simple rule as often as it stands."""
        raise NotImplementedError

    def instruments(self) -> tuple[str, ...]:
        """Return the codes of the instruments asked for, each once, in order."""
        return tuple(dict.fromkeys(leaf.instrument for leaf in self.walk() if not isinstance(leaf, Reported)))

    def items(self) -> tuple[str, ...]:
        """Return the report items asked for, each once, in order."""
        return tuple(dict.fromkeys(leaf.item for leaf in self.walk() if isinstance(leaf, Reported)))

    def depth(self) -> int:
        """Return how far rules are nested; 1 for a simple rule."""
        return 1


class ScoreRule(AnyRule):
    """A rule on one instrument; `baseline_at_least` makes it false for who began with a lower score."""

    instrument: Text
    baseline_at_least: Number | None = None

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the rule holds; unknown where the scores that decide it are missing."""
        reached = self.reached(facts)
        if self.baseline_at_least is None:
            return reached
        return all_of([between(facts.baseline(self.instrument), self.baseline_at_least, None), reached])

    def reached(self, facts: Facts) -> Truth:
        """Say of each patient whether the rule holds, whatever the restriction on baseline."""
        raise NotImplementedError

    def __str__(self) -> str:
        if self.baseline_at_least is None:
            return self.goal
        return f"{self.goal} (from a baseline of at least {spelt(self.baseline_at_least)})"

    @property
    def goal(self) -> str:
        """Say what is to be reached, whatever the restriction on baseline."""
        raise NotImplementedError

    def judged(self, truth: Callable[[Leaf], Truth]) -> Truth:
        """Say of each patient whether the rule holds: what is given of it."""
        return truth(cast("Leaf", self))

    def walk(self) -> Iterator[Leaf]:
        """Yield the rule itself."""
        yield cast("Leaf", self)


class ImprovementRule(ScoreRule):
    """A rule on how far a score improved: by at least so much, or by more than so much.

    More than 0 is any improvement; at least 0 is no worsening, and says so.
    """

    at_least: Number | None = None
    more_than: Number | None = None

    @model_validator(mode="after")
    def _has_one_threshold(self) -> Self:
        if (self.at_least is None) == (self.more_than is None):
            raise ValueError("exactly one of at_least and more_than is needed")
        return self

    @property
    def threshold(self) -> tuple[float, bool]:
        """Return the improvement asked for, and whether reaching it suffices."""
        return (self.at_least, True) if self.at_least is not None else (self.more_than or 0.0, False)

    def improved_by(self, amount: Floats) -> Truth:
        """Say whose improvement passes the threshold; unknown where it is NaN."""
        threshold, suffices = self.threshold
        passes = reaches(amount, threshold) if suffices else exceeds(amount, threshold)
        return known(passes, ~np.isnan(amount))

    def improved(self, unit: str) -> str:
        """Say the threshold in words: "BSA improved by at least 50 %", "any improvement of BSA", "no worsening of BSA"."""
        threshold, suffices = self.threshold
        if threshold == 0:
            return f"no worsening of {self.instrument}" if suffices else f"any improvement of {self.instrument}"
        amount = f"{spelt(threshold)} %" if unit == "%" else counted(threshold, unit)
        return f"{self.instrument} improved by {'at least' if suffices else 'more than'} {amount}"


class PercentImprovement(ImprovementRule):
    """The score improved by such a percentage of its baseline; unknown unless the baseline is above 0.

    The instrument says which way is better: 50 means halved where lower is better, half as much again where
    higher is.
    """

    kind: Literal["percent_improvement"] = "percent_improvement"
    at_least: Percentage | None = None
    more_than: Percentage | None = None

    def reached(self, facts: Facts) -> Truth:
        """Say of each patient whether the score improved by the percentage."""
        baseline = facts.baseline(self.instrument)
        points = facts.instrument(self.instrument).improvement(baseline, facts.follow_up(self.instrument))
        # Multiplying first keeps whole-number scores exact: 50 to 21 is 58 %, not 57.99999999999999.
        return self.improved_by(100 * points / np.where(baseline > 0, baseline, np.nan))

    @property
    def goal(self) -> str:
        """Say what is to be reached: "BSA improved by at least 50 %"."""
        return self.improved("%")


class PointImprovement(ImprovementRule):
    """The score improved by so many points of its scale; the instrument says which way is better."""

    kind: Literal["point_improvement"] = "point_improvement"
    at_least: Points | None = None
    more_than: Points | None = None

    def reached(self, facts: Facts) -> Truth:
        """Say of each patient whether the score improved by the points."""
        instrument = facts.instrument(self.instrument)
        return self.improved_by(
            instrument.improvement(facts.baseline(self.instrument), facts.follow_up(self.instrument))
        )

    @property
    def goal(self) -> str:
        """Say what is to be reached: "PPNRS improved by at least 4 points"."""
        return self.improved("point")


class ScoreAtMost(ScoreRule):
    """The follow-up score is such a score or less, whatever the baseline was."""

    kind: Literal["score_at_most"] = "score_at_most"
    score: Number

    def reached(self, facts: Facts) -> Truth:
        """Say of each patient whether the follow-up score is low enough."""
        return between(facts.follow_up(self.instrument), None, self.score)

    @property
    def goal(self) -> str:
        """Say what is to be reached: "a follow-up IGA of 1 or less"."""
        return f"a follow-up {self.instrument} of {spelt(self.score)} or less"


class ScoreAtLeast(ScoreRule):
    """The follow-up score is such a score or more, whatever the baseline was."""

    kind: Literal["score_at_least"] = "score_at_least"
    score: Number

    def reached(self, facts: Facts) -> Truth:
        """Say of each patient whether the follow-up score is high enough."""
        return between(facts.follow_up(self.instrument), self.score, None)

    @property
    def goal(self) -> str:
        """Say what is to be reached: "a follow-up X of 3 or more"."""
        return f"a follow-up {self.instrument} of {spelt(self.score)} or more"


class Reported(AnyRule):
    """The patient answered yes to a report in the follow-up window; unknown where not asked or contradicted."""

    kind: Literal["reported"] = "reported"
    item: Text

    def met_by(self, facts: Facts) -> Truth:
        """Say of each patient whether the report was answered with yes."""
        return facts.report(self.item)

    def __str__(self) -> str:
        return f"{self.item.replace('_', ' ')} reported"

    def judged(self, truth: Callable[[Leaf], Truth]) -> Truth:
        """Say of each patient whether the rule holds: what is given of it."""
        return truth(self)

    def walk(self) -> Iterator[Leaf]:
        """Yield the rule itself."""
        yield self


class Combined(AnyRule):
    """A rule made of others."""

    rules: Annotated[tuple[Rule, ...], entries(1, MOST_PARTS)]

    def parts(self, conjunction: str) -> str:
        """List the parts; a combined rule among them stands in brackets, so that the sentence has one reading."""
        combined = [isinstance(rule, Combined) and len(rule.rules) > 1 for rule in self.rules]
        words = [f"({rule})" if inner else str(rule) for rule, inner in zip(self.rules, combined, strict=True)]
        return listing(words, conjunction)

    def walk(self) -> Iterator[Leaf]:
        """Yield every simple rule as often as it stands."""
        for rule in self.rules:
            yield from rule.walk()

    def depth(self) -> int:
        """Return how far rules are nested."""
        return 1 + max(rule.depth() for rule in self.rules)


class AnyOf(Combined):
    """True as soon as one part is true, false only when all are false."""

    kind: Literal["any_of"] = "any_of"

    def judged(self, truth: Callable[[Leaf], Truth]) -> Truth:
        """Say of each patient whether any part holds."""
        return any_of([rule.judged(truth) for rule in self.rules])

    def __str__(self) -> str:
        return f"any of {self.parts('or')}" if len(self.rules) > 1 else str(self.rules[0])


class AllOf(Combined):
    """False as soon as one part is false, true only when all are true."""

    kind: Literal["all_of"] = "all_of"

    def judged(self, truth: Callable[[Leaf], Truth]) -> Truth:
        """Say of each patient whether every part holds."""
        return all_of([rule.judged(truth) for rule in self.rules])

    def __str__(self) -> str:
        return self.parts("and")


class AtLeast(Combined):
    """True when so many parts are true, false when even the unknown ones could not make up the count."""

    kind: Literal["at_least"] = "at_least"
    count: Count

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.count > len(self.rules):
            raise ValueError(f"a count of {self.count} is not allowed; only {counted(len(self.rules), 'rule')} given")
        return self

    def judged(self, truth: Callable[[Leaf], Truth]) -> Truth:
        """Say of each patient whether enough parts hold."""
        return at_least([rule.judged(truth) for rule in self.rules], self.count)

    def __str__(self) -> str:
        return f"at least {self.count} of {self.parts('and')}"


Rule = Annotated[
    PercentImprovement | PointImprovement | ScoreAtMost | ScoreAtLeast | Reported | AnyOf | AllOf | AtLeast,
    Field(discriminator="kind"),
]
Leaf = PercentImprovement | PointImprovement | ScoreAtMost | ScoreAtLeast | Reported

for _combined in (Combined, AnyOf, AllOf, AtLeast):
    _combined.model_rebuild()


class Response(Frozen):
    """Among whom response is counted, and the rule that says what it is."""

    among: Annotated[tuple[Criterion, ...], entries(0, 64)] = ()
    rule: Rule

    @model_validator(mode="after")
    def _readable(self) -> Self:
        depth, size = self.rule.depth(), sum(1 for _ in self.rule.walk())
        if depth > DEEPEST:
            raise ValueError(f"the rule is nested {depth} deep; at most {DEEPEST} is allowed")
        if size > MOST_PARTS:
            raise ValueError(f"the rule is made of {size} simple rules; at most {MOST_PARTS} are allowed")
        return self
