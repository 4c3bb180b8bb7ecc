"""Two cohorts that protected results cannot tell apart: the second lacks one patient of the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.cohort.tables import Cohort
from tests.tables import cohort


@dataclass(frozen=True)
class Drawn:
    """One patient, as a row in every table says it."""

    name: str
    sex: str
    responds: bool
    event: bool
    stopped: bool


def twins() -> tuple[Cohort, Cohort]:
    """Return 33 patients of whom 17 responded, and 32 of whom 16 did: all counts lie in the same ranges of 5."""
    people = list(_people())
    return _of(people), _of(people[1:])


def _people() -> Iterator[Drawn]:
    groups = (("female", True, 12), ("female", False, 10), ("male", True, 5), ("male", False, 6))
    for sex, responds, n in groups:
        for place in range(n):
            name = f"{sex}-{responds}-{place}"
            yield Drawn(name, sex, responds, event=responds and place < 7, stopped=sex == "female" and place < 7)


def _of(people: list[Drawn]) -> Cohort:
    return cohort(
        patients=_table("patient_id|age|sex", (f"{each.name}|48|{each.sex}" for each in people)),
        assessments=_table("patient_id|day|instrument|score", (row for each in people for row in _scores(each))),
        treatments=_table(
            "patient_id|drug|start_day|end_day|prescriptions|stop_reason",
            (row for each in people for row in _courses(each)),
        ),
        reports=_table("patient_id|day|item|answer", (row for each in people for row in _reports(each))),
        adverse_events=_table(
            "patient_id|drug|term|start_day|end_day",
            (f"{each.name}|dupilumab|conjunctivitis|-100|-30" for each in people if each.event),
        ),
        synthetic=False,
    )


def _table(header: str, rows: Iterator[str]) -> str:
    return "\n".join([header, *rows])


def _scores(each: Drawn) -> Iterator[str]:
    yield f"{each.name}|-5|BSA|40"
    yield f"{each.name}|90|BSA|{10 if each.responds else 38}"


def _courses(each: Drawn) -> Iterator[str]:
    yield f"{each.name}|dupilumab|-300|-20|4|inadequate_response"
    yield f"{each.name}|tralokinumab|0|{150 if each.stopped else ''}|3|{'other' if each.stopped else ''}"


def _reports(each: Drawn) -> Iterator[str]:
    yield f"{each.name}|90|fewer_flares|{'yes' if each.responds else 'no'}"
