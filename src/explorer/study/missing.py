"""What is done with a patient whose response is unknown."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from explorer.study.frozen import Frozen, Whole, within

MissingKind = Literal["observed", "non_responder", "last_observation", "best_case", "worst_case", "multiple_imputation"]

WORDS: dict[str, str] = {
    "observed": "patients whose response was unknown were left out of the denominator",
    "non_responder": "patients whose response was unknown counted as non-responders",
    "last_observation": "the last earlier score, baseline included, stood in for a missing follow-up score and who "
    "remained unknown was left out",
    "best_case": "every unknown response counted as a response (an upper bound)",
    "worst_case": "every unknown response counted as no response (a lower bound)",
}


class Missing(Frozen):
    """A policy for unknown outcomes; in JSON its bare name, or an object where it has parameters.

    `imputations` and `seed` belong to multiple imputation alone (20 and 0 unless given).
    """

    kind: MissingKind
    imputations: Annotated[Whole, within(2, 200, "the number of imputations")] | None = None
    seed: Annotated[Whole, within(0, 2**32 - 1, "a seed")] | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_or_object(cls, data: Any) -> Any:
        named = {"kind": data} if isinstance(data, str) else data
        if isinstance(named, dict) and named.get("kind") == "multiple_imputation":
            return {"imputations": 20, "seed": 0} | named
        return named

    @model_validator(mode="after")
    def _parameters_only_where_used(self) -> Self:
        if self.kind == "multiple_imputation" and (self.imputations is None or self.seed is None):
            raise ValueError("multiple_imputation needs a number of imputations and a seed")
        if self.kind != "multiple_imputation" and not self.imputations is self.seed is None:
            raise ValueError(f"imputations and seed belong to multiple_imputation, not to {self.kind}")
        return self

    @model_serializer(mode="wrap")
    def _shortest(self, write: SerializerFunctionWrapHandler) -> Any:
        return write(self) if self.kind == "multiple_imputation" else self.kind

    def __str__(self) -> str:
        if self.kind == "multiple_imputation":
            return (
                f"unknown responses were filled in by multiple imputation ({self.imputations} imputations, "
                f"seed {self.seed}, combined by Rubin's rules)"
            )
        return WORDS[self.kind]
