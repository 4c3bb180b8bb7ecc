"""Plausibility before analysis: each finding counts what it concerns and points to its cells."""

import numpy as np
import pandas as pd
import pytest

from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.quality import quality
from explorer.cohort.readers.sheets import Sheets
from tests.drawn_sheets import ABOUT, mapping, sheets

WHO = {"id": {"role": "patient_id"}}


def score(instrument, day=0):
    return {"role": "score", "instrument": instrument, "day": day}


def found(made, drawn):
    return quality(apply(made, drawn).cohort, drawn, made)


def wide(**columns):
    """A sheet of one row per patient from arrays."""
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"id": [f"P{at}" for at in range(n)]} | columns, index=range(2, n + 2))
    return Sheets("clinic.csv", "text table", {"Data": frame})


def test_scores_that_end_in_0_or_5_too_often_are_counted_and_pointed_to():
    rounded = wide(bsa=[5 * (1 + at % 19) for at in range(30)] + [7, 12])
    (finding,) = found(mapping(WHO | {"bsa": score("BSA")}), rounded)
    assert (finding.kind, finding.count) == ("digit preference", 30)
    assert "30/32" in finding.what
    assert finding.cells[0] == ("Data", 2, "bsa")


def test_scores_that_end_in_every_digit_alike_are_left_alone():
    assert found(mapping(WHO | {"bsa": score("BSA")}), wide(bsa=list(range(1, 51)))) == ()


def test_a_scale_that_runs_against_another_of_the_same_direction_may_be_reversed():
    easi = np.arange(1.0, 41.0)
    reversed_ = wide(easi=easi + 0.3, dlqi=np.round(30 - easi / 2))
    (finding,) = found(mapping(WHO | {"easi": score("EASI"), "dlqi": score("DLQI")}), reversed_)
    assert finding.kind == "reversed scale"
    assert "40 pairs" in finding.what


def test_patients_that_agree_in_everything_but_their_identifier_may_be_one():
    drawn = sheets(
        Data="""
        id | age | EASI | BSA | DLQI
        P1 | 40  | 12.3 | 7   | 9
        P2 | 41  | 12.3 | 7   | 9
        P3 | 40  | 12.3 | 7   | 9
    """
    )
    columns = WHO | {"age": {"role": "age"}} | {code: score(code) for code in ("EASI", "BSA", "DLQI")}
    (finding,) = found(mapping(columns), drawn)
    assert (finding.kind, finding.count) == ("duplicate patients", 2)
    assert finding.cells == (("Data", 2, "id"), ("Data", 4, "id"))


def test_an_index_date_before_birth_and_an_age_that_disagrees_are_pointed_to():
    drawn = sheets(
        Data="""
        id | born       | started    | age | EASI
        P1 | 2022-06-15 | 2020-06-14 | 40  | 3
        P2 | 1980-06-15 | 2020-06-15 | 40  | 3
        P3 | 1980-06-15 | 2020-06-15 | 60  | 3
    """
    )
    dates = {"born": {"role": "birth_date"}, "started": {"role": "index_date"}}
    made = mapping(WHO | dates | {"age": {"role": "age"}, "EASI": score("EASI")}, ABOUT)
    cells = {finding.kind: finding.cells for finding in found(made, drawn)}
    assert cells == {"visit before birth": (("Data", 2, "born"),), "age and birth disagree": (("Data", 4, "born"),)}


def test_courses_and_scores_in_an_order_that_can_hardly_be():
    drawn = sheets(
        Data="""
        id | tralo | dupi | EASI
        P1 | -10   | -400 | 3
        P2 | 0     | 20   | 4
    """
    )
    columns = WHO | {
        "tralo": {"role": "start"},
        "dupi": {"role": "start", "drug": "dupilumab"},
        "EASI": score("EASI", -5),
    }
    about = ABOUT | {"prior_drug": "dupilumab", "index_date": "2022-01-01"}
    cells = [finding.cells for finding in found(mapping(columns, about), drawn)]
    assert (("Data", 2, "tralo"),) in cells
    assert (("Data", 3, "dupi"),) in cells
    assert len(cells) == 3


@pytest.mark.parametrize(("shift", "n_found"), [(30, 1), (0, 0)])
def test_a_site_whose_first_scores_lie_apart(shift, n_found):
    site = ["A"] * 12 + ["B"] * 12 + ["C"] * 12
    easi = [at % 12 + 1.4 + (shift if name == "B" else 0) for at, name in enumerate(site)]
    columns = WHO | {"site": {"role": "covariate"}, "EASI": score("EASI")}
    sites = [one for one in found(mapping(columns), wide(site=site, EASI=easi)) if "'B'" in one.what]
    assert len(sites) == n_found
    assert all(one.count == 12 and one.cells[0] == ("Data", 14, "site") for one in sites)
