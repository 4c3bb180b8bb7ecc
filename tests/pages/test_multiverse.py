"""The multiverse page and its mark on other pages, without a browser."""

import json
import re

import pytest

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.charts.curve import said
from explorer.charts.theme import ORANGE
from explorer.export.numbers import percent, share
from explorer.export.people import responders
from explorer.multiverse import floor
from explorer.multiverse.curve import change_curve, response_curve
from explorer.multiverse.decisions import ThresholdDecision, WindowDecision
from explorer.multiverse.estimates import share_of
from explorer.multiverse.grid import Grid
from explorer.multiverse.grids import GRIDS, grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.study.eligibility import BaselineScore
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.ui import curves, multiverse
from explorer.ui.show import plain
from tests.multiverse.five import ENTRY, FIVE, MISSING, grid
from tests.pages.app import open_page, tables, words
from tests.pages.cohorts import all_missing, one_patient, scores_only

OBSERVED = AS_PUBLISHED.replace(missing="observed")


def small(study=AS_PUBLISHED):
    return GRIDS["small"].around(study)


def rates_of_the_rule(study):
    """The rate under each definition with the rule of the study and ten patients, each analysed by itself."""
    listing = listed(small(study))
    alike = [each for each in map(listing.study, range(len(listing))) if each.response.rule == study.response.rule]
    found = [analyse(bundled_cohort(), each).response for each in alike]
    return [response.rate for response in found if response.n_evaluable >= 10]


def rank(study):
    rates, mine = rates_of_the_rule(study), analyse(bundled_cohort(), study).response.rate
    return share_of(sum(rate < mine - 1e-9 for rate in rates), len(rates))


def reach(study):
    """From which to which percentage the definitions with the rule of a study go, and how many they are."""
    rates = rates_of_the_rule(study)
    low, high = (f"({percent(rate)})" for rate in (min(rates), max(rates)))
    return rf"\d+/\d+ {re.escape(low)} to \d+/\d+ {re.escape(high)} under {len(rates)} definitions"


@pytest.mark.parametrize("study", [AS_PUBLISHED, OBSERVED, PRESETS["bsa-50"].study], ids=lambda s: s.name)
def test_page_and_marks_say_the_rank_and_the_reach_that_analysing_each_definition_gives(study):
    r = analyse(bundled_cohort(), study).response
    assert f"### Higher than {rank(study)} of the definitions with this" in words(open_page("multiverse", study=study))
    for page in ("overview", "response"):
        said = words(open_page(page, study=study))
        assert f"[{share(r.n_responders, r.n_evaluable, r.rate)}; " in said, page
        assert f"with this responder rule\\: higher than {rank(study)}" in said, page
        assert re.search(reach(study), said), page


def test_the_mark_follows_the_study():
    app = open_page()
    assert f"higher than {rank(AS_PUBLISHED)}" in words(app)
    app.session_state["study"] = OBSERVED
    assert f"higher than {rank(OBSERVED)}" in words(app.run())


@pytest.mark.parametrize("about", [None, "BSA"])
def test_the_spread_is_not_put_down_to_the_choice_alone(about):
    app = open_page("multiverse")
    if about:
        app.segmented_control(key="multiverse-about").set_value(about).run()
    m = run(bundled_cohort(), listed(small()))
    curve = change_curve(m, about) if about else response_curve(m)
    n = (m.change[about].n_paired if about else m.response.n_evaluable)[curve.rows]
    ends = f"from {said(curve, 0)} to {said(curve, len(curve) - 1)}"
    expected = f"{ends}; they count different patients ({min(n):.0f} to {max(n):.0f}), so part of that is sampling."
    shown = words(app)
    assert plain(expected) in shown
    assert "the choice of definition alone" not in shown


def test_of_a_change_better_and_worse_are_counted_and_not_lower_and_higher():
    app = open_page("multiverse")
    app.segmented_control(key="multiverse-about").set_value("BSA").run()
    listing = listed(small())
    found = [analyse(bundled_cohort(), listing.study(row)).change for row in range(len(listing))]
    bsa = [next(each for each in changes if each.instrument == "BSA") for changes in found]
    means = {round(each.mean_change, 9) for each in bsa if each.n_paired >= 10}
    mine = next(each for each in analyse(bundled_cohort(), AS_PUBLISHED).change if each.instrument == "BSA").mean_change
    better, worse = sum(mean < mine - 1e-6 for mean in means), sum(mean > mine + 1e-6 for mean in means)
    # Definitions with equal means are told apart only by whom they count, which happens nowhere in this grid.
    expected = f"(% of body surface) is better in {better}, the same in 1, itself included, and worse in {worse}."
    assert expected in words(app)


def test_the_picture_comes_before_what_is_long():
    drawn = [type(each).__name__ + str(getattr(each, "value", "")) for each in open_page("multiverse").main]
    picture = next(at for at, each in enumerate(drawn) if "from the lowest to the highest" in each)
    words_below = next(at for at, each in enumerate(drawn) if "The rank is no probability" in each)
    assert picture < words_below


def test_ranks_are_said_to_be_no_probability_and_the_best_is_not_to_be_picked():
    said = words(open_page("multiverse"))
    assert "The rank is no probability" in said
    assert "To choose a definition for what it gives" in said


@pytest.mark.parametrize("size", ["small", "medium", "large"])
def test_each_size_says_how_many_definitions_it_has_and_is_run(size):
    app = open_page("multiverse")
    n = len(listed(GRIDS[size].around(AS_PUBLISHED)))
    control = app.segmented_control(key="multiverse-size")
    assert any(option.endswith(f"· {n:,}") for option in control.options)
    control.set_value(size).run()
    assert not app.exception
    curve = response_curve(run(bundled_cohort(), listed(GRIDS[size].around(AS_PUBLISHED))))
    assert f"of the {len(curve):,} definitions with this responder rule" in words(app)
    assert multiverse.called(multiverse.InUse("", size, *[GRIDS[size]] * 3)) == f"the {size} grid"


def test_the_size_chosen_holds_for_the_marks_too():
    app = open_page("multiverse")
    app.segmented_control(key="multiverse-size").set_value("medium").run()
    curve = response_curve(run(bundled_cohort(), listed(GRIDS["medium"])))
    assert f"under {len(curve):,} definitions with this" in words(app.switch_page("pages/overview.py").run())


def test_a_number_on_the_curve_puts_that_definition_in_force_and_undo_takes_it_back():
    app = open_page("multiverse")
    m = run(bundled_cohort(), listed(small()))
    curve = response_curve(m)
    app.number_input(key="multiverse-rank").set_value(len(curve)).run()
    chosen = m.listing.study(int(curve.rows[-1]))
    assert app.session_state["study"].fingerprint == chosen.fingerprint
    assert app.session_state["study"].name == "As published (changed)"
    assert said(curve, len(curve) - 1) in words(app)
    app.session_state["study"], app.session_state["history"] = app.session_state["history"][-1][0], ()
    assert f"Higher than {rank(AS_PUBLISHED)}" in words(app.run())


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [((0.25, 0.5), (0.5, 0.75), (25, 75)), ((0.5, 0.75), (0.25, 0.5), (25, 75)), ((0.25, 0.5), (0.25, 0.5), None)],
    ids=["to the right", "to the left", "a click"],
)
def test_a_drag_reaches_from_the_step_where_it_began_to_the_one_where_it_ends(begin, end, expected):
    selection = {name: [{"x": x, "x2": x2}] for name, (x, x2) in (("begin", begin), ("end", end))}
    assert curves.stretch(selection) == expected


def test_nothing_dragged_is_no_stretch():
    assert curves.stretch({}) is None


def test_a_stretch_of_the_curve_shows_the_options_that_are_over_represented_there():
    app = open_page("multiverse")
    assert "Most over-represented" not in words(app)
    app.slider(key="multiverse-part").set_value((0, 25)).run()
    n = len(response_curve(run(bundled_cohort(), listed(small()))))
    assert f"Options of the {n // 4} definitions in this stretch, of {n} on the curve" in words(app)
    assert "Most over-represented" in words(app)


def test_every_nearest_flip_is_listed_and_gives_the_stated_flip_when_it_is_put_in_force():
    app = open_page("multiverse")
    assert "the rate is 50 % or more" in words(app)
    listing = listed(small())
    one_change = [
        row
        for row in range(len(listing))
        if (listing.choices[row] != listing.choices[listing.in_force]).sum() == 1
        and listing.study(row).response.rule == AS_PUBLISHED.response.rule
    ]
    expected = [row for row in one_change if analyse(bundled_cohort(), listing.study(row)).response.rate < 0.5]
    keys = {button.key for button in app.button if str(button.key).startswith("multiverse-flip")}
    assert keys == {f"multiverse-flip-{row}" for row in expected}
    listed_flips = next(table for table in tables(app) if "Changed choice" in table)
    assert len(listed_flips) == len(expected)
    for row in expected:
        app = open_page("multiverse")
        app.button(key=f"multiverse-flip-{row}").click().run()
        assert app.session_state["study"].fingerprint == listing.study(row).fingerprint
        r = analyse(bundled_cohort(), app.session_state["study"]).response
        assert r.rate < 0.5
        assert f"the rate is below 50 %\\: {share(r.n_responders, r.n_evaluable, r.rate)[:-1]};" in words(app)


def test_all_rules_are_shown_each_by_itself():
    app = open_page("multiverse")
    app.segmented_control(key="multiverse-scope").set_value("all rules").run()
    said = words(app)
    assert "Response rate under each responder rule" in said
    assert "different rules ask different questions" in said
    assert rank(AS_PUBLISHED) in said


def test_on_a_synthetic_cohort_no_p_value_is_given_for_a_change():
    app = open_page("multiverse")
    app.segmented_control(key="multiverse-about").set_value("IGA").run()
    said = words(app)
    assert "Mean change of IGA under" in said
    assert "Nothing is tested here" in said
    assert "p =" not in said
    assert "p \\<" not in said


def test_a_cohort_of_patients_is_tested_and_the_same_each_time():
    results = set()
    for _ in range(2):
        app = open_page("multiverse", cohort=scores_only())
        app.segmented_control(key="multiverse-about").set_value("PASI").run()
        said = words(app)
        assert "Could the whole curve come from no change at all?" in said
        assert "A small p speaks against that, not for the drug" in said
        results.add(next(line for line in said.splitlines() if "sign patterns" in line))
    assert len(results) == 1


@pytest.mark.parametrize("cohort", [one_patient, all_missing], ids=lambda make: make.__name__)
def test_without_patients_enough_nothing_is_ranked(cohort):
    for page in ("multiverse", "overview", "response"):
        assert "of the definitions with this responder rule" not in words(open_page(page, cohort=cohort()))


def test_a_definition_that_is_not_run_live_is_said_to_have_no_place():
    study = AS_PUBLISHED.replace(missing={"kind": "multiple_imputation", "imputations": 2})
    said = words(open_page("multiverse", study=study))
    no_place = "the definition in force has no place among them\\: multiple imputation runs study by study"
    assert no_place in said
    assert "To choose a definition for what it gives" in said
    assert "orange, from the definition in force" not in said
    assert (
        "Missing outcomes\\: the option in force gives no figure, so others stand in place of “count as no response”."
        in said
    )
    marked = words(open_page("overview", study=study))
    assert no_place in marked
    assert "higher than" not in marked


def test_the_small_picture_has_its_line_where_the_definition_stands(monkeypatch):
    monkeypatch.setattr(floor, "FEWEST", 1)
    curve = response_curve(run(FIVE, listed(grid(ENTRY, MISSING))))
    # The second of four.
    assert "left:37.5%" in multiverse.strip(curve)
    assert "37.5% 40.0%" in multiverse.strip(curve)


def test_the_small_picture_has_no_line_where_the_definition_has_no_place():
    study = AS_PUBLISHED.replace(missing={"kind": "multiple_imputation", "imputations": 2})
    curve = response_curve(run(bundled_cohort(), listed(small(study))))
    assert len(curve)
    assert ORANGE in multiverse.strip(response_curve(run(bundled_cohort(), listed(small()))))
    assert ORANGE not in multiverse.strip(curve)


def test_the_line_of_the_small_picture_is_hollow_where_additions_are_counted_in():
    study = AS_PUBLISHED.replace(hypothetical=True, eligibility=())
    drawn = multiverse.strip(response_curve(run(bundled_cohort(), listed(small(study)))))
    assert f"border:1px solid {ORANGE}" in drawn
    assert f"background:{ORANGE}" not in drawn


def test_hypothetical_additions_are_said_counted_apart_and_put_to_no_test():
    study = AS_PUBLISHED.replace(hypothetical=True, eligibility=())
    shown = words(open_page("multiverse", study=study))
    assert "Hypothetical additions are counted in, under every definition" in shown
    assert "so no conclusion is put to the test" in shown
    assert "nearest flip" not in shown
    apart = responders(analyse(bundled_cohort(), study))
    assert re.fullmatch(r"\d+/\d+ reconstructed \+ \d+/\d+ hypothetical", apart)
    assert f"{apart}\\: of the " in shown
    assert f"in force (orange, hollow\\: hypothetical additions are counted in)\\: {apart}, no interval" in shown
    assert f"[{apart}; " in words(open_page("overview", study=study))


def test_a_caution_that_many_carry_has_no_number_of_one():
    study = AS_PUBLISHED.replace(eligibility=(*AS_PUBLISHED.eligibility, BaselineScore(instrument="IGA", at_least=4)))
    carrying = response_curve(run(bundled_cohort(), listed(small(study))))
    assert any("few_evaluable" in text for text in carrying.multiverse.cautions[carrying.rows])
    app = open_page("multiverse", study=study)
    app.session_state["multiverse-cautions"] = True
    shown = tables(app.run())
    said = next(table for table in shown if "Caution" in table)["Caution"].tolist()
    assert "Fewer than 10 patients can be evaluated: read the interval and not the percentage." in said


# The grid


def opened():
    app = open_page("multiverse")
    app.session_state["multiverse-options"] = True
    return app.run()


def place_of(label):
    return next(
        f"{at}-{option}"
        for at, decision in enumerate(GRIDS["small"].decisions)
        for option, held in enumerate(decision.options)
        if held.label == label
    )


def test_every_option_stands_with_its_reason_and_source():
    said = words(opened())
    for decision in GRIDS["small"].decisions:
        for option in decision.options:
            assert plain(option.reason) in said
            assert plain(option.source) in said


def test_an_option_left_out_takes_its_definitions_with_it_and_comes_back():
    app = opened()
    assert app.segmented_control(key="multiverse-size").options[0] == f"Small · {len(listed(small()))}"
    app.checkbox(key=f"multiverse-keep-{place_of('left out')}").uncheck().run()
    left = [row for row in listed(small()).choices.tolist() if "left out" not in small().labels(row)]
    assert app.segmented_control(key="multiverse-size").options[0] == f"Small, edited · {len(left)}"
    app.checkbox(key=f"multiverse-keep-{place_of('left out')}").check().run()
    assert app.segmented_control(key="multiverse-size").options[0] == f"Small · {len(listed(small()))}"


def deciding(size, kind):
    return next((at, each) for at, each in enumerate(GRIDS[size].decisions) if isinstance(each, kind))


def test_a_threshold_is_added_and_what_was_left_out_stays_out():
    app = opened()
    app.segmented_control(key="multiverse-size").set_value("medium").run()
    at, decision = deciding("medium", ThresholdDecision)
    app.checkbox(key=f"multiverse-keep-{at}-0").uncheck().run()
    app.number_input(key=f"multiverse-add-{at}-value").set_value(2.5).run()
    app.button(key=f"multiverse-add-{at}").click().run()
    held = app.session_state["multiverse"].grid
    assert [option.at_least for option in held.decisions[at].options] == [
        *(option.at_least for option in decision.options[1:]),
        2.5,
    ]
    n = len(listed(held.around(AS_PUBLISHED)))
    assert app.segmented_control(key="multiverse-size").options[1] == f"Medium, edited · {n:,}"
    app.number_input(key=f"multiverse-add-{at}-value").set_value(2.5).run()
    app.button(key=f"multiverse-add-{at}").click().run()
    assert "has this option already" in words(app)
    app.button(key="multiverse-whole").click().run()
    assert app.session_state["multiverse"].grid == GRIDS["medium"]


def test_a_window_is_added_and_one_that_holds_no_day_is_refused():
    app = opened()
    at, decision = deciding("small", WindowDecision)
    app.number_input(key=f"multiverse-add-{at}-from").set_value(130).run()
    app.button(key=f"multiverse-add-{at}").click().run()
    assert "no day lies from 130 to 120" in words(app)
    app.number_input(key=f"multiverse-add-{at}-from").set_value(60).run()
    app.button(key=f"multiverse-add-{at}").click().run()
    options = app.session_state["multiverse"].grid.decisions[at].options
    assert (options[-1].window.from_day, options[-1].window.to_day) == (60, 120)
    assert len(options) == len(decision.options) + 1
    assert plain(options[-1].label) in [box.label for box in app.checkbox]


def test_what_the_definition_in_force_does_stays_in():
    app = opened()
    app.checkbox(key=f"multiverse-keep-{place_of('count as no response')}").uncheck().run()
    assert not app.exception
    assert "24/47 (51 %)" in words(app)
    assert rank(AS_PUBLISHED) in words(app)


def test_a_decision_keeps_an_option():
    app = opened()
    severity = next(at for at, each in enumerate(GRIDS["small"].decisions) if each.name == "Severity at the start")
    app.checkbox(key=f"multiverse-keep-{severity}-0").uncheck().run()
    app.checkbox(key=f"multiverse-keep-{severity}-1").uncheck().run()
    assert "keeps at least one option" in words(app)
    assert app.checkbox(key=f"multiverse-keep-{severity}-1").value


def upload(app, name, content):
    app.get("file_uploader")[-1].upload(name, content, "application/json").run()
    assert not app.exception, [error.message for error in app.exception]
    return app


def test_a_grid_is_taken_from_a_file():
    edited = GRIDS["medium"].replace(name="mine", decisions=GRIDS["medium"].decisions[:3], forbidden=())
    app = upload(open_page("multiverse"), "mine.json", edited.to_json().encode())
    assert app.segmented_control(key="multiverse-size").options[-1] == f"From a file · {len(listed(edited))}"
    assert app.segmented_control(key="multiverse-size").value == multiverse.FROM_FILE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "This is not JSON"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (json.dumps({"schema": 1, "name": "x", "base": AS_PUBLISHED.to_dict(), "decisions": []}).encode(), "decisions"),
    ],
)
def test_a_grid_that_cannot_be_read_is_refused_and_the_one_in_use_stays(content, said):
    app = upload(open_page("multiverse"), "broken.json", content)
    assert said in words(app)
    assert app.segmented_control(key="multiverse-size").value == "small"


def test_a_grid_too_large_to_look_on_is_refused(monkeypatch):
    monkeypatch.setattr(multiverse, "MOST_LIVE", 100)
    app = upload(open_page("multiverse"), "large.json", GRIDS["large"].to_json().encode())
    assert f"This grid has {len(listed(GRIDS['large'])):,} definitions; at most 100 are run" in words(app)
    assert app.segmented_control(key="multiverse-size").value == "small"


def test_definitions_that_cannot_be_computed_are_counted_with_their_reason():
    held = json.loads(GRIDS["small"].to_json())
    rule = next(each for each in held["decisions"] if each["field"] == "rule")
    rule["options"].append(
        {"label": "EASI halved", "rule": {"kind": "percent_improvement", "instrument": "EASI", "at_least": 50}}
    )
    edited = Grid.model_validate(held)
    app = open_page("multiverse")
    app.session_state["multiverse-problems"] = True
    app = upload(app, "easi.json", edited.to_json().encode())
    lost = len(listed(edited)) - len(listed(small()))
    assert f"({lost}/{len(listed(edited))}) of all definitions" in "".join(each.label for each in app.expander)
    assert "EASI" in words(app)


def test_cautions_are_counted_and_say_what_they_are():
    app = open_page("multiverse")
    app.session_state["multiverse-cautions"] = True
    app.run()
    m = run(bundled_cohort(), listed(small()))
    curve = response_curve(m)
    carrying = sum(bool(text) for text in m.cautions[curve.rows])
    assert any(f"({carrying}/{len(curve)}) of these definitions" in each.label for each in app.expander)
    assert "early stoppers are left out" in words(app)


def test_another_cohort_begins_with_a_grid_of_its_own():
    app = open_page("multiverse")
    app.segmented_control(key="multiverse-size").set_value("medium").run()
    app.session_state["cohort"] = scores_only()
    app.session_state["study"] = grids_for(scores_only())["small"].base
    app.run()
    assert not app.exception
    n = len(listed(grids_for(scores_only())["small"]))
    assert app.segmented_control(key="multiverse-size").options[0] == f"Small · {n}"


def test_the_multiverse_shown_is_said_in_every_file():
    app = open_page("multiverse")
    assert app.session_state["viewed"].at_once == 288
