"""Who is analysed: what each criterion says of a patient, in verdicts and in words."""

import numpy as np
import pandas as pd
import pytest

from explorer.errors import DefinitionError
from explorer.study.eligibility import (
    AgeLimits,
    BaselineScore,
    Covariate,
    FollowUpScores,
    IndexDate,
    PatientReport,
    Prescriptions,
    PriorTreatment,
)
from tests.study.stub import DUNNO, NO, YES, Known, verdicts


def dates(*days):
    return pd.Series(pd.to_datetime(list(days)))


@pytest.mark.parametrize(
    ("criterion", "facts", "expected"),
    [
        (
            IndexDate(from_="2019-01-01", to="2024-01-31"),
            Known(columns={"index_date": dates("2018-12-31", "2019-01-01", "2024-01-31", "2024-02-01", None)}),
            [NO, YES, YES, NO, DUNNO],
        ),
        (AgeLimits(from_=18), Known(columns={"age": pd.Series([17.9, 18, 80, None])}), [NO, YES, YES, DUNNO]),
        (AgeLimits(from_=18, to=65), Known(columns={"age": pd.Series([17, 65, 66, None])}), [NO, YES, NO, DUNNO]),
        (Prescriptions(drug="A", at_least=2), Known(counts=(0, 1, 2, None)), [NO, NO, YES, DUNNO]),
        (Prescriptions(drug="A", at_least=1, at_most=2), Known(counts=(0, 1, 3)), [NO, YES, NO]),
        (BaselineScore(instrument="IGA", at_least=3), Known(before={"IGA": (2, 3, 4, None)}), [NO, YES, YES, DUNNO]),
        (BaselineScore(instrument="IGA", at_most=1), Known(before={"IGA": (0, 1, 2, None)}), [YES, YES, NO, DUNNO]),
        (
            FollowUpScores(instruments=("BSA", "IGA"), at_least=1),
            Known(after={"BSA": (1, None, None), "IGA": (1, 0, None)}),
            [YES, YES, NO],
        ),
        (
            FollowUpScores(instruments=("BSA", "IGA"), at_least=2),
            Known(after={"BSA": (1, None, None), "IGA": (1, 0, None)}),
            [YES, NO, NO],
        ),
        (PatientReport(at_least=1), Known(answers={"a": (True, None), "b": (False, None)}), [YES, NO]),
        (PatientReport(at_least=2), Known(answers={"a": (True, False), "b": (False, None)}), [YES, NO]),
        (
            Covariate(column="site", in_=("north", "south")),
            Known(columns={"site": pd.Series(["north", "west", None], dtype="category")}),
            [YES, NO, DUNNO],
        ),
        (
            Covariate(column="asthma", in_=("yes",)),
            Known(columns={"asthma": pd.Series([True, False, None], dtype="boolean")}),
            [YES, NO, DUNNO],
        ),
        (Covariate(column="centre", in_=(1, 3)), Known(columns={"centre": pd.Series([1, 2, None])}), [YES, NO, DUNNO]),
        (
            Covariate(column="bmi", from_=20, to=30),
            Known(columns={"bmi": pd.Series([19, 20, 30, 31])}),
            [NO, YES, YES, NO],
        ),
    ],
)
def test_limits_are_inside_and_missing_is_unknown(criterion, facts, expected):
    assert verdicts(criterion.met_by(facts)) == expected


TREATED = Known(
    courses={"A": (True, True, True, False)},
    days=(400, 100, None, None),
    reasons=("access", None, "inadequate_response", None),
    gaps=(-5, 28, None, None),
)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [YES, YES, YES, NO]),
        ({"min_days": 400}, [YES, NO, DUNNO, NO]),
        ({"stop_reasons": ("inadequate_response", "loss_of_response")}, [NO, DUNNO, YES, NO]),
        ({"max_gap_days": 28}, [YES, YES, DUNNO, NO]),
        ({"max_gap_days": 27}, [YES, NO, DUNNO, NO]),
        ({"min_days": 400, "stop_reasons": ("inadequate_response",)}, [NO, NO, DUNNO, NO]),
    ],
)
def test_who_never_took_the_drug_does_not_meet_prior_treatment_and_the_unrecorded_is_unknown(conditions, expected):
    assert verdicts(PriorTreatment(drug="A", **conditions).met_by(TREATED)) == expected


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        (IndexDate(from_="2019-01-01", to="2024-01-31"), "index date from 1 January 2019 to 31 January 2024"),
        (IndexDate(from_="2019-01-01"), "index date from 1 January 2019 on"),
        (IndexDate(to="2024-01-31"), "index date up to 31 January 2024"),
        (AgeLimits(from_=18), "aged 18 or over"),
        (AgeLimits(to=65), "aged 65 or under"),
        (AgeLimits(from_=18, to=65), "aged 18 to 65"),
        (Prescriptions(drug="tralokinumab", at_least=2), "at least 2 tralokinumab prescriptions"),
        (Prescriptions(drug="tralokinumab", at_least=1), "at least 1 tralokinumab prescription"),
        (Prescriptions(drug="tralokinumab", at_most=3), "at most 3 tralokinumab prescriptions"),
        (Prescriptions(drug="tralokinumab", at_least=1, at_most=3), "1 to 3 tralokinumab prescriptions"),
        (PriorTreatment(drug="dupilumab"), "prior dupilumab"),
        (
            PriorTreatment(drug="dupilumab", min_days=90, stop_reasons=("access", "adverse_event"), max_gap_days=28),
            (
                "prior dupilumab for at least 90 days, stopped for access or adverse event, ended at most 28 days before "
                "the first dose of the index drug"
            ),
        ),
        (BaselineScore(instrument="IGA", at_least=3), "a baseline IGA of at least 3"),
        (BaselineScore(instrument="BSA", at_least=0.5, at_most=10), "a baseline BSA from 0.5 to 10"),
        (FollowUpScores(instruments=("BSA", "PPNRS", "IGA"), at_least=1), "a follow-up score of BSA, PPNRS or IGA"),
        (FollowUpScores(instruments=("BSA", "IGA"), at_least=2), "follow-up scores of BSA and IGA"),
        (
            FollowUpScores(instruments=("BSA", "PPNRS", "IGA"), at_least=2),
            "follow-up scores of at least 2 of BSA, PPNRS and IGA",
        ),
        (PatientReport(at_least=1), "a patient report at follow-up"),
        (PatientReport(at_least=2), "at least 2 different patient reports at follow-up"),
        (Covariate(column="sex", in_=("female", "other")), "sex female or other"),
        (Covariate(column="ad_years", from_=5), "ad years of at least 5"),
    ],
)
def test_a_criterion_says_itself(criterion, words):
    assert str(criterion) == words


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: AgeLimits(), "a limit is needed: from or to"),
        (lambda: AgeLimits(from_=65, to=18), "nothing lies from 65 to 18: swap the two limits"),
        (lambda: AgeLimits(from_=-1), "from: -1 is not allowed; an age in years lies between 0 and 130"),
        (lambda: IndexDate(from_="2024-02-30"), 'from: "2024-02-30" is not allowed'),
        (lambda: IndexDate(from_=0), "from: 0 is not allowed; a date is needed, as 2019-01-31"),
        (lambda: Prescriptions(drug="A"), "a limit is needed: at_least or at_most"),
        (lambda: Prescriptions(drug="A", at_least=0), "at_least: 0 is not allowed; a count lies between 1 and"),
        (lambda: Prescriptions(drug="A", at_least="2"), 'at_least: "2" is not allowed; a number is needed'),
        (lambda: Prescriptions(drug="A", at_least=1.5), "at_least: 1.5 is not allowed; it should be a valid integer"),
        (
            lambda: PriorTreatment(drug="A", stop_reasons=("bored",)),
            'stop_reasons[0]: "bored" is not allowed; allowed:',
        ),
        (lambda: PriorTreatment(drug="A", stop_reasons=()), "stop_reasons: 0 entries are not allowed; 1 to 8 are"),
        (lambda: BaselineScore(instrument="IGA", at_least=float("nan")), "at_least: NaN is not allowed"),
        (
            lambda: FollowUpScores(instruments=("IGA",), at_least=2),
            "at_least 2 is not allowed; only 1 instrument named",
        ),
        (lambda: FollowUpScores(instruments=("IGA", "IGA"), at_least=1), "each is named only once"),
        (lambda: Covariate(column="sex", in_=("female",), from_=1), "either values (in) or limits (from, to)"),
        (lambda: Covariate(column="sex", in_=(True,)), "in[0]: true is not allowed; a number is needed"),
        (lambda: Covariate(column="a\nb", from_=1), "a text is needed, of 1 to 200 printable characters"),
    ],
)
def test_a_criterion_nobody_can_read_or_meet_is_refused(build, says):
    with pytest.raises(DefinitionError) as refused:
        build()
    assert says in str(refused.value)


def test_a_million_patients_take_a_moment():
    score = np.tile([1.0, np.nan, 3.0, 4.0], 250_000)

    class Many(Known):
        def baseline(self, instrument):
            return score

    met = BaselineScore(instrument="IGA", at_least=3).met_by(Many())
    assert np.bincount(met).tolist() == [250_000, 250_000, 500_000]
