"""A study: every choice between a cohort and a response rate, as one frozen value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from explorer.errors import DefinitionError
from explorer.study.differences import differences
from explorer.study.eligibility import Criterion
from explorer.study.frozen import Frozen, Number, Text, a_number, entries
from explorer.study.json_text import nested_beyond, read_json
from explorer.study.missing import Missing
from explorer.study.refusals import refusal, shown
from explorer.study.response import Response
from explorer.study.sentence import sentence
from explorer.study.windows import Window

AfterStop = Literal["ignore", "failure", "last_before_stop"]
Index = Literal["first_prescription", "first_dose"]
Interval = Literal["wilson", "clopper_pearson", "jeffreys", "agresti_coull", "mid_p"]

LONGEST = 65_536
"""Characters of JSON that are read: a study needs a few thousand."""
MOST_NESTED = 20
"""How far objects and lists may be nested: rules as deep as is allowed need 17."""


def _level_of_confidence(value: float) -> float:
    if not 0.5 < value < 1:
        raise ValueError(f"{value:g} is not allowed; a confidence level lies between 0.5 and 1, as 0.95")
    return value


class Study(Frozen):
    """A full definition: who is analysed, when, what counts as response and what happens to the rest.

    With eligibility, `among`, the rule, `after_stop` and `missing` it is an estimand in the sense of
    ICH E9(R1). Two studies are equal when every field is, the name included; the `fingerprint` leaves
    the name out.
    """

    schema_: Annotated[Literal[1], BeforeValidator(a_number)] = 1
    name: Text = "Unnamed study"
    index_drug: Text
    prior_drug: Text | None = None
    eligibility: Annotated[tuple[Criterion, ...], entries(0, 64)] = ()
    baseline: Window
    follow_up: Window
    response: Response
    after_stop: AfterStop = "ignore"
    missing: Missing = Missing(kind="non_responder")
    index: Index = "first_prescription"
    interval: Interval = "wilson"
    confidence: Annotated[Number, AfterValidator(_level_of_confidence)] = 0.95
    hypothetical: Annotated[bool, Field(strict=True)] = False

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a study from JSON.

        Raises
        ------
        DefinitionError
            Where the text is no JSON, or a field, kind or value is not known or not allowed; one line for each.
        """
        return cls.from_dict(read_json(text, "study", LONGEST))

    @classmethod
    def from_dict(cls, fields: object) -> Self:
        """Read a study from fields as its JSON has them; raises DefinitionError as `from_json` does."""
        if not isinstance(fields, dict):
            raise DefinitionError(f"{shown(fields)} is not a study; a study is an object with named fields.")
        if nested_beyond(MOST_NESTED, fields):
            raise DefinitionError(f"This is nested more than {MOST_NESTED} deep, which no study is.")
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise DefinitionError(refusal(error, fields)) from error
        except UnicodeEncodeError as error:
            raise DefinitionError("This study holds half of a character (a lone surrogate); remove it.") from error

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed unchecked, as pydantic does, that remembers nothing of the old ones."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("_json", "_canonical", "fingerprint"):
            copied.__dict__.pop(name, None)
        return copied

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON has them: defaults filled in, absent limits left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def to_json(self) -> str:
        """Write the study as indented JSON, in the order of the documentation."""
        return self._json

    @cached_property
    def _json(self) -> str:
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def canonical(self) -> str:
        """Write the one JSON text of this definition: keys sorted, defaults filled in, the name left out.

        Whole numbers are written without a fraction, so 2 and 2.0 give the same text.
        """
        return self._canonical

    @cached_property
    def _canonical(self) -> str:
        fields = {key: value for key, value in self.to_dict().items() if key != "name"}
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def fingerprint(self) -> str:
        """First 12 hex digits of the SHA-256 of the canonical JSON: equal for equal definitions."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()[:12]

    def words(self) -> str:
        """Say the whole definition as one sentence, fit for a Methods section."""
        return sentence(self)

    def __str__(self) -> str:
        return self.words()

    def differences(self, other: Study) -> list[str]:
        """Say in words how this study differs from another; empty where only the name does."""
        return differences(self, other)
