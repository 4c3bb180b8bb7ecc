"""The command line: what it prints, and how it refuses."""

import json
import re

import pytest

from explorer.bundled import BUNDLED
from explorer.cohort.writer import write_folder
from explorer.study.presets import PRESETS
from tests.command import run
from tests.study.cohorts import SWITCHED


@pytest.mark.parametrize("command", ["check", "convert", "analyse", "reconstruct"])
def test_every_command_explains_itself(command):
    assert command in run("--help").out
    helped = run(command, "--help")
    assert helped.code == 0
    assert len(helped.out.splitlines()) > 5


def test_check_says_what_a_cohort_holds():
    checked = run("check", str(BUNDLED))
    assert checked.code == 0
    for words in ("BSA:", "PPNRS:", "IGA:", "hypothetical additions", "not patient data"):
        assert words in checked.out


def test_a_folder_that_is_not_there_is_refused_in_one_line_without_a_traceback(tmp_path):
    refused = run("check", str(tmp_path / "nowhere"))
    assert refused.code == 2
    assert refused.out == ""
    assert "nowhere" in refused.err
    assert "Traceback" not in refused.err


def test_every_problem_of_a_cohort_is_a_line_with_its_place(tmp_path):
    (tmp_path / "cohort.toml").write_text('title = "T"\nsynthetic = true\nindex_drug = "x"\n')
    (tmp_path / "patients.csv").write_text("patient_id,index_date,age\nP1,2022-01-01,forty\nP1,2022-02-30,30\n")
    (tmp_path / "assessments.csv").write_text("patient_id,day,instrument,score\nP9,3,BSA,120\n")
    refused = run("check", str(tmp_path))
    assert refused.code == 2
    for place in (
        "patients.csv, row 2, column 'age'",
        "patients.csv, row 3, column 'patient_id'",
        "patients.csv, row 3, column 'index_date'",
        "assessments.csv, row 2, column 'patient_id'",
        "assessments.csv, row 2, column 'score'",
    ):
        assert place in refused.err


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_convert_keeps_the_cohort(tmp_path, kind):
    out = tmp_path / "copy"
    assert run("convert", str(BUNDLED), str(out), "--to", kind).code == 0
    same = run("analyse", "--cohort", str(out), "--format", "json")
    assert json.loads(same.out) == json.loads(run("analyse", "--format", "json").out)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_every_preset_analyses_the_bundled_cohort(preset):
    result = json.loads(run("analyse", "--study", preset, "--format", "json").out)
    assert result["study"]["name"] == PRESETS[preset].study.name
    assert result["response"]["n_evaluable"] > 0
    assert set(result) >= {
        "cohort",
        "ledger",
        "baseline",
        "change",
        "response",
        "reports",
        "safety",
        "persistence",
        "subgroups",
        "study",
        "fingerprint",
        "words",
    }


def test_a_study_saved_as_json_is_analysed(tmp_path):
    file = tmp_path / "study.json"
    file.write_text(PRESETS["bsa-50"].study.to_json())
    from_file = run("analyse", "--study", str(file), "--format", "json")
    assert json.loads(from_file.out) == json.loads(run("analyse", "--study", "bsa-50", "--format", "json").out)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no such preset", "neither a preset nor a file"),
        ('{"schema": 1}', "index_drug"),
        ("not json", "not JSON"),
    ],
)
def test_a_study_that_cannot_be_honoured_says_why(tmp_path, text, words):
    named = text
    if text != "no such preset":
        file = tmp_path / "study.json"
        file.write_text(text)
        named = str(file)
    refused = run("analyse", "--study", named)
    assert refused.code == 2
    assert words in refused.err


def test_an_instrument_that_the_cohort_lacks_is_named_beside_those_it_has(tmp_path):
    fields = PRESETS["bsa-50"].study.to_dict()
    fields["response"]["rule"]["instrument"] = "EASI"
    file = tmp_path / "study.json"
    file.write_text(json.dumps(fields))
    refused = run("analyse", "--study", str(file))
    assert refused.code == 2
    assert "EASI" in refused.err
    assert "BSA, PPNRS and IGA" in refused.err


def test_convert_overwrites_nothing(tmp_path):
    assert run("convert", str(BUNDLED), str(tmp_path / "copy")).code == 0
    again = run("convert", str(tmp_path / "copy"), str(tmp_path / "copy"), "--to", "parquet")
    assert again.code == 2
    assert "Choose a new folder" in again.err
    assert sorted(path.suffix for path in (tmp_path / "copy").iterdir()) == [".csv"] * 5 + [".toml"]


@pytest.mark.parametrize("preset", ["treat-to-target", "erasmus"])
def test_a_preset_that_this_cohort_cannot_answer_says_what_is_missing(preset):
    refused = run("analyse", "--study", preset)
    assert refused.code == 2
    assert "needs" in refused.err
    assert preset in run("analyse", "--help").out


def test_a_seed_that_is_none_is_refused():
    assert run("analyse", "--resampling", "--seed", "-1").code == 2


def test_text_is_at_most_100_characters_wide_and_carries_denominators():
    printed = run("analyse").out
    assert max(map(len, printed.splitlines())) <= 100
    assert "24/47 (51 %) responded" in printed


def test_only_the_reconstruction_is_called_one(tmp_path):
    assert "Synthetic reconstruction, not patient data." in run("analyse").out.splitlines()
    write_folder(SWITCHED, tmp_path / "invented")
    for command in (("check", str(tmp_path / "invented")), ("analyse", "--cohort", str(tmp_path / "invented"))):
        printed = run(*command).out
        assert "Synthetic data, not patients." in printed.splitlines()
        assert "reconstruction" not in printed


def test_hypothetical_additions_are_counted_apart(tmp_path):
    file = tmp_path / "study.json"
    file.write_text(PRESETS["as-published"].study.replace(eligibility=(), hypothetical=True).to_json())
    printed = run("analyse", "--study", str(file)).out
    assert max(map(len, printed.splitlines())) <= 100
    assert re.search(r"24/47 reconstructed \+ \d+/\d+ hypothetical responded, no interval\n", printed)
    assert re.search(r"BSA: .* in 33 \+ \d+ hypothetical with both scores; change .* \(no interval\)", printed)


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_file_under_the_name_of_a_preset_is_another_study_and_says_so(tmp_path, kind):
    file = tmp_path / "study.json"
    file.write_text(PRESETS["strict"].study.replace(name="As published").to_json())
    printed = run("analyse", "--study", str(file), "--format", kind).out
    assert "As published (changed)" in (json.loads(printed)["study"]["name"] if kind == "json" else printed)


def test_resampling_is_added_when_asked_for_and_seeded():
    first, second = (run("analyse", "--resampling", "--seed", "3", "--format", "json").out for _ in range(2))
    assert first == second
    rows = {row["instrument"]: row for row in json.loads(first)["resampling"]}
    changes = {row["instrument"]: row for row in json.loads(first)["change"]}
    for code, row in rows.items():
        assert row["bca_low"] < changes[code]["mean_change"] < row["bca_high"]
        assert 0 < row["p_sign_flip"] <= 1
