"""Beside which outcome a definition may stand, and in what published rows differ from it."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.literature.comparable import compared, here, outcome_of
from explorer.literature.studies import agents, literature
from explorer.study.presets import PRESETS, default_for
from explorer.study.study import Study
from tests.literature.evidence import finding
from tests.pages.cohorts import one_patient, scores_only
from tests.tables import cohort as drawn_cohort

PUBLISHED = PRESETS["as-published"].study
DRUGS = agents(literature())
BY_ID = {row.row_id: row for row in literature()}


def ours(study=PUBLISHED, cohort=None, **changes):
    changed = Study.from_dict(study.to_dict() | changes)
    return here(analyse(cohort or bundled_cohort(), changed), DRUGS)


def rule(**fields):
    return Study.from_dict(PUBLISHED.to_dict() | {"response": {"rule": fields}}).response.rule


@pytest.mark.parametrize(
    ("preset", "outcome"),
    [
        ("as-published", "CLINICIAN_DEFINED_RESPONSE"),
        ("iga-01-2pt", "IGA_0_1"),
        ("itch-4pt", "PPNRS_4PT"),
        ("bsa-50", None),
        ("lenient", "CLINICIAN_DEFINED_RESPONSE"),
    ],
)
def test_a_definition_stands_beside_the_outcome_it_counts(preset, outcome):
    assert outcome_of(PRESETS[preset].study.response.rule) == outcome


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"kind": "percent_improvement", "instrument": "EASI", "at_least": 75}, "EASI_75"),
        ({"kind": "percent_improvement", "instrument": "EASI", "more_than": 75}, None),
        ({"kind": "percent_improvement", "instrument": "EASI", "at_least": 60}, None),
        ({"kind": "score_at_most", "instrument": "EASI", "score": 7}, "EASI_LE_7"),
        ({"kind": "point_improvement", "instrument": "WINRS", "at_least": 3}, "ITCH_NRS_3PT"),
        ({"kind": "reported", "item": "fewer_flares"}, None),
    ],
)
def test_only_the_same_threshold_counts_the_same(fields, outcome):
    assert outcome_of(rule(**fields)) == outcome


def test_both_parts_of_a_joint_outcome_are_needed():
    parts = [
        {"kind": "percent_improvement", "instrument": "EASI", "at_least": 90},
        {"kind": "score_at_most", "instrument": "PPNRS", "score": 1},
    ]
    assert outcome_of(rule(kind="all_of", rules=parts)) == "EASI_90_AND_ITCH_0_1"
    assert outcome_of(rule(kind="any_of", rules=parts)) == "CLINICIAN_DEFINED_RESPONSE"


def test_a_cohort_of_another_drug_stands_beside_nothing():
    cohort = scores_only()
    found = ours(default_for(cohort), cohort)
    assert (found.outcome, found.compares) == (None, False)
    assert found.why_not == "The published rows are about atopic dermatitis, and none is of secukinumab."


def test_invented_patients_and_a_handful_stand_beside_nothing():
    assert "invented patients never stand" in ours(hypothetical=True, eligibility=[]).why_not
    cohort = one_patient()
    assert "1 patients are counted" in ours(default_for(cohort), cohort).why_not


def test_prior_treatment_is_that_of_the_patients_counted():
    assert ours().prior == "all"
    everybody = {"rule": PUBLISHED.to_dict()["response"]["rule"]}
    assert ours(response=everybody).prior == "some"
    assert ours(default_for(scores_only()), scores_only()).prior == "unknown"


def test_drugs_are_the_same_however_they_are_capitalised():
    rows = [f"P{number}|{day}|IGA|{score}" for number in range(6) for day, score in ((0, 3), (90, 1))]
    courses = [f"P{number}|Dupilumab|-300|-10\nP{number}|Tralokinumab|0|" for number in range(6)]
    capitals = drawn_cohort(
        patients="\n".join(["patient_id", *(f"P{number}" for number in range(6))]),
        assessments="\n".join(["patient_id|day|instrument|score", *rows]),
        treatments="\n".join(["patient_id|drug|start_day|end_day", *courses]),
        index_drug="Tralokinumab",
        prior_drug="Dupilumab",
    )
    found = ours(default_for(capitals), capitals)
    assert (found.drug, found.compares, found.prior) == ("tralokinumab", True, "all")


ALIKE = finding("alike", 10, 20, weeks=13.0)
IGA_TWO = {"study": PRESETS["iga-01-2pt"].study, "missing": "observed"}


def test_a_row_that_states_all_and_differs_in_nothing_says_so():
    assert str(compared(ALIKE, ours(**IGA_TWO))) == "No difference in what both state."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agent": "upadacitinib"}, "Differs: another drug, upadacitinib."),
        ({"prior": "none"}, "Differs: prior dupilumab in none, here all."),
        ({"prior": "unknown"}, "Not stated: prior dupilumab."),
        ({"selection": "adolescents"}, "Differs: patients are adolescents."),
        ({"design": "RCT"}, "Differs: randomised trial."),
        ({"outcome": "EASI_75"}, "Differs: another endpoint."),
        ({"definition": "IGA_LE1"}, "Differs: IGA must fall by 0, here by 2."),
        ({"definition": ""}, "Not stated: whether IGA had to fall."),
        ({"weeks": 52.0}, "Differs: week 52, here weeks 4 to 17."),
        ({"weeks": None}, "Not stated: time."),
        ({"missing_rule": "not stated"}, "Not stated: missing outcomes."),
        (
            {"missing_rule": "response without rescue"},
            "Differs: rescue counts as no response, here unknown ones are left out.",
        ),
    ],
)
def test_each_difference_is_said_in_few_words(changes, said):
    row = finding("row", 10, 20, **{"weeks": 13.0} | changes)
    assert str(compared(row, ours(**IGA_TWO))) == said


def test_the_comparison_follows_the_definition():
    late = finding("late", 10, 20, weeks=30.0)
    assert compared(late, ours(**IGA_TWO)).differs == ("week 30, here weeks 4 to 17",)
    window = {"from_day": 30, "to_day": 365, "pick": "last"}
    assert compared(late, ours(**IGA_TWO, follow_up=window)).differs == ()
    assert compared(ALIKE, ours(PRESETS["iga-01-2pt"].study)).differs == (
        "unknown outcomes are left out, here unknown ones count as no response",
    )


def test_itch_asks_for_a_baseline_that_the_definition_may_not():
    row = finding("itch", 10, 20, outcome="PPNRS_4PT", definition="PPNRS_4PT", weeks=13.0)
    free = {"rule": {"kind": "point_improvement", "instrument": "PPNRS", "at_least": 4}}
    bound = {"rule": free["rule"] | {"baseline_at_least": 4}}
    said = [compared(row, ours(missing="observed", response=each)).differs for each in (free, bound)]
    assert ("baseline itch of 4 or more" in said[0], "baseline itch of 4 or more" in said[1]) == (True, False)


def test_agreement_with_its_own_source_is_called_no_agreement():
    own = str(compared(BY_ID["L001"], ours()))
    assert own.startswith("The loaded cohort was made to give what this publication printed.")
    assert "made to give" not in str(compared(BY_ID["L030"], ours()))
    assert "its rule: any fall in IGA and in itch" in str(compared(BY_ID["L030"], ours()))
