"""Decisions that a study takes, and the defensible options of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from explorer.study.eligibility import Criterion
from explorer.study.frozen import Frozen, Number, Text, entries
from explorer.study.missing import Missing
from explorer.study.response import AllOf, AnyOf, AtLeast, Leaf, PercentImprovement, PointImprovement, Response, Rule
from explorer.study.study import AfterStop, Index, Study
from explorer.study.windows import Window
from explorer.study.words import counted, spelt

MOST_OPTIONS = 24


def _reason(text: str) -> str:
    if not text.isprintable() or len(text) > 500:
        raise ValueError("a reason is a printable text of at most 500 characters")
    return text


Reason = Annotated[str, AfterValidator(_reason)]


class Option(Frozen):
    """One defensible choice: its label, why anybody would take it, and where that was read."""

    label: Text
    reason: Reason = ""
    source: Reason = ""

    @property
    def choice(self) -> Any:
        """What is chosen, without its label and reasons."""
        return tuple(getattr(self, name) for name in type(self).model_fields if name not in Option.model_fields)


class CriteriaOption(Option):
    """The criteria a patient must meet; none, when everybody may enter."""

    criteria: Annotated[tuple[Criterion, ...], entries(0, 64)] = ()


class WindowOption(Option):
    """The days that count, and which score is used."""

    window: Window


class RuleOption(Option):
    """A rule of response, and the criteria that come with it in the denominator."""

    rule: Rule
    among: Annotated[tuple[Criterion, ...], entries(0, 64)] = ()

    @model_validator(mode="after")
    def _as_a_study_allows(self) -> Self:
        Response(among=self.among, rule=self.rule)
        return self


class ThresholdOption(Option):
    """How much improvement a part of the rule asks for."""

    at_least: Number


class MissingOption(Option):
    """What becomes of unknown outcomes."""

    missing: Missing


class AfterStopOption(Option):
    """What becomes of patients who left the index drug before their follow-up."""

    after_stop: AfterStop


class IndexOption(Option):
    """The day from which the windows count."""

    index: Index


class AnyDecision(Frozen):
    """What all decisions can be asked."""

    field: str
    name: Text
    options: Any

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        labels, choices = [o.label for o in self.options], [o.choice for o in self.options]
        for seen, what in ((labels, "label"), (choices, "choice")):
            twice = next((place for place, value in enumerate(seen) if value in seen[:place]), None)
            if twice is not None:
                raise ValueError(f"two options of '{self.name}' have the same {what}: {labels[twice]}")
        return self

    def including(self, study: Study) -> Self:
        """Return the decision with what a study chooses among its options."""
        now = self.taken(study)
        return self if now is None or self.place(now) is not None else self.adding(now)

    def adding(self, option: Option) -> Self:
        """Return the decision with a further option, under a label that no other has."""
        named = option.model_copy(update={"label": self._free(option.label)})
        return self.model_copy(update={"options": (*self.options, named)})

    def place(self, option: Option | None) -> int | None:
        """Return where the options hold the same choice; None where they do not."""
        choices = [each.choice for each in self.options]
        return choices.index(option.choice) if option is not None and option.choice in choices else None

    def taken(self, study: Study) -> Option | None:
        """Say what a study chooses here; None where the decision does not arise in it."""
        raise NotImplementedError

    def _free(self, label: str) -> str:
        taken = {option.label for option in self.options}
        return f"{label[:180]} (as now)" if label in taken else label


def _label(text: str) -> str:
    return text if len(text) <= 200 else text[:197] + "..."


class CriteriaDecision(AnyDecision):
    """Who enters: the criteria of one kind about one subject, as the prescriptions of a drug."""

    field: Literal["eligibility", "among"]
    kind: Text
    about: Text | None = None
    options: Annotated[tuple[CriteriaOption, ...], entries(1, MOST_OPTIONS)]

    @model_validator(mode="after")
    def _own_criteria_only(self) -> Self:
        for option in self.options:
            if any(not self.governs(criterion) for criterion in option.criteria):
                raise ValueError(f"'{option.label}' holds criteria of another kind or subject than '{self.name}'")
        return self

    def governs(self, criterion: Criterion) -> bool:
        """Say whether a criterion is one that this decision sets."""
        return criterion.kind == self.kind and subject(criterion) == self.about

    def taken(self, study: Study) -> CriteriaOption:
        """Return the criteria of the study that this decision governs."""
        held = study.eligibility if self.field == "eligibility" else study.response.among
        chosen = tuple(criterion for criterion in held if self.governs(criterion))
        label = "; ".join(str(criterion) for criterion in chosen) or "no such criterion"
        return CriteriaOption(label=_label(label), criteria=chosen)

    def set(self, criteria: Sequence[Criterion], option: CriteriaOption) -> tuple[Criterion, ...]:
        """Return criteria with the governed ones replaced, in the place of the first; as they stand where they are it."""
        held = [place for place, criterion in enumerate(criteria) if self.governs(criterion)]
        if tuple(criteria[place] for place in held) == option.criteria:
            return tuple(criteria)
        at = held[0] if held else len(criteria)
        others = [criterion for criterion in criteria[at:] if not self.governs(criterion)]
        return (*criteria[:at], *option.criteria, *others)


def subject(criterion: Criterion) -> str | None:
    """Return what a criterion is about: a drug, an instrument or a column; None for the other kinds."""
    for name in ("drug", "instrument", "column"):
        if hasattr(criterion, name):
            return str(getattr(criterion, name))
    return None


class WindowDecision(AnyDecision):
    """When baseline or follow-up is measured, and which of several scores counts."""

    field: Literal["baseline", "follow_up"]
    options: Annotated[tuple[WindowOption, ...], entries(1, MOST_OPTIONS)]

    def taken(self, study: Study) -> WindowOption:
        """Return the window of the study."""
        window = getattr(study, self.field)
        return WindowOption(label=_label(str(window)), window=window)


class IndexDecision(AnyDecision):
    """Which day is day 0."""

    field: Literal["index"]
    options: Annotated[tuple[IndexOption, ...], entries(1, 2)]

    def taken(self, study: Study) -> IndexOption:
        """Return day 0 of the study."""
        return IndexOption(label=study.index.replace("_", " "), index=study.index)


class AfterStopDecision(AnyDecision):
    """What becomes of patients who left the index drug before their follow-up."""

    field: Literal["after_stop"]
    options: Annotated[tuple[AfterStopOption, ...], entries(1, 3)]

    def taken(self, study: Study) -> AfterStopOption:
        """Return the strategy of the study."""
        return AfterStopOption(label=study.after_stop.replace("_", " "), after_stop=study.after_stop)


class MissingDecision(AnyDecision):
    """What becomes of unknown outcomes; the best and the worst case are bounds drawn around the curve, not options."""

    field: Literal["missing"]
    options: Annotated[tuple[MissingOption, ...], entries(1, MOST_OPTIONS)]

    @model_validator(mode="after")
    def _no_bounds(self) -> Self:
        kinds = {option.missing.kind for option in self.options} & {"best_case", "worst_case"}
        if kinds and len(self.options) > 1:
            raise ValueError(f"{kinds.pop()} is a bound, given for every study anyway, and no option to be weighed")
        return self

    def taken(self, study: Study) -> MissingOption:
        """Return the policy of the study."""
        return MissingOption(label=study.missing.kind.replace("_", " "), missing=study.missing)

    def including(self, study: Study) -> Self:
        """Return the decision with the study's policy among its options; a bound stands alone."""
        if study.missing.kind in ("best_case", "worst_case"):
            return self.model_copy(update={"options": (self.taken(study),)})
        return super().including(study)


class RuleDecision(AnyDecision):
    """Who counts as a responder."""

    field: Literal["rule"]
    options: Annotated[tuple[RuleOption, ...], entries(1, MOST_OPTIONS)]

    def taken(self, study: Study) -> RuleOption:
        """Return the rule of the study with all the criteria of its denominator."""
        response = study.response
        return RuleOption(label=_label(str(response.rule)), rule=response.rule, among=response.among)


class ThresholdDecision(AnyDecision):
    """How much improvement of one instrument the rule asks for; arises only where the rule has such a part."""

    field: Literal["threshold"]
    kind: Literal["percent_improvement", "point_improvement"]
    about: Text
    options: Annotated[tuple[ThresholdOption, ...], entries(1, MOST_OPTIONS)]

    @model_validator(mode="after")
    def _as_a_rule_allows(self) -> Self:
        part = PercentImprovement if self.kind == "percent_improvement" else PointImprovement
        for option in self.options:
            part(instrument=self.about, at_least=option.at_least)
        return self

    def governs(self, leaf: Leaf) -> bool:
        """Say whether a part of a rule asks for at least so much of this improvement."""
        return (
            isinstance(leaf, PercentImprovement | PointImprovement)
            and (leaf.kind, leaf.instrument) == (self.kind, self.about)
            and leaf.at_least is not None
        )

    def asked(self, rule: Rule) -> float | None:
        """Return the improvement that a rule asks for; None where it has no such part, or several that differ."""
        thresholds = {getattr(leaf, "at_least", None) for leaf in rule.walk() if self.governs(leaf)}
        return next(iter(thresholds)) if len(thresholds) == 1 else None

    def taken(self, study: Study) -> ThresholdOption | None:
        """Return the threshold of the study's rule, where the decision arises in it."""
        threshold = self.asked(study.response.rule)
        if threshold is None:
            return None
        amount = f"{spelt(threshold)} %" if self.kind == "percent_improvement" else counted(threshold, "point")
        return ThresholdOption(label=amount, at_least=threshold)

    def set(self, rule: Rule, option: ThresholdOption) -> Rule:
        """Return a rule with its governed parts asking for this much."""
        if isinstance(rule, AnyOf | AllOf | AtLeast):
            return rule.model_copy(update={"rules": tuple(self.set(part, option) for part in rule.rules)})
        return rule.model_copy(update={"at_least": option.at_least}) if self.governs(rule) else rule


Decision = Annotated[
    CriteriaDecision
    | WindowDecision
    | IndexDecision
    | AfterStopDecision
    | MissingDecision
    | RuleDecision
    | ThresholdDecision,
    Field(discriminator="field"),
]
