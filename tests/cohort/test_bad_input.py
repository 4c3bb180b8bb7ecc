"""What each kind of bad input is answered with: the place, the value and the remedy."""

import pytest

from explorer.cohort.readers import read
from explorer.errors import CohortError

TOML = 'title = "Drawn"\nsynthetic = true\nindex_drug = "tralokinumab"\n'
PATIENTS = "patient_id,index_date,age,sex\nP1,2022-06-01,30,female\nP2,2022-07-01,40,male\n"
ASSESSMENTS = "patient_id,day,instrument,score\nP1,0,BSA,30\nP1,90,BSA,10\nP2,0,BSA,20\n"


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes a sound cohort, some files replaced (None: left out)."""

    def write(**files):
        sound = {"cohort_toml": TOML, "patients_csv": PATIENTS, "assessments_csv": ASSESSMENTS}
        for name, content in (sound | files).items():
            if content is not None:
                stem, form = name.rsplit("_", 1)
                data = content if isinstance(content, bytes) else content.encode()
                (tmp_path / f"{stem}.{form}").write_bytes(data)
        return tmp_path

    return write


def refusal(path):
    with pytest.raises(CohortError) as caught:
        read(path)
    return str(caught.value).splitlines()


def test_the_sound_cohort_is_read(folder):
    assert read(folder()).n_patients == 2


PATIENT_ROWS = "patient_id,index_date,age,sex\nP1,2022-06-01,30,female\n"
SCORE_ROWS = "patient_id,day,instrument,score\nP1,0,BSA,30\n"
EMPTY_OR_CORRECT = "Correct the cell, or leave it empty if the value was not recorded."
EMPTY = "Leave the cell empty if the value was not recorded."
ISO = "Write the date as year-month-day, like 2023-05-31."
COUNT_DAYS = "Give the number of days from the index date: 0 is the first prescription, negative is before it."


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("P1,2022-06-01,30,female", "row 3, column 'patient_id': patient_id 'P1' stands in row 2 already. Keep one"),
        (
            ",2022-06-01,30,female",
            "row 3, column 'patient_id': the cell is empty. Fill in the cell, or delete the row.",
        ),
        ("P2,,30,female", "row 3, column 'index_date': the cell is empty. Fill in the cell, or delete the row."),
        ("P2,2023-02-30,30,female", f"row 3, column 'index_date': '2023-02-30' is not a day of the calendar. {ISO}"),
        (
            "P2,03/04/2023,30,female",
            (
                "row 3, column 'index_date': '03/04/2023' is not written as year-month-day, so day and month could be "
                f"mixed up. {ISO}"
            ),
        ),
        ("P2,45078,30,female", f"row 3, column 'index_date': '45078' is a number, not a date. {ISO}"),
        ("P2,soon,30,female", f"row 3, column 'index_date': 'soon' is not a date. {ISO}"),
        (
            "P2,ND,30,female",
            "row 3, column 'index_date': 'ND' looks like a code for a missing value. Fill in the date.",
        ),
        ("P2,2122-06-01,30,female", "row 3, column 'index_date': '2122-06-01' lies in the future. Correct the date."),
        ("P2,0022-06-01,30,female", "row 3, column 'index_date': '0022-06-01' lies before 1900. Correct the date;"),
        ("P2,2022-06-01,thirty,female", f"row 3, column 'age': 'thirty' is not a number. {EMPTY_OR_CORRECT}"),
        ("P2,2022-06-01,n/a,female", f"row 3, column 'age': 'n/a' looks like a code for a missing value. {EMPTY}"),
        ("P2,2022-06-01,999,female", f"row 3, column 'age': '999' looks like a code for a missing value. {EMPTY}"),
        ("P2,2022-06-01,-99,female", f"row 3, column 'age': '-99' looks like a code for a missing value. {EMPTY}"),
        ("P2,2022-06-01,130,female", "row 3, column 'age': '130' lies outside 0 to 120. Give the age in years"),
        ("P2,2022-06-01,30,woman?", "row 3, column 'sex': 'woman?' is not a known value. Write one of female, male,"),
        ("=P2,2022-06-01,30,male", "row 3, column 'patient_id': '=P2' begins like a spreadsheet formula"),
        ("@P2,2022-06-01,30,male", "row 3, column 'patient_id': '@P2' begins like a spreadsheet formula"),
        ("-P2,2022-06-01,30,male", "row 3, column 'patient_id': '-P2' begins like a spreadsheet formula"),
        ("P2,2022-06-01,30,male,x", "row 3: the row has 5 cells where the header has 4: 'x' is one too many. Put a"),
        ("P2,2022-06-01", "row 3: the row has 2 cells where the header has 4. Put a value"),
    ],
)
def test_a_wrong_cell_of_a_patient_is_named_with_its_remedy(folder, row, message):
    lines = refusal(folder(patients_csv=PATIENT_ROWS + row + "\n", assessments_csv=SCORE_ROWS))
    assert lines[0].startswith(f"patients.csv, {message}")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("P9,0,BSA,3", "column 'patient_id': 'P9' is not in patients.csv. Add the patient to patients.csv, or correct"),
        ("P1,0,BSA,3", "column 'patient_id': patient_id 'P1', day '0', instrument 'BSA' stands in row 2 already. Keep"),
        ("P1,0,BSA,30", "column 'patient_id': patient_id 'P1', day '0', instrument 'BSA' stands in row 2 already."),
        ("P1,5,BSA,x1", f"column 'score': 'x1' is not a number. {EMPTY_OR_CORRECT}"),
        ("P1,5,BSA,ND", f"column 'score': 'ND' looks like a code for a missing value. {EMPTY}"),
        ("P1,5,BSA,.", f"column 'score': '.' looks like a code for a missing value. {EMPTY}"),
        (
            "P1,5,BSA,999",
            (
                "column 'score': '999' lies outside the range of BSA, 0 to 100: it looks like a code for a missing value. "
                f"{EMPTY}"
            ),
        ),
        ("P1,5,BSA,101", "column 'score': '101' lies outside the range of BSA, 0 to 100. Correct the score, or leave"),
        ("P1,5,IGA,-1.5", "column 'score': '-1.5' lies outside the range of IGA, 0 to 4. Correct the score, or leave"),
        ("P1,5,BSA,1e999", f"column 'score': '1e999' is not a finite number. {EMPTY_OR_CORRECT}"),
        ("P1,5,BAS,3", "column 'instrument': no instrument 'BAS' is known (1 rows, this one first). Correct the name"),
        ("P1,2022-06-05,BSA,3", f"column 'day': '2022-06-05' is a date, not a day. {COUNT_DAYS}"),
        ("P1,05.06.2022,BSA,3", f"column 'day': '05.06.2022' is a date, not a day. {COUNT_DAYS}"),
        ("P1,44717,BSA,3", "column 'day': '44717' cannot be a day: it is more than a century from the index date,"),
        ("P1,20220605,BSA,3", "column 'day': '20220605' cannot be a day: it is more than a century from the index"),
        ("P1,1.5,BSA,3", "column 'day': '1.5' is not a whole number. Give a whole number."),
        ("P1,x,BSA,3", "column 'day': 'x' is not a number. Correct the cell, or delete the row."),
        ("P1,,BSA,3", "column 'day': the cell is empty. Fill in the cell, or delete the row."),
        ("P1,NA,BSA,3", "column 'day': 'NA' looks like a code for a missing value. Fill in the cell, or delete"),
        ("P1,5,,3", "column 'instrument': the cell is empty. Fill in the cell, or delete the row."),
        (
            'P1,5,BSA,"1,200"',
            "column 'score': '1,200' may mean thousands or decimals. Write the number without a comma",
        ),
    ],
)
def test_a_wrong_cell_of_an_assessment_is_named_with_its_remedy(folder, row, message):
    lines = refusal(folder(assessments_csv=SCORE_ROWS + row + "\n"))
    assert lines[0].startswith(f"assessments.csv, row 3, {message}")
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "treatments_csv",
            "patient_id,drug,start_day,end_day\nP1,dupilumab,-30,-60\n",
            "treatments.csv, row 2, column 'end_day': '-60' comes before start_day. Correct one of the two days",
        ),
        (
            "treatments_csv",
            "patient_id,drug,start_day,prescriptions\nP1,dupilumab,-30,2.5\n",
            "treatments.csv, row 2, column 'prescriptions': '2.5' is not a whole number. Give a whole number.",
        ),
        (
            "treatments_csv",
            "patient_id,drug,start_day,stop_reason\nP1,dupilumab,-30,bored\n",
            "treatments.csv, row 2, column 'stop_reason': 'bored' is not a known value. Write one of inadequate_respo",
        ),
        (
            "reports_csv",
            "patient_id,day,item,answer\nP1,90,overall_benefit,maybe\n",
            "reports.csv, row 2, column 'answer': 'maybe' is neither yes nor no. Write yes or no.",
        ),
        (
            "reports_csv",
            "patient_id,day,item,answer\nP1,90,overall_benefit,yes\nP1,90,overall_benefit,yes\n",
            "reports.csv, row 3, column 'patient_id': patient_id 'P1', day '90', item 'overall_benefit', answer 'True'",
        ),
        (
            "adverse_events_csv",
            "patient_id,drug,term,start_day\nP1,dupilumab,=HYPERLINK(1),5\n",
            "adverse_events.csv, row 2, column 'term': '=HYPERLINK(1)' begins like a spreadsheet formula",
        ),
    ],
)
def test_wrong_cells_of_the_other_tables_are_named_with_their_remedy(folder, name, content, message):
    lines = refusal(folder(**{name: content}))
    assert lines[0].startswith(message)
    assert len(lines) == 1


class TestColumnsAndTables:
    def test_a_missing_table_is_named(self, folder):
        assert refusal(folder(assessments_csv=None)) == [
            "assessments.csv: the table is missing. Every cohort needs patients and assessments; add it."
        ]

    def test_a_missing_column_is_named_beside_those_there_are(self, folder):
        assert refusal(folder(patients_csv="PatientID,index_date\nP1,2022-06-01\n"))[0] == (
            "patients.csv: the column 'patient_id' is missing. Rename 'PatientID' if that is the one, or add the "
            "column. The file has 'PatientID', 'index_date'."
        )

    def test_a_missing_header_is_told(self, folder):
        assert refusal(folder(assessments_csv="P1,0,BSA,30\nP1,90,BSA,10\n")) == [
            (
                "assessments.csv: the first row names none of the columns patient_id, day, instrument, score, but "
                "'P1', '0', 'BSA', '30'. Let the first row name the columns."
            )
        ]

    def test_an_unknown_column_of_a_child_table_is_warned_of(self, folder):
        found = read(folder(assessments_csv="patient_id,day,instrument,score,rater\nP1,0,BSA,3,AB\n"))
        assert found.warnings == ("assessments.csv: the column 'rater' is not known and was left out.",)

    def test_a_column_that_stands_twice_is_refused(self, folder):
        assert refusal(folder(patients_csv="patient_id,index_date,age,age\nP1,2022-06-01,3,4\n"))[0] == (
            "patients.csv, row 1, column 'age': 2 columns are named 'age'. Rename or delete all but one."
        )

    def test_a_column_without_a_name_is_refused(self, folder):
        assert refusal(folder(patients_csv="patient_id,index_date,\nP1,2022-06-01,3\n"))[0] == (
            "patients.csv, row 1: 1 columns with values have no name. Name each column in the first row."
        )

    @pytest.mark.parametrize("heading", ["=1+cmd", "+1", "@arm", "-sum"])
    def test_a_heading_that_a_spreadsheet_would_calculate_is_refused(self, folder, heading):
        assert refusal(folder(patients_csv=f"patient_id,index_date,{heading}\nP1,2022-06-01,3\n"))[0] == (
            f"patients.csv, column '{heading}': the heading '{heading}' begins like a spreadsheet formula. "
            "Begin with a letter or a digit."
        )

    def test_a_blank_column_at_the_end_does_not_matter(self, folder):
        assert read(folder(patients_csv="patient_id,index_date,\nP1,2022-06-01,\nP2,2022-06-01,\n")).n_patients == 2

    def test_patients_without_a_row_are_refused(self, folder):
        lines = refusal(folder(patients_csv="patient_id,index_date\n", assessments_csv=SCORE_ROWS))
        assert lines[0] == "patients.csv: the table holds no patients. Add a row per patient."

    def test_a_table_in_two_formats_is_refused(self, folder):
        lines = refusal(folder(patients_parquet=b"PAR1"))
        assert lines == ["patients.csv: the folder holds patients.parquet as well. Delete one of the two."]

    def test_a_misnamed_file_is_warned_of(self, folder):
        found = read(folder(treatment_csv="patient_id,drug,start_day\n"))
        assert found.warnings == ("treatment.csv: the file is not one of a cohort's tables and was left out.",)


class TestDecimalCommas:
    def test_are_read_where_the_file_uses_them_throughout(self, folder):
        found = read(folder(assessments_csv="patient_id;day;instrument;score\nP1;0;BSA;30,5\nP1;90;BSA;10\n"))
        assert list(found.scores("BSA").score) == [30.5, 10]

    def test_beside_decimal_points_are_refused(self, folder):
        drawn = "patient_id;day;instrument;score\nP1;0;BSA;30,5\nP1;90;BSA;10.5\nP2;0;BSA;1,5\n"
        assert refusal(folder(assessments_csv=drawn)) == [
            (
                "assessments.csv, row 2, column 'score': '30,5' has a decimal comma, whereas row 3 has a decimal point. "
                "Use the decimal point in the whole column."
            ),
            (
                "assessments.csv, row 4, column 'score': '1,5' has a decimal comma, whereas row 3 has a decimal point. "
                "Use the decimal point in the whole column."
            ),
        ]

    def test_in_a_file_separated_by_commas_make_a_cell_too_many(self, folder):
        assert refusal(folder(assessments_csv=SCORE_ROWS + "P1,90,BSA,10,5\n")) == [
            (
                "assessments.csv, row 3: the row has 5 cells where the header has 4: '5' is one too many. Put a value that "
                "holds the separator in quotation marks, and write numbers with a decimal point."
            )
        ]


class TestFurtherBaselineColumns:
    def test_are_numbers_answers_or_categories(self, folder):
        drawn = (
            "patient_id,index_date,weight,smoker,stage\nP1,2022-06-01,70.5,yes,IIa\nP2,2022-06-01,,no,unknown\n"
            "P3,2022-06-01,80,,1\n"
        )
        patients = read(folder(patients_csv=drawn)).patients
        assert patients["weight"].dtype == "float64"
        assert patients["smoker"].dtype == "boolean"
        assert list(patients["stage"]) == ["IIa", "unknown", "1"]

    def test_text_in_a_column_of_numbers_is_refused(self, folder):
        rows = "".join(f"P{at},2022-06-01,{50 + at}\n" for at in range(1, 9))
        lines = refusal(
            folder(patients_csv=f"patient_id,index_date,weight\n{rows}P9,2022-06-01,70kg\nPA,2022-06-01,ND\n")
        )
        assert lines == [
            f"patients.csv, row 10, column 'weight': '70kg' is not a number. {EMPTY_OR_CORRECT}",
            f"patients.csv, row 11, column 'weight': 'ND' looks like a code for a missing value. {EMPTY}",
        ]


class TestAllProblemsTogether:
    def test_of_all_files_are_told_at_once_in_their_order(self, folder):
        lines = refusal(
            folder(
                cohort_toml='title = "Drawn"\nindex_drug = "x"\n',
                patients_csv="patient_id,index_date,age\nP1,2022-06-01,abc\nP2,2022-13-01,300\n",
                assessments_csv="patient_id,day,instrument,score\nP1,x,BSA,300\nP7,0,BSA,3\nP1,1,BSA,3\nP1,1,BSA,4\n",
            )
        )
        assert [line.split(":")[0] for line in lines] == [
            "cohort.toml",
            "patients.csv, row 2, column 'age'",
            "patients.csv, row 3, column 'index_date'",
            "patients.csv, row 3, column 'age'",
            "assessments.csv, row 2, column 'day'",
            "assessments.csv, row 2, column 'score'",
            "assessments.csv, row 3, column 'patient_id'",
            "assessments.csv, row 5, column 'patient_id'",
        ]

    def test_fifty_are_told_in_full_and_the_rest_counted(self, folder):
        rows = "".join(f"P1,{day},BSA,bad\n" for day in range(80))
        lines = refusal(folder(assessments_csv="patient_id,day,instrument,score\n" + rows))
        assert len(lines) == 51
        assert lines[49].startswith("assessments.csv, row 51, column 'score': 'bad' is not a number.")
        assert lines[50] == "... and 30 more problems (80 in all)."

    def test_rows_are_counted_past_blank_ones(self, folder):
        drawn = "patient_id,day,instrument,score\nP1,0,BSA,3\n\n,,,\nP1,5,BSA,bad\n"
        assert refusal(folder(assessments_csv=drawn))[0].startswith("assessments.csv, row 5, column 'score': 'bad'")

    def test_rows_are_counted_past_cells_of_several_lines(self, folder):
        drawn = 'patient_id,day,instrument,score,note\nP1,0,BSA,3,"two\nlines"\nP1,5,BSA,bad,\n'
        assert refusal(folder(assessments_csv=drawn))[0].startswith("assessments.csv, row 3, column 'score': 'bad'")

    def test_long_values_are_shortened(self, folder):
        line = refusal(folder(assessments_csv=SCORE_ROWS + f"P1,5,BSA,{'long' * 50}\n"))[0]
        assert f"'{'long' * 10}...' is not a number" in line


def test_blank_rows_are_passed_over_with_a_warning(folder):
    found = read(folder(assessments_csv="patient_id,day,instrument,score\nP1,0,BSA,3\n\nP1,5,BSA,2\n,,,\n\n"))
    assert list(found.scores("BSA").day) == [0, 5]
    assert found.warnings == ("assessments.csv: blank rows were passed over (row 3 first, 1 in all).",)


def test_an_open_quotation_mark_is_refused(folder):
    assert "quotation marks do not pair up" in refusal(folder(assessments_csv=SCORE_ROWS + 'P1,5,"BSA,3\n'))[0]
