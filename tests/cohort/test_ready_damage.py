"""Damaged tables of known forms: each is a cohort, a question or a refusal in words, never a traceback."""

import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.bundled import BUNDLED
from explorer.cohort.mapping.apply import preview
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.mapping.quality import quality
from explorer.cohort.readers.sheets import Sheets
from explorer.cohort.ready import recognised, understood
from tests.command import run

ADAM = {
    "adsl.csv": {
        "STUDYID": ["S", "S", "S"],
        "USUBJID": ["A", "B", "C"],
        "TRT01A": ["Drug X", "Drug X", "Drug Y"],
        "TRTSDT": ["2022-01-01", "2022-02-01", None],
        "TRTEDT": ["2022-03-01", None, None],
        "AGE": [40, 50, None],
        "SEX": ["F", "M", "U"],
        "DCDECOD": ["COMPLETED", "ADVERSE EVENT", None],
    },
    "adeasi.csv": {
        "USUBJID": ["A", "A", "B"],
        "PARAMCD": ["EASI", "EASI", "EASI"],
        "PARAM": ["EASI Total Score"] * 3,
        "AVAL": [20.0, 10.0, 30.0],
        "ADY": [1, 29, 1],
        "AVISIT": ["Baseline", "Week 4", "Baseline"],
        "ANL01FL": ["Y", "Y", None],
        "DTYPE": [None, "LOCF", None],
    },
    "adae.csv": {
        "USUBJID": ["A", "B", "B"],
        "AEDECOD": ["Itch", "Itch", "Itch"],
        "ASTDY": [2, 3, 3],
        "AENDY": [5, None, 4],
        "TRTEMFL": ["Y", "Y", "Y"],
    },
    "adcm.csv": {"USUBJID": ["A"], "CMDECOD": ["Drug P"], "ASTDT": ["2021-01-01"], "AENDT": ["2021-02-01"]},
}
REDCAP = {
    "dictionary.csv": {
        "Variable / Field Name": ["record_id", "begun", "easi", "better", "signs", "med", "med_start"],
        "Form Name": ["a", "a", "b", "b", "a", "drugs", "drugs"],
        "Field Type": ["text", "text", "calc", "yesno", "checkbox", "text", "text"],
        "Field Label": ["Record", "Date of first dose", "EASI", "Better?", "Signs", "Medication", "Start date"],
        "Choices, Calculations, OR Slider Labels": [None, None, "1+1", None, "1, Red | 2", None, None],
        "Text Validation Type OR Show Slider Number": [None, "date_dmy", None, None, None, None, "date_ymd"],
        "Text Validation Min": [None, None, "0", None, None, None, "x"],
        "Identifier?": [None, None, None, "y", None, None, None],
    },
    "data.csv": {
        "record_id": ["1", "1", "2", "1"],
        "redcap_event_name": ["base_arm_1", "week_4_arm_1", "base_arm_2", "base_arm_1"],
        "redcap_repeat_instrument": [None, None, None, "drugs"],
        "begun": ["31-01-2022", None, "01-02-2022", None],
        "easi": [20.0, 10.0, 30.0, None],
        "better": [1, 0, None, None],
        "signs___1": [1, None, 0, None],
        "med": [None, None, None, "dupilumab"],
        "med_start": [None, None, None, "2021-01-01"],
    },
    "event.csv": {"event_name": ["Base"], "unique_event_name": ["base_arm_1"], "arm_num": [1], "day_offset": ["0"]},
    "arm.csv": {"arm_num": [1, 2], "name": ["Drug A", None]},
}
JUNK = st.sampled_from(
    [None, "", " ", "?", "=1+1", "\x00", "🙂", "NI", "-99", "1e400", "2022-13-45", "0", "<b>", "a|b,c", "x" * 300]
    + ["N/A", "Y", "redcap", "31/31/31", 10**12, -1, 0.5, float("inf"), True, pd.Timestamp("2022-01-01")]
)


@st.composite
def damaged(draw, tables):
    """Tables from which columns are lost or renamed, and in which cells hold anything."""
    frames = {}
    for name, held in tables.items():
        frame = pd.DataFrame(held, index=range(2, 2 + len(next(iter(held.values())))), dtype=object)
        lost = draw(st.sets(st.sampled_from(list(held)), max_size=2))
        frame = frame.drop(columns=list(lost))
        for _ in range(draw(st.integers(0, 4)) if len(frame.columns) else 0):
            row = draw(st.integers(0, len(frame) - 1))
            frame.iloc[row, draw(st.integers(0, len(frame.columns) - 1))] = draw(JUNK)
        if draw(st.integers(0, 5)) != 0:
            frames[name] = frame.infer_objects() if draw(st.booleans()) else frame
    return Sheets("damaged", "files", frames)


def check(sheets):
    ready = recognised(sheets)
    if ready is None:
        return
    made = Mapping.from_json(ready.mapping.to_json())
    assert made == ready.mapping
    assert all(ask.what and ask.how for ask in ready.guess.unclear)
    assert str(ready).endswith(".")
    seen = preview(made, sheets)
    assert (seen.cohort is None) == bool(seen.problems)
    if seen.cohort is not None:
        assert all(finding.what for finding in quality(seen.cohort, sheets, made))


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=40, suppress_health_check=SLOW, deadline=None)
@given(damaged(ADAM))
def test_damaged_adam_tables_are_a_cohort_or_say_why_not(sheets):
    check(sheets)


@settings(max_examples=40, suppress_health_check=SLOW, deadline=None)
@given(damaged(REDCAP))
def test_a_damaged_redcap_export_is_a_cohort_or_says_why_not(sheets):
    check(sheets)


@pytest.mark.parametrize("tables", [ADAM, REDCAP], ids=["adam", "redcap"])
def test_the_tables_that_are_damaged_are_recognised_when_whole(tables):
    frames = {
        name: pd.DataFrame(held, index=range(2, 2 + len(next(iter(held.values()))))) for name, held in tables.items()
    }
    ready, found = understood(Sheets("whole", "files", frames))
    assert ready is not None
    assert found is ready.guess


def test_an_empty_folder_and_one_without_tables_are_told_what_a_cohort_needs(tmp_path):
    for name in ("empty", "words"):
        (tmp_path / name).mkdir()
    (tmp_path / "words" / "notes.md").write_text("words")
    for name in ("empty", "words"):
        refused = run("check", str(tmp_path / name))
        assert (refused.code, "cohort.toml" in refused.err, "Traceback" in refused.err) == (2, True, False)


def test_a_damaged_file_in_a_folder_is_named(tmp_path):
    (tmp_path / "adsl.csv").write_text("USUBJID,TRT01A\nA,x\n")
    (tmp_path / "adeasi.xpt").write_bytes(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"\x01" * 40)
    refused = run("check", str(tmp_path))
    assert refused.code == 2
    assert "adeasi.xpt" in refused.err
    assert "Traceback" not in refused.err


def test_a_packed_cohort_folder_needs_no_guess(tmp_path):
    packed = tmp_path / "five.zip"
    with zipfile.ZipFile(packed, "w") as held:
        for file in BUNDLED.iterdir():
            if file.is_file():
                held.write(file, file.name)
    checked = run("check", str(packed))
    assert (checked.code, "not patient data" in checked.out) == (0, True)
    refused = run("check", str(packed), "--mapping", str(tmp_path / "m.json"))
    assert "needs no mapping" in refused.err
