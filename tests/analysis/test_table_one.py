import math

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.table_one import ELIGIBLE, LEFT_OUT, OTHERS, table_one
from explorer.export.table_one import table_one as printed
from tests.studies import study
from tests.tables import cohort

PATIENTS = """
    patient_id | age | sex    | smoker | clinic
    P1         | 20  | female | yes    | a
    P2         | 30  | male   | no     | b
    P3         | 40  | female |        | b
    P4         | 50  |        | no     | c
    P5         | 16  | male   | yes    | c
"""
SCORES = """
    patient_id | day | instrument | score
    P1         | 0   | BSA        | 10
    P2         | 0   | BSA        | 30
"""
TREATED = """
    patient_id | drug      | start_day | end_day | stop_reason
    P1         | dupilumab | -100      | 0       | adverse_event
    P2         | dupilumab | -300      | 0       | loss_of_response
"""
ADULT = {"kind": "age", "from": 18}


def described(patients=PATIENTS, scores=SCORES, treatments=TREATED, **changes):
    analysis = analyse(cohort(patients, scores, treatments), study(**changes))
    return {row.name: row for row in table_one(analysis.facts, analysis.ledger.eligible)}


def test_numbers_are_described_by_mean_sd_and_quartiles_of_those_known():
    age = described(eligibility=(ADULT,))["Age"].groups[ELIGIBLE]
    assert (age.n, age.n_known) == (4, 4)
    assert (age.mean, age.median, age.q1, age.q3) == (35, 35, 27.5, 42.5)
    assert age.sd == pytest.approx(math.sqrt(500 / 3))  # deviations 15, 5, 5, 15 over 3


def test_levels_are_counted_among_those_known():
    sex = described(eligibility=(ADULT,))["Sex"].groups[ELIGIBLE]
    assert (sex.n, sex.n_known) == (4, 3)
    assert sex.counts == {"female": 2, "male": 1, "other": 0}


def test_who_is_left_out_stands_beside_who_is_analysed_only_if_there_is_anybody():
    assert list(described()["Age"].groups) == [ELIGIBLE]
    both = described(eligibility=(ADULT,))["Age"].groups
    assert list(both) == [ELIGIBLE, LEFT_OUT]
    assert (both[LEFT_OUT].n, both[LEFT_OUT].mean) == (1, 16)
    assert math.isnan(both[LEFT_OUT].sd)


def test_hypothetical_additions_stand_in_columns_of_their_own():
    tiers = """
        patient_id | age | tier
        P1         | 20  |
        P2         | 30  | hypothetical
        P3         | 16  |
        P4         | 12  | hypothetical
        P5         | 40  | hypothetical
    """
    groups = described(tiers, eligibility=(ADULT,), hypothetical=True)["Age"].groups
    assert {name: (about.n, about.mean) for name, about in groups.items()} == {
        "Analysed": (1, 20),
        "Analysed, hypothetical": (2, 35),
        "Left out": (1, 16),
        "Left out, hypothetical": (1, 12),
    }
    assert list(described(tiers, eligibility=(ADULT,))["Age"].groups) == [ELIGIBLE, LEFT_OUT]


def test_the_prior_drug_is_described_in_those_who_took_it():
    rows = described()
    assert rows["Prior dupilumab"].groups[ELIGIBLE].counts == {"no": 3, "yes": 2}
    assert (rows["Time on dupilumab"].groups[ELIGIBLE].n, rows["Time on dupilumab"].groups[ELIGIBLE].mean) == (2, 200)
    why = rows["Why dupilumab was stopped"].groups[ELIGIBLE]
    assert (why.n, why.counts["inadequate response"], why.counts["intolerance"]) == (2, 1, 1)


def test_a_column_that_nobody_has_filled_is_described_as_unknown():
    baseline = described(eligibility=({"kind": "age", "from": 35},))["BSA at baseline"].groups[ELIGIBLE]
    assert (baseline.n, baseline.n_known) == (2, 0)
    assert math.isnan(baseline.mean)


def test_one_patient_is_described_without_an_sd():
    age = described("patient_id | age\nP1 | 40", "patient_id|day|instrument|score\nP1|0|BSA|5", None)["Age"]
    assert age.groups[ELIGIBLE].mean == 40
    assert math.isnan(age.groups[ELIGIBLE].sd)


def test_the_rarest_of_many_levels_are_counted_together():
    sizes = {"a": 5, "b": 4, "c": 4, "d": 3, "e": 3, "f": 2, "g": 2, "h": 1, "i": 1}
    clinics = [name for name, n in sizes.items() for _ in range(n)]
    rows = ["patient_id | clinic", *(f"P{at:02d} | {name}" for at, name in enumerate(clinics))]
    clinic = described("\n".join(rows), "patient_id|day|instrument|score\nP00|0|BSA|5", None)["clinic"]
    assert clinic.groups[ELIGIBLE].counts == {"a": 5, "b": 4, "c": 4, "d": 3, "e": 3, "f": 2, "g": 2, OTHERS: 2}


def test_texts_of_a_file_cannot_confuse_the_table():
    rows = "patient_id | Overall | n\nP1 | None | nan-like\nP2 | n, n (%) | nan-like\nP3 | None | x"
    found = described(rows, "patient_id|day|instrument|score\nP1|0|BSA|5", None)
    assert found["Overall"].groups[ELIGIBLE].counts == {"None": 2, "n, n (%)": 1}


def test_the_printed_table_gives_every_count_its_denominator():
    analysis = analyse(cohort(PATIENTS, SCORES, TREATED), study(eligibility=(ADULT,)))
    shown = printed(table_one(analysis.facts, analysis.ledger.eligible)).set_index("Characteristic")
    assert list(shown.columns) == ["Analysed (n = 4)", "Left out (n = 1)"]
    first = shown["Analysed (n = 4)"]
    assert first["Age, years"] == "35.0 (12.9); 35.0 [27.5 to 42.5]; 4/4 recorded"
    assert first["Sex: female"] == "2/3 (67 %)"
    assert first["Sex: not recorded"] == "1 of 4"
    assert first["smoker"] == "1/3 (33 %)"
    assert first["Prior dupilumab"] == "2/4 (50 %)"
    assert first["Why dupilumab was stopped: intolerance"] == "1/2 (50 %)"
    assert "Sex: other" not in shown.index
