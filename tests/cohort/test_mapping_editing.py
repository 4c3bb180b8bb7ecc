"""A mapping as it is corrected: one thing changes, the rest stays, and what contradicts itself is refused."""

import pytest

from explorer.cohort.mapping import editing
from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.guess import guess
from explorer.errors import CohortError
from tests.drawn_sheets import mapping, sheets

CLINIC = """
    Nr | Since      | Sex | EASI base | EASI final | WBI base | WBI wk 4
    1  | 2022-01-05 | F   | 22        | 3          | 20       | 60
    2  | 2022-01-19 | M   | 31        | 12         | 30       | 40
"""


@pytest.fixture
def drawn():
    return sheets(Data=CLINIC)


@pytest.fixture
def guessed(drawn):
    return guess(drawn).mapping


def columns(of):
    return of.sheets["Data"].columns


def test_what_was_guessed_wrong_is_corrected_step_by_step_until_it_is_a_cohort(drawn, guessed):
    said = editing.with_about(guessed, index_drug="x")
    said = editing.with_role(said, "Data", "Since", "index_date")
    said = editing.with_day(said, "Final", 170)
    said = editing.with_scale(said, "WBI", direction="higher is better", range_max=100, mcid=10)
    cohort = apply(said, drawn).cohort
    assert sorted(cohort.scores("EASI").day) == [0, 0, 170, 170]
    assert cohort.instruments["WBI"].mcid == 10
    assert not cohort.instruments["WBI"].lower_is_better
    assert columns(said)["Sex"] == columns(guessed)["Sex"]


def test_a_role_that_one_column_can_have_is_taken_from_the_other(guessed):
    changed = columns(editing.with_role(guessed, "Data", "Since", "patient_id"))
    assert (changed["Since"].role, changed["Nr"].role) == ("patient_id", "ignore")


def test_a_role_that_many_columns_can_have_is_taken_from_none(guessed):
    changed = columns(editing.with_role(guessed, "Data", "Nr", "score"))
    assert {name for name, column in changed.items() if column.role == "score"} == {
        "Nr",
        *("EASI base", "EASI final", "WBI base", "WBI wk 4"),
    }


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("PP-NRS wk 16", {"instrument": "PPNRS", "day": 112}),
        ("DLQI at end", {"instrument": "DLQI", "visit": "at end"}),
        ("itching", {"instrument": None, "day": None, "visit": None}),
    ],
)
def test_a_score_takes_from_its_heading_what_that_tells(heading, told):
    held = editing.with_role(mapping({heading: {"role": "ignore"}}), "Data", heading, "score")
    column = columns(held)[heading]
    assert {field: getattr(column, field) for field in told} == told


def test_how_cells_are_read_outlives_another_role():
    held = mapping({"x": {"role": "covariate", "missing": ["-99"], "name": "weight"}})
    column = columns(editing.with_role(held, "Data", "x", "age"))["x"]
    assert (column.role, column.missing, column.name) == ("age", ("-99",), None)


def test_fields_are_changed_and_taken_back():
    held = mapping({"x": {"role": "score", "instrument": "EASI", "visit": "end"}})
    moved = editing.with_fields(held, "Data", "x", visit=None, day=7)
    assert (columns(moved)["x"].visit, columns(moved)["x"].day) == (None, 7)
    assert columns(editing.with_fields(moved, "Data", "x", day=None, visit="end"))["x"] == columns(held)["x"]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda held: editing.with_fields(held, "Data", "x", day=7), "a column that is age has no 'day'"),
        (lambda held: editing.with_scale(held, "NEW", range_min=5, range_max=5), "not above range_min"),
        (lambda held: editing.with_scale(held, "NEW", range_min=0), "range_max"),
        (lambda held: editing.with_about(held, title=""), "about.title"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(edit, says):
    with pytest.raises(CohortError, match=says):
        edit(mapping({"x": {"role": "age"}}))


def test_a_score_that_nobody_described_is_forgotten_with_its_last_column(guessed):
    once = editing.with_role(guessed, "Data", "WBI base", "ignore")
    assert [scale.code for scale in once.instruments] == ["WBI"]
    assert editing.with_role(once, "Data", "WBI wk 4", "ignore").instruments == ()


def test_scores_that_nobody_described_are_left_out_together(guessed):
    left = editing.without_undescribed(guessed)
    assert editing.undescribed(guessed) == ("WBI",)
    assert left.instruments == ()
    assert {name for name, column in columns(left).items() if "WBI" in name and column.role == "ignore"} == {
        *("WBI base", "WBI wk 4")
    }
    assert columns(left)["EASI base"].role == "score"


def test_a_described_score_stays_though_no_column_has_it_yet():
    described = editing.with_scale(mapping(), "NEW", range_min=0, range_max=9, direction="lower is better")
    assert [scale.code for scale in editing.with_about(described, title="other").instruments] == ["NEW"]


def test_choosing_the_patients_number_ends_that_each_row_is_a_patient():
    held = mapping({"x": {"role": "ignore"}}, row_is_patient=True)
    changed = editing.with_role(held, "Data", "x", "patient_id")
    assert not changed.sheets["Data"].row_is_patient
    back = editing.with_rows_as_patients(editing.with_role(changed, "Data", "x", "ignore"), "Data", True)
    assert back.sheets["Data"].row_is_patient


def test_visits_are_listed_once_however_they_are_written(drawn):
    rows = sheets(Data="id | Visit | EASI\n1 | Start | 3\n1 | END | 2\n2 | end | 4")
    held = mapping({"Visit": {"role": "visit"}, "EASI": {"role": "score", "instrument": "EASI"}})
    assert editing.visits_named(held, rows) == ("Start", "END")
    assert editing.visits_named(guess(drawn).mapping, drawn) == ("final",)


def test_visits_are_not_asked_where_a_column_of_days_says_when():
    rows = sheets(Data="id | Visit | day | EASI\n1 | Start | 0 | 3")
    held = mapping(
        {"Visit": {"role": "visit"}, "day": {"role": "day"}, "EASI": {"role": "score", "instrument": "EASI"}}
    )
    assert editing.visits_named(held, rows) == ()


def test_the_day_of_a_visit_is_said_changed_and_taken_back():
    held = editing.with_day(editing.with_day(mapping(), "End", 90), "end ", 84)
    assert held.visits == {"end ": 84}
    assert editing.day_of(held, "END") == 84
    assert editing.day_of(editing.with_day(held, "End", None), "end") is None


def test_a_sheet_is_taken_in_and_left_out():
    two = sheets(Data="id | EASI day 0\n1 | 3", Notes="a | b\nx | y")
    held = guess(two).mapping
    assert list(held.sheets) == ["Data"]
    more = editing.with_sheet(held, two, "Notes", True)
    assert {column.role for column in more.sheets["Notes"].columns.values()} == {"ignore"}
    assert editing.with_sheet(more, two, "Notes", False) == held


def test_headings_that_a_mapping_reads_and_a_file_lacks_are_named():
    said = mapping({"x": {"role": "age"}, "y": {"role": "ignore"}, "z": {"role": "covariate"}})
    joined = said.sheets["Data"].replace(joined={"z": ("x", "part")})
    held = said.replace(sheets={"Data": joined})
    assert editing.lacking(held, sheets(Data="x | part\n4 | 1")) == ()
    assert editing.lacking(held, sheets(Data="x\n4")) == ("part",)
    assert editing.lacking(held, sheets(Other="x | part\n4 | 1")) == ("x", "part")


def test_what_is_made_of_columns_that_identify_patients_is_private_too():
    said = mapping({"x": {"role": "age"}})
    made = said.sheets["Data"].replace(split={"Name": ("first", "last")}, joined={"who": ("last", "x")})
    held = said.replace(sheets={"Data / a": made})
    assert editing.private(held, {("Data", "Name")}) == {
        ("Data", "Name"),
        *(("Data / a", name) for name in ("Name", "first", "last", "who")),
    }


def test_a_mapping_of_somebody_else_keeps_no_identifier():
    said = mapping(
        {
            "MRN": {"role": "patient_id"},
            "Tel": {"role": "covariate"},
            "DOB": {"role": "birth_date"},
            "Sex": {"role": "sex"},
        }
    )
    kept = columns(editing.guarded(said, {("Data", name) for name in ("MRN", "Tel", "DOB")}))
    assert (kept["MRN"].role, kept["MRN"].pseudonym) == ("patient_id", True)
    assert (kept["Tel"].role, kept["Tel"].why) == ("ignore", editing.KEPT_BY_LINK)
    assert (kept["DOB"], kept["Sex"]) == (columns(said)["DOB"], columns(said)["Sex"])


def test_a_mapping_of_one_sheet_serves_the_same_file_under_another_name():
    renamed = sheets(Other="x\n4")
    assert list(editing.fitted(mapping({"x": {"role": "age"}}), renamed).sheets) == ["Other"]
    two = sheets(One="x\n4", Two="x\n5")
    assert list(editing.fitted(mapping({"x": {"role": "age"}}), two).sheets) == ["Data"]
