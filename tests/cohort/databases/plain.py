"""The rules of an extraction once more, person by person in plain Python: what the database's answer must equal."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd


def cohort(
    tables: dict[str, pd.DataFrame], index: set[int], prior: set[int], easi: set[int], **rule
) -> dict[str, list]:
    """Return the rows of patients, treatments, assessments and adverse events.

    `rule` holds `gap`, `before`, `after`, `same_day` (a function of a list) and `term` (concepts).
    """
    records = {name: held.fillna("").to_dict("records") for name, held in tables.items()}
    found: dict[str, list] = {"patients": [], "treatments": [], "assessments": [], "adverse_events": []}
    first: dict[int, date] = {}
    for taken in records["drug_exposure"]:
        if int(taken["drug_concept_id"]) in index:
            day, person = _day(taken["drug_exposure_start_date"]), int(taken["person_id"])
            first[person] = min(day, first.get(person, day))
    known = {int(person["person_id"]): person for person in records["person"] if int(person["person_id"]) in first}
    for place, person in enumerate(sorted(known)):
        called, start = f"P{place + 1}", first[person]
        own = {name: _of(person, held) for name, held in records.items() if "person_id" in tables[name]}
        found["patients"].append((called, start.isoformat(), _age(known[person], start), _sex(known[person])))
        drugs = {"new": index, "old": prior}
        spans = {name: _courses(own["drug_exposure"], these, start, rule["gap"]) for name, these in drugs.items()}
        found["treatments"] += _treatments(called, spans, _seen(own["observation_period"], start), rule["gap"])
        found["assessments"] += _scores(called, own["measurement"], easi, start, rule)
        found["adverse_events"] += _events(called, own["condition_occurrence"], spans["old"], start, rule)
    return found


def _of(person: int, records: list[dict]) -> list[dict]:
    return [record for record in records if int(record["person_id"]) == person]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _age(person: dict, start: date) -> int:
    born = int(person["year_of_birth"])
    if not person["month_of_birth"]:
        return start.year - born
    month, day = int(person["month_of_birth"]), int(person["day_of_birth"])
    return start.year - born - ((start.month, start.day) < (month, day))


def _sex(person: dict) -> str | None:
    return {"8507": "male", "8532": "female"}.get(str(person["gender_concept_id"]))


def _courses(taken: list[dict], concepts: set[int], index_date: date, gap: int) -> list[tuple[int, int, int]]:
    """Return start, end and number of exposures of each course, walking along the days without the drug."""
    spans = sorted(_span(one, index_date) for one in taken if int(one["drug_concept_id"]) in concepts)
    courses: list[list[int]] = []
    for start, end in spans:
        if courses and start - courses[-1][1] <= gap:
            courses[-1] = [courses[-1][0], max(courses[-1][1], end), courses[-1][2] + 1]
        else:
            courses.append([start, end, 1])
    return [(start, end, n) for start, end, n in courses]


def _span(one: dict, index_date: date) -> tuple[int, int]:
    begun = _day(one["drug_exposure_start_date"])
    if one["drug_exposure_end_date"]:
        ended = _day(one["drug_exposure_end_date"]) + timedelta(days=1)
    elif one["days_supply"] and int(one["days_supply"]) > 0:
        ended = begun + timedelta(days=int(one["days_supply"]))
    else:
        ended = begun + timedelta(days=1)
    return (begun - index_date).days, (max(ended, begun + timedelta(days=1)) - index_date).days


def _seen(periods: list[dict], index_date: date) -> int | None:
    ends = [(_day(period["observation_period_end_date"]) - index_date).days + 1 for period in periods]
    return max(ends, default=None)


def _treatments(called: str, spans: dict[str, list], seen: int | None, gap: int) -> list[tuple]:
    return [
        (called, drug, start, None if seen is not None and seen - end <= gap else end, n)
        for drug, courses in spans.items()
        for start, end, n in courses
    ]


def _scores(called: str, measured: list[dict], easi: set[int], index_date: date, rule: dict) -> list[tuple]:
    by_day: dict[int, list[float]] = {}
    for one in measured:
        day = (_day(one["measurement_date"]) - index_date).days
        limit = one["operator_concept_id"] in ("4171756", "4172704")
        counts = int(one["measurement_concept_id"]) in easi and one["value_as_number"] and not limit
        if counts and -rule["before"] <= day <= rule["after"]:
            by_day.setdefault(day, []).append(float(one["value_as_number"]))
    return [(called, day, rule["same_day"](values)) for day, values in by_day.items()]


def _events(called: str, conditions: list[dict], prior: list, index_date: date, rule: dict) -> list[tuple]:
    ends: dict[int, list[int]] = {}
    for one in conditions:
        day = (_day(one["condition_start_date"]) - index_date).days
        if int(one["condition_concept_id"]) in rule["term"] and -rule["before"] <= day <= rule["after"]:
            ended = one["condition_end_date"]
            ends.setdefault(day, []).extend([(_day(ended) - index_date).days] if ended else [])
    found = []
    for day, closed in ends.items():
        end = max(closed, default=None)
        end = None if end is not None and end < day else end
        if day >= 0:
            found.append((called, "new", day, end))
        elif any(start <= day < stop for start, stop, _ in prior):
            found.append((called, "old", day, end))
    return found
