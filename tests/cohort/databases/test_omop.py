"""OMOP tables become a cohort: each rule on a database small enough to be drawn."""

import pytest

from explorer.cohort.databases.reading import read_database, read_frames
from explorer.errors import CohortError
from tests.cohort.databases.worlds import csv_folder, duckdb_file, extract, frame, rows, world

PERSONS = "7,8532,1980,6,15,80,secret|8,8507,1990,,,0,secret|9,8507,1970,,,0,secret"
TOOK = "7,11,2022-01-10,2022-02-08|8,10,2022-03-01"
SCORED = "7,30,2022-01-10,,20|8,30,2022-03-01,,30|8,30,2022-06-01,,5"


def read(changes=None, /, **tables):
    drawn = world(**({"person": PERSONS, "drug_exposure": TOOK, "measurement": SCORED} | tables))
    return read_frames("drawn", drawn, extract(**(changes or {})))


def noted(found, text):
    return any(text in note for note in found.notes)


def refused(changes=None, /, **tables):
    with pytest.raises(CohortError) as error:
        read(changes, **tables)
    return str(error.value)


def test_only_the_exposed_are_taken_and_the_first_exposure_is_day_0():
    found = read(drug_exposure="7,11,2022-01-10|7,10,2022-05-01|8,10,2022-03-01|9,20,2022-03-01")
    dates = found.cohort.patients["index_date"].dt.strftime("%Y-%m-%d")
    assert dict(zip(found.cohort.patients["patient_id"], dates, strict=True)) == {
        "P1": "2022-01-10",
        "P2": "2022-03-01",
    }


def test_age_is_in_completed_years_and_a_missing_birthday_is_a_difference_of_years():
    # Born on 15 June 1980, 41 on 10 January 2022; born in 1990, 32 in 2022.
    assert read().cohort.patients["age"].tolist() == [41, 32]
    assert noted(read(), "1 ages are differences of years")
    on_the_day = read(drug_exposure="7,11,2022-06-15", measurement="7,30,2022-06-15,,20")
    assert on_the_day.cohort.patients["age"].tolist() == [42]


def test_sex_comes_from_the_gender_concept_and_another_is_unknown():
    found = read(person="7,8532,1980|8,0,1990")
    assert rows(found.cohort.patients, "sex") == [("female",), (None,)]
    assert noted(found, "1 people have no gender concept")


def test_identifiers_are_numbers_unless_they_are_kept():
    assert read({"keep_person_id": True}).cohort.patients["patient_id"].tolist() == ["7", "8"]
    assert not any("person_source_value" in query.sql for query in read().fetched)


def test_descendants_count_and_names_do_not_mind_capitals():
    found = read({"index_drug": "TRALOKINUMAB", "prior_drug": "DupiluMab"}, drug_exposure=TOOK + "|7,21,2021-01-01")
    assert found.cohort.drugs == ("DupiluMab", "TRALOKINUMAB")
    assert noted(found, "1 of 2 concepts were met (people): 21 'dupilumab 300 MG' (1)")


def test_without_ancestors_products_are_found_by_a_part_of_their_name():
    drawn = world(person=PERSONS, drug_exposure="7,11,2022-01-10", measurement=SCORED)
    del drawn["concept_ancestor"]
    with pytest.raises(CohortError, match=r"nobody was exposed to 'tralokinumab' \(1 concepts looked for\)"):
        read_frames("drawn", drawn, extract())
    found = read_frames("drawn", drawn, extract(index_drug={"name": "tralokinumab", "containing": "Tralokinumab"}))
    assert found.cohort.n_patients == 1
    assert noted(found, "no 'concept_ancestor'")


# Ends are included: 10 January to 8 February are 30 days, and day 30 is the first without the drug.
@pytest.mark.parametrize(
    ("second", "courses"),
    [
        ("2022-03-09,2022-03-10", [(0, 60, 2)]),  # starts on day 58: 28 days without the drug
        ("2022-03-11,2022-03-12", [(0, 62, 2)]),  # starts on day 60: 30 days, the longest gap
        ("2022-03-12,2022-03-13", [(0, 30, 1), (61, 63, 1)]),  # 31 days are too many
    ],
)
def test_exposures_are_one_course_up_to_the_gap(second, courses):
    found = read(drug_exposure=f"7,11,2022-01-10,2022-02-08|7,10,{second}")
    assert rows(found.cohort.treatments, "start_day end_day prescriptions") == courses


def test_a_short_exposure_within_a_long_one_does_not_end_it():
    found = read(drug_exposure="7,11,2022-01-10,2022-12-31|7,10,2022-02-01,2022-02-02|7,10,2023-01-15,2023-01-20")
    assert rows(found.cohort.treatments, "start_day end_day prescriptions") == [(0, 376, 3)]


def test_an_end_is_taken_from_the_supply_or_is_one_day():
    found = read({"gap_days": 0}, drug_exposure="7,11,2022-01-10,,28|7,11,2022-03-01|7,11,2022-04-01,2022-03-01")
    assert rows(found.cohort.treatments, "start_day end_day") == [(0, 28), (50, 51), (81, 82)]
    assert noted(found, "1 exposures have neither an end nor days of supply")
    assert noted(found, "1 exposures end before they begin")


@pytest.mark.parametrize(("seen", "end"), [("2022-03-10", None), ("2022-03-11", 30)])
def test_a_course_is_ongoing_unless_a_longer_gap_was_seen(seen, end):
    # Off the drug from day 30 on; day 60 is 11 March: only then have 31 days passed without it.
    found = read(drug_exposure="7,11,2022-01-10,2022-02-08", observation_period=f"7,2021-01-01,{seen}")
    assert rows(found.cohort.treatments, "end_day") == [(end,)]


def test_a_stop_reason_is_translated_and_says_that_the_course_ended():
    reasons = {"stop_reasons": {"side effect": "adverse_event"}}
    tables = {"observation_period": "7,2021-01-01,2022-02-08|8,2021-01-01,2022-03-01"}
    found = read(
        reasons, drug_exposure="7,11,2022-01-10,2022-02-08,,side effect|8,10,2022-03-01,2022-03-01,,moved", **tables
    )
    assert rows(found.cohort.treatments, "end_day stop_reason") == [(30, "adverse_event"), (None, None)]
    assert noted(found, "1 courses have a stop reason that [stop_reasons] does not translate: 'moved' (1)")


def test_the_prior_drug_has_courses_of_its_own():
    found = read(drug_exposure="7,11,2022-01-10,2022-02-08|7,21,2021-01-10,2021-12-31|9,20,2021-01-01,2021-02-01")
    assert rows(found.cohort.treatments, "patient_id drug start_day end_day") == [
        ("P1", "dupilumab", -365, -9),
        ("P1", "tralokinumab", 0, 30),
    ]


def test_scores_lie_within_the_days_asked_for():
    scored = "7,30,2021-01-10,,1|7,30,2021-01-09,,2|7,30,2022-01-20,,3|7,30,2022-01-21,,4|9,30,2022-01-10,,5"
    found = read({"days_before": 365, "days_after": 10}, measurement=scored)
    assert rows(found.cohort.assessments, "day score") == [(-365, 1), (10, 3)]


def test_rows_that_are_no_value_are_left_out_and_counted():
    scored = "7,30,2022-01-10,,20|7,30,2022-01-11,|7,30,2022-01-12,,-99|7,30,2022-01-13,4171756,5|7,30,,,3"
    found = read({"missing": [-99]}, measurement=scored)
    assert rows(found.cohort.assessments, "day score") == [(0, 20)]
    for fate in ("without a number", "a code for a missing value", "a limit such as '< 5'", "without a date"):
        assert noted(found, f"EASI: 1 rows {fate} were left out")


def test_scores_come_from_observations_and_source_values_too():
    scored = "7,0,2022-01-10,,12,,EASI total|7,0,2022-01-11,,12,,other"
    scores = {"EASI": {"source_values": ["EASI total"]}, "PPNRS": ["Itch"]}
    found = read({"scores": scores}, measurement=scored, observation="7,31,2022-02-01,6|9,31,2022-02-01,7")
    assert sorted(rows(found.cohort.assessments, "instrument day score")) == [("EASI", 0, 12), ("PPNRS", 22, 6)]


def test_several_values_of_a_day_need_a_rule():
    scored = "7,30,2022-01-10,,20|7,30,2022-01-10,,30|8,30,2022-03-01,,0.1|8,30,2022-03-01,,0.1|8,30,2022-03-01,,0.1"
    assert "on 1 of 2 days one person has different values of a score (EASI)" in refused(measurement=scored)
    for rule, score in {"mean": 25, "lowest": 20, "highest": 30}.items():
        found = read({"same_day": rule}, measurement=scored)
        assert rows(found.cohort.assessments, "score") == [(score,), (0.1,)]


def test_several_units_need_a_choice():
    weight = {
        "scores": {"WEIGHT": [60]},
        "instruments": [{"code": "WEIGHT", "range_min": 0, "range_max": 300, "direction": "lower is better"}],
    }
    scored = "7,60,2022-01-10,,80,70|8,60,2022-03-01,,180,71|7,60,2022-02-01,,81,0"
    assert "WEIGHT is recorded in several units: 70 'kilogram' (1 rows), 71 'pound' (1 rows)" in refused(
        weight, measurement=scored
    )
    pounds = weight | {"scores": {"WEIGHT": {"concepts": [60], "unit": 71, "times": 0.5}}}
    found = read(pounds, measurement=scored)
    assert rows(found.cohort.assessments, "patient_id score") == [("P2", 90)]
    assert noted(found, "WEIGHT: 2 rows in another unit were left out")


def test_values_outside_the_range_are_refused_unless_left_out():
    scored = "7,30,2022-01-10,,20|8,30,2022-03-01,,73"
    assert "1 of 2 values of EASI lie outside 0 to 72 (73 to 73)" in refused(measurement=scored)
    found = read({"outside_range": "leave out"}, measurement=scored)
    assert rows(found.cohort.assessments, "score") == [(20,)]
    assert noted(found, "they were left out")


def test_covariates_are_conditions_before_last_measurements_and_the_persons_own():
    wanted = {"asthma": {"conditions": ["asthma"]}, "weight": {"measurement": [60]}, "race": {"person": "race"}}
    found = read(
        {"covariates": wanted},
        measurement=SCORED + "|7,60,2021-12-01,,80|7,60,2022-01-05,,81|7,60,2022-01-11,,82",
        condition_occurrence="7,50,2022-01-10|8,50,2022-03-02",
    )
    assert rows(found.cohort.patients, "asthma weight race") == [(True, 81, "White"), (False, None, None)]


def test_events_belong_to_the_index_drug_from_day_0_and_to_the_prior_drug_while_on_it():
    found = read(
        {"adverse_events": {"Conjunctivitis": [40]}},
        drug_exposure="7,11,2022-01-10,2022-02-08|7,21,2021-06-01,2021-12-31",
        condition_occurrence=(
            "7,41,2022-01-10,2022-01-20|7,40,2021-06-01|7,40,2022-01-05|7,40,2022-02-01,2022-01-01|9,40,2022-02-01"
        ),
    )
    assert rows(found.cohort.adverse_events, "drug term start_day end_day") == [
        ("dupilumab", "Conjunctivitis", -223, None),
        ("tralokinumab", "Conjunctivitis", 0, 10),
        ("tralokinumab", "Conjunctivitis", 22, None),
    ]
    assert noted(found, "1 events lie before day 0 and outside the prior drug")
    assert noted(found, "1 events end before they begin")


def test_the_index_date_can_be_bounded():
    found = read({"first_from": "2022-02-01", "first_to": "2022-03-01"})
    assert found.cohort.n_patients == 1
    assert found.cohort.patients["age"].tolist() == [32]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"index_drug": "conjunctivitis"}, "nobody was exposed to 'conjunctivitis'"),
        ({"index_drug": "tralo"}, "no concept is named 'tralo', for the drug 'tralo'. Some hold it: 10 'tralokinumab'"),
        ({"prior_drug": {"name": "other", "concepts": [11]}}, "the concept 11 counts as 'tralokinumab' and as 'other'"),
        ({"scores": {"EASI": [31]}}, "none of the scores was recorded for the 2 people"),
        (
            {"scores": {"EASI": {"source_values": ["x"]}, "PPNRS": {"source_values": ["x"]}}},
            "the source value 'x' counts as 'EASI' and as 'PPNRS'",
        ),
        ({"adverse_events": {"a": [40], "b": [41]}}, "the concept 41 counts as 'a' and as 'b'"),
    ],
)
def test_what_the_database_does_not_hold_is_refused_with_a_remedy(changes, said):
    assert said in refused(changes)


def without_years(drawn):
    return drawn | {"person": drawn["person"].drop(columns="year_of_birth")}


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ({"person": frame("person", PERSONS)}, "there is no table 'drug_exposure'; it holds 'person'"),
        (without_years(world(person=PERSONS)), "the table 'person' has no column 'year_of_birth'"),
        (world(person=PERSONS, drug_exposure=TOOK), "there is neither 'measurement' nor 'observation'"),
    ],
)
def test_a_database_without_its_tables_is_refused(drawn, said):
    with pytest.raises(CohortError, match=said):
        read_frames("drawn", drawn, extract())


def test_files_and_folders_give_the_cohort_that_the_tables_give(tmp_path):
    drawn = world(
        person=PERSONS, drug_exposure=TOOK, measurement=SCORED, observation="", condition_occurrence="7,40,2022-01-15"
    )
    wanted = extract(source="drawn", adverse_events={"Conjunctivitis": [40]})
    expected = read_frames("drawn", drawn, wanted).cohort
    assert expected.adverse_events["start_day"].tolist() == [5]
    file = duckdb_file(tmp_path / "a.duckdb", drawn)
    folders = [csv_folder(tmp_path / name, drawn, name == "upper") for name in ("upper", "lower")]
    for place in (file, f"duckdb://{file}", *folders):
        assert read_database(place, wanted).cohort.fingerprint == expected.fingerprint
