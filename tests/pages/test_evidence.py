"""Published evidence: the forest follows outcome and definition, every row links to its source, pooling is refused."""

import re

import pytest

from explorer.literature import studies
from explorer.study.presets import PRESETS
from tests.literature.evidence import finding
from tests.pages.app import open_page, tables, words
from tests.pages.cohorts import scores_only

SEED = "The loaded cohort was made to give what this publication printed."


def forest(app):
    return next(table for table in tables(app) if list(table)[-1] == "Source" and "Result" in table)


def test_the_page_says_what_is_there_and_what_was_read():
    said = words(open_page("evidence"))
    assert "119 published rows of 43 studies\\: 85 read as abstracts, 1 in full text and 33 in the press" in said
    assert "15/119 rows print a count" in said
    assert "13 gaps" in said
    assert "No page read gave a result of ADapt" in said


def test_the_cohort_stands_beside_the_outcome_it_counts_and_moves_with_the_definition():
    app = open_page("evidence")
    assert app.selectbox(key="evidence-outcome").value == "CLINICIAN_DEFINED_RESPONSE"
    assert "The loaded cohort\\: 24/47 (51 %)." in words(app)
    moved = open_page("evidence", study=PRESETS["as-published"].study.replace(missing="observed"))
    assert "The loaded cohort\\: 24/32 (75 %)." in words(moved)


def test_every_row_shown_links_to_its_source_and_says_what_was_read():
    app = open_page("evidence")
    app.selectbox(key="evidence-outcome").set_value("EASI_75").run()
    held = forest(app)
    assert len(held) == 32
    assert held["Source"].str.contains(r"read: (?:abstract|press|full text)").all()
    html = next(each.value for each in app.markdown if "Rows and in what they differ" in each.value)
    assert len(re.findall(r'<a href="https?://[^"]+" target="_blank"', html)) == 32
    assert html.count("<details><summary>Note</summary>") == 32
    assert "secondary copy</a>" in html


def test_comparable_says_what_differs_and_follows_the_definition():
    app = open_page("evidence")
    assert forest(app)["Comparable?"].tolist()[0].startswith(SEED)
    assert "week 20, here weeks 4 to 17" in forest(app)["Comparable?"].tolist()[-1]
    longer = {"from_day": 30, "to_day": 365, "pick": "last"}
    later = PRESETS["as-published"].study.to_dict() | {"follow_up": longer}
    moved = open_page("evidence", study=type(PRESETS["as-published"].study).from_dict(later))
    assert "week 20" not in forest(moved)["Comparable?"].tolist()[-1]


def test_beside_another_outcome_the_cohort_is_not_drawn_and_a_fitting_definition_is_offered():
    app = open_page("evidence")
    app.selectbox(key="evidence-outcome").set_value("IGA_0_1").run()
    assert "The loaded cohort\\:" not in words(app)
    assert "The definition in force counts a composite, so the loaded cohort is not drawn" in words(app).replace(
        "\\", ""
    )
    app.button(key="evidence-offer-iga-01-2pt").click().run()
    assert app.session_state["study"] == PRESETS["iga-01-2pt"].study
    assert "The loaded cohort\\:" in words(app)


def test_filters_narrow_the_rows():
    app = open_page("evidence")
    app.selectbox(key="evidence-outcome").set_value("EASI_75").run()
    app.button_group(key="evidence-priors").set_value(["all"]).run()
    assert len(forest(app)) == 5
    app.button_group(key="evidence-sources").set_value(["press"]).run()
    assert len(forest(app)) == 1
    app.button_group(key="evidence-designs").set_value(["RCT"]).run()
    assert "No published row is left" in words(app)


def test_another_disease_is_set_beside_nothing():
    app = open_page("evidence", cohort=scores_only())
    said = words(app)
    assert "none is of secukinumab" in said
    assert "The loaded cohort\\:" not in said
    assert "Comparable?" not in forest(app)


def test_nothing_is_pooled_unasked_and_the_bundled_rows_are_refused_in_words():
    app = open_page("evidence")
    assert "Refused" not in words(app)
    assert "No outcome here has 3 such studies" in words(app)
    app.toggle(key="evidence-pool").set_value(True).run()
    said = words(app)
    assert "Refused\\: no row may enter a pool" in said
    assert "Erasmus 2023\\: time not stated" in said
    app.checkbox(key="evidence-unstated").set_value(True).run()
    assert "The largest set has 1 study" in words(app)
    why = next(table for table in tables(app) if "Why left out" in table)
    assert "no count printed" in why["Why left out"].tolist()


@pytest.fixture
def five(monkeypatch):
    """Five studies alike, and one that the press alone reports."""
    counts = {"A": (10, 40), "B": (20, 50), "C": (12, 24), "D": (9, 30), "E": (4, 30)}
    rows = [finding(name, *held) for name, held in counts.items()]
    rows += [finding("F", 5, 10, read_from="press"), *(finding("G", 1, 9, outcome="CLINICIAN_DEFINED_RESPONSE"),)]
    for module in ("evidence", "evidence_pooling", "evidence_context"):
        monkeypatch.setattr(f"explorer.ui.{module}.literature", lambda: tuple(rows))
    return studies.agents(rows)


def test_five_studies_alike_are_pooled_and_the_pool_says_what_it_may_not_be_used_for(five):
    app = open_page("evidence")
    app.selectbox(key="evidence-outcome").set_value("CLINICIAN_DEFINED_RESPONSE").run()
    assert "This outcome has fewer than 3 such studies" in words(app)
    app.selectbox(key="evidence-outcome").set_value("IGA_0_1").run()
    assert "such studies**" not in words(app)
    app.toggle(key="evidence-pool").set_value(True).run()
    said = words(app).replace("\\", "")
    # metafor would say so for the same counts; the numbers are tested where the pool is computed.
    assert "5 studies (tralokinumab; prior dupilumab: all; everybody treated; 12 to 20 weeks" in said
    assert "95 % prediction interval" in said
    assert "It may not be used to compare drugs" in said
    assert len(next(table for table in tables(app) if "Pooled without it" in table)) == 5
    assert "As you asked" not in said
    app.checkbox(key="evidence-press").set_value(True).run()
    said = words(app).replace("\\", "")
    assert "As you asked: press figures let in. 1 row of 6 read in the press only." in said
