"""Whatever a lesson names, looked up when its file is read: quantities, functions, studies, codes and figures.

A slip in a text that is seen only after an answer would otherwise wait for a learner. Nothing of the lesson is computed:
the published study, analysed once per process, says which names the results have.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from explorer.bundled import bundled_cohort
from explorer.lessons.expression import LessonError, parsed, part, suggested
from explorer.lessons.header import BODY, Place
from explorer.lessons.lesson import Lesson
from explorer.lessons.quantities import FUNCTIONS, Results, known, percentage, studies_of
from explorer.lessons.wording import Quantity, quantities
from explorer.multiverse.grids import grids_for
from explorer.study.presets import AS_PUBLISHED

ANYTHING: Any = None
"""What is not known before it is computed."""

BY_STUDY = frozenset({"ledger", "by_rule", "among_steps", "subgroups"})
"""Lists whose rows depend on the definition; those of the others are the cohort's."""
RATE: Mapping[str, Any] = MappingProxyType(dict.fromkeys(("n_responders", "n_evaluable", "rate"), 0))

FIGURES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("response", "parts", "combinations", "unknown", "carry_over", "subgroups", "persistence"), "")
    | dict.fromkeys(("change", "waterfall", "regression"), "score")
    | {"draws": "score or nothing", "multiverse": "grid or nothing"}
)
"""What a lesson may show, and what stands after the colon."""


def check_names(lesson: Lesson) -> None:
    """Refuse a lesson that names what there is not.

    Raises
    ------
    LessonError
        With file and line; a line of text for each slip.
    """
    slips = [slip for place, looked in _checks(lesson) if (slip := _slip(lesson, place, looked))]
    if slips:
        raise LessonError("\n".join(dict.fromkeys(slips)))


def _slip(lesson: Lesson, place: Place, looked: Callable[[], object]) -> str:
    try:
        with lesson.at(*place):
            looked()
    except LessonError as error:
        return str(error)
    return ""


def _checks(lesson: Lesson) -> Iterator[tuple[Place, Callable[[], object]]]:
    names = _Names(lesson)
    for place, study in _studies(lesson):
        yield place, partial(names.study, study)
    for place, condition in _conditions(lesson):
        yield place, partial(names.condition, condition)
    for place, text in _texts(lesson):
        for quantity in quantities(text):
            row = (text[: quantity.at].count("\n"),) if place == (BODY,) else ()
            yield (*place, *row), partial(names.quantity, quantity)
    for place, figure in _figures(lesson):
        yield place, partial(names.figure, figure)


def _studies(lesson: Lesson) -> Iterator[tuple[Place, str]]:
    yield ("study",), lesson.study
    for at, question in enumerate(lesson.questions):
        if question.reveal.study is not None:
            yield ("questions", at, "reveal", "study"), question.reveal.study
    if lesson.goal:
        yield ("goal", "study"), lesson.goal.study


def _conditions(lesson: Lesson) -> Iterator[tuple[Place, str]]:
    for at, question in enumerate(lesson.questions):
        for place, option in enumerate(question.options):
            yield ("questions", at, "options", place, "holds"), option.holds
    if lesson.goal:
        yield ("goal", "holds"), lesson.goal.holds


def _texts(lesson: Lesson) -> Iterator[tuple[Place, str]]:
    yield (BODY,), lesson.vignette
    yield ("notes",), lesson.notes
    for at, question in enumerate(lesson.questions):
        yield ("questions", at, "ask"), question.ask
        yield ("questions", at, "reveal", "text"), question.reveal.text
        for place, option in enumerate(question.options):
            yield ("questions", at, "options", place, "text"), option.text
            yield ("questions", at, "options", place, "feedback"), option.feedback
    if goal := lesson.goal:
        for name in ("text", "now", "reached", "hint"):
            yield ("goal", name), getattr(goal, name) or ""


def _figures(lesson: Lesson) -> Iterator[tuple[Place, str]]:
    for at, question in enumerate(lesson.questions):
        for name in question.reveal.figures:
            yield ("questions", at, "reveal", "figures"), name
    if lesson.goal:
        yield ("goal", "figure"), lesson.goal.figure


@cache
def _published() -> Mapping[str, Any]:
    return Results(bundled_cohort(), AS_PUBLISHED, {}).keys


class _Names:
    """What one lesson may name; its codes are those of the published cohort where it needs that."""

    def __init__(self, lesson: Lesson) -> None:
        self._studies = studies_of(lesson, bundled_cohort())
        self._of_published = lesson.needs == "reconstruction"

    def study(self, name: object) -> Mapping[str, Any]:
        known(self._studies, name)
        return _published()

    def condition(self, text: str) -> None:
        node = parsed(text)
        self._shape(node)
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if not isinstance(node, ast.BoolOp | ast.Compare) and not _negated(node) and called not in CONDITIONS:
            raise LessonError(f"'{text}' is no condition; compare two quantities, as in response.rate < 0.4.")

    def quantity(self, quantity: Quantity) -> None:
        shape = self._shape(parsed(quantity.expression))
        if quantity.form == "share" and shape is not ANYTHING and not (isinstance(shape, Mapping) and "rate" in shape):
            raise LessonError(f"'{quantity.expression}' has no count, denominator and rate: it cannot be a share.")
        if quantity.form != "share" and isinstance(shape, Mapping | list):
            raise LessonError(f"'{quantity.expression}' is no single quantity. It has: {', '.join(map(str, shape))}.")

    def figure(self, name: str) -> None:
        kind, _, of = name.partition(":")
        if kind not in FIGURES:
            raise LessonError(f"There is no figure '{kind}'.{suggested(kind, list(FIGURES))}")
        asked = FIGURES[kind]
        if of and not asked:
            raise LessonError(f"The figure '{kind}' takes nothing after a colon.")
        if asked == "score" and not of:
            raise LessonError(f"The figure '{kind}' needs a score, as in '{kind}:BSA'.")
        if of:
            self.grid(of) if asked.startswith("grid") else self.code(of)

    def code(self, name: str) -> None:
        held = bundled_cohort().instruments
        if self._of_published and name not in held:
            raise LessonError(f"There are no scores of '{name}'.{suggested(name, list(held))}")

    def grid(self, name: str) -> None:
        grids = list(grids_for(bundled_cohort()))
        if name not in grids:
            raise LessonError(f"There is no grid '{name}'.{suggested(name, grids)}")

    def rate_of_grid(self, name: str) -> Mapping[str, Any]:
        self.grid(name)
        return RATE

    def expression(self, text: str) -> Any:
        return self._shape(parsed(text))

    def _shape(self, node: ast.expr) -> Any:
        """Return what an expression would come to under the published study, as far as that is known."""
        match node:
            case ast.Constant(value=held):
                return held
            case ast.Name(id=name):
                if name not in _published():
                    raise LessonError(f"There is no quantity '{name}'.{suggested(name, list(_published()))}")
                return _published()[name]
            case ast.Attribute(value=of, attr=name) | ast.Subscript(value=of, slice=ast.Constant(value=name)):
                return self._part(self._shape(of), name, ast.unparse(of))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._called(name, arguments)
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.expr):
                self._shape(inner)
        return ANYTHING

    def _part(self, of: Any, name: Any, called: str) -> Any:
        if not isinstance(of, Mapping | list):
            return ANYTHING if of is ANYTHING else part(of, name)
        if not of:
            return ANYTHING
        if isinstance(name, int) and _is_list(of):
            return of[0]
        fixed = self._of_published and BY_STUDY.isdisjoint(called.replace("[", ".").split("."))
        if name not in of and not fixed and (rows := _named_rows(of)):
            return rows[0]
        return part(of, name)

    def _called(self, name: str, arguments: list[ast.expr]) -> Any:
        if name not in FUNCTIONS:
            raise LessonError(f"There is no function '{name}'.{suggested(name, list(FUNCTIONS))}")
        shapes = [self._shape(each) for each in arguments]
        try:
            inspect.signature(FUNCTIONS[name]).bind(None, *shapes)
        except TypeError as error:
            raise LessonError(f"{name}(...) does not take {len(shapes)} values.") from error
        if name in SUBGROUPS:
            return _published()["subgroups"][0]
        first = shapes[0] if shapes and isinstance(shapes[0], str) else ""
        return FIRST[name](self, first) if first and name in FIRST else ANYTHING


def _is_list(of: Mapping[Any, Any] | list[Any]) -> bool:
    return isinstance(of, list) or 0 in of


def _named_rows(of: Mapping[Any, Any] | list[Any]) -> list[Any]:
    """Return the rows of a list that are found by a name, all of one kind; none for what is no list of rows."""
    rows = [row for name, row in of.items() if isinstance(name, str)] if isinstance(of, Mapping) else []
    alike = all(isinstance(row, Mapping) for row in rows) and (
        _is_list(of) or len({frozenset(row) for row in rows}) == 1
    )
    return rows if alike else []


def _negated(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


CONDITIONS = ("every_draw", "some_draw")
SUBGROUPS = ("lowest_subgroup", "highest_subgroup")

FIRST: Mapping[str, Callable[[_Names, str], Any]] = MappingProxyType(
    {
        "under": _Names.study,
        "published": lambda _, name: FUNCTIONS["published"](None, name),
        **dict.fromkeys(("n_counts", "n_fractions"), lambda _, name: len(percentage(name))),
        **dict.fromkeys(("mean_of_percents", "percent_of_means", "median_of_percents", "regression"), _Names.code),
        **dict.fromkeys(("lowest_rate", "highest_rate"), _Names.rate_of_grid),
        **dict.fromkeys(("n_definitions", "n_definitions_below"), _Names.grid),
        **dict.fromkeys(("draws_low", "draws_high"), _Names.expression),
        **dict.fromkeys(CONDITIONS, _Names.condition),
    }
)
"""How the first value of a function is looked up."""
