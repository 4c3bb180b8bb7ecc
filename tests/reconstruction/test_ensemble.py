"""The shipped cohorts: each reproduces every published figure, and together they are broad."""

import tomllib

import pandas as pd
import pytest

from explorer.errors import ExplorerError
from explorer.reconstruction.as_published import eligible_patients
from explorer.reconstruction.ensemble import TABLES, load_draw, load_manifest
from explorer.reconstruction.facts import DATA
from explorer.reconstruction.medoid import key_outputs, medoid
from explorer.reconstruction.verify import distinct, failures, verify


@pytest.fixture(scope="module")
def outputs(cohorts):
    return pd.DataFrame({draw: key_outputs(tables) for draw, tables in cohorts.items()}).T


def test_every_shipped_draw_reproduces_every_published_figure(cohorts, manifest):
    assert len(cohorts) == len(manifest) == 100
    wrong = {row["draw"]: failures(verify(cohorts[row["draw"]], row)) for row in manifest.to_dict("records")}
    assert {draw: names for draw, names in wrong.items() if names} == {}


def test_no_two_draws_are_the_same(cohorts):
    assert distinct(cohorts.values())


def test_families_readings_and_modes_are_all_there(manifest):
    assert (manifest["family"].value_counts() >= 10).all()
    assert manifest["family"].nunique() == 4
    assert set(manifest["reading"]) == {"thr", "mid", "any"}
    assert set(manifest["iga_mode"]) == {"paired", "available"}
    assert set(manifest["hypothetical_outcome"]) == {"same", "worse", "better"}
    assert manifest["hypothetical_one_prescription"].nunique() == 3


@pytest.mark.parametrize(
    ("output", "width"), [("BSA-50", 0.12), ("BSA-75", 0.12), ("itch down 4", 0.12), ("BSA sd of change", 6)]
)
def test_what_the_source_leaves_open_stays_open(outputs, output, width):
    low, high = outputs[output].quantile([0.05, 0.95])
    assert high - low > width


def test_scores_before_and_after_go_together_in_most_draws(eligible):
    together = [wide[["BSA_before", "BSA_after"]].corr().iloc[0, 1] for wide in eligible.values()]
    assert pd.Series(together).median() > 0.3


def test_some_patients_have_a_score_on_one_side_only_in_every_draw(eligible):
    for wide in eligible.values():
        for instrument in ("BSA", "PPNRS"):
            before, after = wide[f"{instrument}_before"].notna(), wide[f"{instrument}_after"].notna()
            assert (before & ~after).sum() >= 3
            assert (after & ~before).sum() >= 3


def test_moving_a_window_changes_who_is_counted_in_the_bundled_cohort(bundled):
    tables, _ = bundled
    published = eligible_patients(tables)
    longer_back = eligible_patients(tables, look_back=200)
    longer_after = eligible_patients(tables, until=300)
    shorter_back = eligible_patients(tables, look_back=14)
    assert longer_back["BSA_before"].count() > published["BSA_before"].count() > shorter_back["BSA_before"].count()
    assert longer_after["BSA_after"].count() > published["BSA_after"].count()


def test_treatments_hold_what_the_controls_need(bundled):
    courses = bundled[0]["treatments"]
    prior = courses[courses["drug"] == "dupilumab"]
    assert (prior["end_day"] == 0).any(), "a direct switch"
    assert (prior["end_day"] > 0).any(), "an overlap"
    assert prior["patient_id"].duplicated().any(), "a course with a break"
    assert (courses.loc[courses["drug"] == "tralokinumab", "end_day"] < 90).any(), "one who left before follow-up"
    assert courses["stop_reason"].isna().equals(courses["end_day"].isna())


def test_hypothetical_patients_fail_the_published_rules_and_are_labelled(cohorts, manifest):
    kinds = [column for column in manifest if column.startswith("hypothetical_") and column != "hypothetical_outcome"]
    for row in manifest.to_dict("records"):
        patients = cohorts[row["draw"]]["patients"]
        added = patients["patient_id"].str.startswith("H")
        assert (patients["tier"] == "hypothetical").equals(added)
        assert added.sum() == sum(row[kind] for kind in kinds)


def test_one_prescription_is_all_that_keeps_some_of_them_out(bundled):
    tables, row = bundled
    tables["treatments"]["prescriptions"] = tables["treatments"]["prescriptions"].fillna(0).clip(lower=2)
    assert len(eligible_patients(tables)) == 49 + row["hypothetical_one_prescription"]


def test_the_bundled_cohort_is_the_medoid_draw(cohorts, manifest, bundled):
    tables, row = bundled
    assert medoid(cohorts, manifest) == row["draw"]
    assert (row["reading"], row["iga_mode"]) == ("mid", "available")
    for name in TABLES:
        written = pd.read_csv(DATA / "nyu" / f"{name}.csv")
        pd.testing.assert_frame_equal(written, tables[name], check_dtype=False)


def test_the_bundled_cohort_says_that_it_is_synthetic():
    cohort = tomllib.loads((DATA / "nyu" / "cohort.toml").read_text(encoding="utf-8"))
    assert cohort["synthetic"] is True
    assert (cohort["index_drug"], cohort["prior_drug"]) == ("tralokinumab", "dupilumab")
    assert "not patient data" in cohort["notes"]


def test_one_draw_is_loaded_as_it_stands_in_the_ensemble(cohorts):
    for name, table in load_draw(7).items():
        pd.testing.assert_frame_equal(table, cohorts[7][name].reset_index(drop=True))


def test_a_draw_that_is_not_there_is_named():
    with pytest.raises(ExplorerError, match="There is no draw 100. The ensemble has draws 0 to 99."):
        load_draw(100)


def test_a_folder_without_an_ensemble_says_how_to_make_one(tmp_path):
    with pytest.raises(ExplorerError, match="explorer reconstruct --out"):
        load_manifest(tmp_path / "ensemble")


def test_the_ensemble_is_small():
    assert sum(file.stat().st_size for file in (DATA / "ensemble").iterdir()) < 1_000_000
