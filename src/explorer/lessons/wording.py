"""Texts of a lesson with computed quantities in braces: `{response:share}`, `{change.IGA.p_t:p}`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from explorer.export import numbers
from explorer.lessons.expression import AbsentError, LessonError, Scope, number, parsed, value

BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


class MisreadError(LessonError):
    """A text that cannot be read, from the letter `at` on."""

    def __init__(self, said: str, at: int) -> None:
        super().__init__(said)
        self.at = at


@dataclass(frozen=True)
class Quantity:
    """A quantity of a text: from which letter on, what is computed, and how it is written."""

    at: int
    expression: str
    form: str


def check(text: str) -> None:
    """Refuse a text whose braces or quantities cannot be read; raises MisreadError."""
    for quantity in quantities(text):
        try:
            _check(quantity)
        except LessonError as error:
            raise MisreadError(str(error), quantity.at) from error


def _check(quantity: Quantity) -> None:
    parsed(quantity.expression)
    if quantity.form not in FORMS and not re.fullmatch(r"\d", quantity.form):
        known = ", ".join(FORMS)
        raise LessonError(f"'{quantity.form}' is no way to write a quantity; there are: {known}, and decimals.")


def filled(text: str, scope: Scope) -> str:
    """Return a text with its quantities computed.

    Raises
    ------
    LessonError
        Where a quantity cannot be computed, or cannot be written so.
    """
    return BRACES.sub(lambda found: _written(found, scope), text)


def _written(found: re.Match[str], scope: Scope) -> str:
    if found[0] in ("{{", "}}"):
        return found[0][0]
    expression, form = _split(found[1])
    computed = value(expression, scope)
    if form in FORMS:
        return FORMS[form](computed, expression)
    return numbers.number(_there(computed, expression), int(form))


def quantities(text: str) -> Iterator[Quantity]:
    """Give the quantities of a text in their order; raises MisreadError at a brace that stands alone."""
    for found in BRACES.finditer(text):
        if found[0] in ("{", "}"):
            near = " ".join(text[max(0, found.start() - 20) : found.start() + 20].split())
            raise MisreadError(f"a brace stands alone in '…{near}…'; write it twice, or close it.", found.start())
        if found[0] not in ("{{", "}}"):
            yield Quantity(found.start(), *_split(found[1]))


def _split(inside: str) -> tuple[str, str]:
    """Part a quantity from the way it is written; only what follows the last colon can be one."""
    expression, colon, form = inside.rpartition(":")
    return (expression, form.strip()) if colon else (inside, "plain")


def _there(computed: Any, what: str) -> float:
    found = number(computed, what)
    if not math.isfinite(found):
        raise AbsentError(f"{what} does not exist here.")
    return found


def _plain(computed: Any, what: str) -> str:
    if isinstance(computed, str):
        return computed
    found = _there(computed, what)
    return f"{found:.0f}" if float(found).is_integer() else f"{found:.4g}"


def _words(computed: Any, what: str) -> str:
    found = _there(computed, what)
    return WORDS[int(found)] if float(found).is_integer() and 0 <= found < len(WORDS) else _plain(computed, what)


def _share(computed: Any, what: str) -> str:
    """Write count, denominator and percentage of a part of the results that has a rate."""
    if not isinstance(computed, Mapping) or "rate" not in computed:
        raise LessonError(f"{what} has no count, denominator and rate; only what has them is written as a share.")
    k, n = (next(computed[key] for key in keys if key in computed) for keys in COUNTS)
    return numbers.share(_there(k, what), int(_there(n, what)), _there(computed["rate"], what))


COUNTS = (("n_responders", "n_yes"), ("n_evaluable", "n_answered"))

FORMS: Mapping[str, Callable[[Any, str], str]] = MappingProxyType(
    {
        "plain": _plain,
        "words": _words,
        "share": _share,
        "percent": lambda computed, what: numbers.percent(_there(computed, what)),
        "p": lambda computed, what: numbers.p_value(_there(computed, what)),
    }
)
"""The ways to write a quantity; a digit stands for so many decimals."""
