"""Rows that a mapping parts, merges or passes over, and columns that it makes of others."""

from datetime import date

import pandas as pd
import pytest

from explorer.cohort.mapping.apply import apply, preview
from explorer.cohort.mapping.parting import parted
from explorer.cohort.mapping.quality import quality
from explorer.cohort.readers.sheets import Sheets
from explorer.errors import CohortError
from tests.drawn_sheets import ABOUT, mapping, sheets

ID = {"role": "patient_id"}
EASI = {"role": "score", "instrument": "EASI"}
MIXED = """
    id | kind | day | easi | age
    P1 |      |     |      | 40
    P1 | eye  | 3   | 20   |
    P2 |      |     |      | 50
    P2 | skin | 4   | 30   |
    P1 | skin | 5   | 10   |
"""


def by_kind():
    scores = {"columns": {"id": ID, "day": {"role": "day"}, "easi": EASI}}
    return mapping({"id": ID, "age": {"role": "age"}}, others={"Data / skin": scores}, parts={"Data": "kind"})


def test_rows_that_share_a_text_are_a_sheet_of_their_own_with_their_row_numbers():
    frames = parted({"Data": "kind"}, sheets(Data=MIXED)).frames
    assert {name: frame.index.tolist() for name, frame in frames.items()} == {
        "Data": [2, 4],
        "Data / eye": [3],
        "Data / skin": [5, 6],
    }


def test_a_mapping_that_parts_sheets_reads_them_parted_or_not():
    raw = sheets(Data=MIXED)
    once = apply(by_kind(), raw)
    again = apply(by_kind(), parted({"Data": "kind"}, raw))
    assert once.cohort.fingerprint == again.cohort.fingerprint
    assert once.cohort.assessments[["patient_id", "day", "score"]].astype(object).to_numpy().tolist() == [
        ["P1", 5, 10],
        ["P2", 4, 30],
    ]
    assert quality(once.cohort, raw, by_kind()) == ()


def test_a_part_that_is_not_there_is_told_with_those_that_are():
    made = by_kind().replace(parts={})
    problems = [str(problem) for problem in preview(made, sheets(Data=MIXED)).problems]
    assert any("there is no sheet 'Data / skin'" in problem and "'Data'" in problem for problem in problems)


COURSES = """
    id | drug       | from       | until      | ended | status
    P1 | tralokinumab | 2022-01-01 | 2022-02-01 |     | left
    P1 | tralokinumab | 2022-01-01 | 2022-03-01 |     | left
    P2 | tralokinumab | 2022-01-01 | 2022-02-01 | access | left
    P2 | tralokinumab | 2022-01-01 |            |      |
"""
COURSE = {
    "id": ID,
    "drug": {"role": "drug"},
    "from": {"role": "start"},
    "until": {"role": "end"},
}
ANSWER = {"columns": {"id": ID, "better": {"role": "report", "day": 28}}}
ANSWERS = """
    id | better
    P1 | yes
    P2 | no
"""


def courses(**rest):
    made = mapping(COURSE, about=ABOUT, others={"Answers": ANSWER}, **rest)
    return apply(made, sheets(Data=COURSES, Answers=ANSWERS))


def test_courses_from_one_day_are_one_that_ends_last_or_not_at_all():
    table = courses(merged=True).cohort.treatments
    assert table[["patient_id", "end_day"]].astype(object).fillna("ongoing").to_numpy().tolist() == [
        ["P1", 59],
        ["P2", "ongoing"],
    ]


def test_courses_from_one_day_are_refused_unless_the_mapping_says_that_they_are_one():
    with pytest.raises(CohortError, match="row 3.* stands in row 2 already"):
        courses()


def test_a_column_is_the_first_of_others_that_is_filled():
    words = {"left": "other"}
    made = {"reason": {"role": "stop_reason", "words": words}}
    told = mapping(
        COURSE | made,
        about=ABOUT,
        others={"Answers": ANSWER},
        first_of={"reason": ["ended", "status"]},
        leave_out={"until": ["2022-02-01"], "id": ["P3"]},
    )
    table = apply(told, sheets(Data=COURSES + "    P3 | x | 2022-01-01 | | |\n", Answers=ANSWERS)).cohort.treatments
    assert table["stop_reason"].astype(object).fillna("none").tolist() == ["other", "none"]
    every = told.replace(
        sheets=told.sheets | {"Data": told.sheets["Data"].replace(leave_out={"until": ("", "2022-03-01")})}
    )
    seen = preview(every, sheets(Data=COURSES, Answers=ANSWERS)).tables["treatments"]
    assert seen["stop_reason"].tolist() == ["other", "access"]


def test_an_empty_text_leaves_out_rows_with_an_empty_cell():
    told = mapping(COURSE, about=ABOUT, others={"Answers": ANSWER}, leave_out={"until": ["", "2022-02-01"]})
    seen = preview(told, sheets(Data=COURSES, Answers=ANSWERS))
    assert seen.tables["treatments"]["patient_id"].tolist() == ["P1"]
    assert any("rows left out as the mapping says (empty, 2022-02-01)" in entry.what for entry in seen.report)


def test_rows_of_patients_whom_nobody_names_are_left_out_and_counted_if_the_mapping_says_so():
    people = """
        id | age
        P1 | 40
    """
    columns = {"id": ID, "better": {"role": "report", "day": 28}}
    read = sheets(People=people, Data=ANSWERS)
    who = {"People": {"columns": {"id": ID, "age": {"role": "age"}}}}
    mapped = apply(mapping(columns, others=who, known_patients=True), read)
    assert mapped.cohort.n_patients == len(mapped.cohort.reports) == 1
    left = [(entry.count, entry.rows) for entry in mapped.report if "not among the patients" in entry.what]
    assert left == [(1, (3,))]
    with pytest.raises(CohortError, match="'P2' is not in the patients"):
        apply(mapping(columns, others=who), read)


DAYS = """
    id | begun | easi
    P1 | 22646 | 20
    P2 | -1    | 30
    P3 | 20220203 | 10
"""


def begun(rows, **column):
    columns = {"id": ID, "begun": {"role": "index_date", **column}, "easi": EASI | {"day": 0}}
    return preview(mapping(columns, about=ABOUT), sheets(Data="\n".join(DAYS.strip().splitlines()[:rows])))


def test_dates_may_be_counted_in_days_from_a_day_that_is_said():
    dates = begun(3, counted_from="1960-01-01").tables["patients"]["index_date"]
    # SAS: 22646 is 2022-01-01; the day before 1960-01-01 is -1.
    assert [stamp.date() for stamp in dates] == [date(2022, 1, 1), date(1959, 12, 31)]


def test_a_number_of_days_beyond_all_dates_is_refused():
    (problem, *_) = begun(4, counted_from="1960-01-01").problems
    assert "'20220203' cannot be a number of days from 1960-01-01" in problem.what
    assert problem.row == 4


def test_eight_digits_are_year_month_and_day():
    stamp = begun(4).tables["patients"].set_index("patient_id").loc["P3", "index_date"]
    assert stamp == pd.Timestamp("2022-02-03")


def test_a_visit_without_a_day_is_refused_only_where_something_was_recorded():
    rows = """
        id | visit | easi
        P1 | one   | 20
        P1 | two   |
        P1 | three | 10
    """
    columns = {"id": ID, "visit": {"role": "visit"}, "easi": EASI}
    problems = preview(mapping(columns, visits={"one": 0}), sheets(Data=rows)).problems
    assert [problem.what.split(" (")[0] for problem in problems if "visit" in problem.what] == [
        "the visit 'three' has no day"
    ]


def test_identifiers_too_long_for_a_number_are_refused_in_one_sentence():
    frame = pd.DataFrame({"id": [9007199254740993.0, 9007199254740995.0], "sex": ["f", "m"], "EASI": [3, 4]}, [2, 3])
    long = Sheets("clinic.xlsx", "Excel workbook", {"Data": frame})
    columns = {"id": {"role": "patient_id"}, "sex": {"role": "sex"}}
    (problem,) = preview(mapping(columns | {"EASI": {"role": "score", "instrument": "EASI", "day": 0}}), long).problems
    assert problem.column == "id"
    assert "does not hold exactly" in problem.what
    assert "as text" in problem.remedy


def test_two_columns_for_one_score_and_day_are_one_problem_that_names_both():
    drawn = sheets(Data="id | first | again\nP1 | 3 | 4\nP2 | 5 | 6\nP3 | 7 | 7")
    score = {"role": "score", "instrument": "EASI", "day": 0}
    made = mapping({"id": {"role": "patient_id"}, "first": score, "again": score})
    (problem,) = preview(made, drawn).problems
    assert problem.what == "columns 'first' and 'again' both give EASI on day 0"
