"""Public files as they come: guessed right, corrected by a mapping, or refused for the reason their README gives.

Expected numbers are R's (tests/reference), published, said in the README of the file, or counted from the file itself.
"""

import json
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from explorer.analysis.analyse import analyse
from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.guess import guess
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.readers import read as read_cohort
from explorer.errors import CohortError
from explorer.study.study import Study
from tests.public import dystonia, pasi
from tests.public.mapped import corrected, raw
from tests.reference_cases import data, read

HISCR = "hidradenitis_hiscr/hiscr.csv"
STREP = "wide_trials/strep_tb.csv"
INDO = "wide_trials/indo_rct.csv"
NRI = "psoriasis_pasi_nri_long/pasi_response_nri.csv"
FEV = "fev_mmrm/fev_data.csv"
SKIN = "skin_small/skin_condition_trial.csv"
DIARY = "poscorad_daily/poscorad_daily_simulated.csv"
UC = "messy_spreadsheets/messy_uc.xlsx"


def cohort_of(file, **changes):
    """The cohort of a file by its corrected guess, after the mapping was saved and read back."""
    sheets = raw(file)
    return apply(Mapping.from_json(corrected(sheets, **changes).to_json()), sheets).cohort


def reference(topic, case):
    return next(held["output"] for held in read(topic) if held["id"] == case)


def response(cohort, day, rule, column=None, level=None, missing="observed"):
    criteria = [] if column is None else [{"kind": "covariate", "column": column, "in": [level]}]
    fields = {
        "index_drug": cohort.metadata.index_drug,
        "eligibility": criteria,
        "baseline": {"from_day": 0, "to_day": 0, "pick": "last"},
        "follow_up": {"from_day": day, "to_day": day, "pick": "last"},
        "response": {"rule": rule},
        "missing": missing,
    }
    return analyse(cohort, Study.from_dict(fields)).response


def reported(item):
    return {"kind": "reported", "item": item}


def improved(instrument, percent):
    return {"kind": "percent_improvement", "instrument": instrument, "at_least": percent}


def not_risen(instrument):
    return {"kind": "point_improvement", "instrument": instrument, "at_least": 0}


def test_psoriasis_one_row_a_patient_needs_only_the_drug_and_a_date(tmp_path):
    sheets = raw(pasi.FILE)
    assert len(guess(sheets).unclear) == 2
    mapped = cohort_of(pasi.FILE, columns={"TRT": {"role": "covariate", "name": "arm"}})
    by_hand = read_cohort(pasi.folder(tmp_path / "pasi"))
    pd.testing.assert_frame_equal(mapped.patients, by_hand.patients)
    pd.testing.assert_frame_equal(mapped.assessments, by_hand.assessments)


def test_pasi_responders_of_the_mapped_file_are_counted_as_in_r():
    cohort = cohort_of(pasi.FILE)
    rows = pd.DataFrame(reference("responders_missing", "pasi_sustained")["grid"])
    asked = rows[(rows["visit"] == "WEEK16") & (rows["threshold"] == 75) & (rows["rule"] == "NRI")].to_dict("records")
    assert len(asked) == 3
    for row in asked:
        result = response(cohort, 112, improved("PASI", 75), "TRT", row["arm"], "non_responder")
        assert (result.n_responders, result.n_evaluable) == (row["x"], row["n"])


def test_dystonia_joins_site_and_number_and_agrees_with_the_folder_made_by_hand(tmp_path):
    words = {str(code): arm for code, arm in dystonia.ARMS.items()}
    mapped = cohort_of(dystonia.FILE, columns={"treat": {"role": "covariate", "name": "arm", "words": words}})
    by_hand = read_cohort(dystonia.folder(tmp_path / "dystonia"))
    assert mapped.n_patients == by_hand.n_patients == 109
    assert mapped.patients["arm"].value_counts().to_dict() == by_hand.patients["arm"].value_counts().to_dict()
    for held in ("day", "score"):
        assert getattr(mapped.scores("TWSTRS"), held).sum() == getattr(by_hand.scores("TWSTRS"), held).sum()
    judged = sum(response(mapped, 7 * week, improved("TWSTRS", 20)).n_evaluable for week in (2, 4, 8, 12, 16))
    assert judged == reference("mixed_models", "cdystonia_gee_responder")["n"]


def test_hiscr_recomputed_from_three_counts_agrees_with_the_column_in_all_400_rows():
    sheet = {"summed": {"an.base": ["abscesses.base", "infl.nod.base"], "an.w16": ["abscesses.w16", "infl.nod.w16"]}}
    an = {"role": "score", "instrument": "AN"}
    columns = {
        "an.base": an | {"day": 0},
        "an.w16": an | {"day": 112},
        "HiSCR": {"role": "report", "name": "hiscr", "day": 112},
    }
    cohort = cohort_of(HISCR, columns=columns, instruments={"AN": {"range_min": 0, "range_max": 200}}, **sheet)
    rule = {"kind": "all_of", "rules": [improved("AN", 50), not_risen("ABSCESSES"), not_risen("DRAIN_FIST")]}
    flagged = int((data(HISCR)["HiSCR"] == "Yes").sum())
    both = {"kind": "all_of", "rules": [rule, reported("hiscr")]}
    either = {"kind": "any_of", "rules": [rule, reported("hiscr")]}
    counts = [response(cohort, 112, one) for one in (rule, both, either)]
    # Equal counts of the rule, of both and of either leave no row in which they differ.
    assert [count.n_responders for count in counts] == [flagged] * 3
    assert counts[0].n_evaluable == 400


def test_a_diary_is_read_by_day_and_its_scores_add_up_from_their_parts():
    parts = {"role": "score"}
    columns = {
        "Extent": parts | {"instrument": "EXTENT"},
        "Intensity": parts | {"instrument": "INTENSITY"},
        "Subjective symptoms": parts | {"instrument": "SUBJECTIVE"},
    }
    ranges = {"EXTENT": 100, "INTENSITY": 18, "SUBJECTIVE": 20}
    described = {code: {"range_min": 0, "range_max": high} for code, high in ranges.items()}
    cohort = cohort_of(DIARY, columns=columns, instruments=described)
    assert cohort.n_patients == 16
    held = {code: cohort.scores(code).score for code in (*ranges, "OSCORAD", "SCORAD")}
    assert {code: len(score) for code, score in held.items()} == dict.fromkeys(held, int(data(DIARY)["SCORAD"].count()))
    objective = 0.2 * held["EXTENT"] + 3.5 * held["INTENSITY"]
    assert held["OSCORAD"] == pytest.approx(objective, abs=0.0501)
    assert held["SCORAD"] == pytest.approx(objective + held["SUBJECTIVE"], abs=0.0501)


def test_leprosy_pairs_give_the_analysis_of_covariance_of_r():
    bacilli = {"role": "score", "instrument": "BACILLI"}
    cohort = cohort_of(
        "skin_small/leprosy.csv",
        columns={"Before": bacilli | {"day": 0}, "After": bacilli | {"visit": "after"}},
        instruments={"BACILLI": {"range_min": 0, "range_max": 50}},
        visits={"after": 180},
    )
    scores = cohort.scores("BACILLI")
    before, after = (scores.score[scores.day == day] for day in (0, 180))
    group = cohort.patients["GroupLabel"]
    arms = [(group == name).astype(float) for name in ("Drug A", "Drug D")]
    fit = sm.OLS(after, np.column_stack([np.ones(30), *arms, before])).fit()
    expected = reference("mixed_models", "leprosy_ancova")
    for ours, theirs in ((fit.params, "coef"), (fit.bse, "se"), (fit.pvalues, "p")):
        assert list(ours) == pytest.approx(expected[theirs], rel=1e-6)


def test_ordinal_visits_without_days_are_read_once_their_days_are_said():
    columns = {f"R{at}": {"role": "score", "instrument": "CHANGE", "visit": f"visit {at}"} for at in (1, 2, 3)}
    scale = {"CHANGE": {"range_min": 1, "range_max": 5, "step": 1}}
    days = {"visit 1": 7, "visit 2": 14, "visit 3": 21}
    cohort = cohort_of(SKIN, columns=columns, instruments=scale, visits=days)
    scores = cohort.scores("CHANGE")
    assert cohort.n_patients == 172
    missing = [1 - Fraction(int((scores.day == day).sum()), 172) for day in days.values()]
    assert [round(100 * share) for share in missing] == [2, 9, 17]  # As the README of the file says.


def test_a_file_of_changes_alone_is_refused():
    sheets = raw("skin_small/pasi_etretin.csv")
    assert any("score" in ask.what for ask in guess(sheets).unclear)
    with pytest.raises(CohortError, match="change from baseline alone"):
        apply(corrected(sheets), sheets)


def test_visits_as_rows_with_the_baseline_as_a_column_are_read_once_the_visits_have_days():
    scale = {"FEV1": {"range_min": 0, "range_max": 100, "direction": "higher is better"}}
    with pytest.raises(CohortError, match="'VIS1' has no day"):
        cohort_of(FEV, instruments=scale)
    sheets = raw(FEV)
    days = {f"VIS{at}": 28 * at for at in (1, 2, 3, 4)}
    mapped = apply(corrected(sheets, instruments=scale, visits=days), sheets)
    # 200 patients; 263 of 800 values are missing, and the baseline stands on each of four rows (README).
    assert mapped.cohort.n_patients == 200
    assert np.count_nonzero(mapped.cohort.scores("FEV1").day > 0) == 800 - 263
    assert np.count_nonzero(mapped.cohort.scores("FEV1").day == 0) == 200
    assert ("dropped", None, 600) in {(entry.kind, entry.column, entry.count) for entry in mapped.report}


def test_response_flags_are_counted_as_in_r_and_imputed_rows_are_no_answers():
    table = pd.DataFrame(reference("responders_missing", "pasi_nri_long_counts")["table"])
    # By the label of the visit, as R counts; the guess takes the day on which the visit was.
    cohort = cohort_of(NRI, columns={"Analysis Relative Day": {"role": "ignore"}})
    assert cohort.n_patients == 150
    for row in table.to_dict("records"):
        day = 7 * int(row["visit"].removeprefix("Week "))
        for flag in ("PASI75", "PASI90", "PASI100"):
            rule = reported(f"{flag} Response Relative to Baseline")
            result = response(cohort, day, rule, "Blinded Treatment", row["arm"])
            assert (result.n_responders, result.n_unknown) == (row[flag.lower()], row["nri"])


def test_the_streptomycin_trial_gives_its_published_improvement():
    item = {"role": "report", "name": "improved", "day": 183}
    cohort = cohort_of(STREP, columns={"improved": item})
    # MRC 1948, BMJ 2:769: improvement in 38 of 55 with streptomycin and bed rest, in 17 of 52 with bed rest alone.
    for arm, counts in (("Streptomycin", (38, 55)), ("Control", (17, 52))):
        result = response(cohort, 183, reported("improved"), "arm", arm)
        assert (result.n_responders, result.n_evaluable) == counts


def test_values_that_carry_code_and_label_give_the_published_pancreatitis():
    item = {"role": "report", "name": "pancreatitis", "day": 30, "coded": "label"}
    cohort = cohort_of(INDO, columns={"outcome": item})
    # Elmunzer 2012, N Engl J Med 366:1414: 27 of 295 with indomethacin, 52 of 307 with placebo.
    for arm, counts in (("indomethacin", (27, 295)), ("placebo", (52, 307))):
        result = response(cohort, 30, reported("pancreatitis"), "rx", arm)
        assert (result.n_responders, result.n_evaluable) == counts


@pytest.mark.parametrize(("file", "rows"), [("aki", {9, 15}), ("glucose", {14}), ("bp", {8, 14})])
def test_workbooks_in_which_two_patients_share_a_number_are_refused_at_these_rows(file, rows):
    sheets = raw(f"messy_spreadsheets/messy_{file}.xlsx")
    assert any("an earlier row names" in ask.what for ask in guess(sheets).unclear)
    made = corrected(sheets, visits={"post": 1, "visit 1": 0, "visit 2": 30, "visit 3": 60})
    with pytest.raises(CohortError) as refused:
        apply(made, sheets)
    twice = {problem.row for problem in refused.value.problems if "same patient" in problem.what}
    assert twice == rows


def test_the_messy_colitis_workbook_is_read_once_two_cells_are_explained():
    sheets = raw(UC)
    guessed = corrected(sheets)
    with pytest.raises(CohortError) as refused:
        apply(guessed, sheets)
    assert {problem.column for problem in refused.value.problems} == {"start_plt", "start_k"}
    held = guessed.sheets["Data"].columns
    lab = {name: held[name].model_dump(exclude_defaults=True) for name in ("start_plt", "start_k")}
    columns = {
        "start_plt": lab["start_plt"] | {"words": {"clumped": ""}},
        "start_k": lab["start_k"] | {"words": {"hemolyzed": ""}},
    }
    mapped = apply(corrected(sheets, columns=columns), sheets)
    assert mapped.cohort.n_patients == 30
    assert len(mapped.cohort.scores("MES").score) == 60
    assert {"fake_street", "fake_zip"} <= {entry.column for entry in mapped.report if entry.kind == "dropped"}
    assert "birth_date" not in json.dumps(list(mapped.cohort.patients.columns))
