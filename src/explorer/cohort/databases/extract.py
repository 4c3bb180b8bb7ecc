"""What to take out of a database: a small file that says which drug, which scores, and how they are read."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictInt,
    ValidationError,
    field_validator,
    model_validator,
)

from explorer.cohort.instruments import Instrument, catalogue
from explorer.cohort.mapping.model import NOT_SAID, Scale, Text, Value
from explorer.cohort.schemas import TABLES, StopReason
from explorer.errors import CohortError, Problem

DOCUMENTATION = "docs/databases.md says what an extract file may hold"
Concept = StrictInt | Annotated[str, Field(min_length=1)]
Concepts = Annotated[tuple[Concept, ...], Field(min_length=1)]
LONGEST = 36_500


def _said(text: str) -> str:
    if text == NOT_SAID:
        raise ValueError(f'"{NOT_SAID}" stands for what only you can say; fill it in')
    return text


Said = Annotated[Text, Field(min_length=1), AfterValidator(_said)]


def _drug(given: object) -> object:
    return {"name": given} if isinstance(given, str) else given


def _listed(given: object) -> object:
    return {"concepts": given} if isinstance(given, list | tuple) else given


class Drug(Value):
    """A drug, and the concepts by which the database knows it.

    Attributes
    ----------
    name : str
        What the cohort calls it.
    concepts : tuple of int or str
        Concept ids, or exact concept names whatever their capitals; the name if none is given. Their descendants
        count as well.
    containing : str or None
        Counts every drug concept whose name holds this text: for databases without `concept_ancestor`.
    """

    name: Said
    concepts: tuple[Concept, ...] = ()
    containing: Annotated[str, Field(min_length=3)] | None = None

    @property
    def wanted(self) -> tuple[Concept, ...]:
        """The concepts to look for: those given, or the name."""
        return self.concepts or (() if self.containing else (self.name,))


class Score(Value):
    """The rows of `measurement` and `observation` that are one score.

    Attributes
    ----------
    concepts : tuple of int or str
        Concept ids (standard or source), or exact concept names.
    source_values : tuple of str
        Further rows, by the exact text of their source value: for scores without a concept.
    unit : int or None
        Concept id of the only unit that counts.
    times : float
        Factor that brings values to the instrument's unit.
    """

    concepts: tuple[Concept, ...] = ()
    source_values: tuple[str, ...] = ()
    unit: int | None = None
    times: float = Field(default=1, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _something_is_named(self) -> Self:
        if not self.concepts and not self.source_values:
            raise ValueError("name at least one concept or source value")
        return self


class Covariate(Value):
    """A baseline column: one of three kinds.

    Attributes
    ----------
    conditions : tuple of int or str
        Yes where one of these conditions, or a descendant, was recorded on or before the index date; else no.
    measurement : tuple of int or str
        The last number on or before the index date, within `days_before`.
    person : {"race", "ethnicity"} or None
        The name of the person's concept.
    """

    conditions: tuple[Concept, ...] = ()
    measurement: tuple[Concept, ...] = ()
    person: Literal["race", "ethnicity"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(map(bool, (self.conditions, self.measurement, self.person))) != 1:
            raise ValueError("give exactly one of conditions, measurement and person")
        return self


AnyDrug = Annotated[Drug, BeforeValidator(_drug)]
AnyScore = Annotated[Score, BeforeValidator(_listed)]
Days = Annotated[int, Field(ge=0, le=LONGEST)]


class Extract(Value):
    """What to take out of an OMOP database, and by which rules it becomes a cohort.

    Attributes
    ----------
    index_drug, prior_drug : Drug
        People exposed to the index drug are the cohort; their first exposure is day 0.
    scores : dict of str to Score
        By the instrument's code.
    covariates : dict of str to Covariate
        By the column's name.
    adverse_events : dict of str to tuple of concepts
        Conditions to count as adverse events, by term. None unless asked for.
    days_before, days_after : int
        How far from the index date scores and events are fetched.
    gap_days : int
        Exposures that follow one another with at most so many days between are one course.
    first_from, first_to : date or None
        Limits of the index date, both included.
    same_day : {"mean", "lowest", "highest"} or None
        What counts where one person has several values of a score on a day; None refuses.
    outside_range : {"refuse", "leave out"}
        What happens to values outside an instrument's range.
    missing : tuple of float
        Numbers that stand for a missing value.
    stop_reasons : dict of str to str
        What texts in `stop_reason` mean.
    keep_person_id : bool
        Whether `patient_id` is the database's `person_id`; else P1, P2, ...
    cdm_schema, vocabulary_schema : str or None
        Where the database keeps its tables.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    title: Said
    synthetic: bool = False
    source: Text = ""
    licence: Text = ""
    notes: Text = ""
    index_drug: AnyDrug
    prior_drug: AnyDrug | None = None
    scores: Annotated[dict[Text, AnyScore], Field(min_length=1)]
    instruments: tuple[Scale, ...] = ()
    covariates: dict[Text, Covariate] = Field(default={})
    adverse_events: dict[Text, Concepts] = Field(default={})
    days_before: Days = 365
    days_after: Days = 365
    gap_days: Days = 30
    first_from: date | None = None
    first_to: date | None = None
    same_day: Literal["mean", "lowest", "highest"] | None = None
    outside_range: Literal["refuse", "leave out"] = "refuse"
    missing: tuple[float, ...] = ()
    stop_reasons: dict[str, StopReason] = Field(default={})
    keep_person_id: bool = False
    cdm_schema: str | None = None
    vocabulary_schema: str | None = None

    model_config = Value.model_config | {"validate_by_name": True, "validate_by_alias": True}

    @field_validator("covariates")
    @classmethod
    def _names_are_free(cls, covariates: dict[str, Covariate]) -> dict[str, Covariate]:
        taken = sorted(set(covariates) & set(TABLES["patients"]))
        if taken:
            raise ValueError(f"every cohort has '{taken[0]}' already; choose another name")
        return covariates

    @model_validator(mode="after")
    def _drugs_and_scores_are_clear(self) -> Self:
        if self.prior_drug is not None and self.prior_drug.name == self.index_drug.name:
            raise ValueError("the prior drug has the name of the index drug; give it another, or leave it out")
        if self.first_from and self.first_to and self.first_from > self.first_to:
            raise ValueError("first_from lies after first_to: swap them")
        twice = [code for code, times in Counter(scale.code for scale in self.instruments).items() if times > 1]
        if twice:
            raise ValueError(f"{twice[0]} stands twice among the instruments; keep one")
        undecided = [scale.code for scale in self.instruments if scale.direction == NOT_SAID]
        if undecided:
            raise ValueError(f"say for {undecided[0]} whether lower or higher is better, as its direction")
        unknown = sorted(set(self.scores) - set(self.known))
        if unknown:
            raise ValueError(f"the score {unknown[0]} is not in the catalogue; describe it under [[instruments]]")
        return self

    @property
    def known(self) -> dict[str, Instrument]:
        """Every instrument that scores may name: the catalogue's, and those described here."""
        return {**catalogue(), **{scale.code: scale.instrument() for scale in self.instruments}}

    @property
    def drugs(self) -> tuple[Drug, ...]:
        """The index drug and, if there is one, the prior drug."""
        return (self.index_drug,) if self.prior_drug is None else (self.index_drug, self.prior_drug)

    @classmethod
    def from_dict(cls, content: dict[str, Any], file: str = "extract") -> Self:
        """Read an extract from plain values; `file` names it in messages.

        Raises
        ------
        CohortError
            With every field that is wrong, and what is allowed.
        """
        try:
            return cls.model_validate_json(json.dumps(content, default=str))
        except ValidationError as error:
            raise _refusal(error, file) from error


def load(path: Path) -> Extract:
    """Read an extract from a TOML or JSON file.

    Raises
    ------
    CohortError
        When the file cannot be read, or with every field that is wrong.
    """
    try:
        text = path.read_text("utf-8-sig")
        content = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, RecursionError, ValueError) as error:
        what = f"the extract file cannot be read ({error})"
        raise CohortError([Problem(path.name, what, "Give TOML or JSON in UTF-8.")]) from error
    return Extract.from_dict(content, path.name)


def _refusal(error: ValidationError, file: str) -> CohortError:
    problems = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        field = ".".join(map(str, fault["loc"])) or "the extract"
        known = fault["type"] != "extra_forbidden"
        what = f"{field}: {fault['msg'].removeprefix('Value error, ')}" if known else f"{field}: no such field"
        problems.append(Problem(file, what, f"Correct it; {DOCUMENTATION}."))
    return CohortError(problems)
