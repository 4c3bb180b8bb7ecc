"""What is guessed of columns, why, and what is left for the user to say."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.cohort.mapping.apply import apply, preview
from explorer.cohort.mapping.guess import guess
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.mapping.visits import visit_in
from explorer.cohort.readers.sheets import Sheets
from tests.drawn_sheets import sheets

CLINIC = """
    Pat-ID | Index date | Age | Sex | E-mail   | Drug    | EASI baseline | EASI wk 16 | PP-NRS baseline | PP-NRS wk 16
    1      | 2022-01-05 | 41  | F   | a@b.org  | study x | 22,5          | 3,1        | 8               | 2
    2      | 2022-01-19 | 55  | M   | c@d.org  | study x | 31,0          | -99        | 7               | 7
    3      | 2022-02-02 | 38  | f   | e@f.org  | study x | 18,4          | 9,0        | 9               | n.d.
"""


def roles(found, sheet="Data"):
    return {name: column.role for name, column in found.mapping.sheets[sheet].columns.items()}


def test_a_plain_clinic_sheet_is_understood_without_a_question():
    drawn = sheets(Data=CLINIC)
    found = guess(drawn)
    assert found.unclear == ()
    assert found.mapping.about.index_drug == "study x"
    cohort = apply(found.mapping, drawn).cohort
    assert {code: len(cohort.scores(code).score) for code in cohort.instruments} == {"EASI": 5, "PPNRS": 5}
    assert sorted(cohort.scores("EASI").day) == [0, 0, 0, 112, 112]
    assert cohort.patients["sex"].tolist() == ["female", "male", "female"]


def test_every_column_has_a_reason():
    found = guess(sheets(Data=CLINIC))
    assert {name for _, name in found.reasons} == set(found.mapping.sheets["Data"].columns)
    assert "day 112" in found.reasons["Data", "EASI wk 16"]


@pytest.mark.parametrize(
    ("heading", "values", "what"),
    [
        ("contact", ["a@b.org", "c@d.com"], "e-mail addresses"),
        ("Surname", ["Meier", "Huber"], "names"),
        ("MRN", ["0012", "0013"], "medical record numbers"),
        ("telephone", ["1", "2"], "phone numbers"),
        ("reach", ["+43 664 1234567", "0664/7654321"], "phone numbers"),
        ("Home address", ["Ring 1", "Weg 2"], "addresses"),
    ],
)
def test_columns_that_identify_patients_are_named_and_left_out(heading, values, what):
    frame = pd.DataFrame({"patient_id": ["1", "2"], heading: values, "EASI day 0": ["3", "4"]}, index=[2, 3])
    found = guess(Sheets("f.csv", "text table", {"f": frame}))
    assert found.mapping.sheets["f"].columns[heading].role == "ignore"
    assert what in found.reasons["f", heading]


def test_a_record_number_that_is_the_only_identifier_becomes_a_pseudonym():
    found = guess(sheets(Data="MRN | EASI day 0\n0815 | 3\n4711 | 4"))
    assert found.mapping.sheets["Data"].columns["MRN"].pseudonym


def test_identifiers_that_repeat_across_sites_are_joined_with_the_site():
    drawn = sheets(
        Data="""
        site | id | week | EASI
        A    | 1  | 0    | 20
        A    | 1  | 4    | 10
        B    | 1  | 0    | 30
        B    | 1  | 4    | 15
    """
    )
    found = guess(drawn)
    assert found.mapping.sheets["Data"].joined == {"patient": ("site", "id")}
    assert roles(found)["patient"] == "patient_id"


def test_a_code_for_missing_is_one_only_beyond_the_range():
    found = guess(sheets(Data="id | BSA week 0 | BSA week 4 | DLQI week 0\n1 | 99 | 5 | 99\n2 | 4 | -9 | 3"))
    columns = found.mapping.sheets["Data"].columns
    assert [columns[name].missing for name in ("BSA week 0", "BSA week 4", "DLQI week 0")] == [(), ("-9",), ("99",)]


def test_what_only_the_user_can_say_is_asked_with_the_words_to_say_it():
    found = guess(sheets(Data="id | base | end\n1 | 3 | 2\n2 | 5 | 4"))
    asked = {ask.what: ask.how for ask in found.unclear}
    assert any("index drug" in what and "index_drug" in how for what, how in asked.items())
    assert any("index date" in what for what in asked)
    assert any("'end'" in what and '"end": DAY' in how for what, how in asked.items())
    assert any("score SCORE" in what and "direction" in how for what, how in asked.items())


def test_value_labels_of_a_labelled_file_say_what_codes_stand_for():
    frame = pd.DataFrame({"subjid": [1, 2], "sex": [1.0, 2.0], "easi_d0": [3.0, 4.0]}, index=[2, 3])
    labels = {"sex": {1.0: "Male", 2.0: "Female"}}
    drawn = Sheets("trial.sav", "SPSS file", {"trial": frame}, values=labels)
    found = guess(drawn)
    about = found.mapping.about.replace(index_drug="x", index_date=pd.Timestamp("2022-01-01").date())
    cohort = apply(found.mapping.replace(about=about), drawn).cohort
    assert cohort.patients["sex"].tolist() == ["male", "female"]


def test_a_file_name_with_odd_characters_makes_a_title():
    frame = pd.DataFrame({"id": ["1"], "EASI day 0": ["3"]}, index=[2])
    assert guess(Sheets("a\nb\t.csv", "text table", {"f": frame})).mapping.about.title == "ab"


def test_the_direction_of_a_new_score_is_never_guessed():
    drawn = sheets(Data="id | FEV1 day 0 | FEV1 day 28\n1 | 30 | 40\n2 | 50 | 60")
    found = guess(drawn).mapping
    about = found.about.replace(index_drug="x", index_date=pd.Timestamp("2022-01-01").date())
    said = found.replace(about=about)
    (problem,) = preview(said, drawn).problems
    assert "direction of the score 'FEV1' is not said" in problem.what
    (scale,) = said.instruments
    assert apply(said.replace(instruments=(scale.replace(direction="higher is better"),)), drawn).cohort.n_patients == 2


@pytest.mark.parametrize(("date", "order"), [("25/02/2022", "dmy"), ("02/25/2022", "mdy")])
def test_the_order_of_day_and_month_is_seen_from_a_date_that_has_but_one(date, order):
    assert (
        guess(sheets(Data=f"id | start date | EASI day 0\n1 | {date} | 3\n2 | 03/04/2022 | 4")).mapping.dates == order
    )


def test_the_order_of_day_and_month_is_asked_where_no_date_tells():
    found = guess(sheets(Data="id | start date | EASI day 0\n1 | 02/03/2022 | 3\n2 | 03/04/2022 | 4"))
    assert ["mixed up" in ask.what for ask in found.unclear if ask.field == "dates"] == [True]


@pytest.mark.parametrize(
    ("heading", "day", "stem"),
    [
        ("EASI_baseline", 0, "easi"),
        ("WEEK04", 28, ""),
        ("easi.w16", 112, "easi"),
        ("radiologic_6m", 183, "radiologic"),  # 6 * 30.4375 = 182.6
        ("DAY2GFR", 2, "gfr"),
        ("Month 3", 91, ""),  # 3 * 30.4375 = 91.3
        ("EASI 12 weeks", 84, "easi"),
        ("glucose PRE", 0, "glucose"),
        ("end_mes", None, "mes"),
        ("VIS3", None, ""),
    ],
)
def test_visits_are_found_in_headings(heading, day, stem):
    found = visit_in(heading)
    assert (found.day, found.stem) == (day, stem)


@pytest.mark.parametrize("heading", ["EASI", "weight", "dayroom", "Moderate", "index"])
def test_words_that_only_look_like_visits_are_none(heading):
    assert visit_in(heading) is None


CELLS = st.one_of(st.none(), st.text(max_size=6), st.integers(-200, 60_000), st.floats(allow_nan=True), st.booleans())


@given(st.dictionaries(st.text(max_size=10), st.lists(CELLS, min_size=4, max_size=4), max_size=5))
def test_no_sheet_is_too_odd_for_a_guess(columns):
    frame = pd.DataFrame(columns, index=range(2, 6), dtype=object)
    found = guess(Sheets("odd.csv", "text table", {"odd": frame}))
    assert Mapping.from_json(found.mapping.to_json()) == found.mapping
