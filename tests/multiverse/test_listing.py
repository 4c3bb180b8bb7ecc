"""What a grid lists."""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.errors import DefinitionError
from explorer.multiverse.decisions import MissingDecision, RuleDecision, ThresholdDecision, WindowDecision
from explorer.multiverse.grid import Forbidden, Grid
from explorer.multiverse.grids import GRIDS
from explorer.multiverse.listing import alone, counted, listed, rule_of
from explorer.study.missing import Missing
from explorer.study.presets import AS_PUBLISHED, PRESETS
from explorer.study.study import Study
from explorer.study.windows import Window
from tests.multiverse.strategies import grids

BASELINES = [{"label": str(first), "window": {"from_day": first, "to_day": 0, "pick": "last"}} for first in (-60, -30)]
FOLLOW_UPS = [
    {"label": "30 to 120", "window": {"from_day": 30, "to_day": 120, "target_day": 90, "pick": "closest"}},
    {"label": "day 0 on", "window": {"from_day": 0, "to_day": 120, "pick": "last"}},
]
RULES = [{"label": name, **dict(PRESETS[name].study.response)} for name in ("as-published", "iga-01-2pt")]
MISSING = [{"label": kind, "missing": kind} for kind in ("non_responder", "observed")]
HALVED = {"kind": "percent_improvement", "about": "BSA"}
THRESHOLDS = [{"label": f"{value} %", "at_least": value} for value in (50, 75, 90)]


def grid(**changes) -> Grid:
    fields = {
        "name": "small",
        "base": AS_PUBLISHED,
        "decisions": (
            WindowDecision(field="baseline", name="Baseline", options=BASELINES),
            WindowDecision(field="follow_up", name="Follow-up", options=FOLLOW_UPS),
            RuleDecision(field="rule", name="Rule", options=RULES),
            ThresholdDecision(field="threshold", name="BSA", options=THRESHOLDS, **HALVED),
            MissingDecision(field="missing", name="Missing", options=MISSING),
        ),
    }
    return Grid(**(fields | changes))


def test_thresholds_are_varied_only_in_rules_that_have_them_and_no_follow_up_opens_before_the_start():
    listing = listed(grid())
    # 2 baselines, 1 follow-up window in time, (3 thresholds of the composite + 1 rule without), 2 policies
    assert len(listing) == 2 * 1 * (3 + 1) * 2
    without = listing.choices[:, 2] == 1
    assert (listing.choices[without, 3] == -1).all()
    assert (listing.choices[~without, 3] >= 0).all()


def test_what_is_forbidden_is_not_listed_but_the_study_in_force_always_is():
    rule = Forbidden(choices={"Missing": ("observed",), "Rule": ("iga-01-2pt",)}, reason="for the test")
    assert len(listed(grid(forbidden=(rule,)))) == 2 * (3 * 2 + 1)
    own = Forbidden(choices={"Missing": ("non_responder",)}, reason="forbids the study in force too")
    listing = listed(grid(forbidden=(own,)))
    assert len(listing) == 2 * 4 + 1
    assert listing.study(listing.in_force) == AS_PUBLISHED


def test_every_combination_is_listed_once():
    listing = listed(grid())
    named = {tuple(listing.grid.labels(choice)) for choice in listing.choices.tolist()}
    wanted = {
        (baseline, "30 to 120", rule, threshold, missing)
        for baseline, (rule, threshold), missing in product(
            ("-60", "-30"),
            [("as-published", "50 %"), ("as-published", "75 %"), ("as-published", "90 %"), ("iga-01-2pt", "")],
            ("non_responder", "observed"),
        )
    }
    assert named == wanted
    assert len(listing) == len(wanted)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(held=grids())
def test_no_two_studies_are_the_same_and_each_can_be_saved(held):
    listing = listed(held)
    rows = np.unique(np.linspace(0, len(listing) - 1, 40).astype(int))
    studies = [listing.study(row) for row in rows.tolist()]
    assert len({study.fingerprint for study in studies}) == len(studies)
    for study in studies[:5]:
        assert Study.from_json(study.to_json()) == study


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(held=grids())
def test_studies_are_counted_without_listing_them(held):
    assert counted(held) == len(listed(held))


@pytest.mark.parametrize("held", GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("study", ["as-published", "bsa-50", "iga-01-2pt"])
def test_the_offered_grids_are_counted_around_any_study(held, study):
    around = held.around(PRESETS[study].study)
    assert counted(around) == len(listed(around))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(held=grids(), data=st.data())
def test_what_is_forbidden_is_not_counted(held, data):
    decisions = data.draw(st.lists(st.sampled_from(held.decisions), min_size=1, max_size=3, unique_by=id))
    labels = {each.name: [option.label for option in each.options] for each in decisions}
    choices = {
        name: tuple(data.draw(st.lists(st.sampled_from(of), min_size=1, unique=True))) for name, of in labels.items()
    }
    ruled_out = held.model_copy(update={"forbidden": (Forbidden(choices=choices, reason="for the test"),)})
    try:
        wanted = len(listed(ruled_out))
    except DefinitionError:
        wanted = 0
    assert counted(ruled_out) == wanted


def test_rules_with_other_thresholds_are_other_rules():
    listing = listed(grid())
    rule = rule_of(listing)
    assert len(set(rule.tolist())) == 4
    rules = {
        number: {listing.study(row).response.rule for row in np.flatnonzero(rule == number)} for number in set(rule)
    }
    assert all(len(held) == 1 for held in rules.values())


def test_one_study_alone_is_itself():
    listing = alone(AS_PUBLISHED)
    assert len(listing) == 1
    assert listing.study(0) is AS_PUBLISHED


def test_a_grid_beyond_all_measure_is_refused():
    many = [{"label": str(day), "window": {"from_day": day, "to_day": 400, "pick": "last"}} for day in range(1, 25)]
    before = [{"label": str(day), "window": {"from_day": -day, "to_day": 0, "pick": "last"}} for day in range(1, 25)]
    rules = [
        {
            "label": f"{low}",
            "rule": {"kind": "percent_improvement", "instrument": "BSA", "at_least": 50, "baseline_at_least": low},
        }
        for low in range(24)
    ]
    itch = [{"label": str(value), "at_least": value} for value in range(1, 25)]
    decisions = (
        WindowDecision(field="follow_up", name="Follow-up", options=many),
        WindowDecision(field="baseline", name="Baseline", options=before),
        RuleDecision(field="rule", name="Rule", options=rules),
        ThresholdDecision(field="threshold", name="BSA", options=itch, **HALVED),
        MissingDecision(
            field="missing",
            name="Missing",
            options=[
                {"label": str(seed), "missing": {"kind": "multiple_imputation", "imputations": 2, "seed": seed}}
                for seed in range(24)
            ],
        ),
    )
    for count in (listed, counted):
        with pytest.raises(DefinitionError, match="7,962,624 combinations; at most 5,000,000"):
            count(grid(decisions=decisions))


LATE = ({"label": "day 0 on", "window": {"from_day": 0, "to_day": 120, "pick": "last"}},)
ALL_MISSING = Forbidden(choices={"Missing": ("non_responder", "observed")}, reason="for the test")


def not_in_force(**changes):
    """The grid around a study that takes none of its options, which would be listed whatever is forbidden."""
    away = AS_PUBLISHED.replace(missing="last_observation", follow_up=BASE_AWAY)
    return grid(base=away, **changes)


BASE_AWAY = {"from_day": 40, "to_day": 120, "pick": "last"}


def decided(*follow_ups):
    return (
        WindowDecision(field="follow_up", name="Follow-up", options=follow_ups),
        MissingDecision(field="missing", name="Missing", options=MISSING),
    )


def test_a_grid_whose_windows_leave_nothing_is_refused_with_the_reason():
    with pytest.raises(DefinitionError) as refused:
        listed(not_in_force(decisions=decided(*LATE)))
    assert str(refused.value) == (
        "Grid 'small' lists no definition: of its 2 combinations in 2 follow-up opens before the baseline window has "
        "closed or the drug was started. Change an option, or what is forbidden."
    )


def test_a_grid_that_forbids_all_is_refused_with_the_reason():
    with pytest.raises(DefinitionError, match="of its 2 combinations 2 are forbidden by the grid"):
        listed(not_in_force(decisions=decided(FOLLOW_UPS[0]), forbidden=(ALL_MISSING,)))
    with pytest.raises(
        DefinitionError, match="of its 4 combinations in 2 follow-up opens .* and 2 others are forbidden"
    ):
        listed(not_in_force(decisions=decided(*FOLLOW_UPS), forbidden=(ALL_MISSING,)))


@pytest.mark.parametrize("text", ["medium", "mine"])
def test_a_study_of_a_grid_remembers_nothing_of_the_base(text):
    held = GRIDS["medium"] if text == "medium" else grid()
    # What the base has said of itself is kept with it, and must not travel along in a copy.
    said = held.base.fingerprint, held.base.to_json(), held.base.canonical()
    listing = listed(held)
    for row in range(0, len(listing), 1 + len(listing) // 300):
        study = listing.study(row)
        read = Study.from_json(study.to_json())
        assert study == read
        assert (study.fingerprint, study.canonical()) == (read.fingerprint, read.canonical())
        assert (study.fingerprint == said[0]) == (row == listing.in_force)


@pytest.mark.parametrize("field", ["missing", "follow_up", "name"])
def test_a_changed_copy_says_what_it_is(field):
    said = AS_PUBLISHED.fingerprint, AS_PUBLISHED.to_json()
    changes = {"missing": Missing(kind="observed"), "follow_up": Window(**BASE_AWAY), "name": "another"}
    copied = AS_PUBLISHED.model_copy(update={field: changes[field]})
    assert copied.to_json() != said[1]
    assert (copied.fingerprint == said[0]) == (field == "name")
    assert Study.from_json(copied.to_json()).fingerprint == copied.fingerprint
