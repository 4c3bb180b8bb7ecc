import numpy as np
import pytest

from explorer.analysis.facts import CohortFacts
from explorer.analysis.missingness import Coverage, by_patient, coverage
from tests.studies import study
from tests.tables import cohort

# BSA: P1 both, P2 baseline only, P3 follow-up only, P4 neither (its score lies outside both windows).
SCORES = """
    patient_id | day  | instrument | score
    P1         | 0    | BSA        | 40
    P1         | 90   | BSA        | 10
    P2         | 0    | BSA        | 40
    P3         | 90   | BSA        | 20
    P4         | -300 | BSA        | 20
    P4         | 0    | IGA        | 3
    P4         | 90   | IGA        | 2
    P1         | 0    | IGA        | 3
    P1         | 90   | IGA        | 2
"""


@pytest.fixture
def facts():
    return CohortFacts(cohort("patient_id\nP1\nP2\nP3\nP4", SCORES), study())


def test_each_score_is_counted_at_both_times_at_one_or_at_neither(facts):
    everyone = np.ones(4, bool)
    assert coverage(facts, everyone) == (
        Coverage("BSA", "Body surface area affected", 4, (1, 1, 1, 1)),
        Coverage("IGA", "Investigator Global Assessment", 4, (2, 0, 0, 2)),
    )


def test_only_the_chosen_patients_are_counted(facts):
    assert coverage(facts, np.array([True, True, False, False]))[0].counts == (1, 1, 0, 0)


def test_hypothetical_additions_are_counted_apart():
    tiers = "patient_id | tier\nP1 |\nP2 | hypothetical\nP3 |\nP4 | hypothetical"
    facts = CohortFacts(cohort(tiers, SCORES), study(hypothetical=True))
    bsa, iga = coverage(facts, np.ones(4, bool))
    assert (bsa.counts, bsa.hypothetical) == ((1, 1, 1, 1), (0, 1, 0, 1))
    assert (iga.counts, iga.hypothetical) == ((2, 0, 0, 2), (1, 0, 0, 1))


def test_patients_who_lack_the_same_scores_stand_together_and_the_most_complete_come_first(facts):
    # Columns: row in the cohort, BSA, IGA; 0 both, 1 baseline only, 2 follow-up only, 3 neither.
    assert by_patient(facts, np.ones(4, bool)).tolist() == [[0, 0, 0], [3, 3, 0], [1, 1, 3], [2, 2, 3]]
