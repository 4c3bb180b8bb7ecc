"""A grid: the decisions of a study with their defensible options, and what may not go together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, ValidationError, model_validator

from explorer.errors import DefinitionError
from explorer.multiverse.decisions import (
    AnyDecision,
    CriteriaDecision,
    Decision,
    MissingDecision,
    Reason,
    RuleDecision,
    RuleOption,
    ThresholdDecision,
)
from explorer.study.eligibility import Criterion
from explorer.study.frozen import Frozen, Text, a_number, entries
from explorer.study.json_text import nested_beyond, read_json
from explorer.study.missing import Missing
from explorer.study.refusals import refusal, shown
from explorer.study.response import Response, Rule
from explorer.study.study import Study

D = TypeVar("D")
Choices = npt.NDArray[np.int16]
Choice = Sequence[int]
"""The option of each decision by its place; -1 where a decision does not arise."""

WINDOWS = ("baseline", "follow_up", "index", "after_stop")
RULE = ("rule", "threshold")
LONGEST = 1_000_000
MOST_NESTED = 26
"""How far objects and lists may be nested: a rule as deep as is allowed stands five deeper than in a study."""
MOST_DECISIONS = 20


class Forbidden(Frozen):
    """Choices that make no sense together: a study that makes all of them is not listed."""

    choices: dict[Text, tuple[Text, ...]]
    reason: Reason

    @model_validator(mode="after")
    def _forbids_something(self) -> Self:
        if not self.choices or not all(self.choices.values()):
            raise ValueError("nothing is named that is forbidden: name decisions, and options of each")
        return self


class Grid(Frozen):
    """The decisions to be varied around a study; whatever no decision sets stays as the study has it."""

    schema_: Annotated[Literal[1], BeforeValidator(a_number)] = 1
    name: Text
    base: Study
    decisions: Annotated[tuple[Decision, ...], entries(1, MOST_DECISIONS)]
    forbidden: Annotated[tuple[Forbidden, ...], entries(0, 200)] = ()

    @model_validator(mode="after")
    def _decisions_differ(self) -> Self:
        names, sets = [each.name for each in self.decisions], [_sets(each) for each in self.decisions]
        for seen, what in ((names, "are called"), (sets, "decide the same: see")):
            twice = next((place for place, value in enumerate(seen) if value in seen[:place]), None)
            if twice is not None:
                raise ValueError(f"two decisions {what} '{names[twice]}'")
        return self

    @model_validator(mode="after")
    def _forbids_what_there_is(self) -> Self:
        labels = {each.name: [option.label for option in each.options] for each in self.decisions}
        for rule in self.forbidden:
            for name, chosen in rule.choices.items():
                if name not in labels:
                    raise ValueError(f"forbidden: there is no decision {shown(name)}; there are {', '.join(labels)}")
                if unknown := [label for label in chosen if label not in labels[name]]:
                    raise ValueError(f"forbidden: '{name}' has no option {shown(unknown[0])}")
        return self

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a grid from JSON.

        Raises
        ------
        DefinitionError
            Where the text is no JSON, or a field, kind or value is not known or not allowed; one line for each.
        """
        held = read_json(text, "grid", LONGEST)
        if isinstance(held, dict) and nested_beyond(MOST_NESTED, held):
            raise DefinitionError(f"This is nested more than {MOST_NESTED} deep, which no grid is.")
        try:
            return cls.model_validate(held)
        except ValidationError as error:
            raise DefinitionError(refusal(error, held)) from error
        except UnicodeEncodeError as error:
            raise DefinitionError("This grid holds half of a character (a lone surrogate); remove it.") from error

    def to_json(self) -> str:
        """Write the grid as indented JSON."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), indent=2, ensure_ascii=False)

    # One study of the grid

    def study(self, choice: Choice) -> Study:
        """Return the study that makes these choices, named after them; the base itself where they are its own."""
        if tuple(choice) == self.as_now:
            return self.base
        return self.base.model_copy(
            update={
                "name": self.named(choice),
                "eligibility": self.eligibility(choice),
                "response": Response.model_construct(among=self.among(choice), rule=self.rule(choice)),
                "missing": self.missing(choice),
                **self.windows(choice),
            }
        )

    def eligibility(self, choice: Choice) -> tuple[Criterion, ...]:
        """Return the eligibility criteria that follow from a choice, in the order of the base."""
        criteria = self.base.eligibility
        for decision, option in self._chosen(choice, CriteriaDecision):
            if decision.field == "eligibility":
                criteria = decision.set(criteria, option)
        return criteria

    def among(self, choice: Choice) -> tuple[Criterion, ...]:
        """Return the criteria of the denominator: those decided on their own, then those that come with the rule."""
        decided = [(each, option) for each, option in self._chosen(choice, CriteriaDecision) if each.field == "among"]
        rules = [option for _, option in self._chosen(choice, RuleDecision)]
        others = rules[0].among if rules else self._others(self.base.response.among)
        return (*(criterion for _, option in decided for criterion in option.criteria), *others)

    def rule(self, choice: Choice) -> Rule:
        """Return the rule that follows from a choice, thresholds set."""
        rule = next((option.rule for _, option in self._chosen(choice, RuleDecision)), self.base.response.rule)
        for decision, option in self._chosen(choice, ThresholdDecision):
            rule = decision.set(rule, option)
        return rule

    def windows(self, choice: Choice) -> dict[str, Any]:
        """Return the windows, day 0 and strategy for stoppers that follow from a choice, by field."""
        return {field: getattr(self.base, field) for field in WINDOWS} | {
            each.field: getattr(each.options[at], "window" if each.field in ("baseline", "follow_up") else each.field)
            for each, at in zip(self.decisions, choice, strict=True)
            if each.field in WINDOWS and at >= 0
        }

    def missing(self, choice: Choice) -> Missing:
        """Return the policy for unknown outcomes that follows from a choice."""
        return next((option.missing for _, option in self._chosen(choice, MissingDecision)), self.base.missing)

    def labels(self, choice: Choice) -> tuple[str, ...]:
        """Return the label of each choice; empty where a decision does not arise."""
        return tuple(each.options[at].label if at >= 0 else "" for each, at in zip(self.decisions, choice, strict=True))

    def named(self, choice: Choice) -> str:
        """Name a study after its choices that differ from the base's own."""
        differing = [
            label
            for label, place, now in zip(self.labels(choice), choice, self.as_now, strict=True)
            if place not in (now, -1)
        ]
        return "; ".join(differing)[:200].strip() or "Study of the grid"

    def _chosen(self, choice: Choice, kind: type[D]) -> list[tuple[D, Any]]:
        return [
            (each, each.options[at])
            for each, at in zip(self.decisions, choice, strict=True)
            if at >= 0 and isinstance(each, kind)
        ]

    # The study in force

    def around(self, study: Study) -> Grid:
        """Return the grid around another study: its own choices stand among the options, and the rest is as it has it."""
        decisions = tuple(
            self._including_rule(each, study) if isinstance(each, RuleDecision) else each.including(study)
            for each in self.decisions
        )
        if study == self.base and decisions == self.decisions:
            return self
        # Built anew, not copied: a copy would bring along which choices were the old base's own.
        forbidden = still_forbidden(self.forbidden, decisions)
        return Grid.model_construct(name=self.name, base=study, decisions=decisions, forbidden=forbidden)

    @cached_property
    def as_now(self) -> tuple[int | None, ...]:
        """The base's own choices, -1 where a decision does not arise, None where its choice is no option."""
        return tuple(self._place(each, self.base) for each in self.decisions)

    def _place(self, decision: Decision, study: Study) -> int | None:
        if isinstance(decision, ThresholdDecision) and decision.asked(study.response.rule) is None:
            return -1
        if isinstance(decision, RuleDecision):
            mine = self._shape(self._rule_taken(decision, study))
            return next((at for at, option in enumerate(decision.options) if self._shape(option) == mine), None)
        return decision.place(decision.taken(study))

    def _including_rule(self, decision: RuleDecision, study: Study) -> RuleDecision:
        return (
            decision if self._place(decision, study) is not None else decision.adding(self._rule_taken(decision, study))
        )

    def _rule_taken(self, decision: RuleDecision, study: Study) -> RuleOption:
        taken = decision.taken(study)
        return taken.replace(among=self._others(taken.among))

    def _shape(self, option: RuleOption) -> tuple[Rule, tuple[Criterion, ...]]:
        """Return a rule with its decided thresholds all alike, to compare what remains."""
        rule = option.rule
        for each in self.decisions:
            if isinstance(each, ThresholdDecision) and each.asked(rule) is not None:
                rule = each.set(rule, each.options[0])
        return rule, option.among

    def _others(self, among: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
        """Return the criteria of a denominator that no decision sets."""
        decided = [each for each in self.decisions if isinstance(each, CriteriaDecision) and each.field == "among"]
        return tuple(criterion for criterion in among if not any(each.governs(criterion) for each in decided))


def _sets(decision: AnyDecision) -> tuple[object, ...]:
    """Return what a decision sets, so that no two set the same."""
    return (decision.field, getattr(decision, "kind", None), getattr(decision, "about", None))


def still_forbidden(forbidden: Iterable[Forbidden], decisions: Iterable[AnyDecision]) -> tuple[Forbidden, ...]:
    """Return what remains forbidden among the options that remain."""
    labels = {each.name: {option.label for option in each.options} for each in decisions}
    narrowed = [
        ({name: tuple(o for o in chosen if o in labels.get(name, ())) for name, chosen in each.choices.items()}, each)
        for each in forbidden
    ]
    return tuple(Forbidden(choices=left, reason=each.reason) for left, each in narrowed if all(left.values()))
