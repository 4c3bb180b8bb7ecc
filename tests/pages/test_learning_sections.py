"""Sequencing, glossary, reader's guide and verdict on their pages, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.bundled import bundled_cohort
from explorer.lessons.glossary import find, glossary
from explorer.lessons.guide import guide
from explorer.literature.sequencing import INFORMS, sequencing
from explorer.study.presets import AS_PUBLISHED
from explorer.study.sharing import to_link
from explorer.ui.links import link
from explorer.ui.show import plain
from tests.pages.app import ROOT, open_page, spaced, tables, words
from tests.pages.cohorts import HARD, scores_only
from tests.tables import cohort

PARTS = ("Reader's guide", "Verdict", "Glossary")


def part(name, **held):
    app = open_page("learn", **held)
    app.segmented_control(key="learn-part").set_value(name).run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def reason(app, key):
    app.segmented_control(key="sequencing-reason").set_value(key).run()
    assert not app.exception
    return app


def alternative(app):
    (drawn,) = [caption.value for caption in app.caption if "drugs on" in caption.value]
    return spaced(drawn)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("kind", HARD)
def test_every_part_bears_hard_cohorts(name, kind):
    assert part(name, cohort=HARD[kind]()).subheader


# Sequencing


@pytest.mark.parametrize("key", [each.key for each in sequencing().places.reasons])
def test_the_section_says_that_it_informs_and_shows_every_row_with_its_link(key):
    said = words(reason(open_page("evidence"), key))
    assert INFORMS in said
    held = sequencing()
    for mention in held.reason(key).mentions:
        row = held.rows[mention.row]
        assert plain(row.text.rstrip(".")) in said, row.row
        assert row.link is None or link(row.who, row.link.url) in said, row.row


def test_another_reason_brings_other_rows_and_another_map():
    app = open_page("evidence")
    before = alternative(app)
    reason(app, "eye")
    assert alternative(app) != before
    assert "Do eye and face reactions settle on tralokinumab?" in words(app)
    assert "Does tralokinumab do less after an earlier advanced drug?" not in words(app)


def test_sides_of_a_conflict_stand_beside_each_other():
    app = open_page("evidence")
    (conflict,) = [each for each in sequencing().places.conflicts if each.caution == "S17"]
    less, alike = (f"*{plain(side.says)}*" for side in conflict.sides)
    sides = [column for column in app.columns if any(alike in m.value for m in column.markdown)]
    assert sides
    assert not any(less in m.value for m in sides[-1].markdown)


def test_a_count_of_the_reconstruction_is_never_taken_for_a_sourced_row():
    said = words(open_page("evidence"))
    assert "dupilumab ended for inadequate or lost response in" in said
    assert "This count is invented: the publication gives none." in said.replace("\\", "")


def test_nothing_for_or_against_a_drug_stands_under_access_as_if_it_were_about_approval():
    app = reason(open_page("evidence"), "access")
    assert "Where sources differ" not in words(app)
    assert "about drugs and guidelines in general" in words(app)


def test_why_the_first_drug_of_the_cohort_ended_is_counted():
    held = cohort(
        patients="patient_id\nP1\nP2\nP3\nP4",
        assessments="patient_id|day|instrument|score\nP1|-5|BSA|40\nP1|90|BSA|10",
        treatments="patient_id|drug|start_day|end_day|prescriptions|stop_reason\n"
        "P1|dupilumab|-300|-20|4|access\nP2|dupilumab|-300|-20|4|access\nP3|dupilumab|-300|-20|4|loss_of_response\n"
        "P4|dupilumab|-300|-20|4|\nP1|tralokinumab|0||3|\nP2|tralokinumab|0||3|\nP3|tralokinumab|0||3|\n"
        "P4|tralokinumab|0||3|",
    )
    app = open_page("evidence", cohort=held)
    assert "dupilumab ended for inadequate or lost response in 1/4." in words(app)
    said = words(reason(app, "access"))
    assert "dupilumab ended for reasons of access in 2/4." in said
    assert "This count is invented" not in said


def test_a_cohort_of_another_disease_is_told_so():
    said = words(open_page("evidence", cohort=scores_only()))
    assert "These rows are about atopic dermatitis" in said
    assert "The loaded cohort is about secukinumab" in said
    assert "These rows are about atopic dermatitis" not in words(open_page("evidence"))


def test_another_order_of_the_same_drugs_is_told_so():
    held = cohort(
        patients="patient_id\nP1\nP2",
        assessments="patient_id|day|instrument|score\nP1|-5|BSA|40\nP1|90|BSA|10",
        index_drug="dupilumab",
        prior_drug="tralokinumab",
    )
    assert "The loaded cohort is about dupilumab after tralokinumab" in words(open_page("evidence", cohort=held))


# Glossary


def test_the_glossary_shows_every_term_until_one_is_sought():
    app = part("Glossary")
    assert all(f"**{term.name}**" in words(app) for term in glossary().values() if term.name.isalpha())
    app.text_input(key="glossary-search").set_value("McNemar").run()
    said = words(app)
    assert "**McNemar test**" in said
    assert "**Persistence**" not in said
    app.text_input(key="glossary-search").set_value("xyzzy").run()
    assert "No term holds these letters" in words(app)


def test_an_address_opens_the_glossary_at_a_term():
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.query_params["term"] = "MCID"
    app.run()
    app.switch_page("pages/learn.py")
    app.query_params["term"] = "MCID"
    app.run()
    assert app.text_input(key="glossary-search").value == "MCID"
    assert spaced(find("mcid").meaning.split(".")[0]) in words(app)


# Reader's guide


def test_every_point_links_to_its_page_with_its_study():
    said = words(part("Reader's guide"))
    for point in guide():
        page = "./" if point.page == "overview" else point.page
        assert f"]({page}?study={to_link(point.study)})" in said


def test_with_a_cohort_of_ones_own_a_point_sets_the_study_or_says_what_is_lacking():
    held = scores_only()
    app = part("Reader's guide", cohort=held)
    assert "?study=" not in "".join(element.value for element in app.main.markdown)
    assert not [button for button in app.main.button if (button.key or "").startswith("guide-")]
    said = [each.value for each in app.main.caption if "Not shown with this cohort" in each.value]
    assert len(said) == sum(point.asks_for_a_change or point.page == "left_open" for point in guide())


def test_with_a_cohort_that_allows_it_a_point_sets_the_study_and_opens_the_page():
    app = part("Reader's guide", cohort=bundled_cohort())
    (button,) = [each for each in app.main.button if each.label == "Only patients whose outcome is known"]
    button.click().run()
    assert not app.exception
    assert app.session_state["study"].missing.kind == "observed"
    assert app.title[0].value == "Response"


# Verdict


def test_the_verdict_shows_the_rate_of_the_definition_in_force():
    can, cannot = tables(part("Verdict"))
    assert can["In these data"][0] == "24/47 (51 %)"
    assert cannot["Question"].str.contains("did it").any()
    study = AS_PUBLISHED.model_validate(AS_PUBLISHED.to_dict() | {"missing": "observed"})
    assert tables(part("Verdict", study=study))[0]["In these data"][0] == "24/32 (75 %)"


def test_the_verdict_is_withheld_with_hypothetical_additions():
    app = part("Verdict", study=AS_PUBLISHED.replace(eligibility=(), hypothetical=True))
    assert "no verdict is given" in words(app)
    assert not tables(app)
