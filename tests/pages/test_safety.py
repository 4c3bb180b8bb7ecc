"""The page of safety and sequencing, without a browser."""

import json

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.study.presets import PRESETS
from tests.pages.app import open_page, tables, words
from tests.pages.cohorts import HARD
from tests.studies import study
from tests.tables import cohort

PUBLISHED = PRESETS["as-published"].study


def charts(app) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


def test_the_numbers_are_those_of_the_analysis():
    said = words(open_page("safety"))
    result = analyse(bundled_cohort(), PUBLISHED)
    assert "What ended dupilumab\\: inadequate response in 25/47 (53 %), intolerance in 15/47 (32 %)" in said
    switch, stayed = result.description.switch, result.persistence
    assert f"{switch.n_gap}/{switch.n} (96 %) began tralokinumab after a gap" in said
    assert f"{stayed.n_stopped} of {stayed.n} patients left tralokinumab" in said
    assert f"falls to one half at day {stayed.median_days:.0f}" in said
    for row in result.safety.carry_over:
        had = row.resolved + row.unresolved + row.recurred
        assert f"{row.term}\\: {had} on dupilumab, of whom {row.resolved}/{had} resolved" in said


def test_persistence_says_that_it_is_conditional_on_the_entry_rules():
    assert any("Conditional on the entry rules" in warning.value for warning in open_page("safety").warning)


def test_seven_figures_are_drawn_and_listen_to_the_cohort():
    assert len(charts(open_page("safety"))) == 7
    assert charts(open_page("safety", cohort=HARD["one patient"]())) == []


def test_how_far_back_courses_are_shown_follows_the_choice():
    app = open_page("safety")
    assert '"domain": [-365, 360]' in json.dumps(charts(app)[-1])
    app.segmented_control(key="safety-back").set_value(730).run()
    assert not app.exception
    assert '"domain": [-730, 360]' in json.dumps(charts(app)[-1])


def test_hypothetical_additions_take_the_interval_away():
    said = words(open_page("safety", study=study(hypothetical=True)))
    assert "interval withheld" in said
    assert "reconstructed + 26 hypothetical" in said


def test_a_cohort_without_the_tables_hears_what_the_page_would_need():
    said = words(open_page("safety", cohort=HARD["scores only"]()))
    assert "secukinumab" in said
    assert "dupilumab" not in said.replace("After dupilumab fails", "")
    assert said.count("This part would need") == 5
    assert "which is not the same as none" in said


def test_courses_without_ends_and_events_without_ends_are_not_guessed_at():
    ids = [f"P{number}" for number in range(6)]
    half = cohort(
        patients="\n".join(["patient_id", *ids]),
        assessments="\n".join(["patient_id|day|instrument|score", *(f"{name}|90|BSA|20" for name in ids)]),
        treatments="\n".join(
            ["patient_id|drug|start_day", *(f"{name}|{drug}|{day}" for name in ids for drug, day in STARTS)]
        ),
        adverse_events="patient_id|drug|term|start_day\nP1|dupilumab|*itch*|-20",
    )
    app = open_page("safety", cohort=half)
    assert charts(app) == []
    assert tables(app)[0]["All episodes ended"].tolist() == ["not recorded"]
    assert tables(app)[0]["Event"].tolist() == ["*itch*"]


STARTS = (("dupilumab", -100), ("tralokinumab", 0))


def test_events_of_hypothetical_additions_stand_apart_in_the_table():
    ids = [f"P{number}" for number in range(8)]
    mixed = cohort(
        patients="\n".join(["patient_id|tier", *(f"{name}|{'hypothetical' * (name > 'P5')}" for name in ids)]),
        assessments="\n".join(["patient_id|day|instrument|score", *(f"{name}|90|BSA|20" for name in ids)]),
        treatments="\n".join(
            ["patient_id|drug|start_day", *(f"{name}|{drug}|{day}" for name in ids for drug, day in STARTS)]
        ),
        adverse_events="patient_id|drug|term|start_day|end_day\nP1|dupilumab|itch|-20|-5\nP7|dupilumab|itch|-20|",
    )
    row = tables(open_page("safety", cohort=mixed, study=study(hypothetical=True)))[0].iloc[0]
    assert row["Patients with it"] == "1/6 + 1/2 hypothetical"
    assert row["All episodes ended"] == "1"


def test_the_most_frequent_events_are_listed_and_how_many_there_are_is_said():
    ids = [f"P{number}" for number in range(6)]
    terms = [f"event {letter}" for letter in "abcdefghijklmn"]
    rows = [f"P{place % 6}|tralokinumab|{term}|10|20" for place, term in enumerate(terms)]
    many = cohort(
        patients="\n".join(["patient_id", *ids]),
        assessments="\n".join(["patient_id|day|instrument|score", *(f"{name}|90|BSA|20" for name in ids)]),
        adverse_events="\n".join(
            [
                "patient_id|drug|term|start_day|end_day",
                *rows,
                "P5|tralokinumab|event n|5|9",
                "P0|tralokinumab|event n|5|9",
            ]
        ),
        prior_drug=None,
    )
    app = open_page("safety", cohort=many)
    assert tables(app)[0]["Event"].tolist()[0] == "event n"
    assert "The 12 most frequent of 14." in words(app)


def test_many_patients_are_drawn_by_day_and_not_row_by_row():
    ids = [f"P{number:03d}" for number in range(120)]
    many = cohort(
        patients="\n".join(["patient_id", *ids]),
        assessments="\n".join(["patient_id|day|instrument|score", *(f"{name}|90|BSA|20" for name in ids)]),
        treatments="\n".join(
            [
                "patient_id|drug|start_day|end_day|stop_reason",
                *(f"{name}|dupilumab|-100|-10|access\n{name}|tralokinumab|0||" for name in ids),
            ]
        ),
    )
    said = words(open_page("safety", cohort=many))
    assert "Share of patients on dupilumab and tralokinumab, by day" in said
    assert "most patients were on dupilumab on day" in said
