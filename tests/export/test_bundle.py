"""The results bundle holds everything an analysis gives, safe to open, and computes its own numbers again."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import BUNDLED, bundled_cohort
from explorer.export.bundle import bundle
from explorer.export.report import FreeText, Section, report
from explorer.export.report_blocks import Table
from explorer.study.presets import AS_PUBLISHED
from explorer.study.study import Study

LABEL = "Synthetic reconstruction, not patient data."
ANALYSIS = analyse(bundled_cohort(), AS_PUBLISHED)
TRAIL = ("1 definition viewed before this one: Strict (0123).",)


def made(*parts):
    return report(ANALYSIS, date(2026, 11, 22), parts or ("question", "ledger", FreeText("Between.")))


def files(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return {name: held.read(name) for name in held.namelist()}


@pytest.fixture(scope="module")
def held():
    return files(bundle(made(), TRAIL))


def test_tables_and_figures_are_numbered_as_in_the_report(held):
    assert list(held) == [
        "README.txt",
        "study.json",
        "results.json",
        "analysis.py",
        "report.html",
        "versions.txt",
        "tables/figure-01-headline.csv",
        "figures/figure-01-headline.svg",
        "figures/figure-01-headline.png",
        "tables/table-01-headline.csv",
        "tables/figure-02-attrition.csv",
        "figures/figure-02-attrition.svg",
        "figures/figure-02-attrition.png",
        "tables/table-02-ledger.csv",
        "tables/table-03-among.csv",
        "tables/table-04-reporting-items.csv",
    ]


def test_study_and_results_are_those_of_the_analysis(held):
    assert Study.from_json(held["study.json"].decode()) == AS_PUBLISHED
    assert json.loads(held["results.json"]) == json.loads(json.dumps(ANALYSIS.to_dict()))


def test_its_script_prints_its_results(held, tmp_path):
    (tmp_path / "analysis.py").write_bytes(held["analysis.py"])
    command = [sys.executable, "-I", tmp_path / "analysis.py", BUNDLED]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout) == json.loads(held["results.json"])


def test_every_table_figure_and_text_says_that_the_cohort_is_synthetic_and_what_was_viewed(held):
    texts = [name for name in held if name.startswith("tables/") or name in ("README.txt", "analysis.py")]
    assert len(texts) == 8
    for name in texts:
        assert LABEL in held[name].decode()
        assert TRAIL[0] in held[name].decode()
    for name in (each for each in held if each.endswith((".svg", ".html"))):
        assert LABEL in held[name].decode()


def test_no_cell_is_a_formula():
    hostile = Table("t", "=title", pd.DataFrame({"=column": ["=cmd", "-5", "@x", "plain"]}), "=note")
    first = made("question")
    archive = files(bundle(replace(first, sections=(Section("", "", (hostile,)),))))
    lines = archive["tables/table-01-t.csv"].decode().splitlines()
    cells = [row[0] for row in csv.reader(line for line in lines if not line.startswith("#"))]
    assert cells == ["'=column", "'=cmd", "-5", "'@x", "plain"]


def test_a_long_table_is_whole():
    long = Table("t", "Title", pd.DataFrame({"a": range(200)}))
    archive = files(bundle(replace(made("question"), sections=(Section("", "", (long,)),))))
    assert len([line for line in archive["tables/table-01-t.csv"].splitlines() if line.isdigit()]) == 200


def test_the_name_of_an_instrument_is_no_path():
    hostile = Table("estimates-../../x y", "Title", pd.DataFrame({"a": [1]}))
    names = list(files(bundle(replace(made("question"), sections=(Section("", "", (hostile,)),)))))
    assert names[-1] == "tables/table-01-estimates--x-y.csv"


def test_a_mapping_is_packed_where_there_is_one(held):
    assert "mapping" not in held["README.txt"].decode()
    archive = files(bundle(made("viewed"), mapping='{"schema": 1}'))
    assert archive["mapping.json"] == b'{"schema": 1}'
    assert "mapping.json" in archive["README.txt"].decode()


def test_the_same_report_gives_the_same_bytes():
    assert bundle(made("question")) == bundle(made("question"))
