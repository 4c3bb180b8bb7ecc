"""One test per sentence of the source, on what `explorer analyse --format json` prints for the bundled cohort."""

import json

import pytest
from statsmodels.stats.proportion import proportion_confint

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.literature.claims import claims
from explorer.study.presets import PRESETS
from tests.command import run


@pytest.fixture(scope="module")
def result():
    return json.loads(run("analyse", "--format", "json").out)


def score(result, instrument):
    return next(row for row in result["change"] if row["instrument"] == instrument)


def report(result, item):
    return next(row for row in result["reports"] if row["item"] == item)


def test_49_patients_were_prescribed_tralokinumab_between_january_2019_and_january_2024(result):
    assert result["cohort"]["n_eligible"] == 49
    assert result["cohort"]["n_hypothetical_eligible"] == 0


def test_the_as_published_rules_leave_out_none_of_the_49(result):
    assert result["cohort"]["n_patients"] == 49
    assert [step["remaining"] for step in result["ledger"]] == [49] * 5


def test_96_percent_had_prior_dupilumab(result):
    assert result["baseline"]["prior_drug_n"] == 47
    assert f"{100 * 47 / 49:.0f}" == "96"


def test_median_exposure_to_dupilumab_was_333_days(result):
    assert result["baseline"]["prior_drug_exposure_median_days"] == 333


def test_51_percent_of_prior_users_improved(result):
    response = result["response"]
    assert (response["n_responders"], response["n_evaluable"], response["n_among"]) == (24, 47, 47)
    assert f"{100 * response['rate']:.0f}" == "51"
    limits = proportion_confint(24, 47, method="wilson")
    assert (response["ci_low"], response["ci_high"]) == pytest.approx(limits, rel=1e-9)


def test_body_surface_area_fell_from_20_5_to_11_4_significantly(result):
    row = score(result, "BSA")
    assert (f"{row['baseline_mean']:.1f}", f"{row['followup_mean']:.1f}") == ("20.5", "11.4")
    assert max(row["p_t"], row["p_wilcoxon"]) < 0.05


def test_peak_pruritus_fell_from_6_2_to_4_2_significantly(result):
    row = score(result, "PPNRS")
    assert (f"{row['baseline_mean']:.1f}", f"{row['followup_mean']:.1f}") == ("6.2", "4.2")
    assert max(row["p_t"], row["p_wilcoxon"]) < 0.05


def test_iga_fell_from_2_60_to_2_19_without_reaching_significance(result):
    row = score(result, "IGA")
    means = (row["available_baseline_mean"], row["available_followup_mean"])
    assert tuple(f"{mean:.2f}" for mean in means) == ("2.60", "2.19")
    assert min(row["p_t"], row["p_wilcoxon"]) >= 0.05


def test_14_percent_reached_an_iga_of_1_or_less(result):
    row = score(result, "IGA")
    k, n = sum(row["available_followup_grades"][:2]), row["n_followup"]
    assert "14" in {f"{100 * k / n:.0f}", f"{100 * k / result['cohort']['n_eligible']:.0f}"}


def test_one_third_cut_back_their_topical_treatment(result):
    row = report(result, "less_topical")
    assert row["n_answered"] == 49
    assert 0.32 <= row["rate"] <= 0.35


def test_nearly_half_had_fewer_flares(result):
    row = report(result, "fewer_flares")
    assert row["n_answered"] == 49
    assert 0.44 <= row["rate"] < 0.50


def test_a_small_number_had_conjunctivitis_on_tralokinumab_two_of_them_on_dupilumab_as_well(result):
    on = {row["drug"]: row["n_patients"] for row in result["safety"]["events"] if row["term"] == "conjunctivitis"}
    carried = next(row for row in result["safety"]["carry_over"] if row["term"] == "conjunctivitis")
    assert 3 <= on["tralokinumab"] <= 6
    assert carried["recurred"] == 2
    assert carried["new"] == on["tralokinumab"] - 2


def test_in_some_who_left_dupilumab_for_side_effects_conjunctivitis_or_dermatitis_resolved(result):
    resolved = {row["term"]: row["resolved"] for row in result["safety"]["carry_over"]}
    assert resolved["conjunctivitis"] > 0
    assert resolved["head and neck dermatitis"] > 0


def test_two_prescriptions_a_follow_up_score_and_a_patient_report_were_required(result):
    criteria = " ".join(step["criterion"] for step in result["ledger"])
    for words in ("at least 2 tralokinumab prescriptions", "BSA, PPNRS", "report"):
        assert words in criteria


def test_every_published_figure_has_a_counterpart_and_none_differs():
    rows = claims(analyse(bundled_cohort(), PRESETS["as-published"].study))
    assert len(rows) == 23
    assert [row.fact.id for row in rows if row.here.agrees is False] == []


def test_the_result_says_that_it_is_synthetic(result):
    assert result["cohort"]["synthetic"] is True
    assert "Synthetic reconstruction, not patient data" in run("analyse").out
