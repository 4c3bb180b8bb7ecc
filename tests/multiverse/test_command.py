"""`explorer multiverse`: what it prints, what it writes, how it refuses, and that a killed run goes on."""

import json
import subprocess
import sys
import time

import pandas as pd
import pytest

from explorer.bundled import bundled_cohort
from explorer.cohort.writer import write_folder
from explorer.export.people import RECONSTRUCTION
from explorer.multiverse import chunks
from explorer.multiverse.editing import add_threshold
from explorer.multiverse.grid import Grid
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run as run_listing
from explorer.multiverse.table import table
from explorer.study.presets import AS_PUBLISHED
from tests.command import run
from tests.study.cohorts import PSORIASIS


def test_the_command_explains_itself():
    assert "multiverse" in run("--help").out
    helped = run("multiverse", "--help")
    assert helped.code == 0
    for option in ("--cohort", "--grid", "--list", "--out", "--chunk", "--workers", "--engine", "--scheduler"):
        assert option in helped.out


def test_the_summary_gives_every_rate_with_its_count_and_says_what_it_is_of():
    printed = run("multiverse")
    assert printed.code == 0
    found = run_listing(bundled_cohort(), listed(GRIDS["small"])).response
    lines = printed.out.splitlines()
    assert lines[0] == RECONSTRUCTION
    assert max(map(len, lines)) <= 100
    for name, rate in (("smallest", found.rate.min()), ("largest", found.rate.max())):
        line = next(line for line in lines if line.startswith(f"  {name}"))
        k, n = line.split()[1].split("/")
        assert int(k) / int(n) == rate
    assert "Grid 'small': 288 definitions from 6 decisions." in printed.out
    assert "24/47 (51 %): higher than" in printed.out
    assert "no probability" in " ".join(printed.out.split())


def test_a_list_prints_the_count_and_every_option_with_reason_and_source_and_runs_nothing(monkeypatch):
    monkeypatch.setattr("explorer.cli_multiverse.run", None)
    printed = run("multiverse", "--grid", "large", "--list")
    assert printed.code == 0
    words = " ".join(printed.out.split())
    assert "56,640 definitions from 11 decisions" in words
    for decision in GRIDS["large"].decisions:
        assert decision.name.upper() in words
        for option in decision.options:
            assert all(" ".join(text.split()) in words for text in (option.label, option.reason, option.source))
    for rule in GRIDS["large"].forbidden:
        assert rule.reason in words
    assert words.count("(in force)") == len(GRIDS["large"].decisions)


def test_a_grid_printed_as_json_can_be_edited_and_run(tmp_path):
    text = run("multiverse", "--grid", "medium", "--list", "json").out
    assert Grid.from_json(text) == GRIDS["medium"]
    file = tmp_path / "grid.json"
    file.write_text(add_threshold(Grid.from_json(text), "Itch threshold (points)", 2).replace(name="mine").to_json())
    listed_again = run("multiverse", "--grid", str(file), "--list").out
    assert "Grid 'mine': " in listed_again
    assert "2 points" in listed_again


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_has_a_row_per_definition_with_the_promised_columns(tmp_path, kind):
    out = tmp_path / f"all.{kind}"
    wrote = run("multiverse", "--out", str(out))
    assert wrote.code == 0
    assert wrote.out == f"Wrote 288 definitions to {out}.\n"
    assert "288 of 288 done" in wrote.err
    rows = pd.read_parquet(out) if kind == "parquet" else pd.read_csv(out, comment="#")
    assert len(rows) == 288
    promised = {"study", "rate", "n_evaluable", "n_among", "n_responders", "ci_low", "BSA_mean_change", "IGA_p_t"}
    promised |= {"problem", "cautions", "fingerprint", "remaining_age", *(d.name for d in GRIDS["small"].decisions)}
    assert promised <= set(rows.columns)
    published = rows[rows["fingerprint"] == AS_PUBLISHED.fingerprint]
    assert published["rate"].tolist() == [24 / 47]
    assert sorted(path.name for path in tmp_path.iterdir()) == [out.name]


def test_another_cohort_gets_grids_of_its_own(tmp_path):
    write_folder(PSORIASIS, tmp_path / "cohort")
    listed_out = run("multiverse", "--cohort", str(tmp_path / "cohort"), "--list")
    assert listed_out.code == 0
    assert "PASI" in listed_out.out
    assert "dupilumab" not in listed_out.out
    summary = run("multiverse", "--cohort", str(tmp_path / "cohort"))
    assert summary.code == 0
    assert "not patient data" not in summary.out
    assert "definitions" in summary.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--grid", "huge"], "neither a preset nor a file"),
        (["--grid", "{tmp}/broken.json"], "not JSON"),
        (["--grid", "{tmp}/wrong.json"], "base: needed, and missing"),
        (["--out", "{tmp}/rows.xlsx"], "ends in neither .csv nor .parquet"),
        (["--out", "{tmp}/there.csv"], "is there already"),
        (["--out", "{tmp}/nowhere/rows.csv"], "there is no folder"),
        (["--out", "{tmp}/rows.csv", "--chunk", "0"], "--chunk"),
        (["--out", "{tmp}/rows.csv", "--workers", "0"], "0 workers"),
        (["--out", "{tmp}/rows.csv", "--engine", "dask"], "address of a scheduler"),
        (["--workers", "2"], "add --out"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(tmp_path, arguments, words):
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "wrong.json").write_text('{"name": "x", "decisions": []}')
    (tmp_path / "there.csv").write_text("mine")
    refused = run("multiverse", *(each.format(tmp=tmp_path) for each in arguments))
    assert refused.code == 2
    assert refused.out == ""
    assert words in refused.err
    assert "Traceback" not in refused.err
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.json", "there.csv", "wrong.json"]


def test_ctrl_c_says_what_is_kept_and_how_to_go_on(tmp_path, monkeypatch):
    out, real = tmp_path / "all.csv", chunks.answers

    def interrupted(engine, task, left):
        yield from real(engine, task, [next(left)])
        raise KeyboardInterrupt

    monkeypatch.setattr(chunks, "answers", interrupted)
    stopped = run("multiverse", "--out", str(out), "--chunk", "100")
    assert stopped.code == 130
    assert "the same command goes on" in stopped.err
    assert not out.exists()
    monkeypatch.setattr(chunks, "answers", real)
    assert "100 of 288 done" in run("multiverse", "--out", str(out), "--chunk", "100").err.splitlines()[1]
    assert len(pd.read_csv(out, comment="#")) == 288


def test_a_run_that_was_killed_goes_on_and_gives_the_same(tmp_path):
    out, parts = tmp_path / "all.parquet", tmp_path / "all.parquet.parts"
    command = [sys.executable, "-m", "explorer", "multiverse", "--grid", "medium", "--chunk", "40", "--out", str(out)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list(parts.glob("*.parquet"))) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    running.kill()
    running.wait()
    kept = len(list(parts.glob("*.parquet")))
    assert kept >= 5
    assert not out.exists()
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{40 * kept:,} of 4,752 done" in again.stderr.splitlines()[1]
    expected = table(run_listing(bundled_cohort(), listed(GRIDS["medium"])))
    pd.testing.assert_frame_equal(pd.read_parquet(out)[expected.columns], expected)
    assert not parts.exists()


def test_a_grid_with_more_than_can_be_held_asks_for_a_file(monkeypatch):
    monkeypatch.setattr("explorer.cli_multiverse.MOST_WITHOUT_FILE", 100)
    refused = run("multiverse")
    assert refused.code == 2
    assert "288 definitions" in refused.err
    assert "add --out" in refused.err


def test_a_grid_that_the_cohort_cannot_answer_says_so(tmp_path):
    write_folder(PSORIASIS, tmp_path / "cohort")
    (tmp_path / "grid.json").write_text(GRIDS["small"].to_json())
    printed = run("multiverse", "--cohort", str(tmp_path / "cohort"), "--grid", str(tmp_path / "grid.json"))
    assert printed.code == 0
    assert "288 of them give no rate" in printed.out
    assert "No definition gives a rate" in printed.out
    assert json.loads((tmp_path / "grid.json").read_text())["name"] == "small"
