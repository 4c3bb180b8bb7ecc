"""Whatever a small database holds, the database's answer is that of the same rules in plain Python."""

from datetime import date, timedelta
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.cohort.databases.reading import read_frames
from explorer.errors import CohortError
from tests.cohort.databases import plain
from tests.cohort.databases.worlds import extract, rows, world

FIRST = date(2022, 1, 1)
SAME_DAY = {"mean": fmean, "lowest": min, "highest": max}

people = st.integers(1, 4)
days = st.integers(0, 120).map(lambda day: (FIRST + timedelta(days=day)).isoformat())
maybe = days | st.just("")


def table(*cells, most=12):
    return st.lists(st.tuples(*cells), max_size=most).map(
        lambda drawn: "|".join(",".join(map(str, row)) for row in drawn)
    )


birthdays = st.just("1980,6,15") | st.just("1980,,") | st.just("1990,1,31")
persons = st.lists(st.tuples(st.sampled_from(["8507", "8532", "0"]), birthdays), min_size=3, max_size=3).map(
    lambda drawn: "|".join(f"{number + 1},{sex},{born}" for number, (sex, born) in enumerate(drawn))
)
supply = st.sampled_from(["", "0", "14", "-5"])
worlds = st.fixed_dictionaries(
    {
        "person": persons,
        "drug_exposure": table(people, st.sampled_from([10, 11, 20, 21, 50]), days, maybe, supply),
        "measurement": table(
            people, st.sampled_from([30, 60]), days, st.sampled_from(["", "4171756"]), st.sampled_from(["", "5", "10"])
        ),
        "condition_occurrence": table(people, st.sampled_from([40, 41, 50]), days, maybe),
        "observation_period": table(people, days, days, most=4),
    }
)
# The fewest that make every table worth reading: somebody known, who took the drug and has a score.
SURE = {"drug_exposure": "1,11,2022-02-01", "measurement": "1,30,2022-02-01,,5"}


@settings(max_examples=12)
@given(worlds, st.integers(0, 40), st.integers(0, 60), st.integers(0, 60), st.sampled_from(list(SAME_DAY)))
def test_the_answer_of_the_database_is_that_of_plain_python(drawn, gap, before, after, same_day):
    drawn = drawn | {name: f"{sure}|{drawn[name]}" for name, sure in SURE.items()}
    tables = world(**drawn)
    wanted = extract(
        index_drug={"name": "new", "concepts": [10]},
        prior_drug={"name": "old", "concepts": ["dupilumab"]},
        adverse_events={"eye": [40]},
        gap_days=gap,
        days_before=before,
        days_after=after,
        same_day=same_day,
    )
    rule = {"gap": gap, "before": before, "after": after, "same_day": SAME_DAY[same_day], "term": {40, 41}}
    expected = plain.cohort(tables, {10, 11}, {20, 21}, {30}, **rule)
    if not expected["assessments"]:
        # The first day of person 1 may lie before the score that is sure, and that score outside the window.
        with pytest.raises(CohortError, match="none of the scores was recorded"):
            read_frames("drawn", tables, wanted)
        return
    found = read_frames("drawn", tables, wanted).cohort
    patients = found.patients.assign(index_date=found.patients["index_date"].dt.strftime("%Y-%m-%d"))
    got = {
        "patients": rows(patients, "patient_id index_date age sex"),
        "treatments": rows(found.treatments, "patient_id drug start_day end_day prescriptions"),
        "assessments": rows(found.assessments, "patient_id day score"),
        "adverse_events": rows(found.adverse_events, "patient_id drug start_day end_day"),
    }
    assert {name: in_order(held) for name, held in got.items()} == {
        name: in_order(held) for name, held in expected.items()
    }


def in_order(held):
    """Sort rows that hold numbers, texts and nothing; 5 and 5.0 are one number."""
    alike = [tuple(float(cell) if isinstance(cell, int) else cell for cell in row) for row in held]
    return sorted(alike, key=str)
