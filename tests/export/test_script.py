"""The exported script prints the numbers of the analysis it was made from, whatever the study or its texts hold."""

import ast
import json
import math
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import Phase, given, seed, settings

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.cohort.writer import write_folder
from explorer.export.script import script
from explorer.study.presets import AS_PUBLISHED, default_for
from explorer.study.study import Study
from tests.pages.cohorts import scores_only
from tests.study.cohorts import SWITCHED
from tests.study.strategies import studies
from tests.tables import cohort


def psoriasis():
    """Twelve patients of another disease on two other drugs, with gaps in every table."""
    places = range(12)
    scores = [
        f"P{place:02d}|{day}|PASI|{12 + place / 2 - day / (15 + place)}" for place in places for day in (0, 84, 150)
    ]
    return cohort(
        patients="\n".join(
            ["patient_id | age | years", *(f"P{place:02d} | {30 + place} | {place}" for place in places)]
        ),
        assessments="\n".join(["patient_id|day|instrument|score", *scores[:-4]]),
        treatments="\n".join(
            ["patient_id|drug|start_day|end_day|prescriptions|stop_reason"]
            + [f"P{place:02d}|adalimumab|-300|-{5 * place}|4|access" for place in places[1:9]]
            + [f"P{place:02d}|secukinumab|{place}|||" for place in places[:10]]
            + [f"P{place:02d}|secukinumab|0|100|2|adverse_event" for place in places[10:]]
        ),
        reports="\n".join(["patient_id|day|item|answer", *(f"P{place:02d}|90|better|yes" for place in places[3:8])]),
        index_drug="secukinumab",
        prior_drug="adalimumab",
        synthetic=False,
    )


COHORTS = {
    "bundled": (bundled_cohort, studies()),
    "switched": (lambda: SWITCHED, studies()),
    "psoriasis": (psoriasis, studies({"PASI": (0, 72)}, ("better",), ("secukinumab", "adalimumab"), ("years",))),
}
PER_COHORT = 17  # 51 studies on three cohorts

RUN_EACH = """
import contextlib, io, runpy, sys
folder, *scripts = sys.argv[1:]
sys.argv = ["analysis.py", folder]
for script in scripts:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path(script, run_name="__main__")
    open(script + ".json", "w", encoding="utf-8").write(printed.getvalue())
"""


def drawn(strategy):
    """Draw different studies, the same ones in every run."""
    held = {}

    @seed(20261122)
    @settings(max_examples=3 * PER_COHORT, database=None, deadline=None, phases=[Phase.generate])
    @given(strategy)
    def collect(study):
        held[study.fingerprint] = study

    collect()
    return list(held.values())[-PER_COHORT:]


def agree(ours, printed):
    """Say whether results are equal: counts and texts exactly, floats to a part in 1e9."""
    if isinstance(ours, dict):
        return ours.keys() == printed.keys() and all(agree(ours[key], printed[key]) for key in ours)
    if isinstance(ours, (list, tuple)):
        return len(ours) == len(printed) and all(map(agree, ours, printed))
    if isinstance(ours, float) and isinstance(printed, (int, float)):
        return math.isclose(ours, printed, rel_tol=1e-9, abs_tol=1e-9)
    return ours == printed


@pytest.mark.parametrize("kind", COHORTS)
def test_random_studies_give_the_same_numbers_in_a_clean_process(kind, tmp_path):
    make, strategy = COHORTS[kind]
    held = make()
    write_folder(held, tmp_path / "cohort")
    found = [analyse(held, study) for study in drawn(strategy)]
    assert len(found) == PER_COHORT
    files = [tmp_path / f"{place}.py" for place in range(len(found))]
    for file, analysis in zip(files, found, strict=True):
        file.write_text(script(analysis), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-I", "-c", RUN_EACH, tmp_path / "cohort", *files],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    for file, analysis in zip(files, found, strict=True):
        printed = json.loads(file.with_suffix(".py.json").read_text("utf-8"))
        assert agree(analysis.to_dict(), printed), analysis.study.to_json()


def test_a_number_that_differs_is_not_called_equal():
    numbers = analyse(SWITCHED, AS_PUBLISHED).to_dict()
    other = json.loads(json.dumps(numbers))
    assert agree(numbers, other)
    other["response"]["n_responders"] += 1
    assert not agree(numbers, other)


HOSTILE = "x'''\nimport os; os.abort()\n\"\"\"\\ \u2028\r# coding: rot13 {fingerprint}"


def test_no_title_and_no_name_is_run_as_code():
    study = AS_PUBLISHED.replace(name="'''+{study}\\ \"\"\"")
    held = replace(SWITCHED, metadata=replace(SWITCHED.metadata, title=HOSTILE))
    tree = ast.parse(script(analyse(held, study), [HOSTILE]))
    plain = ast.parse(script(analyse(SWITCHED, study)))
    assert [type(line) for line in tree.body] == [type(line) for line in plain.body]
    held = next(
        line.value.value for line in tree.body if isinstance(line, ast.Assign) and line.targets[0].id == "STUDY"
    )
    assert Study.from_json(held) == study


def test_the_script_says_what_it_is_of():
    analysis = analyse(bundled_cohort(), AS_PUBLISHED)
    text = script(analysis, ["No other definition was viewed before this one in the same visit."])
    assert "# Synthetic reconstruction, not patient data." in text
    assert AS_PUBLISHED.words() in " ".join(text.replace("\n# ", " ").split())
    assert "# No other definition was viewed before this one in the same visit." in text


def test_another_cohort_is_named_as_such(tmp_path):
    write_folder(scores_only(), tmp_path / "other")
    renamed = replace(scores_only(), metadata=replace(scores_only().metadata, title="Renamed"))
    (tmp_path / "analysis.py").write_text(script(analyse(renamed, default_for(renamed))), "utf-8")
    command = [sys.executable, tmp_path / "analysis.py", tmp_path / "other"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "this is another cohort" in ran.stderr
