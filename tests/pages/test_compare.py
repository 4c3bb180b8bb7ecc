"""The page that compares two definitions."""

from explorer.analysis.analyse import analyse
from explorer.analysis.compare import compare
from explorer.bundled import bundled_cohort
from explorer.study.presets import PRESETS
from tests.pages.app import open_page, tables, words
from tests.pages.cohorts import scores_only
from tests.studies import study

A = PRESETS["as-published"]


def choosing(name, **given):
    app = open_page("compare", **given)
    return app.selectbox(key="compare-b").set_value(PRESETS[name].study.name).run()


def test_the_rates_of_both_definitions_stand_side_by_side():
    app = choosing("bsa-50")
    a, b = (analyse(bundled_cohort(), PRESETS[name].study).response for name in ("as-published", "bsa-50"))
    assert f"{a.n_responders}/{a.n_evaluable} (51 %) under A, {b.n_responders}/{b.n_evaluable} (36 %) under B" in words(
        app
    )
    sides = tables(app)[0].set_index("")
    assert list(sides.loc["Responders"]) == ["24/47 (51 %)", "17/47 (36 %)"]
    assert list(sides.loc["Name"]) == ["As published", app.selectbox(key="compare-b").value]


def test_those_who_change_are_listed_with_the_change_that_explains_it():
    app = choosing("itch-4pt")
    found = compare(*(analyse(bundled_cohort(), PRESETS[name].study) for name in ("as-published", "itch-4pt")))
    _, differences, changed = tables(app)
    assert len(changed) == len(found.changed) == 25
    assert list(changed["Patient"]) == list(bundled_cohort().patients["patient_id"].iloc[found.changed])
    assert changed["Explained by"].str.startswith("1. response counted among").sum() == 14
    assert "Judged under A only, so not among them: 14 (under B: 14 not counted)" in words(app)
    assert list(differences.iloc[:, 2]) == ["14", "11"]


def test_swapping_puts_b_in_force_and_a_in_its_place():
    app = choosing("bsa-50")
    app.button(key="compare-swap").click().run()
    assert app.session_state["study"] == PRESETS["bsa-50"].study
    assert app.selectbox(key="compare-b").value == A.study.name
    assert "17/47 (36 %) under A, 24/47 (51 %) under B" in words(app)
    app.button(key="compare-swap").click().run()
    assert app.session_state["study"] == A.study


def test_a_kept_definition_stays_b_while_a_moves():
    moved = A.study.replace(name="Mine", missing="observed")
    app = open_page("compare", study=moved)
    app.button(key="compare-keep").click().run()
    assert app.selectbox(key="compare-b").value == "Mine"
    assert "A and B are the same definition" in words(app)
    app.session_state["study"] = A.study
    app.run()
    assert "under A" in words(app)
    assert "Mine" in app.selectbox(key="compare-b").options


def test_b_can_be_loaded_and_what_is_wrong_with_a_file_is_said():
    app = open_page("compare")
    app.session_state["compare-more"] = True
    app.run()
    loaded = A.study.replace(name="From a file", missing="observed")
    app.get("file_uploader")[0].upload("mine.json", loaded.to_json().encode(), "application/json").run()
    assert app.selectbox(key="compare-b").value == "From a file"
    app.get("file_uploader")[0].upload("broken.json", b"{", "application/json").run()
    assert "This is not JSON" in words(app)


def test_b_stays_when_the_page_is_left():
    app = choosing("strict")
    app.switch_page("pages/patients.py").run()
    app.switch_page("pages/compare.py").run()
    assert app.selectbox(key="compare-b").value == PRESETS["strict"].study.name


def test_hypothetical_additions_withhold_intervals_and_p():
    app = choosing("bsa-50", study=A.study.replace(hypothetical=True, eligibility=()))
    said = words(app)
    assert "withheld" in said
    assert "Newcombe" not in said
    assert "compare-tests" not in app.session_state


def in_tests(app):
    """Open the part with kappa and McNemar's test."""
    app.session_state["compare-tests"] = True
    return words(app.run())


def test_agreement_and_tests_are_shown_when_asked_for():
    app = choosing("bsa-50")
    assert "McNemar, exact" not in words(app)
    # 7 of 47 change, all one way. R 4.2.2: binom.test(7, 7)$p.value = 0.015625; kappa by hand: observed 40/47, by
    # chance (24 * 17 + 23 * 30) / 47^2, which gives 0.70.
    said = in_tests(app)
    assert "McNemar, exact: p = 0.016" in said
    assert "Cohen's kappa: 0.70" in said


def test_where_one_definition_judges_everybody_alike_kappa_is_said_not_to_be_defined():
    clear = [{"kind": "percent_improvement", "instrument": score, "at_least": 100} for score in ("BSA", "PPNRS", "IGA")]
    other = study(response={"rule": {"kind": "all_of", "rules": clear}}, missing="non_responder")
    assert "not defined, because one of the definitions judges everybody alike" in in_tests(
        open_page("compare", study=other)
    )


def test_p_on_a_synthetic_cohort_is_said_to_be_about_the_reconstruction():
    assert "interval and p value describe it, not patients" in in_tests(choosing("bsa-50"))


def test_a_cohort_without_presets_is_asked_for_a_second_definition():
    app = open_page("compare", cohort=scores_only())
    assert "A and B are the same definition" in words(app)
    half = {"kind": "percent_improvement", "instrument": "PASI", "at_least": 75}
    other = study(index_drug="secukinumab", prior_drug=None, response={"rule": half})
    app = open_page("compare", cohort=scores_only(), study=other)
    assert "under A" in words(app)
    assert "describe it, not patients" not in words(app)


def test_markup_in_a_name_stays_text():
    app = open_page("compare", study=A.study.replace(name="**bold** <b>", missing="observed"))
    app.button(key="compare-keep").click().run()
    app.session_state["study"] = A.study
    app.run()
    assert not app.exception
    assert tables(app)[0].iloc[0, 2] == "**bold** <b>"
    assert "<b>" not in words(app)


def test_the_other_definition_counts_as_looked_at():
    app = open_page("compare")
    assert len(app.session_state["viewed"].definitions) == 2
