"""Conditions and quantities as lesson files write them: read from a short list of allowed forms, never executed.

Python's own parser takes the text apart; whatever is not arithmetic, a comparison, a name, a part of a name or a call
of a named function is refused before anything is looked up. No object of the program can be reached: names stand for
results as plain values (numbers, texts, lists, tables by name).
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

from explorer.errors import ExplorerError

LONGEST, MOST_PARTS = 400, 120
"""Letters and parts of an expression: what a teacher writes has a tenth of them."""
LARGEST = 1e15
SAME = 1e-9
"""Numbers nearer than this are equal: the last binary digits of a mean say nothing."""

BOTH = (ast.And, ast.Or)
SIGNS = (ast.Not, ast.USub)
SUMS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
ORDERS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
FORMS = (
    *(ast.Expression, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Constant, ast.Name, ast.Attribute),
    *(ast.Subscript, ast.Call, ast.Load, *BOTH, *SIGNS, *SUMS, *ORDERS),
)


class LessonError(ExplorerError):
    """A lesson that is broken, with the file, the line and what is wrong."""


class AbsentError(LessonError):
    """A quantity that does not exist here: nobody was paired, or the definition withholds it."""


class Scope(Protocol):
    """What names and functions of an expression stand for."""

    def named(self, name: str) -> Any:
        """Return the results under a name, or raise LessonError."""

    def function(self, name: str) -> Callable[..., Any]:
        """Return the function of a name, or raise LessonError."""


@cache
def parsed(text: str) -> ast.expr:
    """Take an expression apart and refuse every form that is not allowed.

    Raises
    ------
    LessonError
        Saying what is not understood.
    """
    if len(text) > LONGEST:
        raise LessonError(f"'{text[:40]}…' is too long: {len(text)} letters, at most {LONGEST} are read.")
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise LessonError(f"'{text}' cannot be read: {error.args[0]}.") from error
    if sum(1 for _ in ast.walk(tree)) > MOST_PARTS:
        raise LessonError(f"'{text[:40]}…' has too many parts; at most {MOST_PARTS} are read.")
    for node in ast.walk(tree):
        _check(node, text)
    return tree.body


def _check(node: ast.AST, text: str) -> None:
    if not isinstance(node, FORMS):
        raise LessonError(f"'{text}' holds something that is not allowed ({type(node).__name__}).")
    if isinstance(node, ast.Constant) and (
        isinstance(node.value, bool) or not isinstance(node.value, int | float | str)
    ):
        raise LessonError(f"'{text}' holds {node.value!r}; only numbers and texts in quotation marks are allowed.")
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
        raise LessonError(f"'{text}': square brackets hold a number or a text in quotation marks.")
    if isinstance(node, ast.Call) and (node.keywords or not isinstance(node.func, ast.Name)):
        raise LessonError(f"'{text}': a function is called by its bare name, with values in their order.")


def value(text: str, scope: Scope) -> Any:
    """Return what an expression comes to: a number, a text, or a part of the results."""
    return _value(parsed(text), scope)


def holds(text: str, scope: Scope) -> bool:
    """Say whether a condition is met.

    Raises
    ------
    AbsentError
        Where it asks for a number that does not exist here.
    LessonError
        Where it is no condition.
    """
    return _condition(parsed(text), scope)


def _value(node: ast.expr, scope: Scope) -> Any:
    match node:
        case ast.Constant(value=held):
            return held
        case ast.Name(id=name):
            return scope.named(name)
        case ast.Attribute(value=of, attr=name):
            return part(_value(of, scope), name)
        case ast.Subscript(value=of, slice=ast.Constant(value=name)):
            return part(_value(of, scope), name)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _called(name, scope.function(name), [_value(each, scope) for each in arguments])
        case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return _condition(node, scope)
        case ast.UnaryOp(operand=operand):
            return -number(_value(operand, scope), ast.unparse(operand))
        case ast.BinOp(left=left, op=sign, right=right):
            return _sum(sign, *(number(_value(each, scope), ast.unparse(each)) for each in (left, right)))
    raise LessonError(f"'{ast.unparse(node)}' is not understood.")


def _called(name: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    try:
        return function(*arguments)
    except TypeError as error:
        raise LessonError(f"{name}(...) does not take these values: {error}.") from error


def _condition(node: ast.expr, scope: Scope) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), values=each):
            return all(_condition(one, scope) for one in each)
        case ast.BoolOp(values=each):
            return any(_condition(one, scope) for one in each)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _condition(operand, scope)
        case ast.Compare(left=left, ops=orders, comparators=others):
            values = [_comparable(one, scope) for one in (left, *others)]
            return all(_compared(order, *pair) for order, pair in zip(orders, pairwise(values), strict=True))
    found = _value(node, scope)
    if isinstance(found, bool):
        return found
    raise LessonError(f"'{ast.unparse(node)}' is no condition; compare two quantities, as in response.rate < 0.4.")


def _comparable(node: ast.expr, scope: Scope) -> float | str:
    found = _value(node, scope)
    return found if isinstance(found, str) else number(found, ast.unparse(node))


def _compared(order: ast.cmpop, left: float | str, right: float | str) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        if not isinstance(order, ast.Eq | ast.NotEq) or type(left) is not type(right):
            raise LessonError(f"{left!r} and {right!r} cannot be compared so.")
        return (left == right) is isinstance(order, ast.Eq)
    return _ordered(order, left, right, math.isclose(left, right, rel_tol=SAME, abs_tol=SAME))


def _ordered(order: ast.cmpop, left: float, right: float, same: bool) -> bool:
    match order:
        case ast.Eq():
            return same
        case ast.NotEq():
            return not same
        case ast.Lt():
            return left < right and not same
        case ast.LtE():
            return left < right or same
        case ast.Gt():
            return left > right and not same
    return left > right or same


def _sum(sign: ast.operator, left: float, right: float) -> float:
    match sign:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
    if right == 0:
        raise AbsentError("Something is divided by 0.")
    return left / right


def number(found: Any, what: str) -> float:
    """Return a quantity as a number; whole numbers stay whole.

    Raises
    ------
    AbsentError
        Where it does not exist here (`null` in the results).
    LessonError
        Where it is no number.
    """
    if found is None:
        raise AbsentError(f"{what} does not exist here.")
    if isinstance(found, bool):
        return int(found)
    if not isinstance(found, int | float):
        raise LessonError(f"{what} is no number.")
    # Beyond, whole numbers would grow without end, and past what a comparison can take.
    return found if abs(found) < LARGEST else float(found)


def part(of: Any, name: object) -> Any:
    """Return one part of some results by its name, or a row of a list by its place from 0.

    Raises
    ------
    AbsentError
        Where a list has no such row here.
    LessonError
        Where results never have such a part.
    """
    if isinstance(of, list):
        of = dict(enumerate(of))
    if not isinstance(of, Mapping):
        raise LessonError(f"There is no '{name}' in a single value.")
    if name in of:
        return of[name]
    known = [key for key in of if isinstance(key, str)]
    problem = AbsentError if not known or 0 in of else LessonError
    raise problem(f"There is no '{name}' here.{suggested(str(name), known)}")


def suggested(name: str, known: list[str]) -> str:
    """Say which known name was perhaps meant, or which there are."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f" Perhaps: {', '.join(near)}."
    return f" There are: {', '.join(dict.fromkeys(known[:20]))}." if known else ""
