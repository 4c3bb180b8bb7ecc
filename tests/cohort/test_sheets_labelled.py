"""Files of statistics programs and Parquet: labels, codes for missing values, and damage that costs nobody anything."""

from datetime import date
from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from explorer.cohort.readers import isolated, labelled, limits
from explorer.cohort.readers.sheets import read_sheets
from explorer.errors import CohortError
from tests.reference_cases import data, shared

FRAME = pd.DataFrame({"id": ["P1", "P2", ""], "iga": [3.0, 1.0, np.nan], "seen": [date(2023, 5, 31), None, None]})


def written(write, path, frame=FRAME, **options):
    write(frame, path, **options)
    return path.read_bytes()


def refused(content, name):
    with pytest.raises(CohortError) as error:
        read_sheets(content, name)
    (problem,) = error.value.problems
    assert problem.file == name
    assert problem.remedy
    return problem.what


@pytest.mark.parametrize(
    ("name", "write", "options", "kind"),
    [
        ("a.dta", pyreadstat.write_dta, {"version": 15}, "Stata file"),
        ("a.dta", pyreadstat.write_dta, {"version": 8}, "Stata file"),
        ("a.sav", pyreadstat.write_sav, {}, "SPSS file"),
        ("a.zsav", pyreadstat.write_sav, {"compress": True}, "SPSS file"),
        ("a.xpt", pyreadstat.write_xport, {"file_format_version": 5}, "SAS transport file"),
    ],
)
def test_each_format_gives_the_same_cells(tmp_path, name, write, options, kind):
    sheets = read_sheets(written(write, tmp_path / name, **options), name)
    frame = sheets.frames[name]
    assert sheets.kind == kind
    assert list(frame.index) == [2, 3, 4]
    assert frame["id"].fillna("none").tolist() == ["P1", "P2", "none"]
    assert frame["iga"].fillna(-1).tolist() == [3, 1, -1]
    assert frame["seen"].tolist()[0] == pd.Timestamp("2023-05-31")
    assert frame["seen"].isna().tolist() == [False, True, True]
    assert sheets.notes == ()


def test_labels_of_columns_and_values_are_kept(tmp_path):
    options = {
        "column_labels": ["Patient", "Global assessment", ""],
        "variable_value_labels": {"iga": {1: "clear", 3: "mild"}},
    }
    sheets = read_sheets(written(pyreadstat.write_sav, tmp_path / "a.sav", **options), "a.sav")
    assert sheets.labels == {"id": "Patient", "iga": "Global assessment"}
    assert sheets.values == {"iga": {1: "clear", 3: "mild"}}
    assert sheets.frames["a.sav"]["iga"].iloc[0] == 3


def test_codes_for_missing_values_are_empty_and_counted_in_spss(tmp_path):
    frame = pd.DataFrame({"id": ["P1", "P2", "P3", "P4"], "itch": [7.0, 99.0, -1.0, np.nan]})
    options = {
        "missing_ranges": {"itch": [99, {"lo": -9, "hi": -1}]},
        "variable_value_labels": {"itch": {99.0: "refused"}},
    }
    sheets = read_sheets(written(pyreadstat.write_sav, tmp_path / "a.sav", frame, **options), "a.sav")
    assert sheets.frames["a.sav"]["itch"].isna().tolist() == [False, True, True, True]
    note = "column 'itch': cells with a code for a missing value, read as empty: 2 ('-1', '99' = refused)."
    assert sheets.notes == (note,)


def test_codes_for_missing_values_are_empty_and_counted_in_stata(tmp_path):
    frame = pd.DataFrame({"id": ["P1", "P2", "P3"], "itch": [7.0, "a", np.nan]})
    content = written(pyreadstat.write_dta, tmp_path / "a.dta", frame, missing_user_values={"itch": ["a"]})
    sheets = read_sheets(content, "a.dta")
    assert sheets.frames["a.dta"]["itch"].isna().tolist() == [False, True, True]
    assert sheets.notes == ("column 'itch': cells with a code for a missing value, read as empty: 1 ('a').",)


@pytest.mark.parametrize(("name", "write"), [("a.sav", pyreadstat.write_sav), ("a.dta", pyreadstat.write_dta)])
def test_damage_is_refused(tmp_path, name, write):
    content = written(write, tmp_path / name)
    assert "damaged" in refused(content[: len(content) // 2], name)
    assert "damaged" in refused(content[:20] + b"\xff" * 200 + content[220:], name)


def test_a_sas_data_set_that_is_only_a_beginning_is_refused():
    beginning = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")
    assert refused(beginning + bytes(100), "a.sas7bdat").startswith("the SAS data set is cut short")


def test_the_library_that_crashes_or_hangs_costs_only_a_refusal(monkeypatch, tmp_path):
    content = written(pyreadstat.write_dta, tmp_path / "a.dta")
    crash = tmp_path / "crash.py"
    crash.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(labelled, "PROGRAM", str(crash))
    assert "damaged" in refused(content, "a.dta")
    crash.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(isolated, "SECONDS", 0.2)
    assert "could not be read within" in refused(content, "a.dta")


def test_too_large_a_table_is_refused_before_it_is_read(monkeypatch, tmp_path):
    content = written(pyreadstat.write_sav, tmp_path / "a.sav")
    monkeypatch.setattr(labelled, "ROWS", 2)
    assert refused(content, "a.sav").startswith("the table has 3 rows and 3 columns, and at most 2 rows")
    monkeypatch.undo()
    monkeypatch.setattr(labelled, "COLUMNS", 2)
    assert "at most 1,000,000 rows, 2 columns" in refused(content, "a.sav")


def parquet(frame):
    content = BytesIO()
    frame.to_parquet(content)
    return content.getvalue()


def test_parquet_is_read():
    frame = read_sheets(parquet(FRAME), "a.parquet").frames["a.parquet"]
    assert list(frame.index) == [2, 3, 4]
    assert frame["iga"].tolist()[:2] == [3, 1]


def test_parquet_hazards_are_refused(monkeypatch):
    content = parquet(FRAME)
    assert "damaged" in refused(content[:-20], "a.parquet")
    nested = BytesIO()
    pq.write_table(pa.table({"id": ["P1"], "scores": [[1, 2]]}), nested)
    assert "lists" in refused(nested.getvalue(), "a.parquet")
    # A million equal values take a few bytes; what they would unpack to is known beforehand.
    many = parquet(pd.DataFrame({"x": np.zeros(limits.ROWS + 1)}))
    assert len(many) < 2**16
    assert "1,000,001 rows" in refused(many, "a.parquet")


# The same tables as CSV lie beside them (README); SAS counts days from 1960, which must not show.
@pytest.mark.parametrize("name", ["adsl", "adtte", "adqscibc"])
def test_public_sas_transport_files_agree_with_their_csv(name):
    frame = read_sheets(shared("data", f"cdisc_pilot_adam/xpt/{name}.xpt"), f"{name}.xpt").frames[f"{name}.xpt"]
    expected = data(f"cdisc_pilot_adam/{name}.csv")
    assert sorted(frame.columns) == sorted(expected.columns)
    assert len(frame) == len(expected)
    for column in expected:
        if pd.api.types.is_datetime64_any_dtype(frame[column]):
            assert frame[column].dt.strftime("%Y-%m-%d").fillna("").tolist() == expected[column].fillna("").tolist()
        elif pd.api.types.is_float_dtype(frame[column]):
            np.testing.assert_array_equal(frame[column].to_numpy(), expected[column].to_numpy(float))
