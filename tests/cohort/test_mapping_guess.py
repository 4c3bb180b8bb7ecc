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
        ("PLZ", ["1010", "1020"], "addresses"),
        ("KIS-Nr", ["8812000", "8812031"], "medical record numbers"),
        ("Fallnummer", ["99120000", "99120031"], "medical record numbers"),
        ("Aufnahmezahl", ["77", "78"], "medical record numbers"),
        ("Versicherungsnummer", ["1000 010180", "1001 010180"], "medical record numbers"),
        ("Referrer", ["Dr. Zweig", "Dr. Zweig"], "names"),
        ("seen by", ["Dr. Zweig", "Dr. Zweig"], "names"),
        ("Kontakt Angehörige", ["Dan Zweig", "Eva Ohm"], "names"),
    ],
)
def test_columns_that_identify_patients_are_named_and_left_out(heading, values, what):
    frame = pd.DataFrame({"patient_id": ["1", "2"], heading: values, "EASI day 0": ["3", "4"]}, index=[2, 3])
    found = guess(Sheets("f.csv", "text table", {"f": frame}))
    assert found.mapping.sheets["f"].columns[heading].role == "ignore"
    assert what in found.reasons["f", heading]


@pytest.mark.parametrize("heading", ["Patient", "Patient ID", "ID", "Subject", "usubjid"])
@pytest.mark.parametrize("people", [("Anna Zweig", "Bert Ohm"), ("Zweig, Anna", "Ohm, Bert"), ("Zweig", "Ohm")])
def test_names_that_tell_patients_apart_are_named_and_replaced_by_numbers(heading, people):
    drawn = sheets(
        Data=f"{heading} | index_date | EASI base\n{people[0]} | 2022-01-05 | 9\n{people[1]} | 2022-01-06 | 8"
    )
    found = guess(drawn)
    assert found.identifiers == {("Data", heading): "names"}
    about = found.mapping.about.replace(index_drug="x")
    mapped = apply(found.mapping.replace(about=about), drawn)
    assert mapped.cohort.patients["patient_id"].tolist() == ["P1", "P2"]
    assert any("identifiers replaced" in str(entry) for entry in mapped.report)


@pytest.mark.parametrize(
    "numbers",
    [("A1", "A2"), ("01-001", "01-002"), ("7", "8"), ("Subject 1", "Subject 2"), ("2022-01-0001", "2022-01-0002")],
)
def test_codes_and_numbers_that_tell_patients_apart_are_kept(numbers):
    found = guess(sheets(Data=f"Study ID | EASI day 0\n{numbers[0]} | 3\n{numbers[1]} | 4"))
    assert not found.mapping.sheets["Data"].columns["Study ID"].pseudonym
    assert found.identifiers == {}


def test_names_joined_with_a_site_are_replaced_by_numbers_too():
    drawn = sheets(
        Data="site | patient | week | EASI\nA | Zweig | 0 | 2\nA | Zweig | 4 | 1\nB | Zweig | 0 | 3\nB | Zweig | 4 | 1"
    )
    sheet = guess(drawn).mapping.sheets["Data"]
    made = sheet.first("patient_id")
    assert sheet.joined[made] == ("site", "patient")
    assert sheet.columns[made].pseudonym


@pytest.mark.parametrize("heading", ["DOB", "Geburt", "Geb.-Dat.", "Date of birth", "born"])
def test_dates_of_birth_are_named_and_become_an_age(heading):
    found = guess(sheets(Data=f"id | {heading} | EASI day 0\n1 | 1950-03-01 | 3\n2 | 1961-04-02 | 4"))
    assert found.identifiers == {("Data", heading): "dates of birth"}
    assert roles(found)[heading] == "birth_date"


def test_remarks_are_named_because_they_may_name_patients():
    found = guess(sheets(Data="id | Remarks | EASI day 0\n1 | Anna called | 3\n2 | none | 4"))
    assert "free text" in found.identifiers["Data", "Remarks"]
    assert roles(found)["Remarks"] == "ignore"


def test_readings_of_two_numbers_are_left_out_but_no_identifiers():
    rows = "\n".join(f"{at} | {110 + at}/{70 + at} | 3" for at in range(1, 16))
    found = guess(sheets(Data=f"id | BP | EASI day 0\n{rows}"))
    assert roles(found)["BP"] == "ignore"
    assert found.identifiers == {}


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Diagnosis", ["Atopic Dermatitis", "Hand Eczema"]),
        ("Adverse event", ["Back Pain", "Common Cold"]),
        ("Comorbidity", ["none", "Asthma"]),
        ("Geburt", ["spontan", "Sectio"]),
    ],
)
def test_words_with_capitals_that_are_no_names_are_not_taken_for_them(heading, values):
    found = guess(sheets(Data=f"id | {heading} | EASI day 0\n1 | {values[0]} | 3\n2 | {values[1]} | 4"))
    assert found.identifiers == {}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("VAS follow-up", "follow up"),
        ("Global response week 16", "week 16"),
        ("Juckreiz W16", "w16"),
        ("IgE M3", "m3"),
        ("Besser?", "besser"),
        ("Discontinued", "discontinued"),
        ("Event", "event"),
        ("Itch, change from baseline", "from baseline"),
        ("Itch at visit 2", "at visit 2"),
        ("Itch after", "after"),
    ],
)
def test_what_was_recorded_later_is_no_baseline_column(heading, words):
    found = guess(sheets(Data=f"id | {heading} | EASI day 0\n1 | a | 3\n2 | b | 4\n3 | b | 4"))
    assert roles(found)[heading] == "ignore"
    assert f"'{words}'" in found.reasons["Data", heading]


@pytest.mark.parametrize(
    "heading",
    ["Prior response", "Flares in the last 12 months", "BMI kg/m2", "Vitamin D3", "post menopausal", "Baseline IgE"],
)
def test_what_was_known_at_the_start_stays_a_baseline_column(heading):
    found = guess(sheets(Data=f"id | {heading} | EASI day 0\n1 | a | 3\n2 | b | 4\n3 | b | 4"))
    assert roles(found)[heading] == "covariate"


def test_a_sheet_of_dated_events_becomes_adverse_events():
    drawn = sheets(
        Patients="ID | Index date | Age\nA1 | 2022-01-10 | 20\nA2 | 2022-01-19 | 21",
        Visits="ID | Visit | EASI\nA1 | Baseline | 20\nA1 | Week 4 | 9\nA2 | Baseline | 21\nA2 | Week 4 | 8",
        AEs="ID | Event | Start | End\nA1 | Conjunctivitis | 2022-01-30 | 2022-02-09",
    )
    found = guess(drawn).mapping
    cohort = apply(found.replace(about=found.about.replace(index_drug="x")), drawn).cohort
    (event,) = cohort.adverse_events.to_dict("records")
    # 10 to 30 January are 20 days, to 9 February 30.
    assert (event["patient_id"], event["term"], event["start_day"], event["end_day"]) == (
        "A1",
        "Conjunctivitis",
        20,
        30,
    )


def test_beside_scores_a_start_date_is_the_treatments_and_not_the_events():
    drawn = sheets(
        Data="id | Start date | Event | EASI base\n1 | 2022-01-05 | none | 9\n2 | 2022-01-06 | Cold | 8\n3 | 2022-01-07 | Cold | 7"
    )
    assert roles(guess(drawn))["Start date"] == "index_date"


def test_pluses_are_read_as_words_that_no_spreadsheet_calculates():
    drawn = sheets(
        Data="id | index_date | Oedema | EASI base\n1 | 2022-01-05 | + | 9\n2 | 2022-01-06 | +++ | 8\n3 | 2022-01-07 | - | 7"
    )
    found = guess(drawn).mapping
    cohort = apply(found.replace(about=found.about.replace(index_drug="x")), drawn).cohort
    assert cohort.patients["Oedema"].tolist() == ["1+", "3+", "negative"]


def test_a_minus_beside_positive_is_said_to_be_read_as_missing():
    found = guess(sheets(Data="id | Nikolsky | EASI day 0\n1 | pos | 3\n2 | - | 4"))
    assert "'-' is read as missing" in found.reasons["Data", "Nikolsky"]
    found = guess(sheets(Data="id | Nikolsky | EASI day 0\n1 | pos | 3\n2 | neg | 4\n3 | - | 2"))
    assert "'-'" not in found.reasons["Data", "Nikolsky"]


def test_a_column_with_texts_like_formulas_is_left_out_with_the_reason():
    found = guess(sheets(Data="id | note | EASI day 0\n1 | @foo | 3\n2 | b | 4"))
    assert roles(found)["note"] == "ignore"
    assert "like a spreadsheet formula" in found.reasons["Data", "note"]


def test_two_columns_for_one_score_and_day_are_one_question_that_names_both():
    found = guess(sheets(Data="id | EASI baseline | EASI BL (repeat)\n1 | 20 | 21\n2 | 22 | 23"))
    (asked,) = (ask.what for ask in found.unclear if "both" in ask.what)
    assert asked == "columns 'EASI baseline' and 'EASI BL (repeat)' both give EASI on day 0"
    same = guess(sheets(Data="id | EASI baseline | EASI BL (repeat)\n1 | 20 | 20\n2 | 22 | 22"))
    assert not [ask for ask in same.unclear if "both" in ask.what]


def test_headings_that_differ_in_a_sign_alone_do_not_become_one_column():
    found = guess(sheets(Data="id | =arm | arm | EASI day 0\n1 | a | b | 3\n2 | a | b | 4"))
    assert "'=arm'" in found.reasons["Data", "arm"]


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


@pytest.mark.parametrize("heading", ["start date", "Index date", "index_date", "DOB", "Start of tralokinumab"])
def test_the_order_of_day_and_month_is_asked_where_no_date_tells(heading):
    found = guess(sheets(Data=f"id | {heading} | EASI day 0\n1 | 02/03/2022 | 3\n2 | 03/04/2022 | 4"))
    assert ["mixed up" in ask.what for ask in found.unclear if ask.field == "dates"] == [True]


def test_one_date_that_tells_the_order_settles_it_for_the_whole_file():
    found = guess(sheets(Data="id | Index date | DOB | EASI day 0\n1 | 02/03/2022 | 25/04/1970 | 3"))
    assert found.mapping.dates == "dmy"
    assert not [ask for ask in found.unclear if ask.field == "dates"]


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
