"""Protected results: ranges for counts, nothing exact, and nothing that pins down what they hide."""

import io
import json
import zipfile
from datetime import date
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis.analyse import analyse
from explorer.bundled import bundled_cohort
from explorer.errors import DefinitionError
from explorer.export.bundle import bundle
from explorer.export.protected import THRESHOLDS, Band, band, mean, part, protected
from explorer.export.protected_cards import REPORTED, protected_report, protected_text
from explorer.export.report_docx import docx
from explorer.export.report_html import html
from explorer.study.eligibility import AgeLimits
from explorer.study.missing import Missing
from explorer.study.presets import AS_PUBLISHED, default_for
from tests.command import run
from tests.export.protection import twins
from tests.pages.cohorts import HARD, scores_only
from tests.study.strategies import studies

DAY = date(2026, 11, 22)
PUBLISHED = analyse(bundled_cohort(), AS_PUBLISHED)
T = 5


# Counts and shares


@pytest.mark.parametrize(
    ("count", "threshold", "said"),
    [(0, 5, "under 5"), (4, 5, "under 5"), (5, 5, "5–9"), (24, 5, "20–24"), (9, 10, "under 10"), (47, 20, "40–59")],
)
def test_a_count_is_a_range_and_a_small_one_is_hidden(count, threshold, said):
    assert str(band(count, threshold)) == said


@pytest.mark.parametrize(
    ("count", "of", "said"),
    [
        (0, 47, "under 5 of 45–49"),
        (4, 47, "under 5 of 45–49"),
        (43, 47, "all but under 5 of 45–49"),
        (47, 47, "all but under 5 of 45–49"),
        (24, 47, "20–24 of 45–49 (about 47 %)"),  # 22 of 47
        (5, 10, "5–9 of 10–14 (about 58 %)"),  # 7 of 12
        (2, 3, "under 5 of under 5"),
    ],
)
def test_a_part_is_hidden_where_it_or_the_rest_is_small(count, of, said):
    assert part("responded", count, of, T).said == said


@given(st.integers(0, 500))
def test_a_higher_threshold_says_nothing_that_a_lower_one_does_not(count):
    for finer, coarser in pairwise(THRESHOLDS):
        assert band(band(count, finer).low, coarser) == band(count, coarser)


@given(st.integers(0, 200).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_within_its_limits_and_so_does_the_true_one(counts):
    count, of = counts
    held = part("responded", count, of, T)
    if held.limits is not None:
        low, high = held.limits
        assert low <= held.rate <= high
        assert low <= count / of <= high


# Means

SCALES = st.sampled_from([4.0, 10.0, 72.0, 100.0])


@given(SCALES, st.lists(st.floats(0, 1), min_size=10, max_size=60), st.floats(0, 1))
def test_no_single_patient_moves_a_mean_by_more_than_a_step(span, shares, other):
    scores = np.array(shares) * span
    moved = scores.copy()
    moved[0] = other * span
    of = band(len(scores), T)
    before, after = (mean(float(values.mean()), of, span) for values in (scores, moved))
    assert abs(after.value - before.value) <= before.step * (1 + 1e-9)
    assert abs(before.value - scores.mean()) <= before.step / 2 * (1 + 1e-9)


def test_a_mean_of_few_is_not_given():
    assert mean(40.0, band(9, T), 100) is None
    assert str(mean(41.3, band(10, T), 100)) == "40"  # one of ten moves it by up to 10
    assert str(mean(2.74, band(45, T), 4)) == "2.7"  # one of 45 moves it by up to 0.09


# What an attacker can conclude


def feasible_chain(shown: list[Band]) -> list[set[int]]:
    """Every value each count of a falling chain can have, given the ranges of all of them."""
    highest = [min(held.high for held in shown[: place + 1]) for place in range(len(shown))]
    lowest = [max(held.low for held in shown[place:]) for place in range(len(shown))]
    return [set(range(low, high + 1)) for low, high in zip(lowest, highest, strict=True)]


@given(st.lists(st.integers(0, 120), min_size=1, max_size=12))
def test_a_sweep_in_one_direction_never_narrows_a_count(counts):
    """A criterion made stricter step by step, as often as one likes: every count keeps all values of its range."""
    chain = sorted(counts, reverse=True)
    for count, left in zip(chain, feasible_chain([band(each, T) for each in chain]), strict=True):
        assert count in left
        assert len(left) == T


@pytest.mark.parametrize("oldest", [True, False])
def test_a_sweep_over_ages_never_narrows_a_count_of_a_cohort(oldest):
    field = "to" if oldest else "from_"
    ages = range(90, 17, -1) if oldest else range(18, 91)
    held = [analyse(bundled_cohort(), AS_PUBLISHED.replace(eligibility=(AgeLimits(**{field: age}),))) for age in ages]
    counts = [each.ledger.n for each in held]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) > 20
    shown = [protected(each, T).n_eligible for each in held]
    for count, left in zip(counts, feasible_chain(shown), strict=True):
        assert len(left) == T
        assert count in left


@settings(max_examples=15, deadline=None)
@given(studies(), studies())
def test_two_definitions_never_tell_by_how_many_patients_they_differ(one, other):
    """Not even where an attacker knows that the patients of one are among those of the other."""
    shown = sorted(
        (protected(analyse(bundled_cohort(), study), T).n_eligible for study in (one, other)), key=lambda b: b.low
    )
    fewer, more = (range(held.low, held.high + 1) for held in shown)
    assert len({b - a for a, b in product(fewer, more) if a <= b}) >= T


groups = st.lists(
    st.integers(1, 14).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), min_size=2, max_size=3
)


@settings(max_examples=25, deadline=None)
@given(groups, st.integers(0, 9))
def test_no_page_narrows_a_count_by_adding_up(levels, rest):
    """Whole, responders, and the levels that are shown of a characteristic, put together in every way that fits.

    That a level is left out tells that somebody is in it: so one value of the range may go.
    """
    total, responders = (sum(level[place] for level in levels) for place in (1, 0))
    whole = part("all", responders, total + rest, T)
    shown = [level for level in levels[:-1] if part("level", *level, T).count is not None]
    found = set(worlds(whole, [part("level", *level, T) for level in shown]))
    assert (total + rest, responders, *(of for _, of in shown), *(count for count, _ in shown)) in found
    for seen in zip(*found, strict=True):
        assert len(set(seen)) >= T - 1


def worlds(whole, parts):
    """Yield (size, responders, then both of every level) in every way that what is shown allows."""
    sizes = [values(whole.of), *(values(each.of) for each in parts)]
    for size, *of in product(*sizes):
        among = values(whole.count) if whole.count else range(T) if whole.few else range(size - T + 1, size + 1)
        for responders, *in_level in product(among, *(values(each.count) for each in parts)):
            fits = all(k + T <= n for k, n in zip(in_level, of, strict=True))
            enough = 0 <= responders <= size and sum(of) < size and sum(in_level) <= responders
            if fits and enough and (whole.count is None or responders + T <= size):
                yield size, responders, *of, *in_level


def values(held: Band) -> range:
    return range(held.low, held.high + 1)


def test_crossing_definitions_can_pin_a_count_as_the_decision_says():
    """Four patients beyond reach together, each of whom lifts the same group of four over the threshold."""
    alone, joined = band(4, T), band(5, T)
    found = {
        (base, *added)
        for base, *added in product(range(T), repeat=5)
        if band(base, T) == alone
        and band(sum(added), T) == alone
        and all(band(base + each, T) == joined for each in added)
    }
    assert found == {(4, 1, 1, 1, 1)}


# What is made of them


def test_cohorts_that_protected_results_cannot_tell_apart_give_the_same_files_to_the_last_byte():
    analyses = [analyse(held, default_for(held)) for held in twins()]
    assert [each.response.n_responders for each in analyses] == [17, 16]
    made = [protected_report(each, T, DAY, trail=["1 definition viewed."]) for each in analyses]
    for write in (protected_text, html, bundle):
        first, second = (write(each) for each in made)
        assert first == second
    first, second = (docx(protected_report(each, T, DAY, ("ledger", "change", "source"))) for each in analyses)
    assert first == second


def test_no_published_count_and_no_exact_mean_stands_in_a_protected_report():
    text = " ".join(protected_text(protected_report(PUBLISHED, T, DAY)).split())
    assert "20–24 of 45–49 (about 47 %) responded" in text
    row = next(each for each in PUBLISHED.change if each.instrument == "BSA")
    for exact in ("24/47", "51 %", f"{row.baseline_mean:.1f}", PUBLISHED.cohort.fingerprint):
        assert exact not in text


@settings(max_examples=10, deadline=None)
@given(studies(), st.sampled_from(THRESHOLDS))
def test_every_definition_gives_protected_results_in_ranges_alone(study, threshold):
    held = protected_report(analyse(bundled_cohort(), study), threshold, DAY)
    assert all(section.blocks for section in held.sections)
    for low, high in ranges(held.results):
        assert (low % threshold, high - low) == (0, threshold - 1)
        assert low >= threshold


def ranges(results):
    """Yield every count of protected results; anything counted that is neither a range nor hidden fails."""
    if isinstance(results, list):
        for each in results:
            yield from ranges(each)
    elif isinstance(results, dict):
        for key, value in results.items():
            if key.startswith("n_") or key in ("n", "remaining"):
                assert value is None or len(value) == 2, key
                yield from [value] if value else []
            elif key != "study":
                yield from ranges(value)


@pytest.mark.parametrize("kind", HARD)
def test_hard_cohorts_give_protected_results(kind):
    cohort = HARD[kind]()
    made = protected_report(analyse(cohort, default_for(cohort)), T, DAY)
    assert [section.title for section in made.sections]
    assert "responded" in protected_text(made)


def test_of_one_patient_everything_is_hidden():
    cohort = HARD["one patient"]()
    results = protected(analyse(cohort, default_for(cohort)), T).to_dict()
    assert list(ranges(results)) == []
    assert results["response"]["rate"] is None
    assert results["baseline"]["age_mean"] is None
    assert results["safety"]["events"] == []


def test_where_no_end_of_a_course_is_given_nobody_is_said_to_have_stayed_or_stopped():
    cohort = scores_only()
    made = protected_report(analyse(cohort, default_for(cohort)), T, DAY, ("persistence",))
    (said,) = made.sections[0].blocks
    assert said.text == "Not recorded: this cohort gives no ends of courses."
    assert set(made.results["persistence"].values()) == {None}


def test_the_two_denominators_have_names_of_their_own():
    observed = analyse(bundled_cohort(), AS_PUBLISHED.replace(missing=Missing(kind="observed")))
    n = observed.response.n_evaluable
    assert n < 45
    text = " ".join(protected_text(protected_report(observed, T, DAY, ("question",))).split())
    assert (
        "Response is asked of 45–49 of them; patients whose response was unknown were left out of the denominator, "
        f"so it is counted in {band(n, T)}."
    ) in text


def test_hypothetical_additions_are_left_out():
    study = AS_PUBLISHED.replace(hypothetical=True)
    assert protected(analyse(bundled_cohort(), study), T) == protected(PUBLISHED, T)


def test_another_threshold_is_refused():
    with pytest.raises(DefinitionError, match="7 is no threshold. Choose one of 5, 10, 20"):
        protected(PUBLISHED, 7)


# From a terminal


def test_the_command_prints_ranges():
    ran = run("analyse", "--small-counts", "5", "--format", "json")
    results = json.loads(ran.out)
    assert results["small_counts"]["threshold"] == 5
    # As published: 24 of 47 responded, 49 patients.
    assert results["response"]["n_responders"] == [20, 24]
    assert results["response"]["n_evaluable"] == results["cohort"]["n_patients"] == [45, 49]
    assert "20–24 of 45–49" in run("analyse", "--small-counts", "5").out


def test_a_protected_bundle_holds_no_script(tmp_path):
    ran = run("report", "--small-counts", "5", "--cards", "question,ledger", "--out", str(tmp_path / "r.zip"))
    assert ran.code == 0
    with zipfile.ZipFile(io.BytesIO((tmp_path / "r.zip").read_bytes())) as held:
        assert "analysis.py" not in held.namelist()
        assert "analysis.py" not in held.read("README.txt").decode()
        assert json.loads(held.read("results.json"))["response"]["n_responders"] == [20, 24]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("analyse", "--small-counts", "5", "--resampling"), "not given with --small-counts"),
        (
            ("report", "--small-counts", "5", "--cards", "multiverse", "--out", "{}/r.html"),
            "there is no card 'multiverse'",
        ),
    ],
)
def test_the_command_refuses_what_protected_results_do_not_have(arguments, said, tmp_path):
    ran = run(*(each.format(tmp_path) for each in arguments))
    assert ran.code == 2
    assert said in ran.err


def test_every_card_can_be_asked_for_alone():
    for name in REPORTED:
        assert len(protected_report(PUBLISHED, T, DAY, (name,)).sections) == 1
