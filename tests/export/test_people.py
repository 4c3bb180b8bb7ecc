"""Whom figures are of: the label of a synthetic cohort, and additions counted apart."""

from dataclasses import replace

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.export.people import analysed, people, responders, synthetic_label
from explorer.study.presets import AS_PUBLISHED
from tests.studies import responding, study
from tests.study.cohorts import PSORIASIS, SWITCHED
from tests.tables import cohort

MIXED = cohort(
    patients="patient_id | tier\nH1 | hypothetical\nH2 | hypothetical\nP1 |\nP2 |\nP3 |",
    assessments="""
        patient_id | day | instrument | score
        H1         | 0   | IGA        | 3
        H1         | 90  | IGA        | 1
        H2         | 0   | IGA        | 3
        H2         | 90  | IGA        | 3
        P1         | 0   | IGA        | 3
        P1         | 90  | IGA        | 2
        P2         | 0   | IGA        | 3
        P2         | 90  | IGA        | 3
        P3         | 0   | IGA        | 3
    """,
)
BETTER = {"kind": "point_improvement", "instrument": "IGA", "at_least": 1}


@pytest.mark.parametrize(
    ("held", "label"),
    [
        (bundled_cohort(), "Synthetic reconstruction, not patient data."),
        (SWITCHED, "Synthetic data, not patients."),
        (PSORIASIS, ""),
    ],
)
def test_what_a_cohort_is_labelled(held, label):
    assert synthetic_label(held) == label


def test_a_real_cohort_that_names_the_publication_is_none_of_it():
    told = bundled_cohort().metadata.source
    real = replace(SWITCHED, metadata=replace(SWITCHED.metadata, synthetic=False, source=told))
    assert synthetic_label(real) == ""


@pytest.mark.parametrize(
    ("n", "invented", "held", "said"),
    [
        (45, 12, bundled_cohort(), "33 reconstructed + 12 hypothetical"),
        (45, 12, PSORIASIS, "33 patients + 12 hypothetical"),
        (13, 12, SWITCHED, "1 patient + 12 hypothetical"),
        (45, 0, bundled_cohort(), "45 patients"),
        (1, 0, SWITCHED, "1 patient"),
    ],
)
def test_additions_are_counted_apart(n, invented, held, said):
    assert people(n, invented, held) == said


def test_responders_among_additions_are_counted_apart():
    assert responders(analyse(MIXED, responding(BETTER))) == "1/2 (50 %)"
    assert responders(analyse(MIXED, responding(BETTER, hypothetical=True))) == "1/2 patients + 1/2 hypothetical"
    counted = responding(BETTER, hypothetical=True, missing="non_responder")
    assert responders(analyse(MIXED, counted)) == "1/3 patients + 1/2 hypothetical"


def test_in_the_reconstruction_the_others_are_reconstructed():
    said = responders(analyse(bundled_cohort(), AS_PUBLISHED.replace(eligibility=(), hypothetical=True)))
    assert said.startswith("24/47 reconstructed + ")


def test_everybody_analysed_is_counted_also_where_no_addition_is():
    reach = responding(BETTER, hypothetical=True)
    assert analysed(analyse(MIXED, reach)) == "3 patients + 2 hypothetical"
    assert analysed(analyse(MIXED, study(response=reach.response))) == "3 patients + 0 hypothetical"
