"""What every part of a study has in common: a frozen value that checks itself and refuses in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    model_validator,
)
from pydantic._internal._model_construction import ModelMetaclass

from explorer.errors import DefinitionError
from explorer.study.refusals import refusal, shown
from explorer.study.words import spelt

T = TypeVar("T")


class Refusing(ModelMetaclass):
    """Makes `Window(...)` raise a DefinitionError, which pages can show, where pydantic raises its own.

    Done where a class is called, because models nested in others are built another way and so
    keep the path to the field at fault.
    """

    def __call__(cls: type[T], *args: Any, **fields: Any) -> T:
        """Build the value, or say what is wrong with it."""
        try:
            return super().__call__(*args, **fields)  # type: ignore[misc, no-any-return]
        except ValidationError as error:
            raise DefinitionError(refusal(error, fields)) from error


class Frozen(BaseModel, metaclass=Refusing):
    """A value that never changes, compares by its fields and knows no field but its own.

    A field whose JSON name Python reserves carries an underscore: `from_` is `from` in JSON.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.rstrip("_"),
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _knows_every_field(cls, data: Any) -> Any:
        if isinstance(data, dict):
            names = [name.rstrip("_") for name in cls.model_fields]
            unknown = [key for key in data if str(key).rstrip("_") not in names]
            if unknown:
                raise ValueError(f"field {shown(unknown[0])} is not known; allowed: {', '.join(names)}")
        return data

    def replace(self, **changes: Any) -> Self:
        """Return the same value with some fields changed, checked again."""
        held = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**(held | changes))


def one_of_limits(**limits: object) -> None:
    """Refuse a criterion without any limit."""
    if all(limit is None for limit in limits.values()):
        raise ValueError(f"a limit is needed: {' or '.join(limits)}")


def in_order(low: Any, high: Any, spelling: Callable[[Any], str] = spelt) -> None:
    """Refuse limits between which nothing lies."""
    if low is not None and high is not None and low > high:
        raise ValueError(f"nothing lies from {spelling(low)} to {spelling(high)}: swap the two limits")


def within(low: float, high: float, what: str) -> AfterValidator:
    """Refuse a number outside a closed range, saying what it measures."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise ValueError(f"{spelt(value)} is not allowed; {what} lies between {spelt(low)} and {spelt(high)}")
        return value

    return AfterValidator(check)


def entries(fewest: int, most: int) -> AfterValidator:
    """Refuse a list that is too short or too long."""

    def check(parts: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        if parts is not None and not fewest <= len(parts) <= most:
            raise ValueError(f"{len(parts)} entries are not allowed; {fewest} to {most} are")
        return parts

    return AfterValidator(check)


def a_number(value: object) -> object:
    """Refuse what is no finite number."""
    # pydantic would read "2" and true as numbers: a definition says what it means.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e300 < value < 1e300:
        raise ValueError(f"{shown(value)} is not allowed; a number is needed")
    return value


def _iso_date(value: object) -> object:
    # pydantic would read 0 as 1970-01-01, and a time of day as its date.
    written = re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII) if isinstance(value, str) else type(value) is date
    if not written:
        raise ValueError(f"{shown(value)} is not allowed; a date is needed, as 2019-01-31")
    return value


def _text(value: str) -> str:
    if not value.isprintable() or value != value.strip() or not 0 < len(value) <= 200:
        needed = "1 to 200 printable characters, with no space at either end"
        raise ValueError(f"{shown(value)} is not allowed; a text is needed, of {needed}")
    return value


def _level(value: object) -> object:
    return _text(value) if isinstance(value, str) else a_number(value)


def _plain(value: float | str) -> Any:  # pydantic would turn the whole number back, were the type given
    """Write 2.0 as 2, so that both spellings give the same JSON."""
    return int(value) if not isinstance(value, str) and value.is_integer() else value


LARGEST = 1_000_000

Number = Annotated[
    float, within(-LARGEST, LARGEST, "a number"), BeforeValidator(a_number), PlainSerializer(_plain, when_used="json")
]
Whole = Annotated[int, BeforeValidator(a_number)]
Count = Annotated[Whole, within(1, LARGEST, "a count")]
Date = Annotated[date, BeforeValidator(_iso_date)]
Text = Annotated[str, AfterValidator(_text)]
Level = Annotated[
    str | float,
    BeforeValidator(_level),
    PlainSerializer(_plain, when_used="json"),
]
