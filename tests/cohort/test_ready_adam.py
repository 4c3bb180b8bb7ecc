"""ADaM tables recognised by name: what R computed of the CDISC pilot trial comes out, and other studies' ways are read."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from explorer.analysis.analyse import analyse
from explorer.cohort.mapping.apply import apply
from explorer.cohort.mapping.model import Mapping
from explorer.cohort.readers import read as read_cohort
from explorer.cohort.readers.sheets import Sheets, read_sheets
from explorer.cohort.ready import recognised
from explorer.study.study import Study
from tests.command import run
from tests.drawn_sheets import frame
from tests.public import adas
from tests.public.together import together
from tests.reference_cases import data, read, shared

PILOT = "cdisc_pilot_adam"
PATCHES = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
WEEK_24 = {"from_day": 140, "to_day": 400, "target_day": 167, "pick": "closest"}


def drawn(**tables) -> Sheets:
    """Draw tables of a study; `adsl` is called adsl.csv."""
    read_as = {f"{name}.csv": frame(text).apply(numeric) for name, text in tables.items()}
    return Sheets("study", "files (text table)", read_as)


def numeric(cells):
    """Type a column as the readers do."""
    values = pd.to_numeric(cells, errors="coerce")
    return values if values.notna().eq(cells.notna()).all() else cells


def cohort_of(sheets, **about):
    """The cohort of recognised tables, after the mapping was saved and read back and applied to the files as they came."""
    made = recognised(sheets).mapping
    made = made.replace(about=made.about.replace(**about)) if about else made
    return apply(Mapping.from_json(made.to_json()), sheets).cohort


@pytest.fixture(scope="module")
def pilot():
    return cohort_of(together(PILOT))


def analysed(cohort, arm=None, entry=()):
    arms = [] if arm is None else [{"kind": "covariate", "column": "arm", "in": [arm]}]
    fields = {
        "index_drug": cohort.metadata.index_drug,
        "eligibility": [*entry, *arms],
        "baseline": {"from_day": 0, "to_day": 0, "pick": "last"},
        "follow_up": WEEK_24,
        "response": {"rule": {"kind": "percent_improvement", "instrument": "ADAS_COG_11", "at_least": 50}},
        "missing": "observed",
    }
    return analyse(cohort, Study.from_dict(fields))


def reference(topic, case):
    return next(held["output"] for held in read(topic) if held["id"] == case)


def agrees(value):
    return pytest.approx(value, rel=1e-6, abs=0, nan_ok=True)


def test_the_pilot_trial_is_the_cohort_that_was_made_of_it_by_hand(pilot, tmp_path):
    by_hand = read_cohort(adas.folder(tmp_path / "adas"))
    pd.testing.assert_frame_equal(pilot.assessments, by_hand.assessments)
    events = [cohort.adverse_events.drop(columns="drug") for cohort in (pilot, by_hand)]
    pd.testing.assert_frame_equal(*events)
    facts = ["patient_id", "index_date", "age", "sex", "arm"]
    pd.testing.assert_frame_equal(pilot.patients[facts], by_hand.patients[facts])


@pytest.mark.parametrize("arm", PATCHES)
def test_the_change_of_adas_cog_at_week_24_agrees_with_r(pilot, arm):
    efficacy = {"kind": "covariate", "column": "EFFFL", "in": ["yes"]}
    (change,) = analysed(pilot, arm, [efficacy]).change
    r = reference("paired_continuous", "adas_wk24_observed_" + arm.replace(" ", "_"))
    assert change.n_paired == r["n"]
    assert [change.mean_change, change.sd_change, change.p_t] == agrees([r["mean_diff"], r["sd_diff"], r["t_p"]])


@pytest.mark.parametrize("arm", [None, *PATCHES])
def test_time_on_the_patch_agrees_with_r_who_completed_being_censored(pilot, arm):
    result = analysed(pilot, arm).persistence
    held = reference("survival", "time_on_drug_by_arm")["all" if arm is None else f"group_{arm}"]["loglog"]
    assert (result.n, result.n_stopped) == (held["n"], held["events"])
    medians = [np.nan if held[key] is None else held[key] for key in ("median", "median_lower", "median_upper")]
    assert [result.median_days, result.ci_low, result.ci_high] == agrees(medians)


@pytest.mark.parametrize("arm", PATCHES)
def test_patients_with_each_event_under_treatment_are_counted_as_in_r(pilot, arm):
    table = pd.DataFrame(reference("adverse_events", "cdisc_teae_by_pt")["table"])
    expected = table[(table["arm"] == arm) & (table["subjects"] > 0)].set_index("term")["subjects"].to_dict()
    assert {event.term: event.n_patients for event in analysed(pilot, arm).safety.events} == expected


def test_rows_carried_forward_are_left_out_and_counted():
    sheets = together(PILOT)
    totals = data(adas.SCORES).query("PARAMCD == 'ACTOT'")
    carried = int(totals["DTYPE"].notna().sum())
    report = apply(recognised(sheets).mapping, sheets).report
    counted = [entry.count for entry in report if entry.column == "DTYPE" and "imputed" in entry.what]
    assert counted == [carried]


def test_what_is_not_taken_is_said():
    left = " ".join(recognised(together(PILOT)).left_out)
    for words in ("ACITM01", "CIBICVAL", "adtte.csv: times to an event"):
        assert words in left


def test_a_score_whose_range_no_label_tells_is_asked_for_and_read_once_it_is_described():
    sheets = together(f"{PILOT}/xpt")
    found = recognised(sheets)
    assert [ask.what.split(":")[0] for ask in found.guess.unclear] == ["the score CIBICVAL (CIBIC Score) is not known"]
    (scale,) = found.mapping.instruments
    told = scale.replace(range_min=1, range_max=7, direction="lower is better")
    cohort = apply(found.mapping.replace(instruments=(told,)), sheets).cohort
    observed = data(f"{PILOT}/adqscibc.csv").query("DTYPE.isna()")
    assert len(cohort.scores("CIBICVAL").score) == len(observed)
    assert cohort.scores("CIBICVAL").score.sum() == observed["AVAL"].sum()
    assert cohort.patients["index_date"].min() == pd.to_datetime(data(adas.PATIENTS)["TRTSDT"]).min()


def test_a_folder_is_analysed_by_name():
    ran = run("analyse", "--cohort", str(shared("data", PILOT)), "--format", "json")
    assert (ran.code, "Read as CDISC ADaM: " in ran.err) == (0, True)
    assert json.loads(ran.out)["cohort"]["n_patients"] == 254


def test_a_zip_is_read_by_name_and_its_saved_mapping_replays(pilot, tmp_path):
    packed, saved = tmp_path / "pilot.zip", tmp_path / "m.json"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as held:
        for file in shared("data", PILOT).glob("*.csv"):
            held.write(file, f"study/{file.name}")
    told = run("convert", str(packed), "--save-mapping", str(saved))
    assert (told.code, told.out.startswith("Read as CDISC ADaM: ")) == (0, True)
    assert run("convert", str(packed), str(tmp_path / "out"), "--mapping", str(saved)).code == 0
    replayed = read_cohort(tmp_path / "out")
    for table in ("patients", "treatments", "assessments", "adverse_events"):
        pd.testing.assert_frame_equal(getattr(replayed, table), getattr(pilot, table))


# Tables drawn as other studies write them.

ADSL = """
    STUDYID | USUBJID | TRT01A | TRTSDT     | TRTEDT     | AGE | SEX | EOTSTT       | DCTREAS
    S1      | A       | Drug X | 2022-01-01 | 2022-03-01 | 40  | F   | COMPLETED    |
    S1      | B       | Drug X | 2022-02-01 | 2022-02-10 | 50  | U   | DISCONTINUED | Lack of Efficacy
    S1      | C       | Drug X |            |            | 60  | M   |              |
"""
EASI = """
    USUBJID | PARAMCD | PARAM                        | AVAL | ADY | ADT        | AVISIT   | ANL01FL | DTYPE
    A       | EASITOT | EASI Total Score             | 20   | -1  | 2021-12-31 | Baseline | Y       |
    A       | EASITOT | EASI Total Score             | 10   | 1   | 2022-01-01 | Day 1    | Y       |
    A       | EASIHEAD| EASI Head Score              | 3    | 1   | 2022-01-01 | Day 1    | Y       |
    A       | EASITOT | EASI Total Score             | 5    | 29  | 2022-01-29 | Week 4   | Y       |
    A       | EASITOT | EASI Total Score             | 5    | 57  |            | Week 8   | Y       | WOCF
    C       | EASITOT | EASI Total Score             | 30   | 1   | 2022-01-01 | Baseline | Y       |
"""


def test_day_one_is_day_zero_and_a_day_before_it_keeps_its_number():
    cohort = cohort_of(drawn(adsl=ADSL, adeasi=EASI))
    scores = cohort.scores("EASI")
    assert list(zip(scores.day.tolist(), scores.score.tolist(), strict=True)) == [(-1, 20), (0, 10), (28, 5)]


def test_who_was_never_treated_is_left_out_with_all_rows():
    sheets = drawn(adsl=ADSL, adeasi=EASI)
    cohort = cohort_of(sheets)
    assert cohort.patients["patient_id"].tolist() == ["A", "B"]
    report = apply(recognised(sheets).mapping, sheets).report
    left = {(entry.sheet, entry.count) for entry in report if "not among the patients" in entry.what}
    assert left == {("adeasi.csv", 1)}


def test_the_only_treatment_is_the_index_drug_and_its_end_comes_from_two_columns():
    cohort = cohort_of(drawn(adsl=ADSL, adeasi=EASI))
    assert cohort.metadata.index_drug == "Drug X"
    courses = cohort.treatments[["patient_id", "end_day", "stop_reason"]].astype(object).to_numpy().tolist()
    # The day after the last dose: 1 March is 59 days after 1 January, 10 February 9 after 1 February.
    assert courses == [["A", 60, "completed"], ["B", 10, "inadequate_response"]]


def test_a_flag_for_adverse_events_is_the_reason_where_no_other_is_told():
    told = ADSL.replace("EOTSTT      ", "DSRAEFL     ").replace("DCTREAS", "OTHERFL").replace("DISCONTINUED", "Y")
    cohort = cohort_of(drawn(adsl=told.replace("COMPLETED", "N"), adeasi=EASI))
    assert cohort.treatments["stop_reason"].astype(object).fillna("none").tolist() == ["none", "adverse_event"]


def test_a_sex_that_is_not_known_is_missing():
    cohort = cohort_of(drawn(adsl=ADSL, adeasi=EASI))
    assert cohort.patients["sex"].astype(object).fillna("missing").tolist() == ["female", "missing"]


def test_dates_as_sas_numbers_are_days_from_1960_in_a_text_file_too():
    told = ADSL.replace("2022-01-01 | 2022-03-01", "22646 | 22705").replace("2022-02-01 | 2022-02-10", "22677 | 22686")
    by_date, by_number = (cohort_of(drawn(adsl=adsl, adeasi=EASI)) for adsl in (ADSL, told))
    assert by_number.fingerprint == by_date.fingerprint


def test_days_come_from_the_date_where_a_relative_day_is_missing():
    told = EASI.replace("| 29  |", "|     |")
    scores = cohort_of(drawn(adsl=ADSL, adeasi=told)).scores("EASI")
    # 31 December is the day before day 0, 29 January the 28th after it.
    assert scores.day.tolist() == [-1, 0, 28]


def test_of_several_rows_of_a_day_those_flagged_for_analysis_are_taken():
    again = (
        EASI + "    A       | EASITOT | EASI Total Score             | 7    | 29  | 2022-01-29 | Week 4   |         |\n"
    )
    assert cohort_of(drawn(adsl=ADSL, adeasi=again)).scores("EASI").score.tolist() == [20, 10, 5]


def test_earlier_medication_gives_courses_and_rows_of_one_course_are_one():
    adcm = """
        USUBJID | CMDECOD   | ASTDT      | AENDT
        A       | Drug P    | 2021-06-01 | 2021-08-31
        A       | Drug P    | 2021-06-01 | 2021-09-30
        B       | Drug P    |            |
    """
    cohort = cohort_of(drawn(adsl=ADSL, adeasi=EASI, adcm=adcm), prior_drug="Drug P")
    prior = cohort.treatments[cohort.treatments["drug"] == "Drug P"]
    # 1 June 2021 is 214 days before 1 January 2022; the course ends on the day after 30 September, 92 days before.
    assert prior[["patient_id", "start_day", "end_day"]].astype(object).to_numpy().tolist() == [["A", -214, -92]]


def test_doses_give_the_courses_where_adsl_does_not_date_the_treatment():
    adsl = """
        STUDYID | USUBJID | TRT01P | AGE | SEX
        S1      | A       | Drug X | 40  | F
    """
    adex = """
        USUBJID | EXTRT  | ASTDT      | AENDT
        A       | Drug X | 2022-01-01 | 2022-01-14
        A       | Drug X | 2022-01-15 | 2022-01-28
    """
    cohort = cohort_of(drawn(adsl=adsl, adex=adex, adeasi=EASI.rsplit("    C ", 1)[0]))
    assert cohort.metadata.index_drug == "Drug X"
    assert cohort.patients["index_date"].tolist() == [pd.Timestamp("2022-01-01")]
    assert cohort.treatments[["start_day", "end_day"]].to_numpy().tolist() == [[0, 14], [14, 28]]


@pytest.mark.parametrize("date", ["2022-01-01", "22646"])
def test_a_treatment_without_an_end_is_a_course_that_goes_on(date):
    adsl = f"""
        STUDYID | USUBJID | TRT01P | TRTSDT
        S1      | A       | Drug X | {date}
    """
    cohort = cohort_of(drawn(adsl=adsl, adeasi=EASI.rsplit("    C ", 1)[0]))
    assert cohort.patients["index_date"].tolist() == [pd.Timestamp("2022-01-01")]
    assert cohort.treatments[["drug", "start_day"]].astype(object).to_numpy().tolist() == [["Drug X", 0]]
    assert not cohort.gives("treatments", "end_day")


def test_visits_without_days_are_asked_for():
    told = "\n".join(
        " | ".join(cell for at, cell in enumerate(line.split("|")) if at not in (4, 5))
        for line in EASI.strip().splitlines()
    )
    found = recognised(drawn(adsl=ADSL, adeasi=told))
    assert found.mapping.visits == {"Baseline": 0, "Day 1": 0, "Week 4": 28}
    assert found.guess.unclear == ()


def test_a_second_period_is_no_baseline_column_and_is_said_not_to_be_taken():
    lines = [line.strip() for line in ADSL.strip().splitlines()]
    told = "\n".join(f"{line} | {cell}" for line, cell in zip(lines, ["TRT02A", "Drug Y", "Drug Z", ""], strict=True))
    found = recognised(drawn(adsl=told, adeasi=EASI))
    assert found.mapping.sheets["adsl.csv"].columns["TRT02A"].role == "ignore"
    assert "adsl.csv: treatments of later periods (TRT02A) are not taken." in found.left_out


def test_tables_without_adsl_are_not_taken_for_adam(tmp_path):
    path = tmp_path / "adeasi.csv"
    path.write_text("USUBJID,PARAMCD,AVAL,ADY\nA,EASI,20,1\nA,EASI,10,29\n")
    assert recognised(read_sheets(path, path.name)) is None
