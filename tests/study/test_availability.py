"""What a cohort lacks for a study, and how that is said."""

import pytest

from explorer.errors import DefinitionError
from explorer.study.availability import lacking, require
from explorer.study.presets import AS_PUBLISHED
from tests.studies import responding, study
from tests.study.cohorts import PSORIASIS, SWITCHED


def test_the_published_study_lacks_nothing_where_every_table_is_held():
    assert lacking(AS_PUBLISHED, SWITCHED) == []
    require(AS_PUBLISHED, SWITCHED)


def test_each_thing_is_named_once_in_words():
    assert lacking(AS_PUBLISHED, PSORIASIS) == [
        "needs days counted from tralokinumab",
        "needs the column age of patients",
        "needs a table of treatments",
        "needs scores of BSA",
        "needs scores of PPNRS",
        "needs scores of IGA",
        "needs a table of reports",
        "needs answers to the report fewer_flares",
        "needs answers to the report less_topical",
        "needs answers to the report overall_benefit",
    ]


def reported(item):
    return responding({"kind": "reported", "item": item})


def scored(code, **more):
    return responding({"kind": "score_at_most", "instrument": code, **more})


def asking(**criterion):
    return study(eligibility=[criterion])


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            study(index_drug="lebrikizumab"),
            "index_drug: needs days counted from lebrikizumab; this cohort counts them from tralokinumab",
        ),
        (scored("EASI", score=7), "response.rule: needs scores of EASI; this cohort has scores of BSA, PPNRS and IGA"),
        (
            scored("IGA", score=5),
            "response.rule: needs a score of 5 on IGA, which no patient can have; IGA runs from 0 to 4",
        ),
        (
            scored("IGA", score=1, baseline_at_least=6),
            "response.rule: needs a score of 6 on IGA, which no patient can have; IGA runs from 0 to 4",
        ),
        (
            responding({"kind": "point_improvement", "instrument": "PPNRS", "at_least": 11}),
            "response.rule: needs a change of PPNRS by 11, which no patient can have; PPNRS changes by at most 10",
        ),
        (
            scored("PGIS", score=1),
            "response.rule: needs a patient global assessment (PGIS); this cohort has scores of BSA, PPNRS and IGA",
        ),
        (
            reported("wants_to_continue"),
            (
                "response.rule: needs the patient's wish to continue (report item wants_to_continue); this cohort has answers "
                "to fewer_flares, less_topical and overall_benefit"
            ),
        ),
        (
            asking(kind="baseline_score", instrument="IGA", at_least=-1),
            "eligibility[0]: needs a score of -1 on IGA, which no patient can have; IGA runs from 0 to 4",
        ),
        (
            asking(kind="follow_up_scores", instruments=["IGA", "DLQI"], at_least=1),
            "eligibility[0]: needs scores of DLQI; this cohort has scores of BSA, PPNRS and IGA",
        ),
        (
            asking(kind="prescriptions", drug="upadacitinib", at_least=1),
            "eligibility[0]: needs courses of upadacitinib; this cohort has courses of dupilumab and tralokinumab",
        ),
        (
            asking(kind="covariate", column="bmi", to=30),
            "eligibility[0]: needs the column bmi of patients; this cohort has ad_years, age, asthma and sex",
        ),
        (
            asking(kind="covariate", column="sex", to=30),
            "eligibility[0]: needs numbers in sex; this cohort has words there: choose values (in)",
        ),
        (
            asking(kind="covariate", column="asthma", to=1),
            "eligibility[0]: needs numbers in asthma; this cohort has words there: choose values (in)",
        ),
    ],
)
def test_what_is_lacking_is_refused_with_field_value_and_what_there_is(asked, line):
    with pytest.raises(DefinitionError) as refused:
        require(asked, SWITCHED)
    assert str(refused.value) == line


@pytest.mark.parametrize(
    ("asked", "needs"),
    [
        (asking(kind="age", **{"from": 18}), "needs the column age of patients"),
        (asking(kind="patient_report", at_least=1), "needs a table of reports"),
        (asking(kind="prior_treatment", drug="methotrexate"), "needs a table of treatments"),
        (study(index="first_dose"), "needs a table of treatments"),
        (study(after_stop="failure"), "needs a table of treatments"),
    ],
)
def test_a_table_or_column_that_was_not_given_is_lacking(asked, needs):
    assert needs in lacking(asked, PSORIASIS)


@pytest.mark.parametrize(
    "asked",
    [
        asking(kind="index_date", **{"from": "2020-01-01"}),
        asking(kind="age", to=65),
        asking(kind="prior_treatment", drug="dupilumab", min_days=1, stop_reasons=["access"], max_gap_days=9),
        asking(kind="covariate", column="ad_years", **{"from": 5}),
        asking(kind="covariate", column="asthma", **{"in": ["yes"]}),
        study(index="first_dose", after_stop="last_before_stop"),
        # Missing values are not lacking columns, and a value nobody has is for the linter.
        asking(kind="covariate", column="sex", **{"in": ["other"]}),
    ],
)
def test_what_is_held_is_not_lacking(asked):
    assert lacking(asked, SWITCHED) == []
