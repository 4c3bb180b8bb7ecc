"""From sheets to a cohort by a mapping: what is read, repaired, dropped and refused, in the file's own rows."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.cohort.mapping.apply import apply, preview
from explorer.cohort.mapping.model import ROLES, Column, Mapping, load
from explorer.cohort.writer import folder_files
from explorer.errors import CohortError
from tests.drawn_sheets import ABOUT, DATED, mapping, sheets

WHO = {"id": {"role": "patient_id"}}


def easi(**more):
    return {"role": "score", "instrument": "EASI"} | more


def scores(cohort):
    """Scores as (patient, day, instrument, score)."""
    rows = cohort.assessments.astype({"patient_id": str, "instrument": str})
    return [tuple(row) for row in rows[["patient_id", "day", "instrument", "score"]].itertuples(index=False)]


def told(mapped, kind):
    return [(entry.sheet, entry.column, entry.count, entry.rows) for entry in mapped.report if entry.kind == kind]


def refusal(made, drawn):
    with pytest.raises(CohortError) as refused:
        apply(made, drawn)
    return {(problem.row, problem.column): problem for problem in refused.value.problems}


def test_one_row_per_patient_and_a_column_per_visit():
    drawn = sheets(
        Data="""
        id | base | wk 4
        P1 | 20   | 5
        P2 | 30   |
    """
    )
    mapped = apply(mapping(WHO | {"base": easi(day=0), "wk 4": easi(day=28)}), drawn)
    assert scores(mapped.cohort) == [("P1", 0, "EASI", 20), ("P1", 28, "EASI", 5), ("P2", 0, "EASI", 30)]
    assert told(mapped, "dropped") == [("Data", "wk 4", 1, (3,))]


def test_one_row_per_visit_with_dates_counts_days_from_the_index_date_of_another_sheet():
    drawn = sheets(
        Patients="""
            id | started    | sex
            P1 | 01.03.2022 | w
            P2 | 15.03.2022 | m
        """,
        Visits="""
            id | seen       | EASI
            P1 | 28.02.2022 | 20,5
            P1 | 31.03.2022 | 4,0
            P2 | 15.03.2022 | 31,5
        """,
    )
    made = mapping(
        WHO | {"started": {"role": "index_date"}, "sex": {"role": "sex"}},
        ABOUT,
        {"Visits": {"columns": WHO | {"seen": {"role": "date"}, "EASI": easi()}}},
        sheet="Patients",
        dates="dmy",
    )
    mapped = apply(made, drawn)
    assert scores(mapped.cohort) == [("P1", -1, "EASI", 20.5), ("P1", 30, "EASI", 4), ("P2", 0, "EASI", 31.5)]
    assert mapped.cohort.patients["sex"].tolist() == ["female", "male"]


def test_visits_as_labels_of_rows_and_instruments_as_labels_too():
    drawn = sheets(
        Data="""
        id | visit    | test    | result
        P1 | Baseline | easi_sc | 20
        P1 | Week 4   | easi_sc | 10
        P1 | week 4   | itch    | 7
    """
    )
    made = mapping(
        WHO
        | {
            "visit": {"role": "visit"},
            "test": {"role": "instrument", "words": {"easi_sc": "EASI", "itch": "PPNRS"}},
            "result": {"role": "score"},
        },
        visits={"baseline": 0, "Week 4": 28},
    )
    assert scores(apply(made, drawn).cohort) == [
        ("P1", 28, "PPNRS", 7),
        ("P1", 0, "EASI", 20),
        ("P1", 28, "EASI", 10),
    ]


def test_a_visit_without_a_day_is_refused_where_it_stands_first():
    drawn = sheets(
        Data="""
        id | visit | EASI
        P1 | first | 20
        P1 | later | 10
    """
    )
    found = refusal(mapping(WHO | {"visit": {"role": "visit"}, "EASI": easi()}, visits={"first": 0}), drawn)
    assert "'later' has no day" in found[3, "visit"].what
    assert "visits" in found[3, "visit"].remedy


def test_weeks_months_and_days_from_one_are_brought_to_days():
    drawn = sheets(
        Data="""
        id | week | day | EASI | BSA
        P1 | 0    | 1   | 20   | 9
        P1 | 4    | 29  | 10   | 5
        P1 | -1   | -6  | 21   | 8
    """
    )
    when = {"week": {"role": "day", "unit": "weeks"}, "day": {"role": "day", "from_one": True}}
    bsa = {"role": "score", "instrument": "BSA", "on": "day"}
    cohort = apply(mapping(WHO | when | {"EASI": easi(on="week"), "BSA": bsa}), drawn).cohort
    assert {day for _, day, code, _ in scores(cohort) if code == "EASI"} == {0, 28, -7}
    assert {day for _, day, code, _ in scores(cohort) if code == "BSA"} == {0, 28, -6}


def test_codes_words_units_and_labels_are_repaired_and_counted():
    drawn = sheets(
        Data="""
        id | EASI   | arm       | weight
        P1 | 12 pts | 1_active  | 80
        P2 | n/a    | 0_placebo | -99
        P3 | clear  | 1_active  | 70
    """
    )
    columns = WHO | {
        "EASI": easi(day=0, remove=["pts"], words={"clear": "0"}),
        "arm": {"role": "covariate", "coded": "label"},
        "weight": {"role": "covariate", "missing": ["-99"]},
    }
    mapped = apply(mapping(columns), drawn)
    assert scores(mapped.cohort) == [("P1", 0, "EASI", 12), ("P3", 0, "EASI", 0)]
    assert mapped.cohort.patients["arm"].tolist() == ["active", "placebo", "active"]
    assert mapped.cohort.patients["weight"].isna().tolist() == [False, True, False]
    repaired = {(column, rows) for _, column, _, rows in told(mapped, "repaired")}
    assert repaired == {("EASI", (2,)), ("EASI", (3,)), ("EASI", (4,)), ("weight", (3,))}


@pytest.mark.parametrize("spelling", ["yes", "Y", "TRUE", "1", "x", "oui", "JA", "sí", "checked", "definitely"])
def test_yes_is_understood_in_many_spellings(spelling):
    drawn = sheets(
        Data=f"""
        id | better
        P1 | {spelling}
        P2 | no
    """
    )
    made = mapping(WHO | {"better": {"role": "report", "name": "overall_benefit", "day": 90}}, yes=["definitely"])
    reports = apply(made, drawn).cohort.reports
    assert reports["answer"].tolist() == [True, False]
    assert set(reports["item"]) == {"overall_benefit"}


@pytest.mark.parametrize(
    ("written", "order", "meant"),
    [
        ("2021-02-03", None, "2021-02-03"),
        ("03/02/2021", "dmy", "2021-02-03"),
        ("03/02/2021", "mdy", "2021-03-02"),
        ("3 Feb 2021", None, "2021-02-03"),
        ("february 3, 2021", None, "2021-02-03"),
        ("44230", None, "2021-02-03"),  # A spreadsheet's serial: 2021-02-03 in Excel.
    ],
)
def test_dates_are_read_as_they_are_written(written, order, meant):
    drawn = sheets(Data=f"id | started | EASI\nP1 | {written} | 3")
    made = mapping(WHO | {"started": {"role": "index_date"}, "EASI": easi(day=0)}, ABOUT, dates=order)
    assert apply(made, drawn).cohort.patients["index_date"].tolist() == [pd.Timestamp(meant)]


@pytest.mark.parametrize(
    ("written", "order"), [("03/02/2021", None), ("03/02/21", "dmy"), ("31/02/2021", "dmy"), ("soon", None)]
)
def test_dates_that_could_be_another_day_are_refused(written, order):
    drawn = sheets(Data=f"id | started | EASI\nP1 | {written} | 3")
    made = mapping(WHO | {"started": {"role": "index_date"}, "EASI": easi(day=0)}, ABOUT, dates=order)
    assert written in refusal(made, drawn)[2, "started"].what


def test_a_birth_date_gives_the_age_at_the_index_date_and_is_not_kept():
    drawn = sheets(
        Data="""
        id | born       | started    | EASI
        P1 | 1980-06-15 | 2020-06-14 | 3
        P2 | 1980-06-15 | 2020-06-15 | 3
    """
    )
    columns = WHO | {"born": {"role": "birth_date"}, "started": {"role": "index_date"}, "EASI": easi(day=0)}
    cohort = apply(mapping(columns, ABOUT), drawn).cohort
    assert cohort.patients["age"].tolist() == [39, 40]
    assert "birth_date" not in cohort.patients


def test_columns_are_joined_split_and_summed():
    drawn = sheets(
        Data="""
        site | nr | BP     | nodules | abscesses
        A    | 1  | 120/80 | 2       | 3
        B    | 1  | 130/90 | 1       |
    """
    )
    scale = {"range_min": 0, "range_max": 300}
    made = mapping(
        {"who": {"role": "patient_id"}}
        | {name: {"role": "score", "instrument": name.upper(), "day": 0} for name in ("sys", "dia", "lesions")},
        joined={"who": ["site", "nr"]},
        split={"BP": ["sys", "dia"]},
        summed={"lesions": ["nodules", "abscesses"]},
        instruments=[{"code": code} | scale for code in ("SYS", "DIA", "LESIONS")],
    )
    assert scores(apply(made, drawn).cohort) == [
        ("A-1", 0, "DIA", 80),
        ("B-1", 0, "DIA", 90),
        ("A-1", 0, "LESIONS", 5),
        ("A-1", 0, "SYS", 120),
        ("B-1", 0, "SYS", 130),
    ]


def test_imputed_rows_lose_their_scores_but_not_their_patients_whereas_rows_left_out_lose_both():
    drawn = sheets(
        Data="""
        id | day | EASI | imputed | screened out
        P1 | 0   | 20   |         |
        P2 | 0   | 30   | Y       |
        P3 | 0   | 25   |         | Y
    """
    )
    columns = WHO | {"day": {"role": "day"}, "EASI": easi()}
    mapped = apply(mapping(columns, imputed={"imputed": ["Y"]}, leave_out={"screened out": ["Y"]}), drawn)
    assert mapped.cohort.patients["patient_id"].tolist() == ["P1", "P2"]
    assert scores(mapped.cohort) == [("P1", 0, "EASI", 20)]
    assert {(column, rows) for _, column, _, rows in told(mapped, "dropped") if rows} == {
        ("imputed", (3,)),
        ("screened out", (4,)),
    }


def test_courses_of_two_drugs_stand_in_one_row_or_in_rows_of_their_own():
    wide = sheets(
        Data="""
        id | dupi from  | dupi to    | tralo from | EASI
        P1 | 2021-06-01 | 2022-05-01 | 2022-06-01 | 9
        P2 |            |            | 2022-06-01 | 8
    """
    )
    dupilumab = {"drug": "dupilumab"}
    columns = WHO | {
        "dupi from": {"role": "start"} | dupilumab,
        "dupi to": {"role": "end", "last_dose": True} | dupilumab,
        "tralo from": {"role": "start"},
        "EASI": easi(day=0),
    }
    long = sheets(
        Data="id | EASI\nP1 | 9\nP2 | 8",
        Drugs="""
            id | drug         | from       | to
            P1 | dupilumab    | 2021-06-01 | 2022-05-02
            P1 | tralokinumab | 2022-06-01 |
            P2 | tralokinumab | 2022-06-01 |
        """,
    )
    drugs = WHO | {"drug": {"role": "drug"}, "from": {"role": "start"}, "to": {"role": "end"}}
    one = apply(mapping(columns, ABOUT), wide).cohort
    two = apply(mapping(WHO | {"EASI": easi(day=0)}, ABOUT, {"Drugs": {"columns": drugs}}), long).cohort
    for cohort in (one, two):
        held = cohort.treatments.astype({"patient_id": str, "drug": str})
        assert held[["patient_id", "drug", "start_day"]].values.tolist() == [
            ["P1", "dupilumab", -365],
            ["P1", "tralokinumab", 0],
            ["P2", "tralokinumab", 0],
        ]
        assert held["end_day"].tolist()[0] == -30
        assert held["end_day"].isna().tolist() == [False, True, True]


def test_adverse_events_have_a_sheet_of_their_own():
    drawn = sheets(
        Data="id | EASI\nP1 | 9",
        AE="id | event | from\nP1 | conjunctivitis | 12\nP1 | | 14",
    )
    events = WHO | {"event": {"role": "term"}, "from": {"role": "start"}}
    mapped = apply(mapping(WHO | {"EASI": easi(day=0)}, others={"AE": {"columns": events}}), drawn)
    (event,) = mapped.cohort.adverse_events.astype(str).to_dict("records")
    assert (event["term"], event["start_day"], event["drug"]) == ("conjunctivitis", "12", "tralokinumab")


def test_every_problem_is_told_at_once_in_the_rows_and_columns_of_the_file():
    drawn = sheets(
        Data="""
            id | born       | base | wk 4
            P1 | 1980-01-01 | 20   | many
            P2 | 1981-01-01 | 80   | 5
            P2 | 1981-01-01 | 21   | 6
               | 1982-01-01 | 4    | 5
        """,
        Other="a | b\n1 | 2",
    )
    columns = WHO | {"born": {"role": "birth_date"}, "base": easi(day=0), "wk 4": easi(day=28), "wk 8": easi(day=56)}
    found = refusal(mapping(columns), drawn)
    assert "'many' is not a number" in found[2, "wk 4"].what
    assert "range of EASI" in found[3, "base"].what
    assert "row 3 already" in found[4, "id"].what
    assert "names no patient" in found[5, "id"].what
    assert "no such column" in found[None, "wk 8"].what
    assert {problem.file for problem in found.values()} == {"clinic.xlsx, sheet 'Data'"}


def test_a_patient_has_one_sex_however_many_rows():
    drawn = sheets(
        Data="""
        id | sex | day | EASI
        P1 | f   | 0   | 20
        P1 |     | 7   | 10
        P1 | m   | 14  | 5
    """
    )
    columns = WHO | {"sex": {"role": "sex"}, "day": {"role": "day"}, "EASI": easi()}
    assert set(refusal(mapping(columns), drawn)) == {(4, "sex")}


def test_a_preview_shows_tables_and_losses_where_there_can_be_no_cohort_yet():
    drawn = sheets(Data="id | base | note\nP1 | 200 | well")
    seen = preview(mapping(WHO | {"base": easi(day=0)}), drawn)
    assert seen.cohort is None
    assert seen.tables["assessments"]["score"].tolist() == [200]
    assert ("note", 1) in {(entry.column, entry.count) for entry in seen.report if entry.kind == "dropped"}
    assert [problem.row for problem in seen.problems] == [2]


def test_a_score_that_the_catalogue_lacks_is_described_in_the_mapping():
    drawn = sheets(Data="id | acr\nP1 | 7")
    scale = {"code": "WELL", "range_min": 0, "range_max": 10, "direction": "higher is better", "mcid": 2}
    made = mapping(WHO | {"acr": {"role": "score", "instrument": "WELL", "day": 0}}, instruments=[scale])
    instrument = apply(made, drawn).cohort.instruments["WELL"]
    assert (instrument.best, instrument.mcid) == (10, 2)


def test_pseudonyms_stand_for_identifiers_on_every_sheet():
    drawn = sheets(Data="id | EASI\nMeier | 9\nHuber | 8", Other="id | day | BSA\nHuber | 0 | 5")
    bsa = {"id": {"role": "patient_id"}, "day": {"role": "day"}, "BSA": {"role": "score", "instrument": "BSA"}}
    hidden = {"id": {"role": "patient_id", "pseudonym": True}}
    cohort = apply(mapping(hidden | {"EASI": easi(day=0)}, others={"Other": {"columns": bsa}}), drawn).cohort
    assert scores(cohort) == [("P2", 0, "BSA", 5), ("P1", 0, "EASI", 9), ("P2", 0, "EASI", 8)]


def test_text_that_a_spreadsheet_would_calculate_is_refused():
    drawn = sheets(Data="id | arm | EASI\nP1 | =1+1 | 3")
    assert (
        "formula" in refusal(mapping(WHO | {"arm": {"role": "covariate"}, "EASI": easi(day=0)}), drawn)[2, "arm"].what
    )


def test_a_heading_that_a_spreadsheet_would_calculate_loses_its_signs_in_the_tables():
    drawn = sheets(Data="id | =1+cmd | @arm | EASI\nP1 | a | b | 3")
    covariate = {"role": "covariate"}
    cohort = apply(mapping(WHO | {"=1+cmd": covariate, "@arm": covariate, "EASI": easi(day=0)}), drawn).cohort
    heading = dict(folder_files(cohort))["patients.csv"].decode().splitlines()[0].split(",")
    assert {"1+cmd", "arm"} <= set(heading)


def test_no_column_can_be_given_a_name_that_a_spreadsheet_would_calculate():
    with pytest.raises(CohortError, match="begins like a spreadsheet formula"):
        mapping(WHO | {"arm": {"role": "covariate", "name": "=1+cmd"}})


def test_a_change_alone_is_no_score():
    drawn = sheets(Data="id | change\nP1 | 50")
    found = refusal(mapping(WHO | {"change": {"role": "covariate"}}), drawn)
    assert "no score" in found[None, None].what


def test_a_mapping_is_small_readable_json_with_a_line_for_each_column():
    made = mapping(WHO | {"base": easi(day=0)})
    lines = made.to_json().splitlines()
    assert '        "base": {"role": "score", "instrument": "EASI", "day": 0}' in lines
    assert Mapping.from_json(made.to_json()) == made


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8),
        st.builds(
            Column,
            role=st.sampled_from([role for role in ROLES if role in ("covariate", "score", "ignore", "date")]),
            missing=st.lists(st.text(max_size=4), max_size=2).map(tuple),
            words=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
        ),
        max_size=4,
    )
)
def test_every_mapping_survives_being_written_and_read(columns):
    made = Mapping(about={"title": "T", "index_drug": "x"}, sheets={"S": {"columns": columns}})
    assert Mapping.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"sheets": {}}, "about"),
        ({"about": DATED, "sheets": {}, "shets": 1}, "shets"),
        ({"about": DATED, "sheets": {"S": {"columns": {"a": {"role": "scores"}}}}}, "sheets.S.columns.a.role"),
        ({"about": DATED, "sheets": {"S": {"columns": {"a": {"role": "age", "day": 3}}}}}, "has no 'day'"),
        ({"about": DATED, "sheets": {"S": {"columns": {"a": easi(day=1, visit="x")}}}}, "only one of"),
        ({"about": DATED | {"title": "a\nb"}, "sheets": {}}, "about.title"),
        ({"about": DATED, "sheets": {"S": {"columns": WHO | {"b": {"role": "patient_id"}}}}}, "join them"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_its_place(content, told):
    with pytest.raises(CohortError, match=told):
        Mapping.from_json(json.dumps(content), "M.json")


def test_a_mapping_may_be_toml(tmp_path):
    file = tmp_path / "m.toml"
    file.write_text(
        'about = {title = "T", index_drug = "x", index_date = 2020-01-01}\n'
        "[sheets.Data.columns]\n"
        'id = {role = "patient_id"}\n'
    )
    assert load(file) == Mapping.from_dict(
        {"about": {"title": "T", "index_drug": "x", "index_date": "2020-01-01"}, "sheets": {"Data": {"columns": WHO}}}
    )


@pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"not json", b"[1]"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, content):
    file = tmp_path / "m.json"
    file.write_bytes(content)
    with pytest.raises(CohortError, match=r"m\.json"):
        load(file)
