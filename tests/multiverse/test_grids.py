"""The grids that are offered, for the published study and for any cohort, and how they are edited."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.bundled import bundled_cohort
from explorer.cohort.readers import read
from explorer.cohort.tables import build
from explorer.errors import DefinitionError
from explorer.multiverse.editing import (
    add_threshold,
    add_window,
    decision_of,
    keeping,
    leave_out,
    option_of,
    put_back,
)
from explorer.multiverse.grid import Grid
from explorer.multiverse.grids import GRIDS, SIZES, grids_for
from explorer.multiverse.listing import listed
from explorer.multiverse.run import run
from explorer.multiverse.texts import fingerprints
from explorer.multiverse.trimming import combinations, trimmed
from explorer.study.presets import AS_PUBLISHED, default_for
from explorer.study.study import Study
from explorer.study.windows import Window
from tests.public import adas, dystonia, pasi
from tests.study.cohorts import PSORIASIS, SWITCHED, WELL
from tests.tables import cohort

SMALL, MEDIUM, LARGE = GRIDS["small"], GRIDS["medium"], GRIDS["large"]
DESCRIPTION = Path(__file__).parents[2] / "docs" / "grids.md"
DECISION_OPTIONS = [(each.name, option.label) for each in MEDIUM.decisions for option in each.options]
ALL_OPTIONS = [option for grid in GRIDS.values() for each in grid.decisions for option in each.options]


def labels(grid: Grid) -> pd.DataFrame:
    """The options that each study of a grid takes."""
    listing = listed(grid)
    named = [np.array([*listing.labels(place), ""]) for place in range(len(grid.decisions))]
    return pd.DataFrame(
        {each.name: named[place][listing.choices[:, place]] for place, each in enumerate(grid.decisions)}
    )


# Around the published study


@pytest.mark.parametrize(
    ("name", "least", "most"), [("small", 250, 350), ("medium", 4_000, 6_000), ("large", 45_000, 60_000)]
)
def test_the_grids_are_about_as_large_as_they_are_said_to_be(name, least, most):
    assert least <= len(listed(GRIDS[name])) <= most


@pytest.mark.parametrize("name", GRIDS)
def test_the_published_study_is_one_of_every_grid_and_no_two_studies_are_alike(name):
    listing = listed(GRIDS[name])
    assert listing.study(listing.in_force) == AS_PUBLISHED
    assert len(set(fingerprints(listing))) == len(listing)


def test_every_option_has_a_reason_and_says_where_it_was_read_or_that_it_is_ours():
    for option in ALL_OPTIONS:
        assert option.reason.endswith(".")
        assert "https://" in option.source or option.source.startswith("Our")


def test_every_forbidden_combination_has_a_reason_and_names_what_there_is():
    assert all(rule.reason.endswith(".") for grid in GRIDS.values() for rule in grid.forbidden)
    named = {rule.reason for rule in LARGE.forbidden}
    assert {rule.reason for rule in (*SMALL.forbidden, *MEDIUM.forbidden)} < named


def test_bounds_and_imputations_are_no_options():
    kinds = {option.missing.kind for option in ALL_OPTIONS if hasattr(option, "missing")}
    assert kinds == {"observed", "non_responder", "last_observation"}


def asks(rule: dict, kind: str, instrument: str) -> bool:
    """Whether the JSON of a rule asks somewhere for at least so much of an improvement."""
    if (rule["kind"], rule.get("instrument")) == (kind, instrument) and "at_least" in rule:
        return True
    return any(asks(part, kind, instrument) for part in rule.get("rules", ()))


def by_hand(grid: Grid) -> set[tuple[str, ...]]:
    """Every combination of labels, thresholds only where the rule asks, without the forbidden ones."""
    fields = grid.model_dump(mode="json", exclude_none=True)
    rules = {each["label"]: each["rule"] for d in fields["decisions"] if d["field"] == "rule" for each in d["options"]}
    names = [each["name"] for each in fields["decisions"]]
    found = set()
    for chosen in itertools.product(*[[each["label"] for each in d["options"]] for d in fields["decisions"]]):
        rule = rules[chosen[names.index("Response")]]
        arising = tuple(
            label if d["field"] != "threshold" or asks(rule, d["kind"], d["about"]) else ""
            for d, label in zip(fields["decisions"], chosen, strict=True)
        )
        forbidden = any(
            all(arising[names.index(name)] in options for name, options in each["choices"].items())
            for each in fields.get("forbidden", ())
        )
        if not forbidden:
            found.add(arising)
    return found


@pytest.mark.parametrize("name", ["small", "medium"])
def test_a_grid_lists_the_product_of_its_options_without_what_is_forbidden(name):
    rows = list(labels(GRIDS[name]).itertuples(index=False, name=None))
    assert len(rows) == len(set(rows))
    assert set(rows) == by_hand(GRIDS[name])


def test_every_study_that_is_listed_can_be_saved_and_read():
    listing = listed(LARGE)
    for row in {*range(0, len(listing), 199), *range(200), len(listing) - 1}:
        assert Study.from_json(listing.study(row).to_json()) == listing.study(row)


def test_every_option_changes_somebody_on_the_bundled_cohort():
    """Compared with the first option, all else being equal; a threshold counts where the rule asks for it."""
    found = run(bundled_cohort(), listed(LARGE)).response
    counts = ["n_eligible", "n_among", "n_evaluable", "n_responders"]
    studies = labels(LARGE).assign(**{name: getattr(found, name) for name in counts})
    for decision in LARGE.decisions:
        others = [
            each.name
            for each in LARGE.decisions
            if each != decision and not (decision.field == "rule" and each.field == "threshold")
        ]
        first = studies[studies[decision.name] == decision.options[0].label].drop_duplicates(others)
        for option in decision.options[1:]:
            pairs = first.merge(studies[studies[decision.name] == option.label], on=others)
            assert len(pairs) > 0
            differs = [(pairs[f"{name}_x"] != pairs[f"{name}_y"]).any() for name in counts]
            assert any(differs), option.label


def test_the_description_of_the_file_can_be_read_and_the_sizes_in_it_are_right():
    text = DESCRIPTION.read_text("utf-8")
    example = text.split("```json")[1].split("```")[0].replace("{a study}", AS_PUBLISHED.to_json())
    # 2 policies, 2 thresholds of BSA and 2 follow-ups (the base brings its own), less what is forbidden in both thresholds
    assert len(listed(Grid.from_json(example).around(AS_PUBLISHED))) == 2 * 2 * 2 - 2
    for name, grid in GRIDS.items():
        assert f"| `{name}` | {len(listed(grid)):,} |" in text


# Any cohort


def bundled_tables() -> dict[str, pd.DataFrame]:
    bundled = bundled_cohort()
    return {table: getattr(bundled, table)[sorted(bundled.columns_given[table])] for table in bundled.tables}


def named_otherwise():
    """The bundled cohort under other names of drugs, so that the published study does not fit."""
    drugs = {"tralokinumab": "second drug", "dupilumab": "first drug"}
    tables = {
        name: frame.assign(drug=frame["drug"].astype(str).replace(drugs)) if "drug" in frame else frame
        for name, frame in bundled_tables().items()
    }
    return build(replace(bundled_cohort().metadata, index_drug="second drug", prior_drug="first drug"), tables)


def without_stop_reasons():
    tables = bundled_tables()
    return build(bundled_cohort().metadata, tables | {"treatments": tables["treatments"].drop(columns="stop_reason")})


WELL_BEING = cohort(
    patients="patient_id | age\nP1 | 30\nP2 | 17\nP3 | 40\nP4 | 55",
    assessments="""
        patient_id | day | instrument | score
        P1         | 0   | WELL       | 4
        P1         | 60  | WELL       | 9
        P1         | 100 | WELL       | 12
        P2         | -10 | WELL       | 8
        P2         | 90  | WELL       | 9
        P3         | 0   | WELL       | 2
        P4         | 0   | WELL       | 16
        P4         | 40  | WELL       | 3
    """,
    instruments={"WELL": WELL},
    prior_drug=None,
)
REPORTS = cohort(
    patients="patient_id\nP1\nP2",
    reports="patient_id | day | item | answer\nP1 | 40 | better | yes\nP2 | 90 | better | no",
    prior_drug=None,
)

COHORTS = {
    "other names": named_otherwise,
    "no stop reasons": without_stop_reasons,
    "as published, tiny": lambda: SWITCHED,
    "psoriasis, tiny": lambda: PSORIASIS,
    "higher is better": lambda: WELL_BEING,
    "reports alone": lambda: REPORTS,
}
PUBLIC = {"pasi": pasi, "dystonia": dystonia, "adas": adas}


@pytest.fixture(params=[*COHORTS, *PUBLIC])
def any_cohort(request, tmp_path):
    if request.param in COHORTS:
        return COHORTS[request.param]()
    return read(PUBLIC[request.param].folder(tmp_path / "cohort"))


def test_the_bundled_cohort_gets_the_grids_around_the_published_study():
    assert grids_for(bundled_cohort()) == dict(GRIDS)


def test_any_cohort_gets_grids_around_its_own_study_that_it_can_be_analysed_under(any_cohort):
    offered = grids_for(any_cohort)
    assert list(offered) == list(SIZES)
    for name, grid in offered.items():
        listing = listed(grid)
        assert listing.study(listing.in_force) == default_for(any_cohort)
        assert 1 < len(listing) <= SIZES[name]
        assert len(set(fingerprints(listing))) == len(listing)
        assert set(run(any_cohort, listing).problem) == {""}
        assert Grid.from_json(grid.to_json()) == grid
        assert all(option.reason and option.source for each in grid.decisions for option in each.options)


def test_a_smaller_grid_is_part_of_a_larger_one(any_cohort):
    small, medium, large = (set(fingerprints(listed(grid))) for grid in grids_for(any_cohort).values())
    assert small <= medium <= large


def test_a_cohort_that_holds_much_is_asked_much():
    sizes = [len(listed(grid)) for grid in grids_for(named_otherwise()).values()]
    assert sizes[0] > 150
    assert sizes[1] > 2_000
    assert sizes[2] > 20_000


def test_an_option_that_the_cohort_lacks_something_for_is_left_out():
    offered = grids_for(without_stop_reasons())["medium"]
    assert [option.label for option in decision_of(offered, "Prior dupilumab").options] == ["any prior dupilumab"]
    assert decision_of(offered, "Response") == decision_of(MEDIUM, "Response")


def test_thresholds_of_a_known_score_carry_their_sources():
    threshold = decision_of(grids_for(PSORIASIS)["large"], "PASI threshold (%)")
    assert [option.at_least for option in threshold.options] == [50, 75, 90, 30]
    assert [option.source == "Our own" for option in threshold.options] == [False, False, False, True]


def test_where_higher_is_better_the_worse_half_is_the_lower_and_points_are_asked_for():
    offered = grids_for(WELL_BEING)["large"]
    assert decision_of(offered, "Severity at the start").options[1].criteria[0].at_most == 6  # median of 4, 8, 2, 16
    assert decision_of(offered, "Age").options[1].label == "adults"
    assert "percent" not in offered.to_json()


def test_with_reports_alone_nothing_is_carried_forward():
    policies = decision_of(grids_for(REPORTS)["large"], "Missing outcomes").options
    assert [option.missing.kind for option in policies] == ["observed", "non_responder"]


def test_a_cohort_without_scores_or_reports_is_refused():
    with pytest.raises(DefinitionError, match="neither scores nor reports"):
        grids_for(cohort(patients="patient_id\nP1"))


# Smaller grids


@pytest.mark.parametrize("most", [50_000, 700, 90, 1])
def test_a_trimmed_grid_has_at_most_so_many_studies_and_keeps_the_one_in_force(most):
    smaller = trimmed(LARGE, most)
    listing = listed(smaller)
    assert len(listing) <= combinations(smaller) <= most
    assert listing.study(listing.in_force) == AS_PUBLISHED


def test_combinations_are_counted_without_listing_them():
    # 3 rules, the composite with 2 thresholds of itch, by 3 policies
    held = keeping(MEDIUM, {each.name: [each.options[0].label] for each in MEDIUM.decisions[:6]})
    held = keeping(held, {"Response": ["any of scores and three reports", "BSA", "IGA 0 or 1, two grades better"]})
    assert combinations(held) == (2 + 1 + 1) * 3


# Editing


@pytest.mark.parametrize(("decision", "label"), DECISION_OPTIONS)
def test_an_option_that_is_left_out_and_put_back_leaves_the_grid_as_it_was(decision, label):
    smaller = leave_out(MEDIUM, decision, label)
    assert label not in [option.label for option in decision_of(smaller, decision).options]
    assert set(fingerprints(listed(smaller))) < set(fingerprints(listed(MEDIUM)))
    again = put_back(smaller, MEDIUM, decision, label)
    assert again == MEDIUM


@given(st.lists(st.sampled_from(DECISION_OPTIONS), unique=True, max_size=8))
def test_options_can_be_put_back_in_any_order(chosen):
    held = MEDIUM
    for decision, label in chosen:
        if len(decision_of(held, decision).options) > 1:
            held = leave_out(held, decision, label)
    for decision, label in reversed(chosen):
        held = put_back(held, MEDIUM, decision, label)
    assert held == MEDIUM


def test_a_decision_keeps_at_least_one_option():
    held = keeping(SMALL, {"Follow-up": ["week 16 (days 84 to 140)"]})
    with pytest.raises(DefinitionError, match="'Follow-up' keeps at least one option"):
        leave_out(held, "Follow-up", "week 16 (days 84 to 140)")
    with pytest.raises(DefinitionError, match="'Follow-up' keeps at least one option"):
        keeping(SMALL, {"Follow-up": []})


def test_what_there_is_not_is_refused_by_naming_what_there_is():
    with pytest.raises(DefinitionError, match="no decision 'Colour'; it has Prior dupilumab"):
        leave_out(SMALL, "Colour", "red")
    with pytest.raises(DefinitionError, match=r"'Follow-up' has no option 'red'; it has 3 months \(days 30 to 120\)"):
        leave_out(SMALL, "Follow-up", "red")


def test_a_threshold_is_added_and_varied():
    wider = add_threshold(MEDIUM, "Itch threshold (points)", 2, reason="Why not.")
    option = option_of(decision_of(wider, "Itch threshold (points)"), "2 points")
    assert (option.at_least, option.reason, option.source) == (2, "Why not.", "Added by hand")
    assert set(fingerprints(listed(MEDIUM))) < set(fingerprints(listed(wider)))


@pytest.mark.parametrize(
    ("decision", "value", "message"),
    [
        ("BSA threshold (%)", 101, "between 0 and 100"),
        ("BSA threshold (%)", -1, "between 0 and 100"),
        ("Itch threshold (points)", -1, "between 0 and 1000000"),
        ("Itch threshold (points)", 4, "has this option already: '4 points'"),
        ("Follow-up", 4, "'Follow-up' is not about a threshold"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused(decision, value, message):
    with pytest.raises(DefinitionError, match=message):
        add_threshold(LARGE, decision, value)


def test_a_window_is_added_under_its_own_words():
    window = Window(from_day=60, to_day=100, pick="mean")
    wider = add_window(SMALL, "Follow-up", window)
    assert option_of(decision_of(wider, "Follow-up"), "mean within days 60 to 100").window == window
    assert len(listed(wider)) == len(listed(SMALL)) * 3 / 2


def test_a_window_that_is_there_already_or_belongs_elsewhere_is_refused():
    with pytest.raises(DefinitionError, match=r"already: '3 months \(days 30 to 120\)'"):
        add_window(SMALL, "Follow-up", AS_PUBLISHED.follow_up, label="mine")
    with pytest.raises(DefinitionError, match="not about a window"):
        add_window(SMALL, "Response", AS_PUBLISHED.follow_up)


def test_an_added_option_stays_when_another_is_put_back():
    wider = add_window(
        leave_out(SMALL, "Follow-up", "week 16 (days 84 to 140)"), "Follow-up", AS_PUBLISHED.baseline, "odd"
    )
    again = put_back(wider, SMALL, "Follow-up", "week 16 (days 84 to 140)")
    assert [option.label for option in decision_of(again, "Follow-up").options] == [
        "3 months (days 30 to 120)",
        "week 16 (days 84 to 140)",
        "odd",
    ]
