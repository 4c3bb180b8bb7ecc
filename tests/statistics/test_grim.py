from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.statistics.grim import consistent_sizes, counts_printing, grim, prints_as, sd_window
from explorer.statistics.paired import paired_t
from tests.reference_cases import cases, same

IGA_BEFORE = (5, 10, 15, 20, 25, 30, 35, 40, 42, 43, 45, 47, 48)
IGA_AFTER = (16, 21, 26, 27, 31, 32, 36, 37, 42, 43, 47, 48)


@pytest.mark.parametrize("case", cases("grim"))
def test_grim_agrees_with_r(case):
    given_, r = case["input"], case["output"]
    result = grim(given_["mean_as_printed"], given_["n"], given_["items"])
    sums = r["possible_sums"] if isinstance(r["possible_sums"], list) else [r["possible_sums"]]
    assert list(result.possible_sums) == sums
    assert [result.consistent, result.testable, result.decimals] == [r["consistent"], r["testable"], r["decimals"]]
    assert result.granularity == same(r["granularity"])


# The lists of the reconstruction notes, section 2.
@pytest.mark.parametrize(("mean", "sizes"), [("2.60", IGA_BEFORE), ("2.19", IGA_AFTER)])
def test_the_published_iga_means_fit_these_numbers_of_patients_only(mean, sizes):
    assert consistent_sizes(mean, 49) == sizes


def both(mean, other, items=1):
    return sorted(set(consistent_sizes(mean, 49, items)) & set(consistent_sizes(other, 49, items)))


def test_over_the_same_patients_the_iga_means_fit_four_sizes():
    assert both("2.60", "2.19") == [42, 43, 47, 48]
    assert [(grim("2.60", n).possible_sums, grim("2.19", n).possible_sums) for n in (42, 43, 47, 48)] == [
        ((109,), (92,)),
        ((112,), (94,)),
        ((122,), (103,)),
        ((125,), (105,)),
    ]


def test_half_points_fit_seventeen_sizes():
    assert both("2.60", "2.19", items=2) == [21, 24, 26, 29, 31, 34, 35, 36, 39, 40, 42, 43, 44, 45, 47, 48, 49]


@pytest.mark.parametrize(
    ("before", "after", "misfits"), [("6.2", "4.2", {1, 2, 3, 7}), ("20.5", "11.4", {1, 2, 3, 4, 5, 6, 7, 9})]
)
def test_means_to_one_decimal_rule_out_only_a_few_sizes(before, after, misfits):
    assert set(range(1, 50)) - set(both(before, after)) == misfits


def test_ninety_six_percent_of_49_is_47_and_14_percent_of_45_to_48_is_nobody():
    assert counts_printing("96", 49) == (47,)
    assert counts_printing("51", 47) == (24,)
    assert [counts_printing("14", n) for n in (45, 46, 47, 48, 49)] == [(), (), (), (), (7,)]


def test_a_percentage_half_way_may_be_rounded_either_way():
    assert counts_printing("12", 8) == counts_printing("13", 8) == (1,)  # 1 of 8 is 12.5 %


def test_no_percentage_needs_more_than_everyone_or_less_than_nobody():
    assert counts_printing("100", 3) == (3,)
    assert counts_printing("0", 3) == (0,)


# Section 3 of the same notes: mean changes 2.0 (NRS), 9.1 (BSA) and 0.41 (IGA).
@pytest.mark.parametrize(
    ("n", "nrs", "bsa", "iga"),
    [
        (8, 2.39, 10.9, 0.49),
        (10, 2.80, 12.7, 0.57),
        (21, 4.39, 20.0, 0.90),
        (30, 5.36, 24.4, 1.10),
        (48, 6.89, 31.3, 1.41),
    ],
)
def test_the_sd_windows_print_as_in_the_notes(n, nrs, bsa, iga):
    windows = [round(sd_window(2.0, n), 2), round(sd_window(9.1, n), 1), round(sd_window(0.41, n), 2)]
    assert windows == [nrs, bsa, iga]


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_pairs_have_no_sd_window(n):
    assert np.isnan(sd_window(2.0, n))


@given(st.lists(st.floats(-9, 9), min_size=3, max_size=30).filter(lambda values: np.std(values) > 1e-3))
def test_an_sd_below_the_window_is_what_makes_a_paired_t_test_significant(change):
    test = paired_t(change)
    assert (test.sd < sd_window(test.mean, test.n)) == (test.p < 0.05)


@given(st.integers(1, 60), st.data(), st.integers(0, 3))
def test_a_mean_that_was_rounded_from_whole_numbers_is_always_consistent(n, draw, decimals):
    total = draw.draw(st.integers(-5 * n, 10 * n))
    printed = str(Decimal(round(Fraction(total, n) * 10**decimals)).scaleb(-decimals))
    assert total in grim(printed, n).possible_sums


@pytest.mark.parametrize("text", ["", "abc", "1/3", "2.5e1", "nan", "2.5.1"])
def test_what_no_paper_prints_as_a_mean_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - Fraction's own message serves for the last
        grim(text, 10)


def test_nobody_has_no_mean():
    with pytest.raises(ValueError, match="at least one patient"):
        grim("2.5", 0)
    with pytest.raises(ValueError, match="at least one patient"):
        counts_printing("50", 0)


def test_the_edge_of_the_rounding_interval_counts_unless_strictly_asked():
    # 6.25 is half-way between 6.2 and 6.3: 25 of 4 patients.
    assert grim("6.2", 4).possible_sums == (25,)
    assert grim("6.2", 4, strictly=True).possible_sums == ()
    assert not prints_as(Fraction("2.605"), "2.60")
    assert not prints_as(Fraction("2.595"), "2.60")


def test_strictly_bsa_and_itch_means_still_fit_almost_any_size():
    itch = set(consistent_sizes("6.2", 49, strictly=True)) & set(consistent_sizes("4.2", 49, strictly=True))
    assert sorted(itch) == [n for n in range(1, 50) if n not in (1, 2, 3, 4, 7, 8)]
    assert set(range(10, 50)) <= set(consistent_sizes("20.5", 49, strictly=True))


@given(st.integers(0, 4 * 49), st.integers(1, 49))
def test_what_prints_does_so_under_every_rounding_rule(total, n):
    exact = Decimal(total) / Decimal(n)
    for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN):
        shown = str(exact.quantize(Decimal("0.01"), rounding=rule))
        on_the_edge = (200 * Fraction(total, n)) % 2 == 1
        assert prints_as(Fraction(total, n), shown) is not on_the_edge
