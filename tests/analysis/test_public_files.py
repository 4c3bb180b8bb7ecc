"""Three public files that differ most, brought to the folder form and analysed by the one engine.

A wide table of a synthetic psoriasis trial, the ADaM tables of a real one in Alzheimer's disease, and a long table of
a real one in cervical dystonia. Expected numbers are R's (tests/reference), or counted here from the file itself.
"""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from explorer.analysis.analyse import analyse
from explorer.cohort.readers import read as read_cohort
from explorer.errors import CohortError
from explorer.study.study import Study
from tests.public import adas, dystonia, pasi
from tests.reference_cases import data, read

PASI_ARMS = ("ACTIVE TREATMENT DOSE 01", "ACTIVE TREATMENT DOSE 02", "COMPARATOR TREATMENT")
PATCHES = ("Placebo", "Xanomeline High Dose", "Xanomeline Low Dose")
EFFICACY = {"kind": "covariate", "column": "efficacy_population", "in": ["yes"]}


@pytest.fixture(scope="module")
def psoriasis(tmp_path_factory):
    return read_cohort(pasi.folder(tmp_path_factory.mktemp("public") / "pasi"))


@pytest.fixture(scope="module")
def alzheimer(tmp_path_factory):
    return read_cohort(adas.folder(tmp_path_factory.mktemp("public") / "adas"))


@pytest.fixture(scope="module")
def neck(tmp_path_factory):
    return read_cohort(dystonia.folder(tmp_path_factory.mktemp("public") / "dystonia"))


def analysed(cohort, follow_up, arm=None, entry=(), at_least=50, missing="observed"):
    """Analyse an arm, or everybody, on the cohort's only score, response being an improvement by a percentage."""
    (instrument,) = cohort.instruments
    arms = [] if arm is None else [{"kind": "covariate", "column": "arm", "in": [arm]}]
    rule = {"kind": "percent_improvement", "instrument": instrument, "at_least": at_least}
    fields = {
        "index_drug": cohort.metadata.index_drug,
        "eligibility": [*entry, *arms],
        "baseline": on_day(0),
        "follow_up": follow_up,
        "response": {"rule": rule},
        "missing": missing,
    }
    return analyse(cohort, Study.from_dict(fields))


def on_day(day):
    return {"from_day": day, "to_day": day, "pick": "last"}


def reference(topic, case):
    return next(held["output"] for held in read(topic) if held["id"] == case)


def rows(table):
    """Rows of a table that the reference holds by columns."""
    return pd.DataFrame(table).to_dict("records")


def agrees(value, rel=1e-6):
    # No absolute tolerance: p values here go down to 1e-176.
    return pytest.approx(value, rel=rel, abs=0, nan_ok=True)


def assert_paired_results_agree(change, r):
    """Compare one score's change with R's t test, coin's Pratt test, Walsh averages and effectsize."""
    assert change.n_paired == r["n"]
    assert change.n_same == r["n_zero"]
    assert [change.baseline_mean, change.followup_mean] == agrees([r["mean_pre"], r["mean_post"]])
    assert [change.mean_change, change.sd_change] == agrees([r["mean_diff"], r["sd_diff"]])
    assert [change.t, change.p_t] == agrees([r["t"], r["t_p"]])
    assert [change.ci_low, change.ci_high] == agrees(r["t_ci"])
    exact = r["n"] <= 50
    assert change.wilcoxon_method == ("exact" if exact else "normal")
    assert change.p_wilcoxon == agrees(r["coin_pratt_exact_p" if exact else "coin_pratt_p"])
    if walsh := r.get("walsh_all_differences"):
        assert change.hodges_lehmann == agrees(walsh["median_of_walsh_averages"])
        assert [change.hodges_lehmann_low, change.hodges_lehmann_high] == agrees(walsh["ci"])
    assert [change.dz, change.hedges_g] == agrees([r["dz"], r["gz"]])
    # Beyond a noncentrality of 37.62 R's pt is an approximation, good to three digits (see statistics/test_paired.py).
    rel = 1e-6 if abs(r["t"]) < 30 else 1e-3
    assert [change.dz_low, change.dz_high] == agrees(r["dz_ci"], rel)
    assert [change.hedges_g_low, change.hedges_g_high] == agrees(r["gz_ci"], rel)


# Psoriasis: responder = 100 * (base - value) / base >= threshold, by visit, arm and what becomes of a missed visit.

POLICY = {
    "OC": "observed",
    "NRI": "non_responder",
    "LOCF": "last_observation",
    # The baseline in the place of a missed visit is an improvement of 0 %, which reaches no threshold above 0.
    "BOCF": "worst_case",
}
RESPONDERS = rows(reference("responders_missing", "pasi_sustained")["grid"])


def named(row):
    return "-".join(str(row[key]) for key in ("threshold", "rule", "visit", "arm")).replace(" ", "_").lower()


def pasi_response(cohort, visit, arm=None, at_least=75, missing="non_responder"):
    return analysed(cohort, on_day(pasi.DAYS[visit]), arm, at_least=at_least, missing=missing).response


@pytest.mark.parametrize("row", RESPONDERS, ids=named)
def test_pasi_responders_are_counted_as_in_r(psoriasis, row):
    result = pasi_response(psoriasis, row["visit"], row["arm"], row["threshold"], POLICY[row["rule"]])
    assert (result.n_responders, result.n_evaluable) == (row["x"], row["n"])
    assert [result.rate, result.ci_low, result.ci_high] == agrees(
        [row["rate"], row["wilson_lower"], row["wilson_upper"]]
    )


def test_every_threshold_visit_arm_and_rule_for_missed_visits_is_asked_for():
    visits = [visit for visit in pasi.DAYS if visit != "BASELINE"]
    asked = {(row["threshold"], row["visit"], row["arm"], row["rule"]) for row in RESPONDERS}
    assert asked == set(product((50, 75, 90, 100), visits, PASI_ARMS, POLICY))


def test_the_arms_as_subgroups_of_one_analysis_are_the_arms_one_by_one(psoriasis):
    result = analysed(psoriasis, on_day(pasi.DAYS["WEEK32"]), at_least=90, missing="last_observation")
    by_arm = {row.level: (row.n_responders, row.n_evaluable) for row in result.subgroups if row.by == "arm"}
    asked = [row for row in RESPONDERS if (row["threshold"], row["rule"], row["visit"]) == (90, "LOCF", "WEEK32")]
    assert by_arm == {row["arm"]: (row["x"], row["n"]) for row in asked}


SUSTAINED = reference("responders_missing", "pasi75_sustained_nri")


@pytest.mark.parametrize(("visit", "n"), SUSTAINED["missing_by_visit"].items())
def test_a_missed_visit_is_an_unknown_response(psoriasis, visit, n):
    result = pasi_response(psoriasis, visit, missing="observed")
    assert (result.n_unknown, result.n_evaluable) == (n, 900 - n)


@pytest.mark.parametrize("arm", PASI_ARMS)
def test_the_best_of_all_visits_finds_who_ever_responded(psoriasis, arm):
    whole_year = {"from_day": 1, "to_day": pasi.DAYS["WEEK52"], "pick": "best"}
    result = analysed(psoriasis, whole_year, arm, at_least=75, missing="non_responder").response
    assert (result.n_responders, result.n_evaluable) == (SUSTAINED["ever"][arm], SUSTAINED["n"][arm])


@pytest.mark.parametrize("arm", PASI_ARMS)
def test_who_responds_at_a_visit_and_at_every_later_one_has_a_sustained_response(psoriasis, arm):
    by_visit = [pasi_response(psoriasis, visit, arm) for visit in SUSTAINED["missing_by_visit"]]
    responded = np.array([result.outcome.responded[0][result.among] for result in by_visit])
    first = responded.argmax(axis=0)
    later = np.arange(len(responded))[:, np.newaxis] >= first
    sustained = responded.any(axis=0) & (responded | ~later).all(axis=0)
    assert sustained.sum() == SUSTAINED["sustained"][arm]


@pytest.mark.parametrize("arm", PASI_ARMS)
def test_the_change_of_pasi_at_week_16_agrees_with_r(psoriasis, arm):
    (change,) = analysed(psoriasis, on_day(pasi.DAYS["WEEK16"]), arm).change
    case = "pasi_wk16_" + arm.replace(" ", "_").lower()
    assert_paired_results_agree(change, reference("paired_continuous", case))


# Alzheimer's disease: ADaM counts the first dose as day 1, the cohort as day 0.

WEEKS = {
    "Week 8": {"from_day": 1, "to_day": 83, "target_day": 55, "pick": "closest"},
    "Week 16": {"from_day": 84, "to_day": 139, "target_day": 111, "pick": "closest"},
    "Week 24": {"from_day": 140, "to_day": 400, "target_day": 167, "pick": "closest"},
}


@pytest.mark.parametrize("week", WEEKS)
def test_the_closest_visit_is_the_one_that_adam_flags_for_analysis(alzheimer, week):
    visits = analysed(alzheimer, WEEKS[week]).visits("ADAS_COG_11")
    used, passed_over = (visits[visits["use"] == use] for use in ("follow-up", "passed over"))
    totals = data(adas.SCORES).query("PARAMCD == 'ACTOT' and AVISIT == @week and DTYPE.isna()")
    flagged = totals["ANL01FL"] == "Y"
    assert patients_and_days(used) == set(zip(totals["USUBJID"][flagged], totals["ADY"][flagged] - 1, strict=True))
    assert patients_and_days(passed_over) == set(
        zip(totals["USUBJID"][~flagged], totals["ADY"][~flagged] - 1, strict=True)
    )


def patients_and_days(visits):
    return set(zip(visits["patient_id"], visits["day"], strict=True))


def adas_change(cohort, follow_up, arm):
    (change,) = analysed(cohort, follow_up, arm, [EFFICACY]).change
    return change


@pytest.mark.parametrize("arm", PATCHES)
def test_the_change_of_adas_cog_at_week_24_agrees_with_r(alzheimer, arm):
    case = "adas_wk24_observed_" + arm.replace(" ", "_")
    assert_paired_results_agree(adas_change(alzheimer, WEEKS["Week 24"], arm), reference("paired_continuous", case))


def test_two_patches_differ_in_mean_change_as_in_r(alzheimer):
    high, placebo = (adas_change(alzheimer, WEEKS["Week 24"], arm) for arm in ("Xanomeline High Dose", "Placebo"))
    assert high.mean_change - placebo.mean_change == agrees(reference("two_groups", "adas_wk24_high_v_placebo")["diff"])


# The printed means and deviations are those of the CDISC pilot study report, table 14-3.01.
@pytest.mark.parametrize(
    ("arm", "mean", "sd"),
    [("Placebo", 2.5, 5.80), ("Xanomeline Low Dose", 2.0, 5.55), ("Xanomeline High Dose", 1.5, 4.26)],
)
def test_the_last_score_after_the_first_dose_is_the_last_observation_carried_forward(alzheimer, arm, mean, sd):
    ever_after = {"from_day": 1, "to_day": 400, "pick": "last"}
    change, r = adas_change(alzheimer, ever_after, arm), reference("mixed_models", "adas_ancova_locf_week24")
    assert change.n_paired == r["n"][arm]
    assert [change.mean_change, change.sd_change] == agrees([r["mean_change"][arm], r["sd_change"][arm]])
    assert (round(change.mean_change, 1), round(change.sd_change, 2)) == (mean, sd)


@pytest.mark.parametrize(("case", "term"), [("cdisc_teae_by_pt", "AEDECOD"), ("cdisc_teae_by_soc", "AEBODSYS")])
def test_patients_with_each_adverse_event_are_counted_as_in_r(tmp_path, case, term):
    cohort = read_cohort(adas.folder(tmp_path / term, term))
    table = rows(reference("adverse_events", case)["table"])
    for arm in PATCHES:
        result = analysed(cohort, WEEKS["Week 24"], arm)
        counted = {event.term: event.n_patients for event in result.safety.events}
        expected = {row["term"]: row["subjects"] for row in table if row["arm"] == arm}
        assert counted == {name: subjects for name, subjects in expected.items() if subjects}
        assert {row["N"] for row in table if row["arm"] == arm} == {result.ledger.n}


def test_patients_with_a_dermatologic_event_are_counted_as_in_r(tmp_path):
    cohort = read_cohort(adas.folder(tmp_path / "skin", "CQ01NAM"))
    for r in reference("adverse_events", "cdisc_dermatologic_rate")["arms"]:
        result = analysed(cohort, WEEKS["Week 24"], r["arm"])
        (event,) = result.safety.events
        assert (event.term, event.n_patients, result.ledger.n) == ("DERMATOLOGIC EVENTS", r["subjects"], r["N"])


@pytest.mark.parametrize("arm", [None, *PATCHES])
def test_time_on_the_patch_agrees_with_r(tmp_path, arm):
    cohort = read_cohort(adas.disposition(tmp_path / "disposition"))
    result = analysed(cohort, WEEKS["Week 24"], arm).persistence
    held = reference("survival", "time_on_drug_by_arm")["all" if arm is None else f"group_{arm}"]
    r, mean = held["loglog"], held["rmst"]
    assert (result.n, result.n_stopped) == (r["n"], r["events"])
    medians = [np.nan if r[key] is None else r[key] for key in ("median", "median_lower", "median_upper")]
    assert [result.median_days, result.ci_low, result.ci_high] == agrees(medians)
    points = result.curve.at(r["at"])
    assert points.n_risk.tolist() == r["n_risk"]
    for ours, theirs in [("survival", "surv"), ("se", "se"), ("low", "lower"), ("high", "upper")]:
        assert getattr(points, ours).tolist() == agrees(r[theirs])
    restricted = result.curve.restricted_mean(mean["tau"])
    assert [restricted.estimate, restricted.se] == agrees([mean["rmst"], mean["se"]])


# Cervical dystonia: whole-number scores, visits missing as absent rows.

NECK_WEEKS = (2, 4, 8, 12, 16)


def neck_scores(week, arm=None):
    """Scores before and after of who has both, taken from the file by site and number."""
    wide = data(dystonia.FILE).pivot(index=["site", "id", "treat"], columns="week", values="twstrs").reset_index()
    kept = wide[wide[week].notna() & (True if arm is None else wide["treat"].map(dystonia.ARMS) == arm)]
    return kept[0].to_numpy(), kept[week].to_numpy()


def test_a_patient_is_a_site_and_a_number(neck):
    assert neck.n_patients == 109
    assert data(dystonia.FILE)["id"].nunique() == 19


def test_numbers_that_repeat_across_sites_are_refused(tmp_path):
    path = dystonia.folder(tmp_path / "dystonia")
    for file in path.glob("*.csv"):
        file.write_text(re.sub(r"site \d patient ", "", file.read_text()))
    with pytest.raises(CohortError, match=r"patients\.csv, row 14, column 'patient_id': .*'1' .*row 2"):
        read_cohort(path)


@pytest.mark.parametrize("week", NECK_WEEKS)
def test_visits_without_a_row_are_unknown(neck, week):
    missing = next(
        case["input"]["missing_before"] for case in read("multiple_imputation") if "missing_before" in case["input"]
    )
    assert analysed(neck, on_day(7 * week)).response.n_unknown == missing[f"w{week}"]


def test_the_visits_that_can_be_judged_are_those_of_the_repeated_measures_model(neck):
    judged = sum(analysed(neck, on_day(7 * week), at_least=20).response.n_evaluable for week in NECK_WEEKS)
    assert judged == reference("mixed_models", "cdystonia_gee_responder")["n"]


@pytest.mark.parametrize("arm", [None, *dystonia.ARMS.values()])
@pytest.mark.parametrize("week", NECK_WEEKS)
def test_the_change_of_twstrs_agrees_with_scipy(neck, week, arm):
    (change,) = analysed(neck, on_day(7 * week), arm).change
    before, after = neck_scores(week, arm)
    test = stats.ttest_rel(after, before)
    interval = test.confidence_interval()
    assert change.n_paired == len(before)
    assert [change.mean_change, change.sd_change] == agrees([np.mean(after - before), np.std(after - before, ddof=1)])
    assert [change.t, change.p_t, change.ci_low, change.ci_high] == agrees([test.statistic, test.pvalue, *interval])
    assert [change.n_improved, change.n_worse] == [sum(after < before), sum(after > before)]
    assert change.dz == agrees(test.statistic / np.sqrt(len(before)))
    if arm is None:
        ranks = stats.wilcoxon(after, before, zero_method="pratt", correction=False, method="asymptotic")
        assert (change.wilcoxon_method, change.p_wilcoxon) == ("normal", agrees(ranks.pvalue))


@pytest.mark.parametrize("arm", dystonia.ARMS.values())
@pytest.mark.parametrize("week", NECK_WEEKS)
def test_a_fall_of_twstrs_by_a_fifth_is_counted_exactly(neck, week, arm):
    result = analysed(neck, on_day(7 * week), arm, at_least=20).response
    before, after = neck_scores(week, arm)
    assert (result.n_responders, result.n_evaluable) == ((5 * (before - after) >= before).sum(), len(before))


def test_the_pairs_at_week_4_give_the_analysis_of_covariance_of_r(neck):
    result, r = analysed(neck, on_day(28)), reference("mixed_models", "cdystonia_ancova_week4")
    scores = pd.DataFrame({name: getattr(result.facts, name)("TWSTRS") for name in ("baseline", "follow_up")})
    pairs = scores.assign(arm=neck.patients["arm"]).dropna()
    arms = [(pairs["arm"] == arm).astype(float) for arm in ("5000 U", "10000 U")]
    fit = sm.OLS(pairs["follow_up"], np.column_stack([np.ones(len(pairs)), *arms, pairs["baseline"]])).fit()
    assert fit.nobs == r["n"]
    assert [fit.params.tolist(), fit.bse.tolist(), fit.pvalues.tolist()] == [
        agrees(r[key]) for key in ("coef", "se", "p")
    ]
