"""The table of a multiverse, and runs chunk by chunk: interrupted, side by side, on a cluster."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster
from hypothesis import HealthCheck, given, settings

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.errors import DefinitionError
from explorer.export.multiverse_files import about, join
from explorer.multiverse import chunks
from explorer.multiverse.chunks import ChunksError, run_in_chunks
from explorer.multiverse.decisions import MissingDecision, WindowDecision
from explorer.multiverse.editing import keeping
from explorer.multiverse.engines import Engine, EngineError
from explorer.multiverse.grid import Grid
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.multiverse.table import table
from explorer.multiverse.texts import fingerprints, study_texts
from explorer.study.presets import AS_PUBLISHED
from explorer.study.study import Study
from tests.multiverse.strategies import grids
from tests.study.cohorts import PSORIASIS

SMALL = listed(GRIDS["small"])


@pytest.fixture(scope="module")
def whole() -> pd.DataFrame:
    return table(run(bundled_cohort(), SMALL))


# The table


def test_a_row_is_the_study_its_choices_and_what_analyse_gives(whole):
    for row in (0, 17, 200, 287):
        found, study = whole.iloc[row], SMALL.study(row)
        result = analyse(bundled_cohort(), study).to_dict()
        assert Study.from_json(found["study"]) == study
        assert found["fingerprint"] == study.fingerprint == result["fingerprint"]
        assert list(found.iloc[2:8]) == list(SMALL.grid.labels(SMALL.choices[row].tolist()))
        for key in ("n_among", "n_unknown", "n_evaluable", "n_responders", "rate", "ci_low", "ci_high"):
            assert found[key] == pytest.approx(result["response"][key], rel=1e-12)
        for change in result["change"]:
            for key in ("n_paired", "mean_change", "sd_change", "ci_low", "ci_high", "t", "p_t"):
                assert found[f"{change['instrument']}_{key}"] == pytest.approx(change[key], rel=1e-9)
        left = [step["remaining"] for step in result["ledger"]]
        assert list(found.filter(like="remaining_").dropna()) == left
        assert found["cautions"].split() == sorted({each["code"] for each in result["cautions"]})


def test_counts_are_whole_numbers_and_missing_where_a_study_has_no_such_criterion(whole):
    assert str(whole["n_evaluable"].dtype) == "Int64"
    severe = whole["Severity at the start"] == "IGA 3 or more"
    assert whole["remaining_baseline_score_IGA"].isna().equals(~severe)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(held=grids())
def test_the_texts_of_any_grid_are_those_of_its_studies(held):
    listing = listed(held)
    rows = sorted({0, listing.in_force, len(listing) // 2, len(listing) - 1})
    texts, prints = study_texts(listing), fingerprints(listing)
    assert [Study.from_json(texts[row]) for row in rows] == [listing.study(row) for row in rows]
    assert [prints[row] for row in rows] == [listing.study(row).fingerprint for row in rows]


def test_a_study_that_the_cohort_cannot_answer_keeps_its_row_and_says_why():
    rows = table(run(PSORIASIS, SMALL))
    assert len(rows) == len(SMALL)
    assert rows["rate"].isna().all()
    assert rows["problem"].str.contains("needs scores of BSA").all()


def test_a_study_without_anybody_to_evaluate_says_so():
    rows = table(run(bundled_cohort(), listed(GRIDS["large"]).rows(slice(0, 20_000))))
    nobody = rows["n_evaluable"] == 0
    assert nobody.any()
    assert (rows.loc[nobody, "problem"] == "no patient can be evaluated").all()
    assert (rows.loc[~nobody, "problem"] == "").all()


def test_a_decision_that_is_named_as_a_result_does_not_hide_it():
    decisions = [
        WindowDecision(field="baseline", name="rate", options=[{"label": "x", "window": AS_PUBLISHED.baseline}]),
        MissingDecision(field="missing", name="study", options=[{"label": "y", "missing": "non_responder"}]),
    ]
    rows = table(run(bundled_cohort(), listed(Grid(name="n", base=AS_PUBLISHED, decisions=decisions))))
    assert rows.loc[0, ["rate (decision)", "study (decision)"]].tolist() == ["x", "y"]
    assert rows.loc[0, "rate"] == 24 / 47


def test_responders_may_be_a_fraction_where_a_grid_imputes():
    policies = [
        {"label": "imputed", "missing": {"kind": "multiple_imputation", "imputations": 2, "seed": 1}},
        {"label": "observed", "missing": "observed"},
    ]
    decision = MissingDecision(field="missing", name="Missing", options=policies)
    listing = listed(Grid(name="imputing", base=AS_PUBLISHED, decisions=[decision]).around(AS_PUBLISHED))
    rows = table(run(bundled_cohort(), listing, imputing=True)).set_index("Missing")
    study = AS_PUBLISHED.replace(missing=policies[0]["missing"])
    expected = analyse(bundled_cohort(), study).response.n_responders
    assert rows.loc["imputed", "n_responders"] == expected
    left_out = table(run(bundled_cohort(), listing)).set_index("Missing")
    assert "multiple imputation" in left_out.loc["imputed", "problem"]
    assert left_out.loc["observed", "problem"] == ""


# Chunk by chunk


def joined(files, tmp_path) -> pd.DataFrame:
    out = tmp_path / "all.parquet"
    join(files, out, ["about it"])
    return pd.read_parquet(out)


@pytest.mark.parametrize("chunk", [1_000, 288, 100, 7])
def test_chunks_together_are_the_whole(tmp_path, whole, chunk):
    files = run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", chunk)
    assert len(files) == -(-288 // chunk)
    found = joined(files, tmp_path)
    assert set(found.columns) == set(whole.columns)
    pd.testing.assert_frame_equal(found[whole.columns], whole)


def test_what_is_done_is_reported(tmp_path):
    said = []
    run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100, report=lambda *done: said.append(done))
    assert said == [(0, 288), (100, 288), (200, 288), (288, 288)]


class Interrupting:
    """Stands in for the run of a chunk: counts, and is interrupted at the third."""

    def __init__(self):
        self.real, self.started = chunks.answers, []

    def __call__(self, engine, task, left):
        for number, choices in left:
            self.started.append(number)
            if len(self.started) == 3:
                raise KeyboardInterrupt
            yield from self.real(engine, task, [(number, choices)])


def test_an_interrupted_run_goes_on_with_what_is_left(tmp_path, whole, monkeypatch):
    interrupting = Interrupting()
    monkeypatch.setattr(chunks, "answers", interrupting)
    with pytest.raises(KeyboardInterrupt):
        run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 50)
    said = []
    files = run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 50, report=lambda *done: said.append(done))
    assert interrupting.started == [0, 1, 2, 2, 3, 4, 5]
    assert said[0] == (100, 288)
    pd.testing.assert_frame_equal(joined(files, tmp_path)[whole.columns], whole)


@pytest.mark.parametrize(
    ("changes", "differing"),
    [
        ({"chunk": 60}, "chunk"),
        ({"imputing": True}, "imputing"),
        ({"listing": listed(keeping(GRIDS["small"], {"Follow-up": ["week 16 (days 84 to 140)"]}))}, "grid and studies"),
        ({"cohort": PSORIASIS}, "cohort"),
    ],
)
def test_chunks_of_another_run_are_not_mixed_in(tmp_path, changes, differing):
    run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 50)
    before = sorted((tmp_path / "parts").iterdir())
    asked = {"cohort": bundled_cohort(), "listing": SMALL, "folder": tmp_path / "parts", "chunk": 50} | changes
    with pytest.raises(ChunksError, match=f"another run \\(another {differing}\\)"):
        run_in_chunks(**asked)
    assert sorted((tmp_path / "parts").iterdir()) == before


def test_chunks_of_another_version_are_not_mixed_in(tmp_path):
    run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 50)
    manifest = tmp_path / "parts" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"explorer": "0.0.1"}))
    with pytest.raises(ChunksError, match="another explorer"):
        run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 50)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ChunksError, match="holds other files"):
        run_in_chunks(bundled_cohort(), SMALL, tmp_path)


def test_a_run_that_was_killed_before_its_first_chunk_was_written_begins_anew(tmp_path):
    run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 288)
    (tmp_path / "parts" / "000000.parquet").rename(tmp_path / "parts" / "000000.unfinished")
    said = []
    run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100, report=lambda *done: said.append(done))
    assert said[0] == (0, 288)


# Side by side


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_chunks_side_by_side_give_the_same(tmp_path, whole, kind):
    files = run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100, Engine(kind, workers=2))
    pd.testing.assert_frame_equal(joined(files, tmp_path)[whole.columns], whole)


def test_a_dask_cluster_gives_the_same(tmp_path, whole):
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    with cluster:
        engine = Engine("dask", scheduler=cluster.scheduler_address)
        files = run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100, engine)
    pd.testing.assert_frame_equal(joined(files, tmp_path)[whole.columns], whole)


def test_a_scheduler_that_does_not_answer_is_named_and_leaves_nothing_in_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.multiverse.engines.PATIENCE", "1s")
    with pytest.raises(EngineError, match=r"No Dask scheduler answers at 'tcp://127.0.0.1:9'"):
        run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100, Engine("dask", scheduler="tcp://127.0.0.1:9"))
    assert len(run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 150)) == 2


def test_dask_that_is_not_installed_is_named_with_its_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"evidence-explorer\[dask\]"):
        run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100, Engine("dask", scheduler="tcp://127.0.0.1:9"))


@pytest.mark.parametrize("asked", [{"workers": 0}, {"kind": "dask"}, {"scheduler": "tcp://127.0.0.1:9"}])
def test_an_engine_that_nothing_could_run_on_is_refused(asked):
    with pytest.raises(DefinitionError):
        Engine(**asked)


# Files


def test_a_csv_says_what_it_is_and_holds_the_table(tmp_path, whole):
    files = run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100)
    out = tmp_path / "all.csv"
    join(files, out, about(bundled_cohort(), SMALL))
    assert out.read_text().startswith("# Synthetic reconstruction, not patient data.\n")
    read = pd.read_csv(out, comment="#", keep_default_na=False, na_values={name: [""] for name in numeric(whole)})
    for name in whole.columns:
        if name in numeric(whole):
            np.testing.assert_array_equal(read[name].to_numpy(float), whole[name].to_numpy(float, na_value=np.nan))
        else:
            assert read[name].tolist() == whole[name].tolist()


def numeric(rows: pd.DataFrame) -> list[str]:
    return list(rows.select_dtypes("number"))


def test_a_parquet_file_says_what_it_is(tmp_path):
    files = run_in_chunks(bundled_cohort(), SMALL, tmp_path / "parts", 100)
    join(files, tmp_path / "all.parquet", about(bundled_cohort(), SMALL))
    said = pd.read_parquet(tmp_path / "all.parquet").attrs["about"]
    assert said[0] == "Synthetic reconstruction, not patient data."
    assert any("288 definitions" in line for line in said)


def test_a_label_that_a_spreadsheet_would_run_is_neutralised(tmp_path):
    policies = [{"label": '=HYPERLINK("x") # no comment', "missing": "non_responder"}]
    grid = Grid(
        name="odd",
        base=AS_PUBLISHED,
        decisions=[MissingDecision(field="missing", name="=1+1", options=policies)],
    )
    files = run_in_chunks(bundled_cohort(), listed(grid), tmp_path / "parts")
    join(files, tmp_path / "all.csv", [])
    read = pd.read_csv(tmp_path / "all.csv", comment="#")
    assert read["'=1+1"].tolist() == ['\'=HYPERLINK("x") # no comment']
