"""`explorer multiverse`: what it prints, what it writes, how it refuses, and that a killed run goes on."""

import json
import re
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.resampling import resample
from explorer.bundled import bundled_cohort
from explorer.cohort.writer import write_folder
from explorer.export.people import RECONSTRUCTION
from explorer.multiverse import chunks
from explorer.multiverse.editing import add_threshold, keeping
from explorer.multiverse.grid import Forbidden, Grid
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run as run_listing
from explorer.multiverse.table import table
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.study import Study
from tests.command import run
from tests.study.cohorts import PSORIASIS


def test_the_command_explains_itself():
    assert "multiverse" in run("--help").out
    helped = run("multiverse", "--help")
    assert helped.code == 0
    for option in (
        "--cohort",
        "--grid",
        "--list",
        "--out",
        "--chunk",
        "--workers",
        "--engine",
        "--scheduler",
        "--study",
    ):
        assert option in helped.out


def test_the_summary_gives_every_rate_with_its_count_and_says_what_it_is_of():
    printed = run("multiverse")
    assert printed.code == 0
    m = run_listing(bundled_cohort(), listed(GRIDS["small"]))
    mine = m.response.rate[(m.rule == m.rule[m.in_force]) & (m.response.n_evaluable >= 10)]
    lines = printed.out.splitlines()
    assert lines[0] == RECONSTRUCTION
    assert max(map(len, lines)) <= 100
    for name, rate in (("smallest", mine.min()), ("largest", mine.max())):
        line = next(line for line in lines if line.startswith(f"  {name}"))
        k, n = line.split()[1].split("/")
        assert int(k) / int(n) == rate
    assert "Grid 'small': 288 definitions from 6 decisions." in printed.out
    assert "24/47 (51 %): higher than" in printed.out
    words = " ".join(printed.out.split())
    assert "no probability" in words
    assert "Around 'As published' (be52e17c880f), the grid's own base." in words
    few = int(((m.response.n_evaluable >= 1) & (m.response.n_evaluable < 10)).sum())
    assert f"{few} definitions with fewer than 10 evaluable patients are left out of all that follows" in words


def test_each_responder_rule_has_a_range_of_its_own():
    m = run_listing(bundled_cohort(), listed(GRIDS["small"]))
    words = " ".join(run("multiverse").out.split())
    options = next(each for each in GRIDS["small"].decisions if each.field == "rule").options
    assert f"THE RULE IN FORCE: {options[0].label} smallest" in words
    assert "EACH OTHER RESPONDER RULE, WHICH ASKS ANOTHER QUESTION" in words
    for place, option in enumerate(options[1:], start=1):
        here = (m.listing.choices[:, m.listing.columns("rule")[0]] == place) & (m.response.n_evaluable >= 10)
        rates = m.response.rate[here]
        said = words.split(f"{option.label} ")[1].split(f"; {here.sum()} definitions")[0]
        shares = [int(k) / int(n) for k, n in re.findall(r"(\d+)/(\d+)", said)]
        # The median is the lower of two in the middle.
        assert shares == [rates.min(), rates.max(), np.sort(rates)[(len(rates) - 1) // 2]]


def test_one_definition_alone_is_not_ranked(tmp_path):
    only = keeping(GRIDS["small"], {each.name: [each.options[0].label] for each in GRIDS["small"].decisions})
    (tmp_path / "one.json").write_text(only.to_json())
    printed = run("multiverse", "--grid", str(tmp_path / "one.json"))
    assert "1 definition from 6 decisions" in printed.out
    assert "the only definition with this responder rule" in " ".join(printed.out.split())
    assert "rank" not in printed.out


def test_one_decision_is_said_in_the_singular(tmp_path):
    missing = next(each for each in GRIDS["small"].decisions if each.field == "missing")
    (tmp_path / "one.json").write_text(GRIDS["small"].replace(decisions=(missing,), forbidden=()).to_json())
    assert "3 definitions from 1 decision." in run("multiverse", "--grid", str(tmp_path / "one.json"), "--list").out


# Around which study


def test_a_grid_is_run_around_another_study_where_one_is_named():
    mine = PRESETS["bsa-50"].study
    words = " ".join(run("multiverse", "--study", "bsa-50").out.split())
    assert f"Around '{mine.name}' ({mine.fingerprint}), given by --study." in words
    assert f"THE DEFINITION IN FORCE: {mine.name}" in words
    m = run_listing(bundled_cohort(), listed(GRIDS["small"].around(mine)))
    k, n = int(m.response.n_responders[m.in_force]), int(m.response.n_evaluable[m.in_force])
    assert f"{k}/{n} " in words.split("THE DEFINITION IN FORCE")[1]


def test_the_study_that_a_grid_lies_around_is_always_in_it(tmp_path):
    held = GRIDS["small"]
    missing = next(each for each in held.decisions if each.field == "missing")
    away = held.replace(base=AS_PUBLISHED.replace(name="Away", missing="last_observation"))
    kept = {each.name: [o.label for o in each.options] for each in held.decisions}
    kept[missing.name] = [o.label for o in missing.options if o.missing.kind != "last_observation"]
    (tmp_path / "grid.json").write_text(keeping(away, kept).replace(base=away.base).to_json())
    written = Grid.from_json((tmp_path / "grid.json").read_text())
    assert None in written.as_now
    printed = run("multiverse", "--grid", str(tmp_path / "grid.json"))
    words = " ".join(printed.out.split())
    assert f"What it does itself was no option of the grid, and is added to: {missing.name}." in words
    assert "THE DEFINITION IN FORCE: Away" in words


def test_a_study_that_is_not_there_is_refused_in_one_line():
    refused = run("multiverse", "--study", "nowhere")
    assert (refused.code, refused.out) == (2, "")
    assert "--study: 'nowhere' is neither a preset nor a file" in refused.err


@pytest.mark.parametrize("more", [[], ["--list"], ["--out", "{tmp}/rows.csv"]])
def test_a_grid_that_forbids_all_still_has_the_study_that_it_lies_around(tmp_path, more):
    held = GRIDS["small"]
    missing = next(each for each in held.decisions if each.field == "missing")
    every = Forbidden(choices={missing.name: tuple(o.label for o in missing.options)}, reason="for the test")
    (tmp_path / "grid.json").write_text(held.replace(forbidden=(every,)).to_json())
    printed = run("multiverse", "--grid", str(tmp_path / "grid.json"), *(each.format(tmp=tmp_path) for each in more))
    assert printed.code == 0
    assert "1 definition " in printed.out


# Files


def test_the_ending_of_a_file_may_be_in_capitals(tmp_path):
    wrote = run("multiverse", "--out", str(tmp_path / "ALL.CSV"))
    assert wrote.code == 0
    assert len(pd.read_csv(tmp_path / "ALL.CSV", comment="#")) == 288


def test_a_file_where_the_chunks_would_go_is_refused_and_left_alone(tmp_path):
    (tmp_path / "all.csv.parts").write_text("mine")
    refused = run("multiverse", "--out", str(tmp_path / "all.csv"))
    assert (refused.code, refused.out) == (2, "")
    assert "all.csv.parts' is a file" in refused.err.splitlines()[-1]
    assert (tmp_path / "all.csv.parts").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such lock")
def test_of_two_runs_into_one_file_the_second_is_refused_and_the_first_goes_on(tmp_path, monkeypatch):
    out, real, second = tmp_path / "all.csv", chunks.answers, []

    def meanwhile(engine, task, left):
        monkeypatch.setattr(chunks, "answers", real)
        second.append(run("multiverse", "--out", str(out)))
        yield from real(engine, task, left)

    monkeypatch.setattr(chunks, "answers", meanwhile)
    first = run("multiverse", "--out", str(out))
    (refused,) = second
    assert (refused.code, refused.out) == (2, "")
    assert "Another run is writing to" in refused.err.splitlines()[-1]
    assert first.code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]


def test_a_file_written_while_the_folder_was_waited_for_is_not_overwritten(tmp_path, monkeypatch):
    out = tmp_path / "all.csv"
    monkeypatch.setattr("explorer.cli_multiverse._check", lambda *_: out.write_text("mine"))
    refused = run("multiverse", "--out", str(out))
    assert refused.code == 2
    assert "is there already" in refused.err
    assert out.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]


@pytest.mark.parametrize(("where", "more"), [("listed", []), ("run", []), ("join", ["--out", "{tmp}/all.csv"])])
def test_ctrl_c_gives_no_traceback_wherever_it_comes(tmp_path, monkeypatch, where, more):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"explorer.cli_multiverse.{where}", interrupted)
    stopped = run("multiverse", *(each.format(tmp=tmp_path) for each in more))
    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err.splitlines()[-1].startswith("Interrupted.")
    assert not (tmp_path / "all.csv").exists()


# Ranks and resamples


def test_ranks_and_bootstrap_limits_are_added_to_the_file_as_analyse_gives_them(tmp_path):
    held = keeping(
        GRIDS["small"], {each.name: [o.label for o in each.options][:2] for each in GRIDS["small"].decisions}
    )
    (tmp_path / "grid.json").write_text(held.to_json())
    out = tmp_path / "all.parquet"
    told = run(
        "multiverse", "--grid", str(tmp_path / "grid.json"), "--ranks", "--bootstrap", "--chunk", "9", "--out", str(out)
    )
    assert told.code == 0
    rows = pd.read_parquet(out)
    for place in (0, len(rows) - 1):
        analysis = analyse(bundled_cohort(), Study.from_json(rows["study"][place]))
        for change in analysis.change:
            for name in ("p_wilcoxon", "hodges_lehmann", "hodges_lehmann_low", "hodges_lehmann_high"):
                assert rows[f"{change.instrument}_{name}"][place] == pytest.approx(getattr(change, name), nan_ok=True)
        for found in resample(analysis, 0):
            got = [rows[f"{found.instrument}_boot_{end}"][place] for end in ("low", "high")]
            assert got == pytest.approx([found.bca_low, found.bca_high], nan_ok=True)


def test_p_values_and_limits_are_withheld_where_invented_patients_are_counted_in(tmp_path):
    base = AS_PUBLISHED.replace(hypothetical=True, eligibility=())
    missing = next(each for each in GRIDS["small"].decisions if each.field == "missing")
    held = GRIDS["small"].replace(base=base, decisions=(missing,), forbidden=())
    (tmp_path / "grid.json").write_text(held.to_json())
    out = tmp_path / "all.csv"
    run("multiverse", "--grid", str(tmp_path / "grid.json"), "--ranks", "--bootstrap", "--out", str(out))
    rows = pd.read_csv(out, comment="#")
    assert rows[["BSA_p_wilcoxon", "BSA_boot_low", "BSA_boot_high", "BSA_hodges_lehmann_low"]].isna().all(axis=None)
    assert rows["BSA_hodges_lehmann"].notna().all()


def test_chunks_without_the_columns_asked_for_are_not_gone_on_from(tmp_path, monkeypatch):
    out, real = tmp_path / "all.csv", chunks.answers

    def interrupted(engine, task, left):
        yield from real(engine, task, [next(left)])
        raise KeyboardInterrupt

    monkeypatch.setattr(chunks, "answers", interrupted)
    run("multiverse", "--out", str(out), "--chunk", "100")
    refused = run("multiverse", "--out", str(out), "--chunk", "100", "--ranks")
    assert refused.code == 2
    assert "another statistics" in refused.err


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
        (["--ranks"], "add --out"),
        (["--bootstrap"], "add --out"),
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
