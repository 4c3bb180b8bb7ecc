"""Who is analysed, without a browser."""

import pandas as pd

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.cohort.tables import build
from explorer.study.presets import PRESETS
from tests.pages.app import open_page, tables, words
from tests.pages.cohorts import scores_only
from tests.tables import metadata

PUBLISHED = PRESETS["as-published"].study


def changed(**changes):
    return PUBLISHED.model_validate(PUBLISHED.to_dict() | changes)


def titles(app):
    return [block.value.removeprefix("##### ") for block in app.markdown if block.value.startswith("##### ")]


def test_the_page_says_how_many_are_analysed_and_in_how_many_response_is_counted():
    app = open_page("eligibility")
    assert "### 49 of 49 patients analysed, response counted in 47" in words(app)
    assert len(app.get("vega_lite_chart")) == len(titles(app)) == 5


def test_nobody_being_excluded_is_explained_by_the_source():
    app = open_page("eligibility")
    assert any("The source gives no screening count" in info.value for info in app.info)
    assert "26 hypothetical additions" in words(app)
    assert "Which criteria the patients who are left out fail" not in titles(app)


def test_a_criterion_that_excludes_shows_the_overlap_and_who_is_left_out():
    older = {"kind": "age", "from": 40}
    study = changed(eligibility=[*PUBLISHED.to_dict()["eligibility"], older])
    analysis = analyse(bundled_cohort(), study)
    app = open_page("eligibility", study=study)
    assert f"### {analysis.ledger.n} of 49 patients analysed" in words(app)
    assert "Which criteria the patients who are left out fail" in titles(app)
    assert not any("screening count" in info.value for info in app.info)
    left_out = 49 - analysis.ledger.n
    assert list(tables(app)[0].columns) == [
        "Characteristic",
        f"Analysed (n = {analysis.ledger.n})",
        f"Left out (n = {left_out})",
    ]


def test_table_one_gives_the_figures_of_the_analysis():
    about = analyse(bundled_cohort(), PUBLISHED).description
    shown = tables(open_page("eligibility"))[0].set_index("Characteristic").iloc[:, 0]
    assert shown["Age, years"].startswith(f"{about.age_mean:.1f} ({about.age_sd:.1f})")
    assert shown["Prior dupilumab"] == f"{about.prior_drug_n}/{about.n} (96 %)"
    assert f"{about.prior_drug_exposure_median_days:.1f}" in shown["Time on dupilumab, days"]


def test_hypothetical_additions_are_counted_apart_when_counted_in():
    said = words(open_page("eligibility", study=changed(hypothetical=True, eligibility=[])))
    assert "### 49 reconstructed + 26 hypothetical of 49 + 26 hypothetical patients analysed" in said
    assert "response counted in 47 + 24 hypothetical" in said
    assert "left out of everything here" not in said


def test_hypothetical_additions_have_columns_of_their_own_in_table_one():
    older = {"kind": "age", "from": 18}
    shown = tables(open_page("eligibility", study=changed(hypothetical=True, eligibility=[older])))[0]
    assert shown.columns.tolist() == [
        "Characteristic",
        "Analysed (n = 49)",
        "Analysed, hypothetical (n = 23)",
        "Left out, hypothetical (n = 3)",
    ]


def test_the_place_of_a_list_is_kept_before_anything_is_clicked():
    older = {"kind": "age", "from": 40}
    said = words(open_page("eligibility", study=changed(eligibility=[older])))
    assert "Click a row to list the patients it stands for." in said
    links = open_page("eligibility").get("page_link")
    assert [link.proto.label for link in links if link.proto.disabled] == ["Click a tile to choose its patient"]


def test_a_cohort_without_a_prior_drug_says_what_the_page_would_need():
    app = open_page("eligibility", cohort=scores_only())
    assert any("names no prior drug" in info.value for info in app.info)
    assert "### 12 of 12 patients analysed, response counted in 12" in words(app)
    assert not any("screening count" in info.value for info in app.info)


def test_a_large_cohort_is_described_only_when_asked_and_has_no_tile_per_patient():
    n = 20_001
    ids = [f"P{at:05d}" for at in range(n)]
    patients = pd.DataFrame({"patient_id": ids, "index_date": "2022-06-01", "age": [20 + at % 60 for at in range(n)]})
    days = [*[0] * n, *[90] * n]
    scores = pd.DataFrame({"patient_id": ids * 2, "day": days, "instrument": "BSA", "score": [40] * n + [10] * n})
    cohort = build(metadata(prior_drug=None), {"patients": patients, "assessments": scores})
    app = open_page("eligibility", cohort=cohort)
    assert not tables(app)
    assert "Who lacks which score" not in titles(app)
    app.button(key="eligibility-table").click().run()
    assert tables(app)[0].columns[1] == "Analysed (n = 20001)"
