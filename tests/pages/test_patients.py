"""The page of single patients."""

import pytest

from explorer.analysis.analyse import analyse
from explorer.analysis.patient import find, verdict
from explorer.analysis.patient_table import first_choice
from explorer.bundled import bundled_cohort
from explorer.cohort.tables import Cohort
from explorer.export.numbers import share
from explorer.study.missing import Missing
from explorer.study.presets import PRESETS
from tests.pages.app import open_page, tables, words
from tests.tables import cohort

A = PRESETS["as-published"].study


def test_the_verdict_is_that_of_the_analysis_rule_by_rule():
    app = open_page("patients")
    app.selectbox(key="patients-chosen").set_value("R12").run()
    analysis = analyse(bundled_cohort(), A)
    came_out = verdict(analysis, find(analysis, "R12"))
    assert f"### R12: {came_out.standing}" in words(app)
    who, _, rule = tables(app)
    assert list(rule["Recorded"]) == [each.seen for each in came_out.rule]
    assert list(who["Met"].str[-3:]) == ["yes"] * 5


def test_the_patient_chosen_elsewhere_is_shown_and_kept():
    app = open_page("compare")
    app.session_state["patient"] = "R43"
    app.switch_page("pages/patients.py").run()
    assert "### R43" in words(app)
    app.selectbox(key="patients-chosen").set_value("R12").run()
    app.switch_page("pages/compare.py").run()
    app.switch_page("pages/patients.py").run()
    assert app.selectbox(key="patients-chosen").value == "R12"
    assert "patient" not in app.query_params


def test_the_verdict_follows_the_definition():
    app = open_page("patients", study=A.replace(after_stop="failure"))
    app.selectbox(key="patients-chosen").set_value("R03").run()
    analysis = analyse(bundled_cohort(), A.replace(after_stop="failure"))
    assert verdict(analysis, find(analysis, "R03")).reason in words(app).replace("\\", "")


def test_hypothetical_additions_are_offered_only_when_counted():
    ids = open_page("patients").selectbox(key="patients-chosen").options
    assert len(ids) == 49
    counted = open_page("patients", study=A.replace(hypothetical=True))
    assert len(counted.selectbox(key="patients-chosen").options) == 75
    assert "hypothetical addition" in words(counted)


def everybody(app):
    """Open the table of all patients."""
    app.session_state["patients-everybody"] = True
    return app.run()


def test_columns_are_chosen_and_stay_when_the_page_is_left():
    assert not open_page("patients").dataframe
    app = everybody(open_page("patients"))
    assert list(app.dataframe[0].value.columns) == list(first_choice(analyse(bundled_cohort(), A)))
    app.multiselect(key="patients-columns").set_value(["Patient", "ad_years"]).run()
    assert list(app.dataframe[0].value.columns) == ["Patient", "ad_years"]
    app.switch_page("pages/compare.py").run()
    everybody(app.switch_page("pages/patients.py").run())
    assert list(app.dataframe[0].value.columns) == ["Patient", "ad_years"]
    app.multiselect(key="patients-columns").set_value([]).run()
    assert "Choose at least one column" in words(app)


def many() -> Cohort:
    ids = [f"P{number:04d}" for number in range(2_001)]
    return cohort(
        patients="\n".join(["patient_id", *ids]),
        assessments="\n".join(["patient_id|day|instrument|score", *(f"{name}|-5|BSA|20" for name in ids)]),
    )


def test_among_very_many_patients_one_is_typed_and_a_wrong_one_is_named():
    app = open_page("patients", cohort=many())
    app.text_input(key="patients-chosen").set_value("P0007").run()
    assert "### P0007" in words(app)
    app.text_input(key="patients-chosen").set_value("no_such").run()
    assert "There is no patient no\\_such" in words(app)
    assert "### P0007" in words(app)


UNUSUAL = {
    "imputed": {"missing": Missing(kind="multiple_imputation")},
    "first dose": {"index": "first_dose"},
    "means": {"baseline": A.baseline.replace(pick="mean")},
    "carried forward": {"missing": Missing(kind="last_observation"), "after_stop": "last_before_stop"},
}


@pytest.mark.parametrize("kind", UNUSUAL)
@pytest.mark.parametrize("page", ["patients", "compare"])
def test_both_pages_bear_unusual_definitions(page, kind):
    unusual = A.replace(**UNUSUAL[kind])
    app = open_page(page, study=unusual)
    response = analyse(bundled_cohort(), unusual).response
    rate = share(response.n_responders, response.n_evaluable, response.rate)
    assert (f"{rate} under A" in words(app)) == (page == "compare")
    assert len(tables(app)) >= 2
