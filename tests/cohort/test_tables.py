import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.cohort.instruments import Instrument
from explorer.cohort.tables import build
from explorer.errors import CohortError
from tests.tables import cohort, metadata, table

PATIENTS = """
    patient_id | age | sex    | tier         | weight | smoker | site
    P2         | 30  | female |              | 70.5   | yes    | north
    P1         | 40  |        | hypothetical |        | no     | south
    P3         |     | male   |              | 82     |        | north
"""
ASSESSMENTS = """
    patient_id | day | instrument | score
    P3         | 90  | BSA        | 5
    P1         | 90  | BSA        | 10
    P1         | -7  | BSA        | 20
    P2         | 0   | PPNRS      | 8
"""
TREATMENTS = """
    patient_id | drug         | start_day | end_day | prescriptions | stop_reason
    P2         | tralokinumab | 0         |         | 3             |
    P2         | dupilumab    | -300      | -30     |               | inadequate_response
"""
REPORTS = """
    patient_id | day | item            | answer
    P2         | 90  | overall_benefit | yes
"""
EVENTS = """
    patient_id | drug      | term           | start_day | end_day
    P2         | dupilumab | Conjunctivitis | -200      |
"""


@pytest.fixture
def small():
    return cohort(PATIENTS, ASSESSMENTS, TREATMENTS, REPORTS, EVENTS)


def test_patients_stand_by_identifier_with_typed_columns(small):
    patients = small.patients
    assert list(patients["patient_id"]) == ["P1", "P2", "P3"]
    assert patients["index_date"].eq(pd.Timestamp("2022-06-01")).all()
    assert patients["age"].dtype == "float64"
    assert list(patients["sex"].cat.categories) == ["female", "male", "other"]
    assert patients["weight"].tolist()[1:] == [70.5, 82]
    assert patients["smoker"].dtype == "boolean"
    assert list(patients["site"].cat.categories) == ["north", "south"]
    assert small.covariates == ("site", "smoker", "weight")


def test_hypothetical_additions_are_marked(small):
    assert list(small.hypothetical) == [True, False, False]


def test_child_rows_carry_the_row_number_of_their_patient(small):
    assert list(small.treatments["patient_id"].cat.codes) == [1, 1]
    assert list(small.treatments["drug"]) == ["dupilumab", "tralokinumab"]
    assert list(small.adverse_events["patient_id"].cat.categories) == ["P1", "P2", "P3"]
    assert small.reports["answer"].dtype == bool
    assert small.drugs == ("dupilumab", "tralokinumab")
    assert small.items == ("overall_benefit",)


def test_scores_stand_by_patient_and_day(small):
    scores = small.scores("BSA")
    assert list(scores.patient) == [0, 0, 2]
    assert list(scores.day) == [-7, 90, 90]
    assert list(scores.score) == [20, 10, 5]
    assert list(scores.starts) == [0, 2, 2, 3]


def test_scores_cannot_be_changed_and_are_the_same_each_time(small):
    scores = small.scores("BSA")
    assert small.scores("BSA") is scores
    with pytest.raises(ValueError, match="read-only"):
        scores.score[0] = 1


def test_an_instrument_without_scores_has_none(small):
    assert list(small.scores("EASI").starts) == [0, 0, 0, 0]
    assert len(small.scores("EASI").score) == 0


def test_instruments_are_those_with_scores_the_catalogue_first():
    own = {"AAA": Instrument("AAA", "Own", 0, 10, lower_is_better=False)}
    drawn = """
        patient_id | day | instrument | score
        P1         | 0   | AAA        | 3
        P1         | 0   | PPNRS      | 3
        P1         | 0   | BSA        | 3
    """
    assert list(cohort(PATIENTS, drawn, instruments=own).instruments) == ["BSA", "PPNRS", "AAA"]


def test_absent_tables_are_empty_but_not_given():
    alone = cohort(PATIENTS)
    assert alone.tables == {"patients", "assessments"}
    assert list(alone.treatments.columns)[-1] == "stop_reason"
    assert len(alone.adverse_events) == 0
    assert "assessments.csv: the table holds no rows." in alone.warnings


def test_an_absent_column_is_told_from_an_empty_one(small):
    without = cohort(PATIENTS, ASSESSMENTS, "patient_id | drug | start_day\nP1 | tralokinumab | 0")
    assert "prescriptions" in small.columns_given["treatments"]
    assert "prescriptions" not in without.columns_given["treatments"]
    assert without.treatments["prescriptions"].isna().all()


def test_rows_that_record_nothing_are_left_out_with_a_warning():
    drawn = """
        patient_id | day | instrument | score
        P1         | 0   | BSA        | 30
        P1         | 90  | EASI       |
    """
    found = cohort(PATIENTS, drawn)
    assert list(found.instruments) == ["BSA"]
    assert list(found.scores("BSA").day) == [0]
    assert found.warnings == ("assessments.csv: 1 of 2 rows hold no score (row 3 first) and were left out.",)


def test_a_score_between_steps_is_used_and_warned_of():
    found = cohort(PATIENTS, "patient_id | day | instrument | score\nP1 | 0 | PPNRS | 7.5")
    assert list(found.scores("PPNRS").score) == [7.5]
    assert "1 of 1 scores of PPNRS lie between its steps of 1, row 2 first" in found.warnings[0]


def test_answers_that_contradict_each_other_on_one_day_are_kept():
    drawn = """
        patient_id | day | item            | answer
        P1         | 90  | overall_benefit | yes
        P1         | 90  | overall_benefit | no
    """
    assert list(cohort(PATIENTS, reports=drawn).reports["answer"]) == [False, True]


def test_free_text_and_identifiers_are_no_baseline_columns():
    many = pd.DataFrame({"patient_id": [f"P{at:02}" for at in range(20)], "index_date": "2022-06-01"})
    found = build(
        metadata(),
        {
            "patients": many.assign(initials=[f"A{at}B" for at in range(20)], arm=["x", "y"] * 10),
            "assessments": table("patient_id | day | instrument | score"),
        },
    )
    assert found.covariates == ("arm",)
    assert "the column 'initials' has 20 different texts" in found.warnings[0]


def test_what_looks_like_a_code_in_a_further_column_is_warned_of():
    found = cohort("patient_id | weight\nP1 | 70\nP2 | 999")
    assert (
        "patients.csv: '999' in the column 'weight' (row 3 first, 1 in all) looks like a code for a missing value; "
        "it is used as it is."
    ) in found.warnings


def test_a_drug_that_nobody_took_is_warned_of():
    found = cohort(PATIENTS, ASSESSMENTS, "patient_id | drug | start_day\nP1 | Tralokinumab | 0")
    assert found.warnings == (
        "treatments.csv: no course of the index drug 'tralokinumab'; the drugs are Tralokinumab.",
        "treatments.csv: no course of the prior drug 'dupilumab'; the drugs are Tralokinumab.",
    )


def test_derived_values_are_computed_once_and_the_oldest_forgotten(small):
    calls = []
    for key in [0, 0, *range(1, 65), 64, 0]:
        small.derived(key, lambda key=key: calls.append(key))
    assert calls == [0, *range(1, 65), 0]


def test_a_cohort_is_frozen(small):
    with pytest.raises(dataclasses.FrozenInstanceError):
        small.metadata = None


class TestFingerprint:
    def test_has_twelve_hexadecimal_digits(self, small):
        assert len(small.fingerprint) == 12
        assert int(small.fingerprint, 16) >= 0

    @settings(deadline=None, max_examples=30)
    @given(st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_rows_and_columns(self, random):
        frames = {
            name: table(text)
            for name, text in {"patients": PATIENTS, "assessments": ASSESSMENTS, "treatments": TREATMENTS}.items()
        }
        frames["patients"] = frames["patients"].assign(index_date="2022-06-01")
        moved = {
            name: frame.sample(frac=1, random_state=random.randint(0, 99))[
                random.sample(list(frame.columns), len(frame.columns))
            ]
            for name, frame in frames.items()
        }
        assert build(metadata(), moved).fingerprint == build(metadata(), frames).fingerprint

    @settings(deadline=None, max_examples=30)
    @given(st.integers(0, 3), st.integers(1, 2))
    def test_changes_when_one_score_changes(self, row, by):
        changed = table(ASSESSMENTS)
        changed.loc[row, "score"] += by
        patients = table(PATIENTS).assign(index_date="2022-06-01")
        one, other = (
            build(metadata(), {"patients": patients, "assessments": scores}) for scores in (table(ASSESSMENTS), changed)
        )
        assert one.fingerprint != other.fingerprint

    @pytest.mark.parametrize(
        ("old", "new"),
        [("P3 ", "P4 "), ("70.5", "70.6"), ("north", "east"), ("| no ", "| yes"), ("| male", "|     ")],
    )
    def test_changes_with_each_column_of_the_patients(self, old, new):
        alone = "patient_id | day | instrument | score\nP1 | 0 | BSA | 3"
        assert cohort(PATIENTS.replace(old, new), alone).fingerprint != cohort(PATIENTS, alone).fingerprint

    def test_changes_with_the_metadata(self, small):
        other = cohort(PATIENTS, ASSESSMENTS, TREATMENTS, REPORTS, EVENTS, synthetic=False)
        assert other.fingerprint != small.fingerprint

    def test_changes_with_the_instrument(self):
        alone = "patient_id | day | instrument | score\nP1 | 0 | BSA | 3"
        upside = {"BSA": Instrument("BSA", "Healthy skin", 0, 100, lower_is_better=False)}
        assert cohort(PATIENTS, alone).fingerprint != cohort(PATIENTS, alone, instruments=upside).fingerprint


def test_identifiers_that_are_whole_numbers_are_read_as_text():
    found = cohort(
        "patient_id | age\n1 | 30\n10 | 31\n2 | 32", "patient_id | day | instrument | score\n10 | 0 | BSA | 3"
    )
    assert list(found.patients["patient_id"]) == ["1", "10", "2"]
    assert list(found.scores("BSA").patient) == [1]


def test_patients_and_assessments_are_demanded():
    with pytest.raises(CohortError) as refusal:
        build(metadata(), {})
    assert str(refusal.value).splitlines() == [
        "patients.csv: the table is missing. Every cohort needs patients and assessments; add it.",
        "assessments.csv: the table is missing. Every cohort needs patients and assessments; add it.",
    ]


def test_typed_frames_pass_through():
    frames = {
        "patients": pd.DataFrame(
            {
                "patient_id": pd.Categorical(["b", "a"]),
                "index_date": pd.to_datetime(["2022-06-01", "2021-01-31"]),
                "age": pd.array([50, None], "Int64"),
                "trial": [True, False],
            }
        ),
        "assessments": pd.DataFrame(
            {
                "patient_id": ["a", "b"],
                "day": np.array([1, 2], np.int16),
                "instrument": pd.Categorical(["BSA", "BSA"], categories=["BSA", "unused"]),
                "score": [1, 2],
            }
        ),
    }
    found = build(metadata(), frames)
    assert list(found.patients["age"].isna()) == [True, False]
    assert list(found.patients["trial"]) == [False, True]
    assert list(found.instruments) == ["BSA"]
